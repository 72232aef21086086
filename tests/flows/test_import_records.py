"""Old records become cases with their whole life; what cannot be one is turned down; a batch is in whole or not at all."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from flows.memory import Memory
from template import INTAKE, NOW, READING, city, point

from northbank.core.facts import Imported, read
from northbank.core.history import WAY, acts_to_close
from northbank.core.importing import Draft, RecordMap
from northbank.core.journal import kind_of
from northbank.core.moves import MOVES, Act, State
from northbank.core.refusal import Refused
from northbank.flows.import_records import Batch, Figures, Item, Prepared, prepare
from northbank.flows.report import NewReport, Where, Words, report
from northbank.ports import ImportProgress, Stale

MAP = msgspec.convert(
    {
        "timezone": "Asia/Kathmandu", "times": ["iso"],
        "columns": {"reported": ["when"], "closed": ["end"], "lon": ["x"], "lat": ["y"]},
        "defaults": {"source": "phone", "reason": "reject.twice"},
    },
    RecordMap,
)  # fmt: skip
NOTHING = ImportProgress("file", b"d", 0, 0, 0, False)
BEFORE = NOW - timedelta(days=30)
# What a fact does to the state, as the table of moves names it.
ACT_OF = {
    "accepted": Act.ACCEPT, "dispatched": Act.DISPATCH, "signed": Act.SIGN, "started": Act.START,
    "fed_back": Act.FEED_BACK, "checked": Act.CHECK, "closed": Act.CLOSE, "rejected": Act.REJECT,
}  # fmt: skip


def draft(place: int = 1, **more: object) -> Draft:
    lon, lat = point("TW-H1-G1")
    given = {
        "place": place, "line": place + 1, "external": f"E{place}", "source": "phone", "reported_at": BEFORE,
        "type": "street.waste", "lon": lon, "lat": lat,
    }  # fmt: skip
    return Draft(**(given | more))  # type: ignore[arg-type]


def batch(*drafts: Draft, version: int = 0, place: int | None = None, last: bool = True) -> Batch:
    items = [Item(one, f"raw {one.place}") for one in drafts]
    return Batch(
        map=MAP, name="file", title="old.csv", digest=b"d", version=version, items=items, rejects=(),
        place=place or len(items), last=last,
    )  # fmt: skip


async def take(memory: Memory, one: Batch, before: ImportProgress = NOTHING) -> Prepared:
    prepared = await prepare(memory.world, one)
    await memory.journal.commit(msgspec.structs.replace(prepared.change, progress=prepared.after(before, one)))
    return prepared


async def only_case(memory: Memory):
    (id,) = memory.store.cases
    return await memory.cases.get(id)


async def facts_of(memory: Memory, id: str) -> list[object]:
    return [entry.data async for entry in memory.journal.read(f"case:{id}")]


async def test_an_open_record_waits_where_a_report_of_that_day_would(memory: Memory) -> None:
    await take(memory, batch(draft()))
    case = await only_case(memory)
    assert (case.state, case.owner, case.spot.grid) == (State.DISPATCHED, "clean", "TW-H1-G1")
    assert case.reported_at == BEFORE
    assert case.deadline("solve").started_at == BEFORE


@pytest.mark.parametrize("type", ["street.waste", "street.vendor", "other", None])
@pytest.mark.parametrize("placed", [True, False])
async def test_a_closed_record_ends_when_it_ended_by_moves_that_exist(
    memory: Memory, type: str | None, placed: bool
) -> None:
    ended = BEFORE + timedelta(hours=5)
    nowhere = {} if placed else {"lon": None, "lat": None, "address": "by the bridge"}
    await take(memory, batch(draft(type=type, end="closed", ended_at=ended, outcome="done", **nowhere)))
    case = await only_case(memory)
    assert (case.state, case.closed_at, case.desk, case.outcome) == (State.CLOSED, ended, None, "done")
    state = State.REPORTED
    for fact in await facts_of(memory, case.id):
        act = ACT_OF.get(kind_of(fact))
        if act is not None:
            state = MOVES[state][act]
    assert state is State.CLOSED


async def test_a_record_closed_in_time_counts_as_on_time_and_a_late_one_does_not(memory: Memory) -> None:
    soon, late = BEFORE + timedelta(hours=1), BEFORE + timedelta(days=20)
    await take(memory, batch(draft(1, end="closed", ended_at=soon), draft(2, end="closed", ended_at=late)))
    on_time = {card.external: card.on_time for card in memory.cases.cards()}
    assert on_time == {"E1": True, "E2": False}


async def test_a_cancelled_record_is_turned_down_with_the_reason_and_never_went_to_a_unit(memory: Memory) -> None:
    ended = BEFORE + timedelta(hours=5)
    await take(memory, batch(draft(end="rejected", ended_at=ended)))
    case = await only_case(memory)
    kinds = [kind_of(fact) for fact in await facts_of(memory, case.id)]
    assert (case.state, case.closed_at, kinds) == (State.REJECTED, ended, ["reported", "routed", "rejected"])


async def test_a_batch_with_a_reject_does_not_outlive_its_use(memory: Memory) -> None:
    """Memory stays flat without the help of the garbage search, which is called seldom on purpose."""
    prepared = await prepare(memory.world, batch(draft(1, lon=0.0, lat=0.0), draft(2)))
    assert [one.refusal.code for one in prepared.rejects] == ["outside"]
    assert prepared.rejects[0].refusal.__traceback__ is None


async def test_words_and_persons_go_to_the_vault_only(memory: Memory) -> None:
    await take(memory, batch(draft(text="漏水", address="Quay 7", name="Asha", phone="123")))
    case = await only_case(memory)
    words = await memory.vault.open(case.subject, [case.words.id], READING)
    read_back = msgspec.json.decode(words[case.words.id], type=Words)
    assert (read_back.text, read_back.address, read_back.contact.name) == ("漏水", "Quay 7", "Asha")
    assert not any("Asha" in entry.data or "Quay 7" in entry.data for entry in memory.store.entries)


async def test_a_record_with_words_but_no_point_waits_at_the_desk(memory: Memory) -> None:
    prepared = await take(memory, batch(draft(lon=None, lat=None, text="somewhere in the harbor")))
    case = await only_case(memory)
    assert (case.desk, case.owner, prepared.figures.desk) == ("no_place", "center", 1)


async def test_old_messages_handed_over_today_begin_today_and_say_when_they_were_written(memory: Memory) -> None:
    old = draft(reported_at=datetime(2019, 4, 25, 3, 47, 9, tzinfo=UTC), lon=None, lat=None, text="漏水")
    handed = msgspec.structs.replace(batch(old), map=msgspec.structs.replace(MAP, begins="import"))
    await take(memory, handed)
    case = await only_case(memory)
    words = msgspec.json.decode(
        (await memory.vault.open(case.subject, [case.words.id], READING))[case.words.id], type=Words
    )
    assert (case.reported_at, words.text) == (NOW, "漏水\n[2019-04-25 09:32:09]")


LON, LAT = point("TW-H1-G1")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"lon": 10.0, "lat": 10.0}, "outside"),
        ({"lon": LAT, "lat": LON}, "swapped"),
        ({"lon": 500.0, "lat": -900.0}, "outside"),
        ({"reported_at": NOW + timedelta(days=1)}, "future"),
        ({"reported_at": datetime(1901, 1, 1, tzinfo=UTC)}, "too_old"),
        ({"end": "closed", "ended_at": NOW + timedelta(days=1)}, "future"),
        ({"reported_at": datetime(2019, 1, 1, tzinfo=UTC)}, "no_calendar"),
        ({"lon": None, "lat": None}, "no_place"),
    ],
)
async def test_what_cannot_be_a_case_is_turned_down_and_its_neighbors_go_in(
    memory: Memory, more: dict[str, object], code: str
) -> None:
    prepared = await take(memory, batch(draft(1), draft(2, **more), draft(3)))
    (reject,) = prepared.rejects
    assert (reject.refusal.code, reject.line, reject.raw) == (code, 3, "raw 2")
    assert reject.column in ("when", "end", "x / y")
    assert sorted(card.external or "" for card in memory.cases.cards()) == ["E1", "E3"]


async def test_a_number_that_is_known_is_left_out_whoever_brought_it(memory: Memory) -> None:
    await report(memory.world, INTAKE, NewReport(source="phone", place=Where(LON, LAT), external="E1"))
    prepared = await take(memory, batch(draft(1), draft(2)))
    assert (prepared.figures.known, prepared.figures.taken, len(memory.store.cases)) == (1, 1, 2)


async def test_a_batch_decided_before_somebody_else_came_is_stale_and_is_decided_again(memory: Memory) -> None:
    one = batch(draft(1), draft(2))
    prepared = await prepare(memory.world, one)
    await report(memory.world, INTAKE, NewReport(source="phone", place=Where(LON, LAT), external="E1"))
    image = memory.image()
    with pytest.raises(Stale):
        await memory.journal.commit(prepared.change)
    assert memory.image() == image
    again = await take(memory, one)
    assert (again.figures.known, again.figures.taken) == (1, 1)


async def test_the_journal_tells_of_each_batch_and_every_report_points_to_its_own(memory: Memory) -> None:
    first = await take(memory, batch(draft(1), last=False))
    stands = first.after(NOTHING, batch(draft(1), last=False))
    second = batch(draft(2), draft(3, lon=10.0, lat=10.0), version=1, place=3)
    await take(memory, second, stands)
    told = [entry async for entry in memory.journal.read("import:file")]
    assert [(one.data.place, one.data.rows, one.data.rejected) for one in told if isinstance(one.data, Imported)] == [
        (1, 1, 0),
        (3, 1, 1),
    ]
    causes = {one.cause for one in memory.store.entries if one.stream.startswith("case:")}
    assert causes == {one.id for one in told}
    assert await memory.journal.progress("file", b"d") == ImportProgress("file", b"d", 3, 2, 1, True)


async def test_the_same_batch_twice_at_once_is_stored_once(memory: Memory) -> None:
    one = batch(draft(1))
    both = [await prepare(memory.world, one), await prepare(memory.world, one)]
    await memory.journal.commit(both[0].change)
    with pytest.raises(Stale):
        await memory.journal.commit(both[1].change)


async def test_the_area_the_file_names_is_compared(memory: Memory) -> None:
    drafts = [draft(1, area="TW-H1-G1"), draft(2, area="TW-H"), draft(3, area="TW-U1-G1"), draft(4, area=None)]
    prepared = await take(memory, batch(*drafts, draft(5, area="TW-H", lon=10.0, lat=10.0)))
    assert (prepared.figures.agreed, prepared.figures.compared) == (2, 4)


async def test_a_vault_or_store_that_fails_is_no_fault_of_a_record(memory: Memory) -> None:
    def number() -> str:
        raise Refused("vault_key")

    memory.ids.number = number  # type: ignore[method-assign]
    with pytest.raises(Refused, match="vault"):
        await prepare(memory.world, batch(draft()))


def test_the_way_to_closed_goes_along_the_table_of_moves() -> None:
    for state, act in WAY:
        assert act in MOVES[state]
        for step in acts_to_close(state):
            state = MOVES[state][step]
        assert state is State.CLOSED
    assert acts_to_close(State.CLOSED) == acts_to_close(State.SUSPENDED) == ()


def test_figures_add_up() -> None:
    total = Figures(taken=1, known=2)
    total.add(Figures(taken=3, rejected=4))
    assert (total.taken, total.known, total.rejected) == (4, 2, 4)


def test_facts_of_an_import_are_read_back() -> None:
    text = '{"fact":"imported","file":"a","digest":"b","place":1,"rows":1,"rejected":0}'
    assert read("import.imported", 1, text) == Imported(file="a", digest="b", place=1, rows=1, rejected=0)
    assert city().id == "tidewater"
