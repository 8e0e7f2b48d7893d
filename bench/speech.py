"""Speech: how many words are wrong, how long it takes, and how much memory the recogniser holds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from bench.report import Report, spread
from voicegraph.settings import Settings
from voicegraph.speech.audio_decoder import decode
from voicegraph.speech.embedded_transcriber import EmbeddedTranscriber
from voicegraph.speech.known_names import hot_words
from voicegraph.speech.repair import repair

ROOT = Path(__file__).parents[1]
CLIPS = ROOT.parent / "shared" / "audio"


async def measure() -> None:
    """Print the figures for the recordings beside the checkout."""
    manifest = CLIPS / "manifest.tsv"
    if not manifest.is_file():
        print(f"Speech is not measured: there are no recordings in {CLIPS}.")
        return
    sys.path.insert(0, str(ROOT / "tests"))
    word_errors: Callable[[str, str], tuple[int, int]] = import_module("support.audio").word_errors
    rows = [line.split("\t") for line in manifest.read_text("utf-8").splitlines()[1:]]
    transcriber = EmbeddedTranscriber(Settings(speech_model="auto"))
    began = time.perf_counter()
    await transcriber.transcribe((CLIPS / rows[0][0]).read_bytes(), "audio/wav")
    first = time.perf_counter() - began
    heard_wrong = repaired_wrong = words = 0
    length = 0.0
    whole: list[float] = []
    decoding: list[float] = []
    for name, said, _ in rows:
        content = (CLIPS / name).read_bytes()
        began = time.perf_counter()
        heard = await transcriber.transcribe(content, "audio/wav", hot_words([]))
        whole.append(time.perf_counter() - began)
        began = time.perf_counter()
        await decode(content)
        decoding.append(time.perf_counter() - began)
        wrong, count = word_errors(said, heard.text)
        heard_wrong, words, length = heard_wrong + wrong, words + count, length + heard.duration
        repaired_wrong += word_errors(said, repair(heard.text).replace("/", " slash "))[0]
    report = Report(f"Speech ({transcriber.state().model}, {len(rows)} recordings, {length:.0f} s)")
    report.add("word error rate, as heard", f"{heard_wrong / words:.1%}", "< 6 %")
    report.add("word error rate, repaired", f"{repaired_wrong / words:.1%}")
    report.add("real-time factor", f"{sum(whole) / length:.2f}", "< 0.3")
    report.add("a command, decoded and understood", spread(whole))
    report.add("of that, decoding in a process of its own", spread(decoding))
    report.add("first command, model loaded on the way", f"{first:.2f} s")
    if pid := transcriber.recogniser.pid:
        report.add("memory of the recogniser (resident)", f"{_resident_mb(pid):.0f} MB")
    await transcriber.close()
    report.print()


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
