"""What became of an import, as figures and as the lines an operator reads at its end. Pure."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from northbank.flows.import_records import Figures
from northbank.ports import ImportProgress


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """figures, codes, seconds: of this run. records, all_taken, all_rejected: of the file, earlier runs too.

    missing: fields of the map whose columns the file lacks. codes: refusal -> how many.
    """

    file: str
    records: int
    all_taken: int
    all_rejected: int
    finished: bool
    rejects: str
    resumed_at: int = 0
    seconds: float = 0.0
    figures: Figures = msgspec.field(default_factory=Figures)
    codes: Mapping[str, int] = {}
    missing: tuple[str, ...] = ()
    earlier: bool = False

    @staticmethod
    def of_earlier(file: Path, stands: ImportProgress, rejects: Path, missing: tuple[str, ...]) -> "ImportReport":
        """The report of a file that was imported to its end before: nothing was added."""
        return ImportReport(
            file=str(file), records=stands.place, all_taken=stands.rows, all_rejected=stands.rejected, finished=True,
            rejects=str(rejects), missing=missing, earlier=True,
        )  # fmt: skip

    def __str__(self) -> str:
        return render(self)


def render(report: ImportReport) -> str:
    """The report in plain lines."""
    figures = report.figures
    if report.earlier:
        lines = [
            f"{report.file}: imported before, with this map and this pack. Nothing was added.",
            f"  {report.all_taken:,} of its {report.records:,} records are in, {report.all_rejected:,} were rejected.",
        ]
        return "\n".join(lines)
    read = report.records - report.resumed_at
    rate = f", {read / report.seconds:,.0f} a second" if report.seconds > 0 else ""
    lines = [f"{report.file}: {read:,} records in {report.seconds:,.1f} s{rate}."]
    if report.resumed_at:
        lines.append(f"  taken up again after record {report.resumed_at:,}")
    lines.append(f"  {figures.taken:,} taken in: {_fate(figures)}")
    if figures.known:
        lines.append(f"  {figures.known:,} known already")
    if figures.compared and figures.taken:
        share = 100 * figures.agreed / figures.compared
        lines.append(f"  area as the file says: {figures.agreed:,} of {figures.compared:,} ({share:.2f} %)")
    if figures.between:
        lines.append(f"  {figures.between:,} lie in the city but in no grid; their place is kept in words")
    if figures.rejected:
        causes = ", ".join(f"{count:,} {code}" for code, count in sorted(report.codes.items(), key=_most))
        lines.append(f"  {figures.rejected:,} rejected ({causes}), listed in {report.rejects}")
    if report.missing:
        lines.append(f"  not in this file: {', '.join(report.missing)}")
    if not report.finished:
        lines.append("  Stopped; the same command goes on from here.")
    return "\n".join(lines)


def _fate(figures: Figures) -> str:
    open_ = figures.taken - figures.closed - figures.turned_down
    return (
        f"{figures.closed:,} closed, {figures.turned_down:,} turned down, {open_:,} open; "
        f"{figures.desk:,} wait at the duty desk"
    )


def _most(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]
