"""One record read through a map: columns, words, times, points and what is turned down with which sentence."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from northbank.core.importing import Mapper, RecordMap, Unfit
from northbank.core.timeformats import BadFormat, TimeFormats

MAP = {
    "timezone": "America/Los_Angeles",
    "times": ["%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S"],
    "columns": {
        "external": ["SRNumber", "srnumber"], "reported": ["CreatedDate", "createddate"],
        "closed": ["ClosedDate", "UpdatedDate"], "state": ["Status"], "type": ["Kind"], "source": ["By"],
        "lon": ["Longitude"], "lat": ["Latitude"], "address": ["Address"], "text": ["Title", "Words"], "name": ["Who"],
        "outcome": ["Status"],
    },
    "defaults": {"source": "phone", "reason": "reject.twice"},
    "types": {"Graffiti": "street.waste", "Whatever": ""},
    "sources": {"Call": "phone", "App": "app"},
    "states": {"Closed": "closed", "Cancelled": "rejected", "Open": "open"},
    "outcomes": {"Closed": "done"},
    "check": {"columns": ["NC"], "prefix": "NC"},
}  # fmt: skip
RECORD = {
    "SRNumber": "1-2", "CreatedDate": "12/31/2018 11:55:30 PM", "ClosedDate": "01/02/2019 10:20:05 PM",
    "Status": "Closed", "Kind": "Graffiti", "By": "Call", "Longitude": "-118.5", "Latitude": "34.2",
    "Address": "9757 N RESEDA BLVD", "NC": "113",
}  # fmt: skip


def mapper(**changed: object) -> Mapper:
    return Mapper(msgspec.convert(MAP | changed, RecordMap), "f1e2")


def read(**changed: object):
    return mapper().draft(RECORD | changed, 1, 2)


def turned_down(**changed: object) -> tuple[str, str, str]:
    with pytest.raises(Unfit) as caught:
        read(**changed)
    return caught.value.refusal.code, caught.value.column, caught.value.found


def test_a_whole_record_in_our_words() -> None:
    draft = read()
    assert draft.external == "1-2"
    assert draft.reported_at == datetime(2019, 1, 1, 7, 55, 30, tzinfo=UTC)
    assert draft.ended_at == datetime(2019, 1, 3, 6, 20, 5, tzinfo=UTC)
    assert (draft.end, draft.type, draft.source, draft.lon, draft.lat) == (
        "closed",
        "street.waste",
        "phone",
        -118.5,
        34.2,
    )
    assert (draft.address, draft.outcome, draft.area) == ("9757 N RESEDA BLVD", "done", "NC113")


def test_columns_are_tried_in_order_and_an_empty_one_counts_for_nothing() -> None:
    other = {
        "srnumber": "7",
        "createddate": "2020-01-01 00:05:00",
        "SRNumber": " \t",
        "UpdatedDate": "2020-01-02 08:43:00",
    }
    draft = mapper().draft(other | {"Status": "Closed", "Kind": "", "ClosedDate": ""}, 1, 2)
    assert (draft.external, draft.type, draft.source) == ("7", None, "phone")
    assert draft.ended_at == datetime(2020, 1, 2, 16, 43, tzinfo=UTC)


def test_blanks_of_every_script_are_cut_off_and_texts_are_put_together() -> None:
    draft = read(Title="\u3000标题 ", Words="\n\t\t\n\u3000\u3000详情\n\t", Who="　张三　")
    assert (draft.text, draft.name) == ("标题\n详情", "张三")


def test_a_record_without_number_gets_the_same_made_one_each_time() -> None:
    assert mapper().external({"SRNumber": ""}, 12) == "f1e2-12"


@pytest.mark.parametrize(
    ("changed", "code", "column"),
    [
        ({"CreatedDate": "31/12/2018"}, "no_time", "CreatedDate"),
        ({"CreatedDate": "13/31/2018 11:55:30 PM"}, "no_time", "CreatedDate"),
        ({"CreatedDate": ""}, "missing", "CreatedDate / createddate"),
        ({"ClosedDate": "soon"}, "no_time", "ClosedDate"),
        ({"ClosedDate": "", "UpdatedDate": ""}, "missing", "ClosedDate / UpdatedDate"),
        ({"ClosedDate": "01/02/2018 10:20:05 PM"}, "ends_before", "ClosedDate"),
        ({"Kind": "Noise"}, "unmapped", "Kind"),
        ({"By": "Pigeon"}, "unmapped", "By"),
        ({"Status": "Lost"}, "unmapped", "Status"),
        ({"Longitude": "west"}, "no_number", "Longitude"),
        ({"Longitude": "nan"}, "no_number", "Longitude"),
        ({"Longitude": "1e999"}, "no_number", "Longitude"),
        ({"Latitude": ""}, "missing", "Latitude"),
        ({"Address": "x" * 501}, "too_long", "Address"),
        ({"SRNumber": "1\0"}, "unreadable", "SRNumber / srnumber"),
    ],
)
def test_what_does_not_fit_is_turned_down_with_its_column(changed: dict[str, str], code: str, column: str) -> None:
    assert turned_down(**changed)[:2] == (code, column)


def test_every_sentence_is_whole_in_both_languages() -> None:
    for changed in (
        {"CreatedDate": "x"},
        {"CreatedDate": ""},
        {"Kind": "Noise"},
        {"Longitude": "w"},
        {"Address": "x" * 501},
    ):
        with pytest.raises(Unfit) as caught:
            read(**changed)
        said = [caught.value.refusal.say(one) + caught.value.refusal.advise(one) for one in ("en", "zh")]
        assert not any(
            "(" + hole + ")" in text for text in said for hole in ("field", "found", "table", "limit", "why")
        )


def test_an_untyped_word_and_any_other_word() -> None:
    assert read(Kind="Whatever").type is None
    assert mapper(types={"*": "other"}).draft(RECORD, 1, 2).type == "other"


def test_open_and_cancelled_records() -> None:
    assert (read(Status="Open").end, read(Status="Open").ended_at, read(Status="Open").outcome) == ("open", None, None)
    assert read(Status="Cancelled").end == "rejected"


def test_without_states_a_closing_time_closes() -> None:
    columns = {**MAP["columns"], "state": []}
    assert mapper(columns=columns, states={}).draft(RECORD, 1, 2).end == "closed"
    assert mapper(columns=columns, states={}).draft(RECORD | {"ClosedDate": ""}, 1, 2).end == "open"


def test_a_closing_that_names_a_day_only_counts_as_its_end() -> None:
    day = RECORD | {"CreatedDate": "12/31/2018 09:33:53 AM", "ClosedDate": "12/31/2018 12:00:00 AM"}
    assert mapper(closed_by_day=True).draft(day, 1, 2).ended_at == datetime(2019, 1, 1, 7, 59, 59, tzinfo=UTC)
    with pytest.raises(Unfit, match="before it was reported"):
        mapper().draft(day, 1, 2)


@pytest.mark.parametrize(
    ("format", "text", "moment"),
    [
        ("%Y/%m/%d %H:%M:%S", "2019/4/25 9:32:09", datetime(2019, 4, 25, 1, 32, 9, tzinfo=UTC)),
        ("%Y/%m/%d", "2018/4/24", datetime(2018, 4, 23, 16, tzinfo=UTC)),
        ("%m/%d/%Y %I:%M:%S %p", "12/31/2018 12:00:00 AM", datetime(2018, 12, 30, 16, tzinfo=UTC)),
        ("%m/%d/%Y %I:%M:%S %p", "12/31/2018 12:00:00 PM", datetime(2018, 12, 31, 4, tzinfo=UTC)),
        ("%Y年%m月%d日 %p%I:%M", "2020年1月6日 下午3:05", datetime(2020, 1, 6, 7, 5, tzinfo=UTC)),
        ("%Y-%m-%dT%H:%M:%S.%f%z", "2020-01-06T12:00:00.25-08:00", datetime(2020, 1, 6, 20, 0, 0, 250000, tzinfo=UTC)),
        ("iso", "2020-01-06T12:00:00Z", datetime(2020, 1, 6, 12, tzinfo=UTC)),
        ("iso", "2020-01-06 12:00", datetime(2020, 1, 6, 4, tzinfo=UTC)),
        ("epoch", "1578312000", datetime(2020, 1, 6, 12, tzinfo=UTC)),
        ("epoch_ms", "1578312000500", datetime(2020, 1, 6, 12, 0, 0, 500000, tzinfo=UTC)),
        ("%d.%m.%y %H:%M", "6.1.20 12:00", datetime(2020, 1, 6, 4, tzinfo=UTC)),
    ],
)
def test_ways_to_write_a_time(format: str, text: str, moment: datetime) -> None:
    assert TimeFormats((format,), "Asia/Shanghai").read(text) == moment


@pytest.mark.parametrize(
    "text", ["2019/2/29 9:32:09", "2019/4/25 25:00:00", "2019/4/25", "", "2019/4/25 9:32:09 x", "０"]
)
def test_what_is_no_time(text: str) -> None:
    assert TimeFormats(("%Y/%m/%d %H:%M:%S",), "Asia/Shanghai").read(text) is None


@pytest.mark.parametrize("format", ["%Q", "%Y", "%H:%M", "%Y-%m-%d %I:%M", "%Y-%m-%d %p", "%Y-%m-%d %m", "%"])
def test_what_is_no_format(format: str) -> None:
    with pytest.raises(BadFormat):
        TimeFormats((format,), "Asia/Shanghai")


def test_an_hour_that_comes_twice_and_one_that_is_skipped() -> None:
    formats = TimeFormats(("%Y-%m-%d %H:%M",), "America/Los_Angeles")
    assert formats.read("2018-11-04 01:30") == datetime(2018, 11, 4, 8, 30, tzinfo=UTC)
    assert formats.read("2018-03-11 02:30") == datetime(2018, 3, 11, 10, 30, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_what_is_written_by_a_format_is_read_back(moment: datetime) -> None:
    written = moment.strftime("%m/%d/%Y %I:%M:%S.%f %p %z")
    assert TimeFormats(("%m/%d/%Y %I:%M:%S.%f %p %z",), "Asia/Shanghai").read(written) == moment


@given(st.dictionaries(st.sampled_from(sorted(RECORD)), st.one_of(st.text(), st.none(), st.integers(), st.floats())))
def test_whatever_stands_in_a_record_gives_a_draft_or_a_refusal(changed: dict[str, object]) -> None:
    said = "a draft"
    try:
        draft = mapper().draft(RECORD | changed, 1, 2)
    except Unfit as unfit:
        said = f"{unfit.refusal}{unfit.refusal.advise('zh')}"
    else:
        assert draft.external
        assert draft.reported_at.tzinfo is UTC
    assert said
