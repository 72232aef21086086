"""Pictures of the running demo in every size and language: they are painted. `--keep-pictures` writes those of the README."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from ui.demo import PASSWORD
from ui.processes import Process
from ui.screens import LAPTOP, LED, PHONE, SCREEN, Lang, screens

KEPT = Path(__file__).resolve().parents[2] / "docs" / "pictures"
SIMULATED = {"zh": "模拟数据", "en": "SIMULATED"}
LIMIT = 400_000


def seen(page: Page, clip: str | None = None) -> Image.Image:
    """What is on the screen, or in one part of it."""
    box = page.locator(clip).bounding_box() if clip else None
    shot = page.screenshot(clip=box) if box else page.screenshot()  # type: ignore[arg-type]
    return Image.open(io.BytesIO(shot)).convert("RGB")


def colors(picture: Image.Image) -> int:
    """How many different colors there are."""
    return len(picture.getcolors(picture.width * picture.height) or ())


def painted(page: Page, tries: int = 200) -> None:
    """Until the map shows more than its ground: each look at it waits for a frame."""
    expect(page.locator(".map-canvas canvas")).to_be_visible()
    for _ in range(tries):
        if colors(seen(page, ".map-canvas")) > 100:
            return
    raise AssertionError("the map stays empty")


def keep(page: Page, name: str, folder: Path) -> None:
    """Look, check that it is no blank page, and write it down; small where it goes into the repository."""
    picture = seen(page)
    assert colors(picture) > 300, f"{name} is almost blank"
    file = folder / f"{name}.png"
    if folder != KEPT:
        picture.save(file, compress_level=1)
        return
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)  # rare colors mean most
    few.save(file, optimize=True)
    assert file.stat().st_size < LIMIT


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this run's pictures go."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Path | None:
    """The folder of the README's pictures, where they were asked for."""
    if not request.config.getoption("--keep-pictures", default=False):
        return None
    KEPT.mkdir(exist_ok=True)
    return KEPT


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_wall(lang: Lang, shots: Path, browser: Browser, jiangbei: Process, kept: Path | None) -> None:
    with screens(browser, jiangbei.base, PASSWORD) as visit:
        page = visit.open("/wall", None, lang, SCREEN)
        expect(page.locator(".tile .big").first).to_have_text(re.compile(r"[1-9]"))
        expect(page.locator(".stream li").first).to_be_visible()
        for width, height in (SCREEN, LAPTOP, LED, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            expect(page.get_by_role("note")).to_have_text(SIMULATED[lang])
            painted(page)
            keep(page, f"wall-{lang}-{width}", shots)
            if kept and width == SCREEN[0]:
                keep(page, f"wall-{lang}", kept)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_desk(lang: Lang, shots: Path, browser: Browser, jiangbei: Process, kept: Path | None) -> None:
    with screens(browser, jiangbei.base, PASSWORD) as visit:
        page = visit.open("/desk?open=true&state=handling", "duty", lang, LAPTOP)
        page.get_by_role("option").nth(2).click()
        expect(page.locator(".timeline li").first).to_be_visible()
        expect(page.get_by_role("note")).to_have_text(SIMULATED[lang])
        painted(page)
        keep(page, f"desk-{lang}-dark", shots)
        if kept:
            keep(page, f"desk-{lang}", kept)
        page.get_by_role("button", name={"zh": "日间", "en": "Light"}[lang]).click()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        painted(page)
        keep(page, f"desk-{lang}-light", shots)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_start(lang: Lang, shots: Path, browser: Browser, jiangbei: Process) -> None:
    with screens(browser, jiangbei.base, PASSWORD) as visit:
        page = visit.open("/", None, lang, LAPTOP)
        expect(page.get_by_role("textbox").first).to_be_visible()
        expect(page.get_by_role("note")).to_have_text(SIMULATED[lang])
        keep(page, f"start-{lang}", shots)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_came_in(lang: Lang, shots: Path, browser: Browser, jiangbei: Process, kept: Path | None) -> None:
    with screens(browser, jiangbei.base, PASSWORD) as visit:
        page = visit.open("/data", "steward", lang, LAPTOP)
        expect(page.locator(".units tbody tr").first).to_be_visible()
        expect(page.get_by_role("note")).to_have_text(SIMULATED[lang])
        keep(page, f"data-{lang}", shots)
        if kept:
            page.locator(".needs .tag").first.wait_for(timeout=600_000)  # the demonstration's data come in after its day
            keep(page, f"data-{lang}", kept)
