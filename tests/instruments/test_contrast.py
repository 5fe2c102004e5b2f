"""Contrast material holds what it promises, and says what is wrong with a user's own."""

import re

import pytest

from axiometer.errors import BadInput, UnknownName
from axiometer.instruments.contrast import Dilemma, open_contrast, read_contrast
from axiometer.values import open_system

VALUES = open_system("schwartz10").names
MATERIAL = {value: open_contrast(value) for value in VALUES}


def words(text):
    return re.findall(r"[\w'-]+", text)


@pytest.mark.parametrize("value", VALUES)
def test_each_value_has_at_least_sixty_pairs_and_forty_test_dilemmas(value):
    found = MATERIAL[value]
    assert len(found.pairs) >= 60
    assert len(found.pairs_of("train")) == 2 * len(found.pairs_of("tune"))
    assert len(found.dilemmas_of("test")) >= 40
    assert len(found.dilemmas_of("tune")) >= 16
    assert {pair.voice for pair in found.pairs} == {"first_says", "third_says", "first_asks", "third_asks"}


@pytest.mark.parametrize("value", VALUES)
def test_no_scene_is_in_two_splits(value):
    scenes = {}
    for pair in MATERIAL[value].pairs:
        scenes.setdefault(pair.scene, set()).add(pair.split)
    assert len(scenes) >= 15
    assert all(len(splits) == 1 for splits in scenes.values())
    leads = [dilemma.lead for dilemma in MATERIAL[value].dilemmas]
    assert len(set(leads)) == len(leads)


@pytest.mark.parametrize("value", VALUES)
def test_what_differs_is_of_one_length_and_hardly_ever_a_bare_negation(value):
    both = [pair.differing for pair in MATERIAL[value].pairs]
    both += [(d.expressing, d.other) for d in MATERIAL[value].dilemmas]
    assert max(abs(len(words(a)) - len(words(b))) for a, b in both) <= 3
    assert abs(sum(len(words(a)) - len(words(b)) for a, b in both)) / len(both) < 0.6
    negated = sum(bool(re.search(r"\b(not|never|no)\b|n't", b)) for _, b in both)
    assert negated / len(both) < 0.2


@pytest.mark.parametrize("value", VALUES)
def test_a_values_name_does_not_give_it_away(value):
    stem = {"self-direction": "direct", "conformity": "conform"}.get(value, value[:7])
    holding = [pair.differing[0] for pair in MATERIAL[value].pairs]
    holding += [d.expressing for d in MATERIAL[value].dilemmas]
    assert sum(stem in text.lower() for text in holding) <= 1


def test_a_pair_and_a_dilemma_read_as_sentences():
    pair, dilemma = MATERIAL["power"].pairs[0], MATERIAL["power"].dilemmas[0]
    assert pair.holding != pair.opposing
    assert "{" not in pair.holding + pair.opposing + pair.context
    assert dilemma.question(expressing_first=True).endswith(f"or {dilemma.other}?")
    assert dilemma.question(expressing_first=False).endswith(f"or {dilemma.expressing}?")
    mine = Dilemma("d", "test", "I", "I am late.", "do what I like with my own, as I'm me", "ask them")
    assert mine.answers() == (
        "You should do what you like with your own, as you're you.",
        "You should ask them.",
    )
    other = Dilemma("d", "test", "Ana", "It is late.", "go home", "stay with me")
    assert other.answers() == ("Ana should go home.", "Ana should stay with me.")


HEAD = 'schema = 1\nsystem = "schwartz10"\nvalue = "power"\nlicence = "CC-BY-4.0"\n'
SCENE = '[[scenes]]\nname = "a"\nsplit = "train"\nfirst_says = "I {rule|serve} them"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + SCENE + SCENE, "the scene 'a' is there twice"),
        (HEAD + SCENE.replace("|", "/"), "one slot"),
        (HEAD + SCENE.replace("train", "dev"), "it must be one of train, tune, test"),
        (HEAD.replace("power", "glory") + SCENE, "glory"),
        (HEAD + 'scenes = "none"', "must be tables"),
    ],
)
def test_broken_material_is_refused_with_its_place(tmp_path, text, says):
    (tmp_path / "power.toml").write_text(text)
    with pytest.raises((BadInput, UnknownName), match=says):
        read_contrast(tmp_path / "power.toml")


def test_a_value_without_material_is_unknown():
    with pytest.raises(UnknownName, match="There are: achievement"):
        open_contrast("glory")
