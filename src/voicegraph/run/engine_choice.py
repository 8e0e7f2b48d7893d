"""The engine that runs in the background, and where Inngest is: read from the settings alone, without its library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from voicegraph.errors import ConfigError
from voicegraph.run.events import EngineName
from voicegraph.settings import Settings

DEV_SERVER = "http://127.0.0.1:8288"
CLOUD_API = "https://api.inngest.com"
CLOUD_EVENTS = "https://inn.gs"
CLOUD_DASHBOARD = "https://app.inngest.com/env/{env}"
ENGINE_TITLES = {
    "embedded": "the embedded engine, on this machine",
    "inngest": "Inngest",
}
_KEY = re.compile(r"(?:signkey-\w+-)?((?:[0-9a-fA-F]{2})+)")


@dataclass(frozen=True, slots=True)
class InngestSetup:
    """The address of Inngest and the keys shared with it. In `dev` nothing is signed."""

    app_id: str
    dev: bool
    api_url: str
    event_url: str
    event_key: str | None
    signing_key: str | None
    signing_key_fallback: str | None
    env: str | None
    serve_origin: str | None
    dashboard_url: str
    run_url: str
    """Of a run in the dashboard; `{run}` is its id there."""


def dev_mode(settings: Settings) -> bool:
    """Whether `INNGEST_DEV` says yes: anything but nothing, 0 and false."""
    return (settings.inngest_dev or "").strip().lower() not in ("", "0", "false")


def background_engine(settings: Settings) -> EngineName:
    """The engine of background runs. ConfigError when production is on and something is only good for development."""
    if settings.production and dev_mode(settings):
        raise ConfigError(
            "INNGEST_DEV",
            "INNGEST_DEV is set and VOICEGRAPH_PRODUCTION is on: calls would be taken unsigned. Unset INNGEST_DEV and "
            "set INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY.",
        )
    if settings.engine != "auto":
        return settings.engine
    named = dev_mode(settings) or settings.inngest_event_key or settings.inngest_signing_key
    return "inngest" if named else "embedded"


def half_set(settings: Settings) -> str | None:
    """What to say when settings name Inngest and lack what makes it run: it is not used then. None when all is well."""
    names = ("base_url", "api_base_url", "event_api_base_url", "serve_origin", "signing_key_fallback")
    named = [f"INNGEST_{name.upper()}" for name in names if getattr(settings, f"inngest_{name}")]
    if settings.engine != "auto" or background_engine(settings) == "inngest" or not named:
        return None
    return (
        f"{' and '.join(named)} {'are' if len(named) > 1 else 'is'} set, but not used without INNGEST_EVENT_KEY and "
        "INNGEST_SIGNING_KEY, or INNGEST_DEV."
    )


def inngest_setup(settings: Settings) -> InngestSetup:
    """Everything the engine needs to know. ConfigError names the setting that is missing or wrong."""
    dev = dev_mode(settings)
    if not dev and not settings.inngest_signing_key:
        raise ConfigError(
            "INNGEST_SIGNING_KEY",
            "Inngest runs the background runs, but INNGEST_SIGNING_KEY is not set, so its calls could not be told from "
            "forged ones. Set it, or INNGEST_DEV=1 for a dev server on this machine.",
        )
    if not dev and not settings.inngest_event_key:
        raise ConfigError(
            "INNGEST_EVENT_KEY", "Inngest runs the background runs, but INNGEST_EVENT_KEY is not set. Set it."
        )
    named = _dev_url(settings) or settings.inngest_base_url
    base = named or (DEV_SERVER if dev else None)
    env = settings.inngest_env
    dashboard = _url(base) if base else CLOUD_DASHBOARD.replace("{env}", env or "production")
    return InngestSetup(
        app_id=settings.inngest_app_id,
        dev=dev,
        api_url=_url(settings.inngest_api_base_url or base or CLOUD_API),
        event_url=_url(settings.inngest_event_api_base_url or base or CLOUD_EVENTS),
        event_key=_secret(settings.inngest_event_key),
        signing_key=_signing_key(settings.inngest_signing_key, "INNGEST_SIGNING_KEY"),
        signing_key_fallback=_signing_key(settings.inngest_signing_key_fallback, "INNGEST_SIGNING_KEY_FALLBACK"),
        env=env,
        serve_origin=_origin(settings.inngest_serve_origin),
        dashboard_url=dashboard,
        run_url=f"{dashboard}/run?runID={{run}}" if base else f"{dashboard}/runs/{{run}}",
    )


def _dev_url(settings: Settings) -> str | None:
    named = (settings.inngest_dev or "").strip()
    return named if "://" in named else None


def _url(url: str) -> str:
    return (url if "://" in url else f"http://{url}").rstrip("/")


def _origin(text: str | None) -> str | None:
    if not text:
        return None
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigError(
            "INNGEST_SERVE_ORIGIN", f"INNGEST_SERVE_ORIGIN is “{text}”; it must be like https://voicegraph.example.com."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None


def _signing_key(value: SecretStr | None, setting: str) -> str | None:
    """Checked here: a key that is not hexadecimal would break the first signed call instead of the start."""
    key = _secret(value)
    if key is not None and not _KEY.fullmatch(key):
        raise ConfigError(setting, f"{setting} must be hexadecimal, with or without its signkey-…- in front.")
    return key
