"""Three registers of invented firms with known truth: names, codes and addresses as departments write them, with the faults they have.

Made by the engine from row numbers alone, so that the same numbers give the same rows. Nothing here is a real firm.
"""

from datetime import date
from pathlib import Path

import duckdb
from persons import GIVEN, NAME, SURNAMES

from northbank.core.match import Comparison, Field, Level, Model

REGISTERS = ("businesses", "food_licenses", "fire_inspections")
BRANDS = "鑫盛宏达晟源华丽佳美瑞祥康泰恒信嘉诚博雅金辉星辰云海天润东升福兴永利和顺广聚贤德"
ALIKE = (
    "鑫盛宏达晟源华丽佳瑞祥恒诚辉辰润升兴利和",
    "新胜弘大盛原花莉家端样衡成晖晨闰生新历合",
)  # of one sound or one shape
TRADES = (
    "餐饮管理",
    "商贸",
    "建筑工程",
    "科技",
    "物流",
    "物业管理",
    "百货",
    "药房",
    "汽车维修",
    "文化传播",
    "食品",
    "广告",
)
SHORT = ("餐饮", "商贸", "建工", "科技", "物流", "物业", "百货", "药房", "汽修", "文化", "食品", "广告")
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "经营部", "店")
ROADS = ("建新", "滨江", "红星", "新华", "解放", "人民", "学府", "金源", "石门", "港城")
_PICK = "substr('{0}', ({1} % {2})::bigint + 1, 1)"


def _of(values: tuple[str, ...], by: str) -> str:
    return f"{list(values)}[({by} % {len(values)})::integer + 1]"


# i: number of the firm; every cell is a hash of it.
_FIRM = f"""
  select i, '9150' || lpad((hash(i, 'a') % 100000)::varchar, 5, '0') || lpad((hash(i, 'b') % 1000000000)::varchar, 9, '0') as code,
    {" || ".join(_PICK.format(BRANDS, f"hash(i, 'c{n}')", len(BRANDS)) for n in range(2))} ||
      case when hash(i, 'd') % 10 < 7 then {_PICK.format(SURNAMES + GIVEN, "hash(i, 'e')", len(SURNAMES + GIVEN))} else '' end as brand,
    {_of(TRADES, "hash(i, 'f')")} as trade, {_of(SHORT, "hash(i, 'f')")} as short, {_of(FORMS, "hash(i, 'g')")} as form,
    '1' || (3 + hash(i, 'h') % 7)::varchar || lpad((hash(i, 'j') % 1000000000)::varchar, 9, '0') as phone,
    {_of(ROADS, "hash(i, 'k')")} || {_of(("路", "大道", "街", "巷"), "hash(i, 'l')")} as road, (hash(i, 'm') % 300 + 1)::varchar as door,
    (hash(i, 'n') % 12 + 1)::varchar as building, (hash(i, 'o') % 30 + 1)::varchar as floor,
    '0' || (hash(i, 'p') % 8 + 1)::varchar as flat, {_of(("桥头", "港口", "石门", "大石"), "hash(i, 'q')")} as town
"""
_TRUE = """
  select i, code, '大江市北岸区' || brand || trade || form as name, phone,
    '大江市北岸区' || town || '街道' || road || door || '号' || building || '栋' || floor || flat || '室' as address from firm
"""
# s: which register writes; no two of them make the same faults.
_WRONG = f"""
  select i,
    case when hash(i, 's1', $s) % 100 < 12 then null
         when hash(i, 's2', $s) % 100 < 4 then substr(code, 1, 10) || ((substr(code, 11, 1)::integer + 3) % 10)::varchar || substr(code, 12)
         when hash(i, 's3', $s) % 100 < 4 then lower(substr(code, 1, 6) || ' ' || substr(code, 7)) else code end as code,
    {_of(("大江市北岸区", "北岸区", "", ""), "hash(i, 's4', $s)")} ||
      case when hash(i, 's5', $s) % 100 < 8 then translate(brand, '{ALIKE[0]}', '{ALIKE[1]}') else brand end ||
      case when hash(i, 's6', $s) % 100 < 20 then short else trade end ||
      case when form like '%公司' and hash(i, 's7', $s) % 100 < 25 then '有限责任公司' when hash(i, 's8', $s) % 100 < 10 then ''
           when form in ('店', '经营部') and hash(i, 's9', $s) % 100 < 30 then form || '（个体工商户）' else form end as name,
    case when hash(i, 't1', $s) % 100 < 20 then null when hash(i, 't2', $s) % 100 < 10 then '139' || substr(phone, 4, 7) || '1' else '+86 ' || phone end as phone,
    case when hash(i, 't3', $s) % 100 < 10 then null else
      case when hash(i, 't4', $s) % 2 = 0 then '北岸区' else '' end || case when hash(i, 't5', $s) % 2 = 0 then town || '街道办事处' else '' end || road || door ||
      {_of(("号", "号", "號", ""), "hash(i, 't6', $s)")} || case when hash(i, 't7', $s) % 4 = 0 then building || '-' || floor || flat else
        building || {_of(("栋", "幢", "号楼"), "hash(i, 't8', $s)")} || floor || flat || {_of(("室", "", "号房"), "hash(i, 't9', $s)")} end end as address
  from firm
"""


