"""By which channels does this installation tell somebody what happens?"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping

from console.live_token import token_in_file, token_in_variable
from console.locations import find_locations
from console.setting_channels import MailSetting, WebhookSetting, is_address
from console.settings import Settings
from core.domain.errors import WrongUse
from core.notifying.routing import LOG, SENSIBLE_ROUTES, Route, read_routes
from core.ports.channel import ChannelUnready
from core.ports.live_target import LiveTarget
from core.ports.mail_target import MailSecurity, MailTarget
from core.ports.webhook_target import WebhookTarget

OWN_CHANNELS = (LOG, "live", "terminal", "participants")
"""Names that no webhook and no mail can have."""


def target(name: str, config: Settings, environ: Mapping[str, str] = os.environ) -> WebhookTarget:
    """The webhook of that name. Raises ChannelUnready where its variables are not set, WrongUse for a name that is
    taken."""
    return _target(name, config.webhooks[name], config, environ)


def mail_target(name: str, config: Settings, environ: Mapping[str, str] = os.environ) -> MailTarget:
    """The mail of that name. Raises as `target` does."""
    return _mail_target(name, config.mail[name], config, environ)


def live_target(config: Settings, environ: Mapping[str, str] = os.environ) -> LiveTarget | None:
    """Where programs listen live; None where nobody may. Raises ChannelUnready where there is no token."""
    if not config.live_port:
        return None
    variable = config.live_token_env
    file = find_locations(environ).live_token
    return LiveTarget(
        port=config.live_port,
        token=token_in_variable(variable, environ) if variable else token_in_file(file),
        token_is_in=f"${variable}" if variable else str(file),
        address=config.live_address,
        origins=config.live_origins,
    )


def routes_of(config: Settings, channels: Collection[str]) -> tuple[Route, ...]:
    """The operator's routes, or the sensible ones. Raises WrongUse for one to a channel that is not set up."""
    if config.notification_routes is None:
        return SENSIBLE_ROUTES
    where = config.origins.get("notification_routes", "")
    plain = [dict(each) for each in config.notification_routes]
    return read_routes(plain, channels=channels, where=f"{where}: notifications.routes".removeprefix(": "))


def _target(name: str, given: WebhookSetting, config: Settings, environ: Mapping[str, str]) -> WebhookTarget:
    if name in OWN_CHANNELS:
        raise WrongUse(
            f"a webhook can't be called {name}: a channel of moot's own is.", where="webhooks", now="Rename it."
        )
    url = given.url or _variable(given.url_env, f"webhooks.{name}", environ)
    if not is_address(url):
        raise ChannelUnready(
            f"{given.url_env} holds no address that begins with http:// or https://.", where=f"webhooks.{name}"
        )
    return WebhookTarget(
        name=name,
        url=url,
        secret=_variable(given.secret_env, f"webhooks.{name}", environ) if given.secret_env else "",
        may_be_private=given.is_private,
        seconds_max=config.notification_timeout_seconds,
    )


def _mail_target(name: str, given: MailSetting, config: Settings, environ: Mapping[str, str]) -> MailTarget:
    if name in OWN_CHANNELS or name in config.webhooks:
        raise WrongUse(f"two channels are called {name}.", where=f"mail.{name}", now="Rename one.")
    return MailTarget(
        name=name,
        host=given.host,
        port=given.port,
        security=MailSecurity(given.security),
        sender=given.sender,
        to=given.to,
        user=_variable(given.user_env, f"mail.{name}", environ) if given.user_env else "",
        password=_variable(given.password_env, f"mail.{name}", environ) if given.password_env else "",
        seconds_max=config.notification_timeout_seconds,
    )


def _variable(variable: str, where: str, environ: Mapping[str, str]) -> str:
    value = environ.get(variable, "").strip()
    if not value:
        raise ChannelUnready(
            f"the environment variable {variable} is not set.",
            where=where,
            now="Set it, or take the channel out of the settings.",
        )
    return value
