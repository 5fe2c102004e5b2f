"""Personas: effects of planted changes, people's differences, records and pages."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from click.testing import CliRunner

from axiometer.canon import formed, plain
from axiometer.cli import axiometer
from axiometer.errors import BadInput, UnknownName
from axiometer.instruments import open_form, open_instrument
from axiometer.report.personas import PersonaStudy
from axiometer.report.personas_page import page
from axiometer.steer.demographics import demographics, group_differences
from axiometer.studies.personas import Personas, personas
from axiometer.subjects import Answer, Missing, Prompt
from axiometer.subjects.opening import open_subject

ASKED = open_instrument("portraits57")
TEXT = open_form("text", ASKED)


class _Actor:
    """Holds conformity dear once told that it is a man, and refuses to be a woman."""

    def __init__(self) -> None:
        self._plain = open_subject("simulated:noise=0.2", ASKED.cues())
        self._man = open_subject(
            "simulated:conformity-rules=2,conformity-interpersonal=2,noise=0.2", ASKED.cues()
        )
        self.spec, self.card = {"subject": "actor"}, replace(self._plain.card, name="actor")

    def answer(self, prompts: Sequence[Prompt], *, seed: int) -> list[Answer | Missing]:
        found: list[Answer | Missing] = []
        for prompt in prompts:
            inner = self._man if "a man." in prompt.system else self._plain
            refuses = "a woman." in prompt.system and prompt.about.startswith("sdt")
            found += [Missing("refused", "")] if refuses else inner.answer([prompt], seed=seed)
        return found


@pytest.fixture(scope="module")
def found() -> Personas:
    return personas(ASKED, _Actor(), TEXT, attributes=["gender", "country"])


def test_an_effect_that_was_planted_is_found_and_its_bias_told(found: Personas) -> None:
    man = {e.value: e for e in found.study.effects if e.group == "male"}
    effect = man["conformity"]
    assert effect.low > 1.0
    assert effect.human == 0.01
    assert effect.bias == pytest.approx(effect.effect - 0.01)
    others = [e for name, e in man.items() if name != "conformity"]
    assert all(e.effect < 0 for e in others)


def test_a_persona_that_changes_nothing_has_intervals_around_zero(found: Personas) -> None:
    brazil = [e for e in found.study.effects if e.group == "Brazil"]
    assert sum(e.low <= 0 <= e.high for e in brazil) >= 8
    assert all(e.human is None and e.bias is None for e in brazil)


def test_groups_without_a_reference_are_shown_without_one(found: Personas) -> None:
    assert {a.group for a in found.study.agreements} == {"male", "female"}
    assert all(a.n == 10 and 0 <= a.sign_low <= a.sign_high <= 1 for a in found.study.agreements)


def test_refused_answers_are_counted_and_the_rest_is_compared(found: Personas) -> None:
    assert found.study.missing["refused"] > 0
    woman = {e.value: e.n for e in found.study.effects if e.group == "female"}
    whole = {e.value: e.n for e in found.study.effects if e.group == "male"}
    assert woman["self-direction"] < whole["self-direction"]
    assert woman["power"] == whole["power"]


def test_the_record_survives_json_and_its_page_tells_both_sides(found: Personas) -> None:
    assert formed(PersonaStudy, json.loads(json.dumps(plain(found.study))), "study") == found.study
    text = page(found.study)
    assert "You are a man." in text
    assert "European Social Survey" in text


def test_an_unknown_attribute_is_named_with_what_there_is() -> None:
    with pytest.raises(UnknownName, match="age, country, education, gender, politics, religion"):
        demographics(("shoe size",))


def test_a_value_without_answers_is_refused_with_the_remedy() -> None:
    with pytest.raises(BadInput, match="fewer than 2 items answered"):
        personas(ASKED, open_subject("scripted:refuse", ASKED.cues()), TEXT, attributes=["gender"])


def test_every_reference_is_a_group_of_people_and_every_persona_a_short_plain_sentence() -> None:
    people = group_differences()
    for persona in demographics():
        assert persona.reference in ("", *people.differences)
        assert persona.text.startswith(("You ", "On a scale"))
        assert len(persona.text) < 90
    used = {persona.reference for persona in demographics()} - {""}
    assert used == set(people.differences)


def test_the_command_prints_effects_with_n_and_writes_a_folder(tmp_path) -> None:  # type: ignore[no-untyped-def]
    words = [
        "study",
        "personas",
        "-s",
        "simulated:hedonism=1",
        "-a",
        "gender",
        "--out",
        str(tmp_path / "out"),
    ]
    done = CliRunner().invoke(axiometer, [*words, "--ledger", str(tmp_path / "l")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "n = 6 items" in done.output
    assert (tmp_path / "out" / "report.html").exists()