def make(folder: Path, rows: int) -> None:
    """Write a file for each register: `i` is the truth. The second and third have parts of the first, and a tenth that is not in it."""
    with duckdb.connect(
        config={"memory_limit": "1GB", "threads": "2", "temp_directory": str(folder / "spill")}
    ) as duck:
        for salt, (name, start, end) in enumerate(zip(REGISTERS, (0, 0.3, 0.5), (1, 1.1, 1.1), strict=True)):
            cells = _WRONG.replace("$s", str(salt)) if salt else _TRUE
            duck.execute(
                f"copy (with firm as ({_FIRM} from (select unnest(range({int(rows * start)}, {int(rows * end)})) as i)) "
                f"select '{name}' || i as number, i, code as credit_code, name, phone, address from ({cells}) order by hash(i, {salt})) "
                f"to '{folder / name}.parquet' (format parquet)"
            )


def model() -> Model:
    """Firms by code, name, phone and address."""

    def levels(*found: tuple[str | None, float, float, float]) -> tuple[Level, ...]:
        return tuple(Level(how=how, amount=amount, m=m, u=u) for how, amount, m, u in found)  # type: ignore[arg-type]

    made = {
        "credit_code": ("id_no",),
        "name": ("width", "simplify", "organization", "bare", "area"),
        "phone": ("phone",),
    }
    made |= {one: ("address", one) for one in ("road", "number", "room")}
    compared = {
        "credit_code": levels(("exact", 0, 0.95, 1e-6), ("off", 1, 0.04, 1e-5), (None, 0, 0.01, 0.999989)),
        "name": levels(("exact", 0, 0.6, 1e-4), ("off", 1, 0.1, 0.002), ("within", 3, 0.08, 0.001), ("shares", 0.5, 0.2, 0.01), (None, 0, 0.02, 0.9869)),
        "phone": levels(("exact", 0, 0.85, 1e-6), (None, 0, 0.15, 0.999999)),
        "road": levels(("exact", 0, 0.98, 0.025), (None, 0, 0.02, 0.975)),
        "number": levels(("exact", 0, 0.98, 0.003), (None, 0, 0.02, 0.997)),
        "room": levels(("exact", 0, 0.98, 0.005), (None, 0, 0.02, 0.995)),
    }  # fmt: skip
    return Model(
        code="firms", name=NAME, version="1", entity="legal_person", inputs=REGISTERS,
        fields=tuple(
            Field(code=one, name=NAME, of=dict.fromkeys(REGISTERS, "address" if steps[0] == "address" else one), clean=steps)
            for one, steps in made.items()
        ),
        blocks=(("credit_code",), ("phone",), ("name",), ("road", "number")),
        comparisons=tuple(Comparison(one, NAME, (one,), found) for one, found in compared.items()),
        prior=1e-5, match=0.95, review=0.3, stated=date(2026, 11, 28), synthetic=True,
    )  # fmt: skip
