"""The pages of the other studies open in Chromium: every section, narrow screens, dark, and nothing loaded."""

import re
from pathlib import Path

import numpy as np
import pytest

from axiometer.instruments import open_form, open_instrument
from axiometer.report import cultural_page, people_page, personas_page
from axiometer.studies.cultural import cultural
from axiometer.studies.people import people_study
from axiometer.studies.personas import personas
from axiometer.subjects.opening import open_subject
from report.test_browser import CHROMIUM, browse, pixels, width_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]
ASKED = open_instrument("portraits57")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    table = tmp_path_factory.mktemp("people") / "people.csv"
    ratings = np.random.default_rng(0).integers(1, 7, (30, 21))
    rows = [",".join(map(str, range(1, 22))), *(",".join(map(str, row)) for row in ratings)]
    table.write_text("\n".join(rows))
    subjects = [open_subject(name, ASKED.cues()) for name in ("simulated:hedonism=1", "scripted:random")]
    compared = cultural(ASKED, subjects, runs=5, remedies=["perspectives"], method="approximated")
    told = personas(ASKED, subjects[0], open_form("text", ASKED), attributes=["gender"])
    return {
        "cultural": cultural_page.page(compared.study),
        "people": people_page.page(people_study(table, "pvq21")),
        "personas": personas_page.page(told.study),
    }


@pytest.mark.parametrize("name", ["cultural", "people", "personas"])
def test_every_link_of_the_page_leads_to_a_section_with_something_in_it(
    pages: dict[str, str], name: str, tmp_path: Path
) -> None:
    dom = browse(tmp_path, pages[name], "--dump-dom")
    targets = re.findall(r'href="#([a-z]+)"', dom)
    assert len(targets) >= 5
    for target in targets:
        assert re.search(rf'<section id="{target}"[^>]*>.{{200,}}?</section>', dom, re.DOTALL), target
    assert "<svg" in dom
    assert not re.search(r'(src|href)="https?://(?!doi|arxiv|www\.w3)', dom.replace("rel=", "\nrel="))


@pytest.mark.parametrize("name", ["cultural", "people", "personas"])
def test_the_page_fits_a_narrow_screen(pages: dict[str, str], name: str, tmp_path: Path) -> None:
    assert width_of(tmp_path, pages[name]) <= 360


@pytest.mark.parametrize("name", ["cultural", "people", "personas"])
def test_the_page_is_dark_where_the_reader_wants_it_dark(
    pages: dict[str, str], name: str, tmp_path: Path
) -> None:
    shot = tmp_path / "shot.png"
    browse(
        tmp_path,
        pages[name],
        "--blink-settings=preferredColorScheme=0",
        "--window-size=900,700",
        f"--screenshot={shot}",
    )
    _, _, rows = pixels(shot)
    assert rows[1][0] < 60
    assert len(set(rows)) > 100
