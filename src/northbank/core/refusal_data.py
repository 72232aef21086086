"""Refusals of the data platform: code -> (HTTP status, sentence and what to do). See refusal.py."""

from collections.abc import Mapping

DATA: Mapping[str, tuple[int, str, str, str, str]] = {
    "no_dataset": (
        404,
        "There is no data set {code} in this pack.",
        "城市包中没有数据集 {code}。",
        "Choose one of: {allowed}; or write its contract in datasets/ of the pack.",
        "可选：{allowed}；或在城市包的 datasets/ 中编写其数据契约。",
    ),
    "no_files": (
        422,
        "In {place} lies no {format} file.",
        "{place} 中没有 {format} 文件。",
        "Check the folder and the `format` of the contract.",
        "请核对文件夹与数据契约中的 format。",
    ),
    "collecting": (
        409,
        "The data set {dataset} is being collected already.",
        "数据集 {dataset} 正在归集。",
        "Wait until that run has ended and collect again.",
        "请待其结束后再归集。",
    ),
    "reference_first": (
        409,
        "Rows refer to the data set {code}, which has no batch yet.",
        "数据行引用了数据集 {code}，而它尚无任何批次。",
        "Collect {code} first.",
        "请先归集 {code}。",
    ),
    "lake_lost": (
        500,
        "The rows of batch {batch} of {dataset} are not in the lake, though the journal tells of them.",
        "日志记有数据集 {dataset} 的第 {batch} 批，但数据湖中没有其数据。",
        "Restore the lake folder of the data folder from the backup.",
        "请从备份恢复数据文件夹中的 lake 文件夹。",
    ),
    "no_batch": (
        404,
        "There is no batch {batch}; the last one is {last}.",
        "没有第 {batch} 批；最近一批为第 {last} 批。",
        "Choose an earlier batch.",
        "请选择更早的批次。",
    ),
    "lineage_start": (
        422,
        "Say of one thing where it comes from.",
        "请指明一个要追溯的对象。",
        "Give exactly one of: {allowed}.",
        "请在以下参数中给出且仅给出一个：{allowed}。",
    ),
}
