"""Does each setting come from the source that should win, and is a wrong one refused where it stands?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.doctor import NO_EFFECT, _shown
from console.setting_limits import limits_of
from console.setting_specs import SPECS
from console.settings import NAMES_WITHOUT_EFFECT, Settings, for_demo, keys_present, load_settings
from core.domain.errors import WrongUse

PROVIDERS = ("anthropic", "gemini", "openai", "groq", "vllm", "compatible", "ollama")

SAMPLES = {
    "database": "/x/moot.db",
    "synchronous": "full",
    "max_concurrent_debates": "3",
    "cap_day_usd": "0.25",
    "cap_session_usd": "0.5",
    "in_doubt_policy": "retry",
    "escalation.answer_minutes": "90",
    "escalation.then": "continue",
    "response_cache": "exact",
    "drain_seconds_max": "5",
    "rehearsal_pace": "0",
    "rules_folder": "/x/rules",
    "metrics_export_path": "/x/metrics",
    "enable_metrics_export": "false",
    "metrics_export_interval_seconds": "60",
    "exports.every_minutes": "60",
    "exports.kinds": "events, sessions",
    "exports.format": "csv",
    "exports.folder": "/x/exports",
    "exports.keep_files": "7",
    "exports.keep_days": "14",
    "debate_timeout_minutes": "45",
    "alert_threshold_error_rate": "0.25",
    "analytics.consensus_rate_min": "0.25",
    "analytics.escalation_rate_max": "0.3",
    "analytics.arguments_min": "3",
    "analytics.arguments_max": "80",
    "analytics.sessions_min": "20",
    "analytics.window_days": "14",
    "enable_health_checks": "false",
    "health_check_interval_seconds": "7",
    "keep_sessions_days": "90",
    "stale_sessions_days": "3",
    "metrics_port": "9464",
    "metrics_address": "127.0.0.2",
    "log_level": "DEBUG",
    "log_format": "human",
    "debug_mode": "true",
    "theme": "moot-light",
    "keymap": "mine",
    "mouse": "false",
    "gemini_sdk": "generativeai",
    "model_connect_seconds": "2",
    "model_first_token_seconds": "20",
    "model_silence_seconds": "30",
    "rate_limit_requests_per_minute": "90",
    "rate_limit_tokens_per_minute": "40000",
    **{f"providers.{name}.base_url": "https://gate.example/v1" for name in PROVIDERS},
    "providers.ollama.base_url": "http://10.0.0.7:11434/v1",
    **{f"providers.{name}.model": "swift-1" for name in PROVIDERS},
    **{f"providers.{name}.in_doubt_policy": "fail" for name in PROVIDERS},
    "refine.commands": '{"compiles": ["python3", "-m", "py_compile", "{file.py}"]}',
    "enable_notifications": "false",
    "notification_timeout_seconds": "7",
    "notifications.reminders": '{"urgent": "2m", "high": "1h", "normal": "1d", "low": "none", "at_most": 5}',
    "notifications.quiet": (
        '{"from": "22:00", "to": "07:30", "priority": "urgent", "channels": ["ops"], "zone": "Europe/Berlin"}'
    ),
    "notifications.batch": '{"ops": {"every_minutes": 30, "priority": "normal"}}',
    "notification_batch_size": "20",
    "notifications.routes": '[{"channels": ["log"], "priority": "high"}]',
    "mail": '{"team": {"host": "smtp.example.org", "from": "moot@example.org", "to": ["ann@example.org"]}}',
    "webhooks": '{"ops": {"url": "https://ops.example/a-token-of-theirs", "secret_env": "OPS_SECRET"}}',
    "live.port": "8765",
    "live.address": "::1",
    "live.token_env": "LIVE_TOKEN",
    "live.origins": '["https://board.example"]',
    **dict.fromkeys(("terminal.bell", "terminal.osc", "terminal.title"), "false"),
}
SHOWN = {"mail": '{"team": "smtp.example.org:587"}', "webhooks": '{"ops": "ops.example"}'}
"""What is not shown as it was given: an address may hold a token."""


def home(tmp_path: Path, text: str = "") -> dict[str, str]:
    """An environment whose settings file holds `text`."""
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return {"MOOT_HOME": str(tmp_path)}


def test_a_moot_that_is_told_nothing_has_its_defaults(tmp_path: Path) -> None:
    settings = load_settings(environ={"MOOT_HOME": str(tmp_path)})

    assert settings.max_concurrent_debates == 10
    assert settings.database == tmp_path / "data" / "moot.db"
    assert set(settings.origins.values()) == {"default"}


def test_the_command_line_wins_over_the_environment_over_the_file_over_the_default(tmp_path: Path) -> None:
    environ = home(tmp_path, 'max_concurrent_debates = 1\ntheme = "file"\nkeymap = "file"\n')
    environ |= {"ORCHESTRATION_MAX_DEBATES": "2", "MOOT_THEME": "environment"}
    given = {"max_concurrent_debates": 3, "theme": None}

    settings = load_settings(given, environ=environ)

    assert (settings.max_concurrent_debates, settings.theme, settings.keymap) == (3, "environment", "file")
    assert settings.origins["max_concurrent_debates"] == "command line"
    assert settings.origins["theme"] == "environment variable MOOT_THEME"
    assert settings.origins["keymap"].endswith("settings.toml")
    assert settings.origins["mouse"] == "default"


def test_what_has_a_name_in_two_parts_is_set_in_a_table_of_the_file(tmp_path: Path) -> None:
    tables = 'escalation = {answer_minutes = 90, then = "continue"}\n[analytics]\nsessions_min = 20\n'

    settings = load_settings(environ=home(tmp_path, tables))

    assert (settings.escalation_answer_minutes, settings.escalation_then) == (90, "continue")
    assert settings.analytics_sessions_min == 20
    for heading in sorted({key.partition(".")[0] for key in SAMPLES if "." in key}):
        with pytest.raises(WrongUse, match=rf"no setting is called '{heading}\.nonsense'"):
            load_settings(environ=home(tmp_path, f"[{heading}]\nnonsense = 1\n"))


def test_the_theme_chosen_last_in_the_console_wins_over_the_default_alone(tmp_path: Path) -> None:
    environ = home(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "console.toml").write_text('theme = "moot-light"\n')

    remembered = load_settings(environ=environ)
    assert (remembered.theme, remembered.origins["theme"]) == ("moot-light", "chosen in the console")

    environ = home(tmp_path, 'theme = "file"\n')
    assert load_settings(environ=environ).theme == "file"
    assert load_settings({"theme": "line"}, environ=environ).theme == "line"


@pytest.mark.parametrize("text", ["theme = \n", "theme = 3\n", "[theme]\n", "", "\x00", "other = 1"])
def test_what_the_console_remembers_and_nobody_can_read_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "console.toml").write_text(text)

    assert load_settings(environ={"MOOT_HOME": str(tmp_path)}).origins["theme"] == "default"


def test_the_seeds_environment_names_work(tmp_path: Path) -> None:
    environ = {
        "MOOT_HOME": str(tmp_path),
        "ORCHESTRATION_MAX_DEBATES": "4",
        "ORCHESTRATION_METRICS_EXPORT": "false",
        "ORCHESTRATION_DEBUG_MODE": "true",
        "ORCHESTRATION_LOG_LEVEL": "debug",
        "ORCHESTRATION_ENABLE_NOTIFICATIONS": "true",
    }

    settings = load_settings(environ=environ)

    assert settings.max_concurrent_debates == 4
    assert settings.enable_metrics_export is False
    assert settings.debug_mode is True
    assert settings.log_level == "DEBUG"


def test_a_name_of_our_own_wins_over_the_seeds(tmp_path: Path) -> None:
    environ = {"MOOT_HOME": str(tmp_path), "MOOT_LOG_LEVEL": "ERROR", "ORCHESTRATION_LOG_LEVEL": "INFO"}

    assert load_settings(environ=environ).log_level == "ERROR"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_every_setting_can_be_given_in_the_environment(tmp_path: Path, spec: object) -> None:
    defaults = load_settings(environ={"MOOT_HOME": str(tmp_path)})
    spec = next(each for each in SPECS if each is spec)

    changed = load_settings(environ={"MOOT_HOME": str(tmp_path), spec.variables[0]: SAMPLES[spec.key]})

    assert getattr(changed, spec.field) != getattr(defaults, spec.field)
    shown = SHOWN.get(spec.key, SAMPLES[spec.key])
    assert spec.written(getattr(changed, spec.field)).lower() == shown.lower()


def test_every_setting_and_name_is_in_the_documentation() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")

    wanted = [name for spec in SPECS for name in (spec.key, *spec.variables)] + list(NAMES_WITHOUT_EFFECT)

    assert [name for name in wanted if f"`{name}`" not in text] == []


def test_every_field_can_be_set() -> None:
    fields = set(Settings.__dataclass_fields__) - {"origins"}

    assert {spec.field for spec in SPECS} == fields


def test_a_file_written_for_the_seeds_configuration_is_taken(tmp_path: Path) -> None:
    text = "".join(f"{name} = true\n" for name in NAMES_WITHOUT_EFFECT) + "max_concurrent_debates = 5\n"

    assert load_settings(environ=home(tmp_path, text)).max_concurrent_debates == 5


def test_the_doctor_says_of_names_without_effect_who_set_them_and_that_they_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORCHESTRATION_TEMPLATE_STORAGE_PATH", "data/templates")
    for name, value in home(tmp_path, "enable_admin_interface = true\n").items():
        monkeypatch.setenv(name, value)

    rows = {each.key: each for each in _shown(load_settings())}

    assert rows["enable_admin_interface"].value == "true"
    assert rows["enable_admin_interface"].origin.endswith("settings.toml")
    assert rows["template_storage_path"].value == "data/templates"
    assert rows["template_storage_path"].origin == "environment variable ORCHESTRATION_TEMPLATE_STORAGE_PATH"
    assert {rows[name].about for name in NAMES_WITHOUT_EFFECT} == {NO_EFFECT}
    assert NAMES_WITHOUT_EFFECT[0] not in {each.key for each in SPECS}


@given(amount=st.integers(min_value=0, max_value=10**12))
def test_every_amount_of_micro_dollars_survives_being_written_and_read(amount: int) -> None:
    spec = next(each for each in SPECS if each.key == "cap_day_usd")

    assert spec.read(spec.written(amount)) == amount


def test_an_amount_finer_than_a_micro_dollar_never_raises_a_cap() -> None:
    spec = next(each for each in SPECS if each.key == "cap_day_usd")

    assert spec.read("0.0000019") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_concurent_debates = 3\n", ":1: no setting is called 'max_concurent_debates'. Did you mean"),
        ("\nmouse = true\ncap_day_usd = 'much'\n", ":3: cap_day_usd is an amount in dollars"),
        ("max_concurrent_debates = true\n", ":1: max_concurrent_debates is a whole number"),
        ("max_concurrent_debates = 0\n", "from 1 to 10,000, not '0'"),
        ("log_level = 'LOUD'\n", "is one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'"),
        ("mouse = 'perhaps'\n", "is true or false"),
        ("theme = 3\n", "theme is a name"),
        ("[table]\n", ":1: no setting is called 'table'"),
        ("[providers.opena]\nbase_url = 'x'\n", ":2: no setting is called 'providers.opena.base_url'. Did you mean"),
        ("mouse = true\n[providers.openai]\n\nbase_url = 'x'\n", ":4: providers.openai.base_url is an address such"),
        ("providers.openai.base_url = 'ftp://x'\n", ":1: providers.openai.base_url is an address such"),
        ("providers = 3\n", ":1: no setting is called 'providers'"),
        ("[providers.groq]\nmodel = 'two words'\n", ":2: providers.groq.model is the name of a model"),
        (
            "[providers.openai]\napi_key = 'x'\n",
            ":2: no setting is called 'providers.openai.api_key'. A key is",
        ),
        ("gemini_sdk = 'vertex'\n", "gemini_sdk is one of genai, generativeai"),
        ("mouse = \n", "this is no TOML"),
        (f"mouse = {'[' * 5_000}", "settings.toml: nests too deeply"),
        ("database = '~nobody-of-this-name/x.db'\n", ":1: database is a path, and nobody knows that home folder"),
    ],
)
def test_a_fault_in_the_file_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WrongUse) as refused:
        load_settings(environ=home(tmp_path, text))

    assert said in str(refused.value)
    assert "settings.toml" in str(refused.value)


def test_each_provider_has_a_table_of_its_own_in_the_file(tmp_path: Path) -> None:
    text = '[providers.openai]\nbase_url = "https://gate.example/v1/"\n[providers.groq]\nmodel = "llama-3.1"\n'

    settings = load_settings(environ=home(tmp_path, text))

    assert (settings.openai_base_url, settings.groq_model) == ("https://gate.example/v1", "llama-3.1")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:5000", "http://127.0.0.1:5000/v1"),
        (":5000", "http://127.0.0.1:5000/v1"),
        ("https://llm.example/", "https://llm.example:443/v1"),
        ("http://llm.example:8080/behind/v1", "http://llm.example:8080/behind/v1"),
        ("[::1]:11434", "http://[::1]:11434/v1"),
    ],
)
def test_ollama_is_found_where_its_own_variable_says(tmp_path: Path, written: str, read: str) -> None:
    assert load_settings(environ=home(tmp_path) | {"OLLAMA_HOST": written}).ollama_base_url == read


def test_the_names_that_providers_go_by_elsewhere_work(tmp_path: Path) -> None:
    environ = {"GROQ_MODEL_NAME": "llama-3.1-8b-instant", "OPENAI_BASE_URL": "https://gate.example/v1"}

    settings = load_settings(environ=home(tmp_path) | environ)

    assert (settings.groq_model, settings.openai_base_url) == ("llama-3.1-8b-instant", "https://gate.example/v1")


def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        load_settings(environ=home(tmp_path) | {"OPENAI_BASE_URL": "https://me:opensesame@gate.example/v1"})

    assert "without a name or password" in str(refused.value)
    assert "opensesame" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    environ = home(tmp_path)
    (tmp_path / "config" / "settings.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(WrongUse, match=r"settings\.toml: is no UTF-8 text"):
        load_settings(environ=environ)


def test_a_misspelt_name_in_the_environment_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"MOOT_DATABSE: no setting is called so\. Did you mean 'MOOT_DATABASE'"):
        load_settings(environ={"MOOT_HOME": str(tmp_path), "MOOT_DATABSE": "x"})


def test_a_wrong_value_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="environment variable ORCHESTRATION_MAX_DEBATES: max_concurrent_debates is"):
        load_settings(environ={"MOOT_HOME": str(tmp_path), "ORCHESTRATION_MAX_DEBATES": "many"})


@pytest.mark.parametrize("name", ["MOOT_REFINE_COMMANDS", "MOOT_MAIL", "MOOT_WEBHOOKS", "MOOT_NOTIFICATIONS_ROUTES"])
def test_json_in_the_environment_that_nests_without_end_names_the_variable(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUse, match=f"environment variable {name}: .* nests too deeply"):
        load_settings(environ={"MOOT_HOME": str(tmp_path), name: "[" * 100_000})


def test_a_pipe_in_the_place_of_the_settings_file_holds_nobody_up(tmp_path: Path) -> None:
    environ = home(tmp_path, "")
    (file,) = tmp_path.rglob("settings.toml")
    file.unlink()
    os.mkfifo(file)

    with pytest.raises(WrongUse, match=r"settings\.toml: is no file"):
        load_settings(environ=environ)


@pytest.mark.parametrize(
    ("field", "option"), [("rehearsal_pace", "--pace"), ("live_port", "--live"), ("metrics_port", "--metrics-port")]
)
def test_a_wrong_value_on_the_command_line_names_the_option_that_was_given(
    tmp_path: Path, field: str, option: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        load_settings({field: 10**9}, environ={"MOOT_HOME": str(tmp_path)})

    assert refused.value.where == option


def test_only_the_presence_of_a_key_is_known() -> None:
    present = keys_present({"ANTHROPIC_API_KEY": "hidden", "GOOGLE_API_KEY": " "})

    assert [name for name, is_set in present.items() if is_set] == ["ANTHROPIC_API_KEY"]
    assert {"GOOGLE_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY", "GROQ_API_KEY"} < set(present)
    assert "hidden" not in repr(load_settings(environ={"ANTHROPIC_API_KEY": "hidden", "HOME": "/h"}))


def test_the_demo_has_a_database_and_metrics_of_its_own(tmp_path: Path) -> None:
    environ = {"MOOT_HOME": str(tmp_path), "MOOT_DATABASE": str(tmp_path / "mine.db")}

    demo = for_demo(load_settings(environ=environ), environ)

    assert demo.database == tmp_path / "data" / "demo" / "demo.db"
    assert demo.metrics_export_path.is_relative_to(tmp_path / "data" / "demo")
    assert demo.origins["database"] == "demo"


def test_the_demo_meets_nothing_and_tells_nobody_of_what_the_operator_set_up(tmp_path: Path) -> None:
    text = """
