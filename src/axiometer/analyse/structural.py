"""A linear structural model with Gaussian noise, in which counterfactuals are exact: values -> concepts -> response.

Concepts are c = W v + B q + e1, the response is r = U c + e2. What a language model only imitates when it rewrites an answer is here one
line of algebra: find the noise that made what was seen, change the values, and let the same noise make it anew. Our own stand-in for the source's
mechanisms, as an oracle.

Source: couple, pearl2009
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What was observed: question [question], values [values], concepts [concepts], response [response]."""

    question: Floats
    values: Floats
    concepts: Floats
    response: Floats


@dataclass(frozen=True)
class Noise:
    """What an observation owes to neither values nor question: e1 [concepts], e2 [response]."""

    concepts: Floats
    response: Floats


@dataclass(frozen=True)
class LinearModel:
    """The mechanisms.

    Attributes:
        of_values: W [concepts, values]
        of_question: B [concepts, question]
        of_concepts: U [response, concepts]
    """

    of_values: Floats
    of_question: Floats
    of_concepts: Floats

    def predict(self, question: Floats, values: Floats, noise: Noise) -> Seen:
        """What the mechanisms make of a question, values and noise."""
        concepts = self.of_values @ values + self.of_question @ question + noise.concepts
        return Seen(question, values, concepts, self.of_concepts @ concepts + noise.response)

    def abduct(self, seen: Seen) -> Noise:
        """The one noise under which the mechanisms make exactly what was seen."""
        expected = self.of_values @ seen.values + self.of_question @ seen.question
        return Noise(seen.concepts - expected, seen.response - self.of_concepts @ seen.concepts)

    def read(self, question: Floats, concepts: Floats) -> Floats:
        """[values] the values that explain concepts best, by least squares; exact where W has full column rank and there is no noise."""
        found, *_ = np.linalg.lstsq(self.of_values, concepts - self.of_question @ question, rcond=None)
        return np.asarray(found)

    def counterfactual(self, seen: Seen, values: Floats) -> Seen:
        """What would have been seen, had the values been these: abduction, action, prediction."""
        return self.predict(seen.question, values, self.abduct(seen))
