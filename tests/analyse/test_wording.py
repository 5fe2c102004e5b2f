"""Signs of wording: variety, repetition and loops, against counts made by hand and a slow second way."""

import numpy as np
import pytest

from axiometer.analyse.wording import SIGNS, compared, distinct, loop, repeated, signs, words


def test_words_leave_out_signs_and_capitals():
    assert words("Don't stop, said Élodie -- 3 times!") == ["don't", "stop", "said", "élodie", "3", "times"]


def test_distinct_and_repeated_runs_are_counted():
    said = "a b c a b c a".split()
    assert distinct(said, 1) == pytest.approx(3 / 7)
    assert distinct(said, 2) == pytest.approx(3 / 6)
    assert distinct(said, 3) == pytest.approx(3 / 5)
    assert repeated(said) == pytest.approx(4 / 5)
    assert repeated("a b c d".split()) == 0.0


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("one two three", 0),
        ("very very good", 2),
        ("no no no no", 4),
        ("so it goes so it goes so it ends", 8),
        ("x a b a b a b y a b", 6),
        ("a b c a b d a b c a b d", 12),
    ],
)
def test_a_loop_is_a_phrase_said_again_at_once(text, length):
    assert loop(text.split()) == length


def slow_loop(said):
    longest = 0
    for start in range(len(said)):
        for end in range(start + 2, len(said) + 1):
            part = said[start:end]
            for period in range(1, len(part) // 2 + 1):
                if all(part[i] == part[i + period] for i in range(len(part) - period)):
                    longest = max(longest, len(part))
    return longest


def test_loops_agree_with_looking_at_every_stretch():
    rng = np.random.default_rng(2)
    for _ in range(60):
        said = [str(i) for i in rng.integers(0, 3, size=int(rng.integers(0, 16)))]
        assert loop(said) == slow_loop(said)


def test_a_text_too_short_for_a_sign_does_not_have_it():
    assert signs("") == {"words": 0, "loop": 0}
    assert set(signs("one two")) == {"words", "loop", "distinct-1", "distinct-2"}
    assert set(signs("one two three")) == set(SIGNS)


def test_before_and_after_are_paired_and_short_pairs_are_left_out_of_their_sign():
    before = ["the cat sat on the mat", "birds fly south in autumn", "yes"]
    after = ["the cat the cat the cat", "birds birds birds birds birds", "no"]
    found = {sign.name: sign for sign in compared(before, after)}
    assert found["words"].shift.n == 3
    assert found["distinct-3"].shift.n == 2
    assert found["loop"].shift.shift == pytest.approx((6 + 5 + 0) / 3)
    assert found["distinct-1"].before.shift == pytest.approx((5 / 6 + 1 + 1) / 3)
    assert found["repeated"].after.shift == pytest.approx(1.0)
    assert found["distinct-1"].shift.low <= found["distinct-1"].shift.shift <= found["distinct-1"].shift.high
    assert [sign.name for sign in compared(["a"], ["b"])] == ["words", "distinct-1", "loop"]
