"""Raters by name: `kind` or `kind:rest`."""

from axiometer.raters.protocol import Rater
from axiometer.registry import Registry

RATERS: Registry[Rater] = Registry(
    "rater",
    {
        "values": "axiometer.raters.collapsing:open_values",
        "trained": "axiometer.raters.trained:open_trained",
        "queries": "axiometer.raters.trained:open_queries",
        "lexicon": "axiometer.raters.lexicon:open_lexicon",
        "judge": "axiometer.raters.judge:open_judge",
        "collapsed": "axiometer.raters.collapsing:open_collapsed",
    },
)
NOTES = {
    "values": "the best rater of the ten basic values that is installed: trained, else lexicon",
    "trained": "which of twenty values an argument rests on; sentence encoder and trained heads; trained:FOLDER for own heads",
    "queries": "which of the ten basic values is at stake in a question to a model; queries:FOLDER for own heads",
    "lexicon": "words of a dictionary of the ten basic values, counted; from the wheel pyvalues",
    "judge": "judge:SYSTEM[,binary][,draws=N][,rubric=FILE]:SUBJECT, a model that reads points out of a text and rates them",
    "collapsed": "collapsed:SYSTEM:RATER, a rater in a coarser system, such as collapsed:schwartz10:trained",
}


def open_rater(name: str) -> Rater:
    """The rater of this name; see `NOTES`.

    Raises:
        UnknownName: no such kind.
        AxiometerError: whatever the kind finds wrong with the rest, or is missing on this machine.
    """
    kind, _, rest = name.partition(":")
    return RATERS.open(kind, rest)
