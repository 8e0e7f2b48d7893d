"""The pages of the server itself: they look as the product does, dark and light, on a phone and without a script."""

from __future__ import annotations

import secrets
from functools import cache
from html import escape
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from voicegraph.api.guard import POLICY
from voicegraph.api.pages.site import DIST

_FONTS = {
    "cyrillic": "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116",
    "greek": "U+0370-0377,U+037A-037F,U+0384-038A,U+038C,U+038E-03A1,U+03A3-03FF",
    "latin-ext": "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+20A0-20AB,U+20AD-20C0",
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212",
}
"""The page's own font, in the pieces that its build has."""

# The colours of web/src/app/tokens.css.
_STYLE = """
:root{color-scheme:light dark;--canvas:#f5f5f2;--surface:#fff;--sunken:#f5f5f2;--line:#e3e3de;--strong:#bdbdb6;--text:#1c1c1a;
--dim:#62625c;--accent:#4f46e5;--ok:#15753a;--error:#c02626;--link:#3b33c4}
@media(prefers-color-scheme:dark){:root{--canvas:#111113;--surface:#1b1b1f;--sunken:#151518;--line:#2e2e35;--strong:#55555f;
--text:#ececf0;--dim:#a6a6b1;--accent:#5f58e8;--ok:#5ecb8b;--error:#ff8a8a;--link:#a9a5ff}}
*{box-sizing:border-box}
body{font:15px/1.55 'Inter Variable',system-ui,-apple-system,'Segoe UI',sans-serif;margin:0;background:var(--canvas);
color:var(--text);overflow-wrap:anywhere}
header{display:flex;align-items:center;gap:10px;height:52px;padding:0 20px;background:var(--surface);
border-bottom:1px solid var(--line);font-weight:600}
main{max-width:46rem;margin:0 auto;padding:24px 20px 0}
h1{font-size:1.35rem;line-height:1.3;font-weight:600;margin:0 0 12px}.mark{float:left;font-size:1.3rem;line-height:1.3;margin-right:10px}
.ok{color:var(--ok)}.no{color:var(--error)}
p{margin:.5em 0}.dim{color:var(--dim);font-size:13px}a{color:var(--link)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 14px;margin:0 0 16px;font-size:13px}
dt{color:var(--dim)}dd{margin:0}
section{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:4px 18px 12px;margin:0 0 16px}
section h2,section h3,section h4,section h1{font-size:1.05rem;font-weight:600;margin:1em 0 .4em}
section h1{font-size:1.2rem}
pre{white-space:pre-wrap;margin:12px 0;font-size:13px;background:var(--sunken);border:1px solid var(--line);border-radius:8px;
padding:10px 12px}
pre,code{font-family:ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,monospace}.plain{font:inherit}
details>pre{max-height:45vh;overflow:auto}summary{cursor:pointer;margin:10px 0;color:var(--dim);font-size:13px}
blockquote{margin:.6em 0;padding-left:12px;border-left:3px solid var(--strong);color:var(--dim)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px}td,th{border:1px solid var(--line);padding:5px 9px;
text-align:left;overflow-wrap:normal;min-width:4.5em}
label{display:block;margin:14px 0 4px;font-weight:500;font-size:13px}
textarea{width:100%;min-height:4.5em;font:inherit;padding:8px 10px;border-radius:8px;border:1px solid var(--strong);
background:var(--surface);color:inherit}
.row{position:sticky;bottom:0;display:flex;gap:12px;margin:16px -20px 0;padding:12px 20px calc(12px + env(safe-area-inset-bottom));
background:var(--canvas);border-top:1px solid var(--line)}
button{font:inherit;font-weight:600;min-height:46px;padding:10px 20px;border-radius:8px;border:1px solid var(--strong);
background:var(--surface);color:inherit;flex:1 1 0;cursor:pointer}
button.yes{background:var(--accent);border-color:var(--accent);color:#fff}
:focus-visible{outline:2px solid var(--text);outline-offset:2px}
"""

_LOGO = """<svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="var(--text)"/>
<g fill="none" stroke="var(--surface)" stroke-width="2.2" stroke-linecap="round"><path d="M10.6 16h3.2c3.4 0 2.6-6 6-6h.8M13.8 \
16c3.4 0 2.6 6 6 6h.8"/></g><g fill="var(--surface)"><circle cx="8.6" cy="16" r="2.6"/><circle cx="23" cy="10" r="2.6"/>\
<circle cx="23" cy="22" r="2.6"/></g></svg>"""


def page(title: str, body: str, status: int = HTTPStatus.OK, mark: str = "") -> Response:
    """A page with a heading, as plain text, and what stands under it, as HTML. Nothing on it comes from elsewhere."""
    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Security-Policy": f"{POLICY}; script-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'",
        "Cache-Control": "no-store",
        # With none at all, browsers send the form with `Origin: null`, which the guard refuses.
        "Referrer-Policy": "same-origin",
        "X-Robots-Tag": "noindex",
    }
    heading = escape(title)
    html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{heading} – VoiceGraph</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/favicon.svg"><style nonce="{nonce}">{_font_faces()}{_STYLE}</style></head>
<body><header>{_LOGO}<span>VoiceGraph</span></header><main>{mark}<h1>{heading}</h1>{body}</main></body></html>"""
    return HTMLResponse(html.encode("utf-8", "replace"), status, headers=headers)


@cache
def _font_faces() -> str:
    """The fonts of the built front end; without a build the system's are good enough."""
    files = {name: next((DIST / "assets").glob(f"inter-{name}-wght-normal-*.woff2"), None) for name in _FONTS}
    return "".join(
        f"@font-face{{font-family:'Inter Variable';font-display:swap;font-weight:100 900;"
        f"src:url(/assets/{file.name}) format('woff2-variations');unicode-range:{_FONTS[name]}}}"
        for name, file in files.items()
        if file
    )


# -- an address that is none: a page to a browser, JSON to everything else


_TITLE = "There is nothing at this address"
_WORDS = """<p>It may be incomplete, or what it named has gone.</p>
<p><a href="/">Open VoiceGraph</a>, or look at <a href="/api/docs">what its API knows</a>.</p>"""


class NotFoundPage:
    """Answers people who opened what is not there; everything else `otherwise` answers."""

    def __init__(self, otherwise: ASGIApp) -> None:
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        answer = page(_TITLE, _WORDS, HTTPStatus.NOT_FOUND) if _is_opened(scope) else self._otherwise
        await answer(scope, receive, send)


def _is_opened(scope: Scope) -> bool:
    is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    return is_read and not scope["path"].startswith("/api/") and "text/html" in Headers(scope=scope).get("accept", "")
