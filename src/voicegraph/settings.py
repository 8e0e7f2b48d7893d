"""Every setting, in one model: `VOICEGRAPH_*` environment variables, `.env`, or `voicegraph.toml`.

Names without the prefix (`SMTP_HOST`, `GROQ_API_KEY`, …) are accepted where users know them already.
The documentation page is generated from the descriptions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from voicegraph.setting_formats import key, limits, web_address

WEB_ADDRESSES = (
    "public_url", "inngest_base_url", "inngest_api_base_url", "inngest_event_api_base_url", "inngest_serve_origin",
    "model_base_url", "speech_base_url", "notion_base_url", "tavily_base_url", "github_base_url", "slack_base_url",
)  # fmt: skip
KEYS = (
    "inngest_event_key", "inngest_signing_key", "inngest_signing_key_fallback", "openai_api_key", "anthropic_api_key",
    "google_api_key", "groq_api_key", "cerebras_api_key", "speech_api_key", "notion_api_key", "tavily_api_key",
    "github_token", "slack_bot_token",
)  # fmt: skip


def _also(name: str) -> AliasChoices:
    """Accept the prefixed name, then `name`, the one users already have in their environment."""
    return AliasChoices(f"VOICEGRAPH_{name}", name)


class Settings(BaseSettings):
    """All of VoiceGraph's configuration. Every field has a default that works on one machine; empty is not set."""

    model_config = SettingsConfigDict(
        env_prefix="VOICEGRAPH_",
        env_file=".env",
        toml_file="voicegraph.toml",
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    # -- server
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    allow_public_address: bool = Field(
        default=False,
        description="Listen on an address that other machines reach, such as `0.0.0.0`. There are no accounts: whoever "
        "reaches it does everything. Without it the server starts on loopback only.",
    )
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: ["127.0.0.1", "localhost", "[::1]"],
        description="Host names the server answers to, comma-separated; anything else is refused (DNS rebinding). "
        "Names of loopback are for requests from this machine.",
    )
    public_url: str | None = Field(
        default=None, description="Address users reach the server at, for links in messages."
    )
    data_dir: Path = Field(default=Path("data"), description="Folder for the database and the uploaded files.")
    database_url: str | None = Field(
        default=None, description="`postgresql://user:password@host/name`; empty means SQLite in the data folder."
    )
    max_upload_bytes: int = Field(default=25 << 20, gt=0, description="Largest accepted upload, in bytes.")
    secret_key: SecretStr | None = Field(
        default=None,
        description="What secrets are made from, 32 characters or more. Empty: a key in the data folder, `secret.key`, made "
        "on first use. Servers that share a database need the same one.",
    )
    webhook_rate: int = Field(
        default=60, ge=1, le=100_000, description="Calls a webhook takes in a minute; more get a 429."
    )
    user_email: str | None = Field(default=None, description='Your own address: what "email me" means.')

    # -- runs
    max_concurrent_runs: int = Field(default=100, ge=1, description="Background runs that execute at the same time.")
    max_queued_runs: int = Field(
        default=100_000, ge=1, description="Background runs that may wait; more are refused (429)."
    )
    connection_limit: int | None = Field(
        default=None,
        ge=1,
        description="Nodes that may use one service at the same time; more wait. Empty: as many as there are.",
    )
    connection_limits: Annotated[dict[str, int], NoDecode] = Field(
        default_factory=dict,
        description="The same for single types of nodes: `notion=3,llm=8`. An unknown type is refused when the server starts.",
    )
    retry_base_seconds: float = Field(
        default=1, gt=0, le=3600, description="First wait before a failed node is tried again; it doubles each time."
    )
    drain_seconds: float = Field(default=25, ge=0, description="How long nodes in flight may finish after SIGTERM.")
    node_timeout: float = Field(
        default=60, gt=0, description="Seconds a node's attempt may take, where nothing else is set."
    )

    # -- history
    retention_days: int | None = Field(
        default=None, ge=0, le=36_500, description="Days that runs are kept after they were made; empty: for ever."
    )
    retention_runs: int | None = Field(
        default=None, ge=0, description="Runs that are kept, the newest ones; empty: all. Runs that go on always stay."
    )

    # -- inngest
    engine: Literal["auto", "embedded", "inngest"] = Field(
        default="auto",
        description="Who runs background runs: `embedded`, this process on this machine; `inngest`, see "
        "[Inngest](inngest.md); auto: Inngest when `INNGEST_DEV` or an Inngest key is set.",
    )
    inngest_dev: str | None = Field(
        default=None,
        validation_alias=_also("INNGEST_DEV"),
        description="`1` uses an Inngest dev server on this machine, a URL one elsewhere. Calls are not signed then: "
        "never in production.",
    )
    inngest_event_key: SecretStr | None = Field(
        default=None, validation_alias=_also("INNGEST_EVENT_KEY"), description="Key that events are sent with."
    )
    inngest_signing_key: SecretStr | None = Field(
        default=None,
        validation_alias=_also("INNGEST_SIGNING_KEY"),
        description="Key that Inngest signs its calls with, hexadecimal, with or without its `signkey-…-`.",
    )
    inngest_signing_key_fallback: SecretStr | None = Field(
        default=None,
        validation_alias=_also("INNGEST_SIGNING_KEY_FALLBACK"),
        description="The other key while keys are rotated: accepted as well.",
    )
    inngest_base_url: str | None = Field(
        default=None,
        validation_alias=_also("INNGEST_BASE_URL"),
        description="A self-hosted Inngest server. Empty: the dev server, or Inngest Cloud.",
    )
    inngest_api_base_url: str | None = Field(
        default=None,
        validation_alias=_also("INNGEST_API_BASE_URL"),
        description="Its API, where that has an address of its own.",
    )
    inngest_event_api_base_url: str | None = Field(
        default=None,
        validation_alias=_also("INNGEST_EVENT_API_BASE_URL"),
        description="Its event API, where that has an address of its own.",
    )
    inngest_env: str | None = Field(
        default=None, validation_alias=_also("INNGEST_ENV"), description="Branch environment of Inngest Cloud."
    )
    inngest_app_id: str = Field(
        default="voicegraph",
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        validation_alias=_also("INNGEST_APP_ID"),
        description="The app's id at Inngest. Two VoiceGraphs with databases of their own need two ids on one Inngest; "
        "change it only while no run is under way.",
    )
    inngest_serve_origin: str | None = Field(
        default=None,
        validation_alias=_also("INNGEST_SERVE_ORIGIN"),
        description="Where Inngest reaches this server (`https://voicegraph.example.com`); no other origin is registered.",
    )
    production: bool = Field(
        default=False, description="Refuse to start with what is only good for development, such as `INNGEST_DEV`."
    )

    # -- network
    allow_private_hosts: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Hosts or CIDRs in private networks that nodes may reach, comma-separated. Empty: public only.",
    )
    max_response_bytes: int = Field(default=10 << 20, gt=0, description="Largest response body a node reads, in bytes.")

    # -- models
    model: str | None = Field(
        default=None,
        description="Model for llm nodes and planning, as pydantic-ai names it: `openai:gpt-5-mini`, "
        "`anthropic:claude-sonnet-4-5`, `groq:llama-3.3-70b-versatile`, `cerebras:…`, `google:…`, `ollama:llama3.2`. "
        "Empty: the first provider below that has a key; none: summaries are extractive and other llm actions fail.",
    )
    model_base_url: str | None = Field(
        default=None, description="Any OpenAI-compatible endpoint, for `openai:` and `ollama:`."
    )
    openai_api_key: SecretStr | None = Field(
        default=None, validation_alias=_also("OPENAI_API_KEY"), description="OpenAI key."
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, validation_alias=_also("ANTHROPIC_API_KEY"), description="Anthropic key."
    )
    google_api_key: SecretStr | None = Field(
        default=None, validation_alias=_also("GOOGLE_API_KEY"), description="Google key."
    )
    groq_api_key: SecretStr | None = Field(
        default=None, validation_alias=_also("GROQ_API_KEY"), description="Groq key."
    )
    cerebras_api_key: SecretStr | None = Field(
        default=None, validation_alias=_also("CEREBRAS_API_KEY"), description="Cerebras key."
    )
    planner: Literal["auto", "rules", "llm"] = Field(
        default="auto",
        description="Who turns a sentence into a graph. auto: rules where they are sure, else the model where one is "
        "configured.",
    )

    # -- speech
    transcriber: Literal["auto", "embedded", "hosted"] = Field(
        default="auto",
        description="Who turns speech into text: `embedded`, on this machine; `hosted`, an OpenAI-compatible service; "
        "auto: hosted when `VOICEGRAPH_SPEECH_BASE_URL`, `GROQ_API_KEY` or `OPENAI_API_KEY` is set.",
    )
    speech_model: str = Field(
        default="auto",
        min_length=1,
        description="Embedded: a Whisper name (`base.en`, `small`; downloaded once) or a CTranslate2 folder; hosted: the "
        "service's name for it. auto: the shipped `tiny.en`, `whisper-large-v3-turbo` at Groq, `whisper-1` elsewhere.",
    )
    speech_language: str = Field(
        default="en", pattern="^(auto|[a-z]{2,3})$", description="Language that is spoken, as a code; auto: found out."
    )
    speech_base_url: str | None = Field(
        default=None,
        description="Any OpenAI-compatible endpoint with `/audio/transcriptions`, such as a server of your own: "
        "`http://127.0.0.1:8001/v1`.",
    )
    speech_api_key: SecretStr | None = Field(
        default=None, description="Its key. Empty: the key of Groq or OpenAI, at their own addresses only."
    )
    speech_idle_seconds: float = Field(
        default=900, gt=0, description="The embedded model's memory is given back after so long without a word."
    )

    # -- services
    smtp_host: str | None = Field(default=None, validation_alias=_also("SMTP_HOST"), description="Mail server.")
    smtp_port: int = Field(
        default=587, ge=1, le=65535, validation_alias=_also("SMTP_PORT"), description="465 is TLS, others try STARTTLS."
    )
    smtp_user: str | None = Field(default=None, validation_alias=_also("SMTP_USER"), description="Mail server login.")
    smtp_password: SecretStr | None = Field(
        default=None, validation_alias=_also("SMTP_PASSWORD"), description="Mail server password."
    )
    smtp_from: str | None = Field(
        default=None,
        validation_alias=_also("SMTP_FROM"),
        description="Sender of mails; empty: the login, else user_email.",
    )
    smtp_tls: Literal["auto", "tls", "starttls", "none"] = Field(
        default="auto", description="How mail is encrypted; auto: TLS on 465, STARTTLS where the server offers it."
    )
    notion_api_key: SecretStr | None = Field(
        default=None, validation_alias=_also("NOTION_API_KEY"), description="Notion integration token."
    )
    notion_base_url: str = Field(default="https://api.notion.com", description="Notion's API.")
    tavily_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=_also("TAVILY_API_KEY"),
        description="Tavily key for web search; empty: DuckDuckGo.",
    )
    tavily_base_url: str = Field(default="https://api.tavily.com", description="Tavily's API.")
    github_token: SecretStr | None = Field(
        default=None,
        validation_alias=_also("GITHUB_TOKEN"),
        description="GitHub token; empty: public data, 60 calls an hour.",
    )
    github_base_url: str = Field(
        default="https://api.github.com", description="GitHub's API, or an Enterprise server's."
    )
    slack_bot_token: SecretStr | None = Field(
        default=None,
        validation_alias=_also("SLACK_BOT_TOKEN"),
        description="Slack bot token (`xoxb-…`, scope chat:write).",
    )
    slack_base_url: str = Field(default="https://slack.com/api/", description="Slack's API.")
    notify_url: SecretStr | None = Field(
        default=None, description="Default Apprise URL for notify nodes: Telegram, Discord, Teams, ntfy, 100+ more."
    )

    notify_on: Annotated[list[Literal["failed", "completed", "waiting"]], NoDecode] = Field(
        default_factory=list,
        description="Tell somebody when a background run has failed or completed, or any run waits for approval, "
        "comma-separated. A workflow may say otherwise.",
    )
    notify_email: str | None = Field(
        default=None, description="Where notifications are mailed, comma-separated; empty: user_email."
    )
    notify_digest_minutes: float = Field(
        default=60,
        gt=0,
        le=10_080,
        description="After a notification, more of the same workflow and kind are counted and told in one digest.",
    )

    @property
    def base_url(self) -> str:
        """Where people reach this server, for links in messages."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = self.host if self.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(cls, values: Any) -> Any:
        """Compose files and shells make empty variables of what nobody has set. One still hides a value of `.env`."""
        if not isinstance(values, dict):
            return values
        given = cast("dict[str, Any]", values)
        return {name: value for name, value in given.items() if not isinstance(value, str) or value.strip()}

    @field_validator("allowed_hosts", "allow_private_hosts", "notify_on", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator(*WEB_ADDRESSES)
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        return web_address(value) if value else value

    @field_validator("inngest_dev")
    @classmethod
    def _is_switch_or_address(cls, value: str | None) -> str | None:
        return web_address(value) if value and any(sign in value for sign in ":/@") else value

    @field_validator(*KEYS)
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            key(value.get_secret_value())
        return value

    @field_validator("connection_limits", mode="before")
    @classmethod
    def _split_limits(cls, value: object) -> object:
        return limits(value) if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then `.env`, then `voicegraph.toml`."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)
