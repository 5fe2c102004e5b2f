"""A value's vector in the embedded model: what a stronger push does, and what another way pays for as much."""

import numpy as np
import pytest

from axiometer.errors import Incapable
from axiometer.instruments.contrast import open_contrast
from axiometer.locate.vectors import locate_vector
from axiometer.measure.dilemmas import preferences
from axiometer.steer import steer
from axiometer.steer.vectors import adding, reaching
from axiometer.subjects import Prompt
from axiometer.subjects.opening import open_subject

pytestmark = [pytest.mark.live, pytest.mark.full]


def test_more_odds_move_choices_further_and_a_constant_push_moves_states_further_for_as_much():
    try:
        model = open_subject("smollm2:?threads=1")
    except Incapable as error:
        pytest.skip(str(error))
    contrast = open_contrast("hedonism")
    located, some = locate_vector(model, contrast, layers=[14]), contrast.dilemmas_of("tune")[:8]
    asked = [Prompt(one.question(expressing_first=True), about=one.name) for one in some]
    answers = [one.answers() for one in some]

    def did(by):
        """How far choices and states moved, on average."""
        subject = steer(model, by)
        after = np.mean([one.mean for one in preferences(subject, some)])
        receipts = subject.receipted_weights(asked, answers)[1]
        return after - before, np.mean([ratio for one in receipts for ratio in one.ratio.values()])

    before = np.mean([one.mean for one in preferences(model, some)])
    pushed = [did(reaching(located, odds)) for odds in (2.0, 8.0)]
    shifts = [shift for shift, _ in pushed]
    assert 0 < shifts[0] < shifts[1]
    constant = [did(adding(located, times, scope="prompt")) for times in (1.0, 2.0, 4.0)]
    as_much = [ratio for shift, ratio in constant if shift >= shifts[1]]
    assert (
        not as_much or min(as_much) > pushed[1][1]
    )  # where no constant push does as much there is nothing to compare
