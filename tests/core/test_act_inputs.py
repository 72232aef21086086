"""The table of inputs against the rules: what an act is said to take changes what it does, and nothing else does."""

from datetime import timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from core.test_life import BOSS, HOUR, WORDS, born, handled, step
from template import ADMIN, CLEAN, DUTY, NOW, ROADS, city, point

from northbank.core.access import Actor, Role
from northbank.core.act_inputs import OUTCOMES, TAKES, WITHOUT_PHOTOS, Input, at_once, inputs
from northbank.core.case import Case, Review, Sealed
from northbank.core.doing import Do, Matter
from northbank.core.handling import decide
from northbank.core.moves import Act
from northbank.core.refusal import Refused

A = Act
LATER = NOW + timedelta(days=20)
LON, LAT = point("TW-O1-G1")
VALUES: dict[str, tuple[Any, ...]] = {
    "unit": ("clean", "harbor"), "support": (("harbor",),), "type": ("street.light",), "outcome": ("solved", "rebound"),
    "task": (1, 2), "order": (1, 2), "amount": (1, 2), "until": (LATER, LATER + HOUR), "score": (1, 5), "into": ("b", "c"),
    "place": ((LON, LAT),), "attributes": ({"indoors": True}, {"indoors": False}),
    "matters": ((Matter(id="b", number="b", type="street.waste"),), (Matter(id="c", number="c", type="street.light"),)),
}  # fmt: skip


def _unrouted() -> Case:
    return step(step(born("other"), "accept"), "retype", type="street.pothole")


def _helped() -> Case:
    case = step(step(handled(born()), "ask_help", unit="clean"), "ask_help", unit="harbor")
    return case


def _ordered() -> Case:
    return step(step(handled(born()), "supervise", note=WORDS), "supervise", note=WORDS)


def _looked_at() -> Case:
    review = Review(1, 30, NOW, called=True)
    return msgspec.structs.replace(handled(born(), "close"), reviews=(review,))


@cache
def scenes() -> tuple[tuple[Act, Case, Actor, dict[str, Any]], ...]:
    """An act, a case in which it can be done, by whom, and what it needs to be done at all."""
    reported, dispatched, handling = born("other"), born(), handled(born())
    returned = step(dispatched, "return", actor=ROADS, reason="return.not_mine")
    disputed = step(returned, "dispute", reason="dispute.nobody")
    fed, closed = handled(born(), "feed_back"), handled(born(), "close")
    verify = step(step(reported, "accept"), "ask_verify")
    wished = step(handling, "ask_extension", NOW, ROADS, reason="ask_extension.complex", amount=1)
    paused = step(handling, "ask_suspension", NOW, ROADS, note=WORDS, until=LATER)
    merged = step(born(), "merge", other=born(id=9))
    accepted, typed = step(reported, "accept"), _unrouted()
    rework = {"reason": "rework.not_done"} if "rework.not_done" in city().reasons else {"note": WORDS}
    because = {"note": WORDS}
    return (
        (A.ACCEPT, reported, DUTY, {}), (A.REJECT, reported, DUTY, because), (A.SELF_HANDLE, reported, DUTY, {}),
        (A.ASK_VERIFY, accepted, DUTY, {}), (A.VERIFY, verify, DUTY, {}), (A.REFUTE, verify, DUTY, because),
        (A.REGISTER, accepted, DUTY, {}), (A.CANCEL, accepted, DUTY, because), (A.DISPATCH, typed, DUTY, {"unit": "roads"}),
        (A.SIGN, dispatched, ROADS, {}), (A.START, step(dispatched, "sign"), ROADS, {}),
        (A.ASK_EXTENSION, handling, ROADS, because | {"amount": 1}), (A.ASK_SUSPENSION, handling, ROADS, because | {"until": LATER}),
        (A.GRANT, wished, BOSS, {}), (A.GRANT, paused, BOSS, {}), (A.DENY, wished, BOSS, because),
        (A.SUSPEND, handling, DUTY, because), (A.RESUME, step(paused, "grant", actor=BOSS), ROADS, {}),
        (A.ESCALATE, handling, ROADS, because), (A.FEED_BACK, handling, ROADS, {}), (A.ASK_CHECK, fed, DUTY, {}),
        (A.CHECK, fed, DUTY, {}), (A.REWORK, fed, DUTY, rework), (A.CLOSE, handled(born(), "check"), DUTY, {}),
        (A.RATE, closed, DUTY, {"score": 4}), (A.RETURN, dispatched, ROADS, because), (A.DISPUTE, returned, DUTY, because),
        (A.ARBITRATE, disputed, DUTY, because | {"unit": "roads"}), (A.REOPEN, closed, DUTY, because),
        (A.MERGE, dispatched, DUTY, {"into": "b"}), (A.SPLIT, merged, DUTY, because), (A.ARCHIVE, closed, DUTY, {}),
        (A.PLACE, reported, DUTY, {"place": point("TW-H1-G1")}), (A.RETYPE, reported, DUTY, {"type": "street.vendor"}),
        (A.ASK_HELP, handling, ROADS, {"unit": "watch"}), (A.TAKE_TASK, _helped(), DUTY, {}),
        (A.FINISH_TASK, _helped(), DUTY, {}), (A.HAND_BACK, _helped(), DUTY, because),
        (A.WITHDRAW_TASK, _helped(), DUTY, because), (A.RATE_HELP, _helped(), DUTY, {"score": 3}),
        (A.URGE, handling, DUTY, because), (A.SUPERVISE, handling, DUTY, because), (A.ANSWER, _ordered(), DUTY, because),
        (A.LOOK_BACK, _looked_at(), BOSS, because | {"outcome": "held"}), (A.NOTE, handling, DUTY, because),
        (A.DESCRIBE, born("water.quality"), DUTY, {"attributes": {"indoors": True}}),
        (A.DIVIDE, handling, DUTY, {"matters": (Matter(id="b", number="b", type="street.waste"),)}),
    )  # fmt: skip


