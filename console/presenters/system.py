"""What does the System screen say of providers, their routes, what they cost, and all else that a session needs?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from console.presenters.costs import by_provider, day_of, provider_over, route_over, total, without_answer
from console.presenters.figures import age, bar, count, counted, duration, money, percent
from console.presenters.models import UNKNOWN, model_row
from console.presenters.paragraphs import Paragraph, paragraphs
from console.presenters.shown import Cell, Part, Row
from core.ports.model_offers import ProviderOffer, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.analytics.degradation import SwitchedOff
    from core.analytics.health_levels import Health
    from core.domain.costs import Costs
    from core.domain.route_health import ProviderHealth, RouteHealth
    from core.orchestrator import SystemStatus
    from core.runtime.backups import MadeBackup
    from core.runtime.caching import CacheFigures
    from core.runtime.costs import CostsOfDay
    from core.runtime.driver_notes import DriverNotes
    from core.runtime.schedule import JobView

NOTHING = "–"
ROUTE_PREFIX = "route:"
PROVIDER_PREFIX = "provider:"
BAR_CELLS = 8
PPM_ONE = 1_000_000
MODELS_NAMED_MAX = 12
WELL = "ok"
LOOKED_MS_MAX = 120_000
"""What was found longer ago is told with its age: whoever looks may have stopped, or have no disk to note it on."""
NO_ANSWER: Part = ("! no answer", "attention")
PROVIDERS_OF_A_DAY_MAX = 4

STANDINGS: dict[Standing, Part] = {
    Standing.READY: ("✓ ready", "ok"),
    Standing.NO_KEY: ("– no key", "muted"),
    Standing.NOT_INSTALLED: ("– not installed", "muted"),
    Standing.ABSENT: ("– not there", "muted"),
    Standing.FAILING: ("✗ failing", "failed"),
}
LEVELS: dict[str, Part] = {"ok": ("✓", "ok"), "degraded": ("!", "attention"), "failing": ("✗", "failed")}


def system_rows(
    offers: Sequence[ProviderOffer], notes: DriverNotes | None, costs: Sequence[CostsOfDay], *, looked_at_ms: int = 0
) -> tuple[Row, ...]:
    """Each provider with the routes that were asked below it. Before providers were looked at, the routes alone.

    A provider that was probed since `looked_at_ms` stands as that found it. Its latencies are of being asked for its
    models, those of a route of whole answers. What was spent is of the last of `costs`, today.
    """
    today = costs[-1:]
    routes, providers = (notes.routes, notes.providers) if notes is not None else ((), ())
    rows: list[Row] = []
    told: set[str] = set()
    for offer in offers:
        found = [each for each in providers if each.provider == offer.prefix]
        spent = provider_over(today, offer.prefix)
        rows.append(_provider_row(offer, found, spent, looked_at_ms=looked_at_ms))
        below = [route for route in routes if route.route.partition(":")[0] == offer.prefix]
        rows += [route_row(route, route_over(today, route.route)) for route in below]
        told |= {route.route for route in below}
    others = (route for route in routes if route.route not in told)
    return (*rows, *(route_row(route, route_over(today, route.route)) for route in others))


def _provider_row(offer: ProviderOffer, found: Sequence[ProviderHealth], spent: Costs, *, looked_at_ms: int) -> Row:
    word, style = _standing(offer, found, looked_at_ms=looked_at_ms)
    probed = found[0] if len(found) == 1 else None
    failed = sum(number for each in found for number in each.errors.values())
    figures = (
        Cell(_took(probed.latency_p50_ms) if probed else "", "muted"),
        Cell(_took(probed.latency_p95_ms) if probed else "", "muted"),
        Cell(""),
        Cell(count(failed) if failed else "", "attention"),
        Cell("" if probed is None or probed.requests_left is None else count(probed.requests_left), "muted"),
        Cell(money(spent.cost_microusd) if spent.cost_microusd else "", "strong"),
    )
    return Row(f"{PROVIDER_PREFIX}{offer.prefix}", (Cell(word, style), Cell(offer.name, "strong"), *figures))


def looked_in_words(offers: Sequence[ProviderOffer]) -> str:
    """What a look at the providers found: `looked at 9 providers: 2 ready, 1 failing`."""
    found = Counter(offer.standing for offer in offers)
    ready, failing = found[Standing.READY], found[Standing.FAILING]
    return f"looked at {counted(len(offers), 'provider')}: {ready} ready" + (f", {failing} failing" if failing else "")


def _standing(offer: ProviderOffer, found: Sequence[ProviderHealth], *, looked_at_ms: int) -> Part:
    """As it was found last, whoever asked."""
    newer = [each for each in found if each.probed_at_ms > looked_at_ms]
    if offer.standing not in (Standing.READY, Standing.FAILING) or not newer:
        return STANDINGS[offer.standing]
    if all(each.probe == WELL for each in newer):
        return STANDINGS[Standing.READY]
    return NO_ANSWER if offer.standing is Standing.READY else STANDINGS[offer.standing]


def route_row(route: RouteHealth, spent: Costs) -> Row:
    """A route with its figures; `spent` is what it cost today."""
    word, style = route_state(route)
    failed = sum(route.errors.values())
    return Row(
        f"{ROUTE_PREFIX}{route.route}",
        (
            Cell(word, style),
            Cell(f"  {route.route}"),
            Cell(_took(route.latency_p50_ms)),
            Cell(_took(route.latency_p95_ms)),
            Cell(count(route.answers)),
            Cell(count(failed) if failed else NOTHING, "attention" if failed else "muted"),
            Cell(NOTHING if route.requests_left is None else count(route.requests_left)),
            Cell(money(spent.cost_microusd)),
        ),
    )


def route_state(route: RouteHealth) -> Part:
    """Whether a route is asked, in a glyph and a word."""
    if route.breaker == "open":
        return "✗ left alone", "failed"
    if route.breaker == "half_open":
        return "◐ being tried", "attention"
    if route.rest_ms:
        return "‖ cooling", "attention"
    if route.probe not in ("", WELL):
        return NO_ANSWER
    return "● asked", "ok"


def _took(milliseconds: int | None) -> str:
    if milliseconds is None:
        return NOTHING
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds // 1_000}.{milliseconds % 1_000 // 100} s"


def headline(status: SystemStatus, notes: DriverNotes, *, now_ms: int) -> Paragraph:
    """Who drives, what was spent today, and how fresh the figures of routes are."""
    spent = money(status.spent_today_microusd)
    cap = status.cap_day_microusd
    of = "" if cap is None else f" of {money(cap)}"
    held = f", {money(status.held_microusd)} held" if status.held_microusd else ""
    parts: list[Part] = [("driven by ", "muted"), (status.driver, "text"), ("   today ", "muted"), (spent + of, "text")]
    if cap:
        parts.append((f" {bar(min(PPM_ONE, status.spent_today_microusd * PPM_ONE // cap), width=BAR_CELLS)}", "muted"))
    parts.append((held, "muted"))
    if not status.is_driver and notes.at_ms:
        parts.append((f"   routes as the driver noted them {age(now_ms - notes.at_ms)} ago", "muted"))
    return Paragraph(tuple(parts))


def detail(
    key: str | None,
    offers: Sequence[ProviderOffer],
    notes: DriverNotes,
    costs: Sequence[CostsOfDay],
    *,
    reset_key: str,
    now_ms: int,
) -> tuple[Paragraph, ...]:
    """What there is to say of the row under the cursor."""
    if key is not None and key.startswith(ROUTE_PREFIX):
        route = next((each for each in notes.routes if each.route == key.removeprefix(ROUTE_PREFIX)), None)
        return _of_route(route, costs, reset_key, now_ms) if route is not None else ()
    if key is not None and key.startswith(PROVIDER_PREFIX):
        offer = next((each for each in offers if each.prefix == key.removeprefix(PROVIDER_PREFIX)), None)
        return _of_provider(offer, notes, costs, now_ms) if offer is not None else ()
    return ()


def _of_route(route: RouteHealth, costs: Sequence[CostsOfDay], reset_key: str, now_ms: int) -> tuple[Paragraph, ...]:
    lines = [Paragraph(((route.route, "strong"),))]
    if route.breaker == "open":
        rest = duration(route.rest_ms) if route.rest_ms >= 1_000 else "a moment"
        again = (
            f"It failed too often and is left alone; one call tries it again in {rest}. {reset_key} has it asked now."
        )
        lines += paragraphs(again, "attention")
    elif route.rest_ms:
        lines += paragraphs(f"It asked to be left alone for {duration(route.rest_ms)} more.", "attention")
    answered = f"{counted(route.answers, 'answer')}, half of them within {_took(route.latency_p50_ms)}, "
    answered += f"nineteen of twenty within {_took(route.latency_p95_ms)}"
    lines.append(_line("answers", answered if route.answers else "none yet"))
    errors = ", ".join(f"{word.replace('_', ' ')} {number}" for word, number in sorted(route.errors.items()))
    lines.append(_line("errors", errors or "none"))
    if route.last_error:
        lines += paragraphs(route.last_error, "attention", lead="last      ")
    lines += _left(route)
    lines.append(_spent(costs, route_over(costs, route.route), route_over(costs[-1:], route.route)))
    if route.probe:
        lines.append(_line("probed", _probed(route.probe, route.probed_at_ms, now_ms)))
    return tuple(lines)


def _left(health: RouteHealth | ProviderHealth) -> list[Paragraph]:
    if health.requests_left is None:
        return []
    tokens = "" if health.tokens_left is None else f" and {counted(health.tokens_left, 'token')}"
    waits = f"; {counted(health.waiting, 'call')} waiting" if health.waiting else ""
    return [_line("left", f"{counted(health.requests_left, 'request')}{tokens} within this minute{waits}")]


def _spent(costs: Sequence[CostsOfDay], in_all: Costs, today: Costs) -> Paragraph:
    """What was spent today, and on all the days that are looked at."""
    lost = f", {money(in_all.lost_microusd)} of it for nothing" if in_all.lost_microusd else ""
    saved = f"; kept answers saved {money(in_all.saved_microusd)}" if in_all.saved_microusd else ""
    said = f"{money(today.cost_microusd)} today, {money(in_all.cost_microusd)} in {counted(len(costs), 'day')}"
    return _line("spent", f"{said}{lost}{saved}")


def _probed(found: str, at_ms: int, now_ms: int) -> str:
    ago = age(now_ms - at_ms)
    return f"{found.replace('_', ' ')}, {'just now' if ago == 'now' else f'{ago} ago'}"


def _of_provider(
    offer: ProviderOffer, notes: DriverNotes, costs: Sequence[CostsOfDay], now_ms: int
) -> tuple[Paragraph, ...]:
    word, style = STANDINGS[offer.standing]
    lines = [Paragraph(((offer.name, "strong"), ("  ", "text"), (word, style)))]
    if offer.why:
        lines += paragraphs(offer.why, "attention" if offer.standing is Standing.FAILING else "text")
    if offer.now:
        lines += paragraphs(offer.now)
    for found in notes.providers:
        if found.provider == offer.prefix:
            lines += _of_probes(found, now_ms)
    if offer.standing is Standing.READY or provider_over(costs, offer.prefix).cost_microusd:
        lines.append(_spent(costs, provider_over(costs, offer.prefix), provider_over(costs[-1:], offer.prefix)))
    if offer.origin:
        lines.append(_line("from", offer.origin))
    if offer.model_meant:
        lines.append(_line("alone", f"{offer.prefix!r} alone means {offer.model_meant}"))
    if offer.models:
        named = ", ".join(info.model for info in offer.models[:MODELS_NAMED_MAX])
        more = len(offer.models) - MODELS_NAMED_MAX
        lines.append(_line("models", named + (f" and {more} more" if more > 0 else "")))
    if offer.models_beside:
        lines.append(_line("beside", f"{counted(len(offer.models_beside), 'model')} without a known price, or mute"))
    return tuple(lines)


def _of_probes(found: ProviderHealth, now_ms: int) -> list[Paragraph]:
    """What asking for models came to, which is done on schedule and spends nothing."""
    lines = [_line("probed", probe_line(found, now_ms))]
    if found.probe != WELL and found.last_error:
        lines += paragraphs(found.last_error, "attention", lead="last      ")
    return [*lines, *_left(found)]


def probe_line(found: ProviderHealth, now_ms: int) -> str:
    """What a provider's probes came to, in one line."""
    asked = found.answers + sum(found.errors.values())
    took = ""
    if found.answers:
        took = f", half of them within {_took(found.latency_p50_ms)}, nineteen of twenty within "
        took += _took(found.latency_p95_ms)
    return f"{_probed(found.probe, found.probed_at_ms, now_ms)}; {found.answers} of {asked} were answered{took}"


