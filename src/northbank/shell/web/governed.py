"""The governed part of the data platform by HTTP: quality, lineage, figures over tables, subject tables, vital signs."""

from northbank.core.city import Name
from northbank.flows import see_figures, see_lineage, see_quality, see_vital_signs
from northbank.flows.platform import READERS
from northbank.flows.see_figures import IndicatorList, IndicatorQuery, IndicatorView, SubjectList
from northbank.flows.see_lineage import LineageQuery, LineageView
from northbank.flows.see_quality import QualityQuery, QualityView
from northbank.flows.see_vital_signs import VitalSignList
from northbank.shell.web.registry import Call, Face, Operation


async def see_data_quality(face: Face, call: Call) -> QualityView:
    """By data set, department and over all."""
    return await see_quality.quality(face.platform, call.actor, call.params)


async def see_data_lineage(face: Face, call: Call) -> LineageView:
    """The graph around one place."""
    return await see_lineage.lineage(face.platform, call.actor, call.params)


async def list_indicators(face: Face, call: Call) -> IndicatorList:
    """Every figure."""
    return await see_figures.indicators(face.platform, call.actor)


async def see_indicator(face: Face, call: Call) -> IndicatorView:
    """One figure with its groups."""
    return await see_figures.indicator(face.platform, call.actor, call.path["code"], call.params)


async def list_subjects(face: Face, call: Call) -> SubjectList:
    """Every subject table."""
    return see_figures.subjects(face.platform, call.actor)


async def list_vital_signs(face: Face, call: Call) -> VitalSignList:
    """Every sign."""
    return await see_vital_signs.vital_signs(face.platform)


OPERATIONS = (
    Operation(
        name="see_data_quality", method="GET", path="/api/v1/data/quality", tag="data platform", params=QualityQuery,
        reply=QualityView, run=see_data_quality, roles=READERS,
        summary=Name(zh="数据质量", en="Quality by data set, department and over all, with its trend"),
    ),
    Operation(
        name="see_data_lineage", method="GET", path="/api/v1/data/lineage", tag="data platform", params=LineageQuery,
        reply=LineageView, run=see_data_lineage, roles=READERS, refusals=("lineage_start", "not_found"),
        summary=Name(zh="数据血缘", en="Where a number comes from: the graph from source file to screen around one place"),
    ),
    Operation(
        name="list_indicators", method="GET", path="/api/v1/data/indicators", tag="data platform", reply=IndicatorList,
        run=list_indicators, roles=READERS,
        summary=Name(zh="数据指标", en="Figures over governed tables, with what they stand on, its age and score"),
    ),
    Operation(
        name="see_indicator", method="GET", path="/api/v1/data/indicators/{code}", tag="data platform",
        params=IndicatorQuery, reply=IndicatorView, run=see_indicator, roles=READERS, refusals=("lake_lost",),
        summary=Name(zh="数据指标详情", en="One figure with all its groups, now or as of a batch"),
    ),
    Operation(
        name="list_subjects", method="GET", path="/api/v1/data/subjects", tag="data platform", reply=SubjectList,
        run=list_subjects, roles=READERS,
        summary=Name(zh="主题库", en="Subject tables: data sets joined on keys"),
    ),
    Operation(
        name="list_vital_signs", method="GET", path="/api/v1/vital-signs", tag="wall", reply=VitalSignList,
        run=list_vital_signs, who="wall",
        summary=Name(zh="城市体征", en="Vital signs: value, normal band, level; unknown where data are late"),
    ),
)  # fmt: skip
