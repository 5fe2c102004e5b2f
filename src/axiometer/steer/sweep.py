"""Several doses in one pass: what all doses share is computed once, and each row of the batch has a dose of its own."""

from collections.abc import Sequence

from axiometer.steer.steered import Edits
from axiometer.subjects import Missing, Prompt, Weights
from axiometer.subjects.sites import Edit, OpenModel


def swept(
    model: OpenModel,
    by: Sequence[Edits],
    prompts: Sequence[Prompt],
    options: Sequence[Sequence[str]],
) -> list[list[Weights | Missing]]:
    """The weights of all prompts under each intervention, such as one vector at several doses.

    Args:
        model: what is steered.
        by: the interventions.
        prompts: what is asked under each of them.
        options: of each prompt.

    Shapes:
        [interventions][prompts]
    """
    many = len(prompts)

    def assign(asked: Sequence[Prompt]) -> list[tuple[Edit, ...]]:
        assert len(asked) == many * len(by)  # noqa: S101 - the one call below
        return [
            tuple(edits)
            for i, each in enumerate(by)
            for edits in each.edits(model, asked[i * many : (i + 1) * many])
        ]

    with model.editing(assign):
        found = model.weigh([*prompts] * len(by), [*options] * len(by))
    return [found[i * many : (i + 1) * many] for i in range(len(by))]
