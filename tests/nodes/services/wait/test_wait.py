from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import FileRef, Inputs, Output, Suspend
from voicegraph.nodes.services.wait.actions import Delay, Until, delay, until

MakeNode = Callable[..., NodeContext]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()
PASSED_ON = Output(text="text", data=[1], files=[FileRef(id="f", name="a.txt")])


@pytest.fixture
def node(make_node: MakeNode, monkeypatch: pytest.MonkeyPatch) -> NodeContext:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return make_node(inputs=Inputs(PASSED_ON.text, PASSED_ON.data, PASSED_ON.files))


@pytest.mark.parametrize(("duration", "seconds"), [("2h", 7_200), (600, 600), (1.5, 1.5), ("PT10M", 600), ("0", 0)])
async def test_a_delay_is_a_suspension_that_passes_the_input_on(
    node: NodeContext, duration: str | float, seconds: float
) -> None:
    found = await delay.run(Delay.model_validate({"duration": duration}), node)
    assert isinstance(found, Suspend)
    assert (found.until, found.output) == (NOW + seconds, PASSED_ON)
    assert found.message == f"Waits until {clock.iso(NOW + seconds)}"


@pytest.mark.parametrize(
    ("duration", "until"),
    [("1 month", "2026-12-22"), ("three months", "2027-02-22"), ("a year", "2027-11-22"), ("6 weeks", "2027-01-03")],
)
async def test_a_wait_of_months_ends_on_the_same_day(node: NodeContext, duration: str, until: str) -> None:
    found = await delay.run(Delay(duration=duration), node)
    assert isinstance(found, Suspend)
    assert clock.iso(found.until) == f"{until}T12:00:00.000Z"


def test_a_wait_that_is_too_long_says_what_the_longest_is() -> None:
    with pytest.raises(ValidationError, match=r"“2 years” is too long: the longest is a year"):
        Delay(duration="2 years")


@pytest.mark.parametrize(
    "duration", ["soon", "-1", -1, "367 days", "2 years", "13 months", True, None, "1e400", float("nan"), float("inf")]
)
def test_delays_that_make_no_sense(duration: object) -> None:
    with pytest.raises(ValidationError):
        Delay.model_validate({"duration": duration})


@pytest.mark.parametrize(
    ("at", "zone", "moment"),
    [
        ("2026-12-24T18:00", "Europe/Berlin", "2026-12-24T17:00:00.000Z"),
        ("2026-12-24T18:00Z", None, "2026-12-24T18:00:00.000Z"),
        ("09:00", "Asia/Tokyo", "2026-11-23T00:00:00.000Z"),
        ("6pm", "UTC", "2026-11-22T18:00:00.000Z"),
    ],
)
async def test_until_a_moment(node: NodeContext, at: str, zone: str | None, moment: str) -> None:
    found = await until.run(Until(at=at, timezone=zone), node)
    assert isinstance(found, Suspend)
    assert (clock.iso(found.until), found.output) == (moment, PASSED_ON)


async def test_a_moment_that_is_past_is_no_wait(node: NodeContext) -> None:
    assert await until.run(Until(at="2026-11-22T12:00Z"), node) == PASSED_ON


async def test_a_moment_too_far_away(node: NodeContext) -> None:
    with pytest.raises(NodeError, match="more than a year away"):
        await until.run(Until(at="2028-01-01"), node)


@pytest.mark.parametrize("wrong", [{"at": "later"}, {"at": "25:00"}, {"at": "9:00", "timezone": "Mars"}, {}])
def test_moments_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Until.model_validate(wrong)
