"""kill -9 at any moment: what was accepted finishes, and what was finished is not done again.

`VOICEGRAPH_KILLS=100` asks for more kills, `VOICEGRAPH_CHAOS_SEED` for the dice of an earlier time.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from support.effects import Effects, effects
from support.mayhem import NO_EFFECT, Disk, Ledger, Person, child, long, shapes
from support.process import Serve

from voicegraph.graph.model import Workflow

KILLS = int(os.environ.get("VOICEGRAPH_KILLS") or 20)
RUNS_A_ROUND = 4
LONG_EVERY, LONG_KILLS = 25, 5
"""Every so many kills a run with steps of half a minute is started; the last such run meets so many kills."""
RECOVERY_SECONDS = 120 + 2 * KILLS
"""Steps of half a minute that many kills have hit wait for a calm server, and then for one another."""

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(max(400, 20 * KILLS))]


def life(dice: random.Random) -> int:
    """How many effects a server lives to see; time is no measure on a busy machine. One in four dies while it recovers."""
    return dice.randrange(6) if dice.random() < 0.25 else dice.randrange(20, 60)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Serve, Effects]]:
    with effects(tmp_path) as service:
        server = Serve(tmp_path, VOICEGRAPH_RETRY_BASE_SECONDS="0.05")
        try:
            yield server, service
        finally:
            server.kill()


def submit(server: Serve, ledger: Ledger, key: str, graph: Workflow) -> None:
    """Ask for a run until it is accepted; who gets no answer asks again with the same key."""
    body = {"workflow": graph.to_wire(), "transcribedText": f"{graph.name} {key}"}
    try:
        answer = httpx.post(
            f"{server.url}/api/execute-background", json=body, headers={"Idempotency-Key": key}, timeout=10
        )
    except httpx.HTTPError:
        ledger.unsure.append((key, graph))
        return
    assert answer.status_code == 202, answer.text
    ledger.accepted[key] = answer.json()["runId"]


def save(server: Serve, graph: Workflow) -> None:
    answer = httpx.post(f"{server.url}/api/workflows", json={"workflow": graph.to_wire()}, timeout=10)
    assert answer.is_success, answer.text


def note_what_the_disk_says(disk: Disk, service: Effects, person: Person, ledger: Ledger) -> None:
    """After a kill: what is finished must not begin again, what was in flight may do so once more."""
    starts, answered = service.starts(), disk.answers()
    for key in disk.nodes("completed"):
        ledger.finished.setdefault(key, starts[key])
    for key in disk.at_work():
        ledger.allowed[key] += 1
    for key, answer in answered.items():
        ledger.answered.setdefault(key, answer)
    lost = {key for key, answer in dict(person.taken).items() if answered.get(key, ("",))[0] != answer}
    assert not lost, f"answers that the server said it had taken: {lost}"
    early = [key for key in starts if key.endswith((":send", ":drop")) and f"{key[:-5]}:ask" not in answered]
    assert not early, f"went on before anybody answered: {early}"


def wait_for_the_end(server: Serve, answering: Future[None]) -> float:
    """Seconds until nothing runs or waits any more."""
    began = time.monotonic()
    while httpx.get(f"{server.url}/api/workflow-history", params={"limit": 1}).json()["running"]:
        assert not answering.done(), answering.exception()
        assert time.monotonic() - began < RECOVERY_SECONDS, "runs are stuck"
        time.sleep(0.05)
    return time.monotonic() - began


def test_what_was_accepted_finishes_and_what_was_finished_is_not_done_again(world: tuple[Serve, Effects]):
    server, service = world
    seed = int(os.environ.get("VOICEGRAPH_CHAOS_SEED") or random.randrange(1 << 32))
    print(f"VOICEGRAPH_CHAOS_SEED={seed}")
    dice = random.Random(seed)
    ledger, disk, person, graphs = Ledger(), Disk(server), Person(server), shapes(service.url)
    number = 0

    with ThreadPoolExecutor(5) as clients:
        try:
            server.start()
            save(server, child(service.url))
            answering = clients.submit(person.work)
            for done in range(KILLS):
                again, ledger.unsure = ledger.unsure, []
                new = [(f"key-{number + index}", dice.choice(graphs)) for index in range(RUNS_A_ROUND)]
                if (KILLS - done) % LONG_EVERY == LONG_KILLS:
                    new.append((f"key-{number + len(new)}", long(service.url)))
                number += len(new)
                asking = [clients.submit(submit, server, ledger, key, graph) for key, graph in [*again, *new]]
                service.wait_for(life(dice), most_seconds=5)
                time.sleep(dice.uniform(0, 0.03))
                server.kill()
                for one in asking:
                    one.result()
                note_what_the_disk_says(disk, service, person, ledger)
                server.start()

            for key, graph in ledger.unsure:
                submit(server, ledger, key, graph)
            seconds = wait_for_the_end(server, answering)
        finally:
            person.stop()
    answering.result()
    check(ledger, disk, service, number)
    check_answers(ledger, disk, service, person)
    starts, attempts, cut = service.starts(), disk.attempts(), sum(ledger.allowed.values())
    extra = sum(count - attempts[key] for key, count in starts.items() if count > attempts[key])
    print(
        f"{number} runs accepted and completed, {KILLS} kills, {cut} nodes and items cut off, {extra} extra starts of "
        f"{sum(starts.values())}, {len(disk.answers())} approvals answered ({person.asked_again} asked again), "
        f"0 lost, 0 repeated, 0 quarantined ({disk.most_deaths()} deaths laid to one step at most), all over "
        f"{seconds:.1f} s after the last start"
    )
    assert cut >= KILLS / 2, "too few kills hit a node at work to prove anything"
    assert server.stop() == 0


def check(ledger: Ledger, disk: Disk, service: Effects, asked: int) -> None:
    starts = service.starts()
    runs = dict(disk.rows("SELECT id, status FROM runs WHERE parent_run_id IS NULL"))
    assert not disk.quarantined(), "an innocent was given up"
    assert len(ledger.accepted) == asked
    assert {*ledger.accepted.values()} == {*runs}, "one run a key: none lost, none twice"
    failed = disk.rows("SELECT id, status, error FROM runs WHERE status <> 'completed'")
    assert not failed, f"not completed: {failed}"

    steps = [key for key in disk.nodes("completed") if key.endswith(":step")]
    parents = disk.rows("SELECT parent_run_id || ':' || parent_node_id FROM runs WHERE parent_run_id IS NOT NULL")
    assert sorted(parent for (parent,) in parents) == sorted(steps), "one sub-run a step: none lost, none twice"

    again = {key: (then, starts[key]) for key, then in ledger.finished.items() if starts[key] != then}
    assert not again, f"finished before a kill, begun again after it: {again}"

    attempts = disk.attempts()
    extra = {key: (count, attempts[key], ledger.allowed[key]) for key, count in starts.items()}
    extra = {key: found for key, found in extra.items() if found[0] > found[1] + found[2]}
    assert not extra, f"(starts, attempts, times cut off): {extra}"

    missing = [key for key in disk.nodes("completed") if key not in starts and not key.endswith(NO_EFFECT)]
    assert not missing, f"completed without having been done: {missing}"

    counts = disk.rows("SELECT run_id, count(*), min(seq), max(seq) FROM run_events GROUP BY run_id")
    gaps = [row for row in counts if (row[2], row[3]) != (1, row[1])]
    assert not gaps, f"event numbers with gaps: {gaps}"


def check_answers(ledger: Ledger, disk: Disk, service: Effects, person: Person) -> None:
    """Each approval has the one answer that was given, kept since then, and only what follows from it was done."""
    starts, answered = service.starts(), disk.answers()
    assert {*answered} == {key for key in disk.nodes("completed") if key.endswith(":ask")}
    wrong = {key: answer for key, answer in ledger.answered.items() if answered[key] != answer}
    assert not wrong, f"answered once more: {wrong}"
    for key, (answer, _) in answered.items():
        run_id = key.removesuffix(":ask")
        done = {end for end in ("send", "drop") if starts[f"{run_id}:{end}"]}
        assert (answer, done) == (person.wants(key), {"send" if answer == "approved" else "drop"}), key
