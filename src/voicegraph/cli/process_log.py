"""The log of a process that stays: a server or a worker."""

from __future__ import annotations

import logging

from voicegraph import logs
from voicegraph.run.engine_choice import half_set
from voicegraph.run.redaction.redact import Redactor
from voicegraph.setting_names import unknown_settings
from voicegraph.settings import Settings

log = logging.getLogger(__name__)


def start_log(settings: Settings) -> None:
    """Write to stderr without the settings' secrets; the first lines name the settings that are of no use."""
    logs.set_up(Redactor.of_settings(settings).text)
    half = half_set(settings)
    for said in [*unknown_settings(), *([half] if half else [])]:
        log.warning("%s", said)
