"""Verbs of sharing for operators without a screen. Arguments are read in cli/; an act is done as an account, and journaled as its."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import cast

from rich.console import Console
from rich.table import Column, Table

from northbank.core.access import SYSTEM, Actor
from northbank.core.refusal import Refused
from northbank.core.terms import Terms
from northbank.flows.see_catalog import CatalogQuery, see_catalog
from northbank.flows.see_grants import GrantView, list_grants, list_uses
from northbank.flows.share import Act, DataRequest, GrantAct, act_on_grant, request_data
from northbank.ports.sharing import GrantQuery, UseQuery
from northbank.shell.settings import Settings, SettingsError
from northbank.wiring import Center, open_beside

ACTS = ("clear", "approve", "confirm", "refuse", "dispute", "overrule", "uphold", "withdraw", "revoke")
Asked = tuple[str, tuple[str, ...], str, str, date, bool]  # data set, columns, purpose, application, last day, by key


async def run_search(settings: Settings, words: str, out: Console) -> None:
    """Find data sets."""
    async with _opened(settings) as center:
        found = await see_catalog(center.platform, SYSTEM, CatalogQuery(q=words))
    table = Table("code", "name", "owner", "level", "share", "rows", "score")
    for one in found.rows:
        score = "-" if one.score is None else f"{one.score:.2f}"
        name = f"{one.name.zh} {one.name.en}"
        table.add_row(one.code, name, one.owner, one.level, one.share, f"{one.rows or 0:,}", score)
    out.print(table if found.rows else "Nothing was found by these words.")


async def run_list(settings: Settings, state: str | None, dataset: str | None, out: Console) -> None:
    """Requests and grants."""
    async with _opened(settings) as center:
        found = await list_grants(center.platform, SYSTEM, GrantQuery(state=state, dataset=dataset, limit=200))
    table = Table(Column("id", no_wrap=True), "data set", "applicant", "owner", "state", "due", "until", "purpose")
    for one in found.rows:
        grant = one.grant
        due = f"{one.due_at:%Y-%m-%d %H:%M}{' late' if one.late else ''}" if one.due_at else "-"
        until = str((grant.given or grant.asked).until)
        table.add_row(grant.id, grant.dataset, grant.applicant, grant.owner, grant.state, due, until, grant.purpose)
    out.print(table if found.rows else "There are no requests.")
    if found.next:
        out.print("There are more; narrow with --state or --dataset.")


async def run_request(settings: Settings, login: str, asked: Asked, out: Console) -> None:
    """Ask for data as an account."""
    dataset, fields, purpose, application, until, by_key = asked
    terms = Terms(fields=fields, until=until, by_key=by_key)
    body = DataRequest(dataset=dataset, purpose=purpose, application=application, terms=terms)
    async with _opened(settings) as center:
        _tell(await request_data(center.platform, await _actor(center, login), body), out)


async def run_act(settings: Settings, login: str, id: str, act: str, reason: str, out: Console) -> None:
    """Do an act as an account."""
    async with _opened(settings) as center:
        found = await list_grants(center.platform, SYSTEM, GrantQuery(limit=200))
        known = [one.grant.id for one in found.rows if one.grant.id.startswith(id)] or [id]
        if len(known) > 1:
            raise SettingsError(f"{len(known)} requests begin with {id}; write more of its id.")
        body = GrantAct(act=cast(Act, act), reason=reason)
        _tell(await act_on_grant(center.platform, await _actor(center, login), known[0], body), out)


async def run_log(settings: Settings, grant: str | None, dataset: str | None, out: Console) -> None:
    """The record of uses."""
    async with _opened(settings) as center:
        found = await list_uses(center.platform, SYSTEM, UseQuery(grant=grant, dataset=dataset, limit=100))
    table = Table("at", "who", "unit", "data set", "what", "purpose", "case", "rows", "outcome")
    for one in found.rows:
        at = f"{one.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(
            at, one.actor, one.unit, one.dataset, one.what, one.purpose, one.case or "-", f"{one.rows:,}", one.outcome
        )
    out.print(table if found.rows else "Nothing was used yet.")


def _tell(view: GrantView, out: Console) -> None:
    grant = view.grant
    out.print(f"{grant.id}: {grant.dataset} for {grant.applicant} is {grant.state.value}.", markup=False)
    if grant.rule:
        out.print(f"It is refused by the rule {grant.rule}; the applicant may dispute that.", markup=False)
    if view.due_at is not None:
        out.print(f"An answer is due at {view.due_at:%Y-%m-%d %H:%M} UTC.")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Center]:
    async with open_beside(settings) as center:
        try:
            yield center
        except Refused as refused:
            raise SettingsError(f"{refused.say()} {refused.advise()}") from refused


async def _actor(center: Center, login: str) -> Actor:
    found = await center.accounts.find(login)
    if found is None or not found.enabled:
        raise SettingsError(f"There is no open account {login}; see `northbank user list`.")
    return found.account.actor