def model_lines(offer: ProviderOffer) -> tuple[Paragraph, ...]:
    """Every model of a provider with its prices and window, or what stands in the way."""
    rows = [model_row(info, is_meant=info.model == offer.model_meant) for info in offer.models]
    rows += [(name, UNKNOWN, UNKNOWN, "", "") for name in offer.models_beside]
    if not rows:
        return paragraphs(f"{offer.why} {offer.now}".strip() or "It names no model.")
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return tuple(
        Paragraph(
            (
                (f"{name:<{widths[0]}}  ", "text"),
                (f"{asked:>{widths[1]}}  {answered:>{widths[2]}}  ", "accent" if asked != UNKNOWN else "muted"),
                (f"{window:>{widths[3]}}  {remark}".rstrip(), "muted"),
            )
        )
        for name, asked, answered, window, remark in rows
    )


def system_lines(
    health: Sequence[Health],
    jobs: Sequence[JobView],
    *,
    now_ms: int,
    costs: Sequence[CostsOfDay] = (),
    off: Sequence[SwitchedOff] = (),
    kept: CacheFigures | None = None,
    backup: MadeBackup | None = None,
    backup_key: str = "",
) -> tuple[Paragraph, ...]:
    """What each day cost; database, disk, event loop and what is `off` because of them, the newest back-up, kept
    answers and jobs, one line each. `backup_key` makes a back-up."""
    lines = spent_lines(costs)
    lines += health_lines(health, off, now_ms=now_ms)
    if backup_key:
        lines.append(_backup_line(backup, backup_key, now_ms))
    if kept is not None:
        lines.append(_kept_line(kept))
    lines += [Paragraph(), Paragraph((("jobs", "strong"),))]
    lines += [_job_line(job, now_ms=now_ms) for job in jobs]
    if not jobs:
        lines.append(Paragraph((("None: nobody drives, and whoever does schedules them.", "muted"),)))
    return tuple(lines)