def comes_of(act: Act, case: Case, actor: Actor, said: dict[str, Any]) -> bytes:
    """The facts, or the refusal, as text."""
    fields = dict(said)
    lon, lat = fields.pop("place", (None, None))
    into = fields.pop("into", None)
    other = born(id=ord(into) - ord("a") + 1) if into else None
    try:
        return msgspec.json.encode(decide(Do(act=act, lon=lon, lat=lat, **fields), case, city(), NOW, actor, other))
    except Refused as refused:
        return refused.code.encode()


def test_there_is_a_scene_for_every_act_and_each_can_be_played() -> None:
    assert {act for act, *_ in scenes()} == set(Act)
    for act, case, actor, said in scenes():
        assert comes_of(act, case, actor, said).startswith(b"["), (act, comes_of(act, case, actor, said))


@pytest.mark.parametrize("act", Act)
def test_what_an_act_takes_is_what_its_rule_uses(act: Act) -> None:
    told = {one.rstrip("!") for one in TAKES[act]}
    used: set[str] = set()
    for _, case, actor, said in (one for one in scenes() if one[0] is act):
        for name, values in VALUES.items():
            bare = {key: value for key, value in said.items() if key != name}
            found = {comes_of(act, case, actor, bare | {name: value}) for value in values}
            if len(found | {comes_of(act, case, actor, bare)}) > 1:
                used.add(name)
    assert used == told


@pytest.mark.parametrize("act", Act)
def test_photos_are_kept_but_by_corrections(act: Act) -> None:
    photo = Sealed("00000000-0000-7000-8000-0000000000bb", "1" * 64)
    for _, case, actor, said in (one for one in scenes() if one[0] is act):
        kept = photo.id.encode() in comes_of(act, case, actor, said | {"photos": (photo,)})
        assert kept is (act not in WITHOUT_PHOTOS)
        assert ("photos" in names(inputs(act, case, city(), actor))) is kept


def names(given: tuple[Input, ...]) -> set[str]:
    return {one.name for one in given}


def test_what_is_required_cannot_be_left_out_and_what_is_not_can() -> None:
    for act, case, actor, said in scenes():
        for one in inputs(act, case, city(), actor):
            if one.name in ("note", "photos"):
                continue
            bare = {key: value for key, value in said.items() if key != one.name}
            went = comes_of(act, case, actor, bare).startswith(b"[")
            assert went is not one.required, (act, one)


def test_one_press_is_enough_only_where_it_is() -> None:
    for act, case, actor, _ in scenes():
        if at_once(act, case, inputs(act, case, city(), actor)):
            assert comes_of(act, case, actor, {}).startswith(b"["), act


def given(act: str, case: Case, actor: Actor = ADMIN) -> dict[str, Input]:
    return {one.name: one for one in inputs(Act(act), case, city(), actor)}


def test_an_extension_says_its_unit_and_the_most() -> None:
    amount = given("ask_extension", handled(born()), ROADS)["amount"]
    assert amount.required
    assert amount.most
    assert (amount.measure.zh, amount.measure.en) == ("工作日", "working days")
    wished = step(handled(born()), "ask_extension", NOW, ROADS, reason="ask_extension.complex", amount=2)
    assert given("grant", wished, BOSS)["amount"].usual == "2"
    assert "until" not in given("grant", wished, BOSS)


def test_a_unit_chooses_among_its_own_parts_and_the_center_among_all() -> None:
    case = _helped()
    assert [one.code for one in given("finish_task", case, CLEAN)["task"].choices or ()] == ["1"]
    assert [one.code for one in given("finish_task", case, DUTY)["task"].choices or ()] == ["1", "2"]
    assert at_once(Act.TAKE_TASK, case, inputs(Act.TAKE_TASK, case, city(), CLEAN))
    assert not at_once(Act.TAKE_TASK, case, inputs(Act.TAKE_TASK, case, city(), DUTY))
    taken = step(case, "take_task", actor=CLEAN, task=1)
    assert given("take_task", taken, CLEAN)["task"].choices == ()


def test_reasons_and_photos_stand_in_for_words_only_where_the_rule_takes_them() -> None:
    assert given("return", born(), ROADS)["note"].instead == "reason"
    assert given("ask_suspension", handled(born()), ROADS)["note"].instead == ""
    assert given("look_back", _looked_at(), BOSS)["note"].instead == "photos"
    assert given("feed_back", handled(born()), ROADS)["note"].required is False
    kind = msgspec.structs.replace(city().types["street.pothole"], evidence="photo")
    strict = msgspec.structs.replace(city(), types={**city().types, kind.code: kind})
    wanted = {one.name: one.required for one in inputs(Act.FEED_BACK, handled(born()), strict, ROADS)}
    assert wanted == {"outcome": False, "note": False, "photos": True}


def test_outcomes_are_words_of_the_city() -> None:
    choices = given("close", handled(born(), "check"))["outcome"].choices
    assert choices is not None
    assert [one.code for one in choices] == list(OUTCOMES)
    assert all(one.name.zh and one.name.en for one in choices)


def test_an_order_to_answer_is_named_by_its_kind() -> None:
    order = given("answer", _ordered(), Actor("r", Role.UNIT_OFFICER, "roads"))["order"]
    assert [(one.code, one.name.en) for one in order.choices or ()] == [
        ("1", "supervision order"),
        ("2", "supervision order"),
    ]
