"""The peer of the life cycle: the same eight moves as a BPMN process of human tasks on SpiffWorkflow, its state kept in PostgreSQL.

For each move as a service does it: read the stored state under a lock, revive it, complete the task that waits, store it again,
one transaction a move, several lives at once. It keeps no history, no rights, no deadlines and no journal.
"""

import asyncio
import time
from itertools import pairwise

import asyncpg
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def process(moves: list[str]) -> str:
    """A straight BPMN process of user tasks."""
    ids = ["begin", *moves, "over"]
    parts = [
        '<startEvent id="begin"/>',
        *(f'<userTask id="{one}" name="{one}"/>' for one in moves),
        '<endEvent id="over"/>',
    ]
    parts += [f'<sequenceFlow id="flow{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(ids))]
    inner = "".join(parts)
    return f'<definitions xmlns="{NAMESPACE}" id="d" targetNamespace="life"><process id="life" isExecutable="true">{inner}</process></definitions>'


class Engine:
    """The engine over a database."""

    def __init__(self, pool: asyncpg.Pool, moves: list[str]) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(process(moves)))
        self.spec = parser.get_spec("life")
        self.serializer = BpmnWorkflowSerializer()
        self.pool, self.moves = pool, moves
        self.bytes = 0

    async def start(self) -> None:
        """Its table."""
        await self.pool.execute("create table process (id bigserial primary key, state text not null)")

    async def live(self) -> None:
        """One life from its first move to its last. The first one is made and completed in one transaction."""
        workflow = BpmnWorkflow(self.spec)
        workflow.do_engine_steps()
        text = self._step(workflow, self.moves[0])
        id = await self.pool.fetchval("insert into process (state) values ($1) returning id", text)
        for move in self.moves[1:]:
            async with self.pool.acquire() as connection, connection.transaction():
                stored = await connection.fetchval("select state from process where id = $1 for update", id)
                text = self._step(self.serializer.deserialize_json(stored), move)
                await connection.execute("update process set state = $2 where id = $1", id, text)
        self.bytes = len(text)

    def _step(self, workflow: BpmnWorkflow, move: str) -> str:
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        if task.task_spec.name != move:
            raise RuntimeError(f"{task.task_spec.name} waits, not {move}")
        task.data.update(by="bench", note="done")
        task.run()
        workflow.do_engine_steps()
        if move == self.moves[-1] and not workflow.completed:
            raise RuntimeError("the process did not end")
        text: str = self.serializer.serialize_json(workflow)
        return text


async def lives(engine: Engine, together: int, seconds: float) -> float:
    """Lives a second, so many at once."""
    end = time.perf_counter() + seconds
    count = 0

    async def one() -> None:
        nonlocal count
        while time.perf_counter() < end:
            await engine.live()
            count += 1

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(together)))
    return count / (time.perf_counter() - begun)