def spent_lines(costs: Sequence[CostsOfDay]) -> list[Paragraph]:
    """Each day on which something was spent or failed, newest first; nothing where there is none."""
    lines = [_day_line(day) for day in reversed(costs) if day.total.cost_microusd or without_answer(day.total)]
    if not lines:
        return []
    sums = total(costs)
    of = f"{money(sums.cost_microusd)} in {counted(len(costs), 'day')}"
    return [Paragraph((("spent", "strong"), (f"   {of}", "muted"))), *lines, Paragraph()]


def health_lines(health: Sequence[Health], off: Sequence[SwitchedOff], *, now_ms: int) -> list[Paragraph]:
    """How well each is and, where it is not, since when; then what is switched off, and what works all the same."""
    lines = [Paragraph((("health", "strong"),)), *(_health_line(each, now_ms) for each in health)]
    for each in off:
        since = age(max(0, now_ms - each.since_ms))
        said = f"off {'just now' if since == 'now' else f'for {since}'} for the {each.health.replace('_', ' ')}'s sake"
        lines.append(Paragraph(((f"{said}; {each.works}", "attention"),), f"◌ {each.feature}: ", "attention"))
    return lines


def _day_line(day: CostsOfDay) -> Paragraph:
    dearest = sorted(by_provider(day.routes).items(), key=lambda each: -each[1].cost_microusd)
    told = [f"{name} {money(costs.cost_microusd)}" for name, costs in dearest if costs.cost_microusd]
    more = len(told) - PROVIDERS_OF_A_DAY_MAX
    said = ", ".join(told[:PROVIDERS_OF_A_DAY_MAX]) + (f" and {more} more" if more > 0 else "")
    lost = day.total.lost_microusd
    failed = f"; {counted(without_answer(day.total), 'call')} failed" if without_answer(day.total) else ""
    failed += f", {money(lost)} lost" if lost else ""
    spent = f"{money(day.total.cost_microusd):>7}  "
    return Paragraph(((spent, "text"), (f"{said}{failed}".removeprefix("; "), "muted")), f"{day_of(day.midnight_ms)}  ")


