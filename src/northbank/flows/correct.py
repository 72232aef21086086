"""Bad rows go back to their provider: one case for each batch that calls for it, and a note on it when a batch without its faults has come.

Safe to run again at any time: a case is known by the number of its batch, a note by the batch that answers.
"""

from hashlib import sha256

from northbank.core import correction
from northbank.core.access import SYSTEM
from northbank.core.case_facts import Noted
from northbank.core.dataset import AnyStatement, Dataset, TurnedAway
from northbank.core.intake import Report
from northbank.flows.act import step
from northbank.flows.collect import dataset_of, past_of
from northbank.flows.entries import fold
from northbank.flows.report import NewReport, pieces
from northbank.ports import Change, ClientKey, Stale, World


async def correct(world: World, code: str) -> list[str]:
    """Open the cases that batches of a data set call for, and note on open ones what has come since. The numbers of new cases.

    Refused: `no_dataset`, `unknown_source`, `unknown_type`.
    """
    dataset = dataset_of(world, code)
    if dataset.ticket is None:
        return []
    past = await past_of(world, code)
    spoilt = [one for one in past if one.bad or isinstance(one, TurnedAway)]
    known = await world.cases.known([(correction.SOURCE, correction.external(code, one.n)) for one in spoilt])
    opened = []
    for one in spoilt:
        told = (correction.SOURCE, correction.external(code, one.n)) in known
        later = correction.answered_by(one, past)
        asked = (
            later is None and not told and correction.wants(dataset, one)
        )  # what came right already is nobody's work
        if asked and (number := await _open(world, dataset, one)):
            opened.append(number)
        if told and later is not None:
            await _note(world, dataset, one, later)
    return opened


async def _open(world: World, dataset: Dataset, one: AnyStatement) -> str | None:
    """The case of a batch; None where somebody else opened it meanwhile."""
    now = world.clock.now()
    id, subject = world.ids.new(), world.ids.new()
    sealed = await world.vault.seal(subject, pieces(NewReport(text=correction.words(dataset, one))), fresh=True)
    report = Report(
        number=world.ids.number(), subject=subject, reporter=SYSTEM.login, source=correction.SOURCE,
        type=dataset.ticket.type if dataset.ticket else None, external=correction.external(dataset.code, one.n), words=sealed.refs[0],
    )  # fmt: skip
    facts = correction.receive(report, dataset, world.city, now)
    case, entries = fold(world, None, f"case:{id}", SYSTEM.login, facts, now)
    try:
        await world.journal.commit(Change(
            actor=SYSTEM.login, entries=entries, expected={f"case:{id}": 0}, cases=(case,),
            subjects={subject: sealed.wrapped} if sealed.wrapped else {}, secrets=sealed.secrets,
        ))  # fmt: skip
    except Stale:
        return None
    return case.number


async def _note(world: World, dataset: Dataset, one: AnyStatement, later: AnyStatement) -> None:
    """Say on the case of a batch, once, that a later one came without its faults."""
    id = await world.cases.exists(correction.SOURCE, correction.external(dataset.code, one.n))
    case = await world.cases.get(id) if id else None
    said = f"answered:{dataset.code}:{one.n}:{later.n}"
    client = ClientKey(said, sha256(said.encode()).digest())
    if case is None or await world.journal.answer(SYSTEM.login, client) is not None:
        return
    sealed = await world.vault.seal(
        case.subject, [("note", correction.answer(dataset, one, later).encode())], fresh=False
    )
    change = step(world, SYSTEM.login, case, [Noted(note=sealed.refs[0])], world.clock.now(), sealed, client)
    try:
        await world.journal.commit(change)
    except Stale:
        return  # the case has moved on: the next run says it
