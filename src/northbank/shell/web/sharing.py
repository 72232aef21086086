"""Sharing by HTTP: requests and grants, questions under grants, the record of uses, the catalog. What they mean is in the flows."""

from typing import Any

import msgspec

from northbank.core.access import Role
from northbank.core.city import Name
from northbank.core.profile import Profile
from northbank.flows import ask_data, see_catalog, see_grants, share
from northbank.flows.ask_data import (
    AnswerQuery,
    DataQuery,
    GrantedTables,
    MinimalAnswer,
    QueryAnswer,
    RowsAnswer,
    RowsQuery,
)
from northbank.flows.platform import READERS
from northbank.flows.see_catalog import CatalogEntry, CatalogPage, CatalogQuery, SampleView
from northbank.flows.see_grants import GrantDetail, GrantPage, GrantView, UsePage
from northbank.flows.share import DataRequest, GrantAct
from northbank.ports import ClientKey
from northbank.ports.sharing import GrantQuery, UseQuery
from northbank.shell.web.registry import Call, Face, Operation
from northbank.shell.web.wire import NO_STORE, Reply

ASKERS = READERS - {Role.LEADER}
ENDINGS = {"csv": "csv", "arrow": "arrows", "parquet": "parquet"}
MEDIA = {
    "json": b"application/json", "csv": b"text/csv; charset=utf-8", "arrow": b"application/vnd.apache.arrow.stream",
    "parquet": b"application/vnd.apache.parquet",
}  # fmt: skip
ASKED = {
    "dataset": "shops", "purpose": "planning of inspections", "application": "nine small places",
    "terms": {"fields": ["shop", "name", "kind"], "until": "2026-12-31"},
}  # fmt: skip
SQL = {
    "sql": "select kind, count(*) as shops from shops group by kind order by kind",
    "grants": ["01890000-0000-7000-8000-000000000000"], "purpose": "planning of inspections",
}  # fmt: skip
ON_DATA = ("no_grant", "case_needed", "preparing", "lake_lost")
ON_KEYS = (*ON_DATA, "no_dataset", "not_in_grant", "bad_key")


def key_of(call: Call) -> ClientKey | None:
    """The client key of a command with its body."""
    body = (call.scope["path"], msgspec.to_builtins(call.body))
    return None if call.key is None else ClientKey(call.key, msgspec.json.encode(body))


async def list_grants(face: Face, call: Call) -> GrantPage:
    """One page of them."""
    return await see_grants.list_grants(face.platform, call.actor, call.params)


async def see_grant(face: Face, call: Call) -> GrantDetail:
    """One of them."""
    return await see_grants.see_grant(face.platform, call.actor, call.path["id"])


async def request_data(face: Face, call: Call) -> GrantView:
    """Ask."""
    return await share.request_data(face.platform, call.actor, call.body, key_of(call))


async def act_on_grant(face: Face, call: Call) -> GrantView:
    """Decide."""
    return await share.act_on_grant(face.platform, call.actor, call.path["id"], call.body, key_of(call))


async def list_granted(face: Face, call: Call) -> GrantedTables:
    """Tables of the console."""
    return GrantedTables(await ask_data.granted_tables(face.platform, call.actor))


async def query_data(face: Face, call: Call) -> Reply:
    """Answer SQL."""
    found = await ask_data.query_data(face.platform, call.actor, call.body)
    format = call.body.format
    headers = [*NO_STORE, (b"x-rows", str(found.rows).encode()), (b"x-cut", b"true" if found.cut else b"false")]
    if format != "json":
        headers.append((b"content-disposition", f'attachment; filename="answer.{ENDINGS[format]}"'.encode()))
    return Reply(200, found.body, MEDIA[format], tuple(headers))


async def find_rows(face: Face, call: Call) -> RowsAnswer:
    """Rows by key."""
    return await ask_data.find_rows(face.platform, call.actor, call.path["code"], call.body)


async def answer_minimally(face: Face, call: Call) -> MinimalAnswer:
    """Yes or no; not so often that somebody could search by asking. Refused: `rate`."""
    face.answers_by_account.take(call.actor.login)
    return await ask_data.answer_minimally(face.platform, call.actor, call.path["code"], call.body)


async def list_uses(face: Face, call: Call) -> UsePage:
    """The record."""
    return await see_grants.list_uses(face.platform, call.actor, call.params)


async def find_datasets(face: Face, call: Call) -> CatalogPage:
    """Search."""
    return await see_catalog.see_catalog(face.platform, call.actor, call.params)