def _backup_line(backup: MadeBackup | None, key: str, now_ms: int) -> Paragraph:
    if backup is None:
        return Paragraph(((f"none yet; {key} makes one", "muted"),), f"– {'back-up':<15}", "muted")
    made = age(max(0, now_ms - backup.at_ms))
    said = f"made {'just now' if made == 'now' else f'{made} ago'}: {backup.path}; {key} makes another"
    return Paragraph(((said, "text"),), f"✓ {'back-up':<15}", "ok")


def _kept_line(kept: CacheFigures) -> Paragraph:
    hits = kept.hits_exact + kept.hits_similar
    said = (
        f"{kept.mode.value}: {counted(kept.kept, 'answer')} kept; {count(hits)} of {count(kept.looked_up)} given again"
    )
    if kept.looked_up:
        said += f" ({percent(kept.hits_ppm)})"
    if hits:
        said += f", which saved {money(kept.saved_microusd)} and {duration(kept.saved_ms)}"
    glyph, style = LEVELS["degraded" if kept.faults else "ok"]
    told = f"{said}. {' '.join(kept.faults)}" if kept.faults else said
    return Paragraph(((told, style if kept.faults else "text"),), f"{glyph} {'kept answers':<15}", style)


def _health_line(health: Health, now_ms: int) -> Paragraph:
    glyph, style = LEVELS[health.state]
    is_well = health.state == WELL
    since = "" if is_well or not health.since_ms else age(max(0, now_ms - health.since_ms))
    told = f"{health.reason}; {health.state} {'since just now' if since == 'now' else f'for {since}'}" if since else ""
    told = told or health.reason
    if health.checked_at_ms and now_ms - health.checked_at_ms > LOOKED_MS_MAX:
        told += f"; looked at {age(now_ms - health.checked_at_ms)} ago"
    name = health.name.replace("_", " ")
    return Paragraph(((told, "text" if is_well else style),), f"{glyph} {name:<15}", style)


def _job_line(job: JobView, *, now_ms: int) -> Paragraph:
    is_well = job.last_result in ("", WELL)
    is_left_out = job.last_result.startswith("left out")
    waits = ("◌", "attention" if is_left_out else "muted")
    glyph, style = ("✓", "ok") if job.last_result == WELL else waits if is_well or is_left_out else ("✗", "failed")
    ran = f"ran {age(now_ms - job.last_run_ms)} ago" if job.last_run_ms else "has not run yet"
    due = f", next in {duration(job.next_run_ms - now_ms)}" if job.next_run_ms > now_ms else ""
    said = "" if is_well else f": {job.last_result}"
    every = duration(job.every_seconds * 1_000)
    return Paragraph(
        ((f"every {every}, {ran}{due}{said}", "text" if is_well else style),), f"{glyph} {job.name:<15}", style
    )


def _line(name: str, text: str) -> Paragraph:
    return Paragraph(((text, "text"),), f"{name:<10}")
