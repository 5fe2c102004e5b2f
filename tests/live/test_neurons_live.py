"""The units of the embedded model."""

import pytest

from axiometer.errors import Incapable
from axiometer.instruments.contrast import open_contrast
from axiometer.locate.choices import given
from axiometer.locate.observing import Observed, observed, slopes
from axiometer.subjects.opening import open_subject

pytestmark = pytest.mark.live


def test_the_embedded_model_has_46080_units_that_can_be_read_and_asked_what_a_choice_hangs_on():
    try:
        model = open_subject("smollm2")
    except Incapable as error:
        pytest.skip(str(error))
    holding, opposing = (answers[:2] for answers in given(open_contrast("power")))
    seen = Observed(observed(model, holding), observed(model, opposing), slopes(model, holding, opposing))
    assert seen.holding.frequency.shape == (30, 1536)
    assert seen.slopes.shape == (2, 30, 1536)
    # A SiLU is never far below 0, and some units are above it at some of the tokens.
    assert seen.holding.mean.min() > -0.279
    assert 0.1 < (seen.holding.frequency > 0).mean() < 1
