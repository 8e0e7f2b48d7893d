"""Near-misses of what is known by name: the user's own repositories, addresses and channels, and famous repositories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import Match

from voicegraph.speech.repair.similarity import alike, alike_in_sound

FAMOUS = (
    "pallets/flask", "django/django", "facebook/react", "vuejs/core", "angular/angular", "sveltejs/svelte",
    "vercel/next.js", "nodejs/node", "denoland/deno", "python/cpython", "rust-lang/rust", "golang/go", "torvalds/linux",
    "kubernetes/kubernetes", "moby/moby", "docker/compose", "ansible/ansible", "hashicorp/terraform",
    "prometheus/prometheus", "grafana/grafana", "redis/redis", "postgres/postgres", "sqlite/sqlite",
    "elastic/elasticsearch", "apache/kafka", "apache/spark", "microsoft/vscode", "microsoft/typescript",
    "tensorflow/tensorflow", "pytorch/pytorch", "scikit-learn/scikit-learn", "pandas-dev/pandas", "numpy/numpy",
    "huggingface/transformers", "openai/whisper", "fastapi/fastapi", "pydantic/pydantic", "encode/httpx",
    "psf/requests", "astral-sh/ruff", "rails/rails", "laravel/laravel", "spring-projects/spring-boot", "twbs/bootstrap",
    "tailwindlabs/tailwindcss", "home-assistant/core", "inngest/inngest", "n8n-io/n8n",
)  # fmt: skip

_PATH = re.compile(r"(?<![\w/.:@-])([\w.-]{0,60}\w)/([\w.-]{0,60}\w)(?![\w/-])")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PART, _WHOLE, _SURE = 0.6, 0.8, 0.85


def repair_entities(text: str, known: Sequence[str]) -> str:
    """The text with known names where something nearly like them was heard; the user's own come first."""
    paths = [*(name for name in known if "/" in name and "@" not in name), *FAMOUS]
    mails = [name for name in known if "@" in name]
    text = _PATH.sub(lambda found: _path(found, paths), text)
    return _MAIL.sub(lambda found: _mail(found[0], mails), text)


def _path(found: Match[str], known: Sequence[str]) -> str:
    """Both parts must be like the known ones, and one of them very much so."""
    if any(found[0].lower() == name.lower() for name in known):
        return found[0]
    for name in known:
        owner, _, repository = name.partition("/")
        likeness = sorted((alike_in_sound(found[1], owner), alike_in_sound(found[2], repository)))
        if likeness[0] >= _PART and sum(likeness) / 2 >= _WHOLE and likeness[1] >= _SURE:
            return name
    return found[0]


def _mail(mail: str, known: Sequence[str]) -> str:
    if mail.lower() in map(str.lower, known):
        return mail
    return next((name for name in known if alike(mail, name) >= _SURE), mail)
