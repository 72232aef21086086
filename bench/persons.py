"""Two registers of invented persons with known truth: who of the first is in the second, and what is written wrongly there.

Made by the engine from row numbers alone, so that the same numbers give the same rows. Nothing here is a real person.
"""

from datetime import date
from pathlib import Path

import duckdb

from northbank.core.dataset import Column, Dataset
from northbank.core.match import Comparison, Field, Level, Model
from northbank.core.name import Name

OVERLAP = 0.6  # of each register is in the other one
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉力志永健世广义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆磊民友裕河哲江超浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘"
NAME = Name("名", "name")
COLUMNS = ("id_no", "name", "sex", "born", "phone", "address")
_PICK = "substr('{0}', ({1} % {2})::bigint + 1, 1)"
# i: number of the person; every cell is a hash of it.
_PERSON = f"""
  select i,
    {_PICK.format(SURNAMES, "hash(i, 'a')", len(SURNAMES))} || {_PICK.format(GIVEN, "hash(i, 'b')", len(GIVEN))} ||
      case when hash(i, 'c') % 10 < 7 then {_PICK.format(GIVEN, "hash(i, 'd')", len(GIVEN))} else '' end as name,
    date '1935-01-01' + (hash(i, 'e') % 32000)::integer as born, (hash(i, 'f') % 2 + 1)::varchar as sex,
    '1' || (3 + hash(i, 'g') % 7)::varchar || lpad((hash(i, 'h') % 1000000000)::varchar, 9, '0') as phone,
    '北岸区' || ['桥头', '港口', '石门', '大石', '观音', '五里', '华新', '江城'][(hash(i, 'j') % 8)::integer + 1] || '街道' ||
      {_PICK.format(GIVEN, "hash(i, 'k')", len(GIVEN))} || ['新', '兴', '民', '平'][(hash(i, 'l') % 4)::integer + 1] || '路' || (hash(i, 'm') % 400 + 1)::varchar || '号' ||
      (hash(i, 'n') % 20 + 1)::varchar || '栋' || (hash(i, 'o') % 4 + 1)::varchar || '单元' || (hash(i, 'p') % 30 + 1)::varchar || '0' || (hash(i, 'q') % 4 + 1)::varchar as address,
    '5001' || lpad((hash(i, 'r') % 20)::varchar, 2, '0') as area, lpad((hash(i, 's') % 1000)::varchar, 3, '0') as serial
"""
_TRUE = "select i, area || strftime(born, '%Y%m%d') || serial || (hash(i, 't') % 10)::varchar as id_no, name, sex, born, phone, address from person"
_WRONG = """
  select i,
    case when hash(i, 'w1') % 100 < 4 then null
         when hash(i, 'w2') % 100 < 2 then substr(id_no, 1, 16) || ((substr(id_no, 17, 1)::integer + 1) % 10)::varchar || substr(id_no, 18, 1)
         when hash(i, 'w3') % 100 < 3 then ' ' || substr(id_no, 1, 6) || ' ' || substr(id_no, 7) else id_no end as id_no,
    case when hash(i, 'w4') % 100 < 3 then substr(name, 1, 1) || substr('{given}', (hash(i, 'w5') % {many})::bigint + 1, 1) || substr(name, 3)
         when hash(i, 'w6') % 100 < 3 then substr(name, 1, 1) || ' ' || substr(name, 2) else name end as name,
    sex, case when hash(i, 'w7') % 1000 < 15 then born + 1 else born end as born,
    case when hash(i, 'w8') % 100 < 15 then null when hash(i, 'w9') % 100 < 8 then '1' || substr(phone, 3) || '7' else '+86 ' || phone end as phone,
    case when hash(i, 'wa') % 100 < 20 then null else replace(address, '栋', '幢') end as address
  from ({true})
"""


def make(folder: Path, rows: int) -> None:
    """Write `first.parquet` and `second.parquet`, each of so many persons; `i` is the truth."""
    with duckdb.connect(
        config={"memory_limit": "1GB", "threads": "2", "temp_directory": str(folder / "spill")}
    ) as duck:
        for name, start, cells in (("first", 0, _TRUE), ("second", int(rows * (1 - OVERLAP)), _WRONG)):
            query = cells.format(given=GIVEN, many=len(GIVEN), true=_TRUE) if cells is _WRONG else cells
            duck.execute(
                f"copy (with person as ({_PERSON} from (select unnest(range({start}, {start + rows})) as i)) "
                f"select '{name}' || i as number, * from ({query}) order by hash(i, '{name}')) to '{folder / name}.parquet' (format parquet)"
            )


def dataset(code: str) -> Dataset:
    """A contract of one of the two."""
    columns = [
        Column(code="number", name=NAME, required=True),
        *(Column(code=one, name=NAME, kind="date" if one == "born" else "text") for one in COLUMNS),
    ]
    return Dataset(
        code=code, name=NAME, version="1", owner="police", source="invented", cycle="daily", level="L3", share="not_shared",
        retention=1, columns=tuple(columns), key=("number",), synthetic=True,
    )  # fmt: skip


def model() -> Model:
    """Persons by identity number, name, day of birth, phone and address."""
    text = ("width", "simplify", "bare")
    steps = {"id_no": ("id_no",), "name": text, "phone": ("phone",), "address": (*text, "numerals")}

    def levels(*found: tuple[str | None, float, float, float]) -> tuple[Level, ...]:
        return tuple(Level(how=how, amount=amount, m=m, u=u) for how, amount, m, u in found)  # type: ignore[arg-type]

    compared = {
        "id_no": levels(("exact", 0, 0.96, 1e-6), ("off", 1, 0.03, 1e-5), (None, 0, 0.01, 0.999989)),
        "name": levels(("exact", 0, 0.95, 0.0002), ("off", 1, 0.04, 0.02), (None, 0, 0.01, 0.9798)),
        "born": levels(("exact", 0, 0.98, 0.00003), ("days", 31, 0.015, 0.002), (None, 0, 0.005, 0.99797)),
        "phone": levels(("exact", 0, 0.9, 1e-6), (None, 0, 0.1, 0.999999)),
        "address": levels(("exact", 0, 0.3, 1e-6), ("shares", 0.7, 0.6, 0.05), (None, 0, 0.1, 0.949999)),
    }
    return Model(
        code="persons", name=NAME, version="1", entity="person", inputs=("first", "second"),
        fields=tuple(
            Field(code=one, name=NAME, kind="date" if one == "born" else "text", of={"first": one, "second": one}, clean=steps.get(one, ()))
            for one in COLUMNS
        ),
        blocks=(("id_no",), ("name", "born"), ("phone", "born")),
        comparisons=tuple(Comparison(one, NAME, (one,), found) for one, found in compared.items()),
        prior=1e-6, match=0.95, review=0.3, stated=date(2026, 11, 28), synthetic=True,
    )  # fmt: skip
