"""The server's own facts: catalogue, templates, health, setup."""

from __future__ import annotations

import platform
from typing import Any

from fastapi import APIRouter, Request

from voicegraph import __version__, clock
from voicegraph.api.deps import Wired
from voicegraph.api.routes.voice import speech_info
from voicegraph.api.schemas.common import Catalogue, EngineInfo, Health, Info, NodeKind, Ready, Work
from voicegraph.api.schemas.workflows import TemplateCard, TemplateList
from voicegraph.clock import iso, ms
from voicegraph.graph.legacy_format import TYPES
from voicegraph.nodes.action import Action, Lack
from voicegraph.nodes.models.models import choose
from voicegraph.nodes.params.fields import schema_of
from voicegraph.plan.planner_choice import planner_kind
from voicegraph.plan.templates import templates
from voicegraph.run.engine_choice import ENGINE_TITLES, background_engine
from voicegraph.run.retry import CAP_SECONDS
from voicegraph.settings import KEYS, Settings

router = APIRouter(prefix="/api", tags=["about"])


@router.get("/nodes")
async def list_nodes(voicegraph: Wired) -> Catalogue:
    """Every action, with the JSON Schema of its params."""
    settings = voicegraph.settings
    return Catalogue(
        nodes=[_kind(action, settings) for action in voicegraph.registry],
        aliases=TYPES,
        retry_base=settings.retry_base_seconds,
        retry_cap=CAP_SECONDS,
    )


@router.get("/templates")
async def list_templates() -> TemplateList:
    """Ready-made workflows."""
    cards = [TemplateCard(**template.model_dump(by_alias=False)) for template in templates()]
    return TemplateList(templates=cards)


@router.get("/info")
async def info(voicegraph: Wired) -> Info:
    """What is set up, so that a client can say so before a run."""
    settings = voicegraph.settings
    model = choose(settings)
    return Info(
        version=__version__,
        engine=EngineInfo(
            name=voicegraph.background.name,
            title=ENGINE_TITLES[voicegraph.background.name],
            dashboard_url=voicegraph.callee.dashboard_url if voicegraph.callee else None,
        ),
        model=model.name if model else None,
        planner=planner_kind(settings),
        search="tavily" if settings.tavily_api_key else "ddgs",
        user_email=settings.user_email,
        mail=settings.smtp_host is not None,
        max_upload_bytes=settings.max_upload_bytes,
        speech=speech_info(voicegraph),
    )


@router.get("/health")
async def health(voicegraph: Wired) -> Health:
    """The process answers."""
    return Health(version=__version__, timestamp=ms(clock.now()), services=_services(voicegraph.settings))


@router.get("/debug", include_in_schema=False)
async def debug(voicegraph: Wired) -> dict[str, Any]:
    """What pages of the first product ask: versions, and which services are set up. Never a key, an address or a path."""
    return {
        "success": True,
        "version": __version__,
        "python": platform.python_version(),
        "timestamp": ms(clock.now()),
        "engine": voicegraph.background.name,
        "planner": planner_kind(voicegraph.settings),
        "services": _services(voicegraph.settings),
    }


@router.get("/health/ready")
async def ready(voicegraph: Wired, request: Request) -> Ready:
    """The database answers too, and takes writes; there is room on the disk."""
    await voicegraph.queries.ping()
    if voicegraph.upkeep:
        await voicegraph.upkeep.require_room()
    states = [rounds.state for rounds in getattr(request.app.state, "rounds", ())]
    work = [
        Work(name=one.name, state=one.state, error=one.error, since=iso(one.since) if one.since else None)
        for one in states
    ]
    return Ready(version=__version__, work=work)


def _services(settings: Settings) -> dict[str, bool]:
    """Those of the settings, by name: whether there is a key, or a server, for each."""
    named = {name.removesuffix("_api_key"): getattr(settings, name) for name in KEYS if name.endswith("_api_key")}
    others = {"github": settings.github_token, "slack": settings.slack_bot_token, "email": settings.smtp_host}
    inngest = background_engine(settings) == "inngest"
    return {name: bool(value) for name, value in (named | others).items()} | {"inngest": inngest}


def _kind(action: Action, settings: Settings) -> NodeKind:
    lack = action.requires(settings, action.name) if action.requires else None
    return NodeKind(
        type=action.type,
        action=action.name,
        group=action.group,
        title=action.title,
        description=action.description,
        effect=action.effect,
        any_name=action.any_name,
        attempts=action.attempts,
        timeout=action.timeout or settings.node_timeout,
        each=action.each,
        params=schema_of(action.params),
        requires=lack.message if isinstance(lack, Lack) else lack,
    )