rules_folder = "/rules"
metrics_port = 9464
webhooks.ops = {url = "https://ops.example/told"}
mail.team = {host = "mail.example", from = "moot@example.org", to = ["team@example.org"]}
notifications.routes = [{channels = ["ops", "team"], priority = "low"}]
exports.every_minutes = 5
live.port = 8765
"""
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    environ = {"MOOT_HOME": str(tmp_path)}
    own = load_settings(environ=environ, file=file)
    assert own.webhooks
    assert own.mail

    demo, untouched = for_demo(own, environ), Settings()

    for name in ("rules_folder", "metrics_port", "webhooks", "mail", "notification_routes", "exports_every_minutes"):
        assert getattr(demo, name) == getattr(untouched, name) != getattr(own, name), name
    assert demo.live_port == untouched.live_port


def test_reading_settings_loads_no_heavy_library() -> None:
    code = (
        "import sys; from console.settings import load_settings; load_settings({}); "
        "print([name for name in ('pydantic', 'typer', 'textual', 'sqlalchemy', 'asyncio') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"


def test_the_debug_mode_is_set_by_its_former_name_too(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("enable_debug_mode = true\n")

    assert load_settings(environ={}, file=file).debug_mode is True
    for prefix in ("MOOT", "ORCHESTRATION"):
        environ = {f"{prefix}_ENABLE_DEBUG_MODE": "true"}
        assert load_settings(environ=environ, file=tmp_path / "none").debug_mode is True
    assert load_settings(environ={"MOOT_DEBUG_MODE": "false"}, file=file).debug_mode is False


def test_a_policy_for_calls_in_doubt_of_one_provider_leaves_the_others_to_the_policy_for_all(tmp_path: Path) -> None:
    environ = home(tmp_path, 'in_doubt_policy = "ask"\n[providers.groq]\nin_doubt_policy = "retry"\n')
    limits = limits_of(load_settings(environ=environ))

    assert limits.in_doubt_policy_of("groq:llama") == "retry"
    assert limits.in_doubt_policy_of("openai:gpt") == "ask"
    assert limits.in_doubt_policy_of("rehearsal") == "ask"


def test_commands_that_may_check_drafts_stand_in_a_table_of_the_settings_file(tmp_path: Path) -> None:
    text = '[refine.commands]\ncompiles = ["python3", "-m", "py_compile", "{file.py}"]\nspells = ["aspell list"]\n'
    settings = load_settings(environ=home(tmp_path, text))
    assert settings.refine_commands == {
        "compiles": ("python3", "-m", "py_compile", "{file.py}"),
        "spells": ("aspell list",),
    }


@pytest.mark.parametrize(
    "line", ['compiles = "make check"', "compiles = []", 'compiles = [""]', 'compiles = ["a", 1]', '"Make It" = ["a"]']
)
def test_a_command_that_would_need_a_shell_or_is_none_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    with pytest.raises(WrongUse, match=r"settings\.toml:1: refine\.commands "):
        load_settings(environ=home(tmp_path, f"[refine.commands]\n{line}\n"))


def test_a_strange_key_below_refine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"settings\.toml:2: no setting is called 'refine\.comands'"):
        load_settings(environ=home(tmp_path, "[refine]\ncomands = {}\n"))
