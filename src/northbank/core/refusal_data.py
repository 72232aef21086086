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
    "no_origin": (
        422,
        "The contract of {code} does not say where its rows come from.",
        "数据集 {code} 的契约没有写明数据从何处来。",
        "Name a folder or a file, or write a table [origin.*] in its contract.",
        "请指明文件夹或文件，或在契约中编写 [origin.*]。",
    ),
    "no_secret": (
        422,
        "The secret {reference}, which a contract names, is not there.",
        "契约所引用的密钥 {reference} 不存在。",
        "Set the variable {variable}, or write the file secrets/{file} in the data folder, whichever the contract names.",
        "请按契约设置环境变量 {variable}，或在数据文件夹中写入 secrets/{file}。",
    ),
    "source_down": (
        503,
        "The source of {code} ({source}) does not answer: {why}. Nothing was taken.",
        "数据集 {code} 的来源（{source}）没有应答：{why}。未取任何数据。",
        "Collect again when it is there; the version before is still served.",
        "请待其恢复后再归集；此前版本仍可使用。",
    ),
    "source_refused": (
        422,
        "The source of {code} ({source}) answers with status {status}. Nothing was taken.",
        "数据集 {code} 的来源（{source}）以状态 {status} 应答。未取任何数据。",
        "Ask its owner, or check the address and the secrets of the contract.",
        "请询问其提供方，或核对契约中的地址与密钥。",
    ),
    "source_changed": (
        422,
        "The source of {code} ({source}) is no longer as the contract says: {why}. Nothing was taken.",
        "数据集 {code} 的来源（{source}）已与契约不符：{why}。未取任何数据。",
        "Ask its owner what changed and adapt the table [origin.*] of the contract.",
        "请向其提供方了解变化，并修改契约中的 [origin.*]。",
    ),
    "source_too_large": (
        422,
        "The source of {code} ({source}) gives more than the contract allows ({most}). Nothing was taken.",
        "数据集 {code} 的来源（{source}）给出的数据超出契约允许的上限（{most}）。未取任何数据。",
        "Raise most_pages or most_mb in the contract where so much is meant.",
        "如确需如此，请在契约中提高 most_pages 或 most_mb。",
    ),
}