async def see_catalog_entry(face: Face, call: Call) -> CatalogEntry:
    """One entry."""
    return await see_catalog.see_entry(face.platform, call.actor, call.path["code"])


async def see_sample(face: Face, call: Call) -> SampleView:
    """A few rows."""
    return await see_catalog.see_sample(face.platform, call.actor, call.path["code"])


async def see_profile(face: Face, call: Call) -> Profile:
    """Its columns."""
    return await see_catalog.see_profile(face.platform, call.actor, call.path["code"])


def _operation(name: str, method: Any, path: str, zh: str, en: str, **more: Any) -> Operation:
    told: dict[str, Any] = {"tag": "data sharing", "roles": READERS, "summary": Name(zh=zh, en=en)}
    return Operation(name=name, method=method, path=path, **(told | more))


OPERATIONS = (
    _operation(
        "find_datasets", "GET", "/api/v1/data/catalog", "检索数据目录", "Find data sets by words in Chinese or English",
        params=CatalogQuery, reply=CatalogPage, run=find_datasets,
    ),
    _operation(
        "see_catalog_entry", "GET", "/api/v1/data/catalog/{code}", "目录条目", "One entry of the catalog",
        reply=CatalogEntry, run=see_catalog_entry, refusals=("no_dataset",),
    ),
    _operation(
        "see_sample", "GET", "/api/v1/datasets/{code}/sample", "数据样例", "A few rows, masked; made up where data are not open",
        reply=SampleView, run=see_sample, refusals=("no_dataset", "lake_lost"),
    ),
    _operation(
        "see_profile", "GET", "/api/v1/datasets/{code}/profile", "数据画像", "What is told of the columns of a data set",
        reply=Profile, run=see_profile, refusals=("no_dataset", "no_profile", "lake_lost"),
    ),
    _operation(
        "list_grants", "GET", "/api/v1/data/grants", "申请与授权", "Requests for data and grants, newest first",
        params=GrantQuery, reply=GrantPage, run=list_grants,
    ),
    _operation(
        "see_grant", "GET", "/api/v1/data/grants/{id}", "申请与授权详情", "One of them, its history and how its limits were counted",
        reply=GrantDetail, run=see_grant,
    ),
    _operation(
        "request_data", "POST", "/api/v1/data/requests", "申请数据", "Ask for data",
        body=DataRequest, reply=GrantView, run=request_data, status=201, keyed=True, roles=ASKERS, example=ASKED,
        refusals=("no_dataset", "no_unit", "no_town", "bad_terms", "too_long_grant", "forbidden"),
    ),
    _operation(
        "act_on_grant", "POST", "/api/v1/data/grants/{id}/act", "办理申请", "Decide on a request, or end a grant",
        body=GrantAct, reply=GrantView, run=act_on_grant, keyed=True, example={"act": "clear"},
        refusals=("share_state", "own_request", "second_person", "reason_needed", "bad_terms", "wider_terms", "too_long_grant",
                  "renew_anew", "conflict_grant"),
    ),
    _operation(
        "list_granted", "GET", "/api/v1/data/granted", "可查询的数据", "The tables that the own unit may ask questions of now",
        reply=GrantedTables, run=list_granted,
    ),
    _operation(
        "query_data", "POST", "/api/v1/data/query", "查询数据", "One SELECT over granted tables, as JSON, CSV, Arrow or Parquet",
        body=DataQuery, reply=QueryAnswer, also=tuple(MEDIA[one].decode() for one in ENDINGS), run=query_data, roles=ASKERS,
        example=SQL,
        refusals=(*ON_DATA, "bad_sql", "sql_not_allowed", "no_table", "query_failed", "query_too_slow", "query_too_large",
                  "busy_queries"),
    ),
    _operation(
        "find_rows", "POST", "/api/v1/datasets/{code}/rows", "按主键查询", "Rows by key; keys are persons' numbers, so never in an address",
        body=RowsQuery, reply=RowsAnswer, run=find_rows, roles=ASKERS, refusals=ON_KEYS,
    ),
    _operation(
        "answer_minimally", "POST", "/api/v1/datasets/{code}/answer", "最小化核验", "Yes, no or unknown, without the record",
        body=AnswerQuery, reply=MinimalAnswer, run=answer_minimally, roles=ASKERS, refusals=(*ON_KEYS, "bad_question"),
    ),
    _operation(
        "list_uses", "GET", "/api/v1/data/uses", "数据使用记录", "Who used data under which grant, newest first",
        params=UseQuery, reply=UsePage, run=list_uses,
    ),
)  # fmt: skip
