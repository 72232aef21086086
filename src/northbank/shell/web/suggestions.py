"""Suggested types by HTTP: for words that are being written, and for the words of a case."""

from northbank.core.access import READS_PERSONS, REPORTERS, WHOLE_DISTRICT
from northbank.core.city import Name
from northbank.flows.suggest import ModelView, SuggestBody, Suggested, suggest, suggest_for
from northbank.shell.web.registry import Call, Face, Operation


async def suggest_types(face: Face, call: Call) -> Suggested:
    """For words that are being written."""
    body: SuggestBody = call.body
    return suggest(face.world, body.text)


async def suggest_case_types(face: Face, call: Call) -> Suggested:
    """For the words of a case."""
    return await suggest_for(face.world, call.actor, call.path["id"])


async def see_model(face: Face, call: Call) -> ModelView:
    """The model in use. It counts cases of the whole district: for those who see all of it."""
    adviser = face.world.adviser
    return ModelView(adviser.about if adviser is not None else None)


OPERATIONS = (
    Operation(
        name="suggest_types",
        method="POST",
        path="/api/v1/suggestions",
        tag="suggestions",
        summary=Name(zh="由文字推荐事件类型", en="Suggest types for the words of a report"),
        body=SuggestBody,
        reply=Suggested,
        run=suggest_types,
        roles=REPORTERS,
        example={"text": "路灯不亮 / The street lamp is out"},
    ),
    Operation(
        name="suggest_case_types",
        method="GET",
        path="/api/v1/cases/{id}/suggestions",
        tag="suggestions",
        summary=Name(zh="由事件文字推荐类型", en="Suggest types for the words of a case"),
        reply=Suggested,
        run=suggest_case_types,
        roles=READS_PERSONS,
    ),
    Operation(
        name="see_model",
        method="GET",
        path="/api/v1/suggestions/model",
        tag="suggestions",
        summary=Name(zh="推荐模型及其指标", en="The model of suggestions and its figures"),
        reply=ModelView,
        run=see_model,
        roles=WHOLE_DISTRICT,
    ),
)
