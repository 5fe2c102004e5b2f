"""WHO answers: prompts and answers, the protocols, and every kind of subject, opened by name."""

from axiometer.subjects.exchange import Answer, Missing, Prompt, Reason, Turn, Weights, listed
from axiometer.subjects.protocol import Card, Cues, Subject, Weigher, as_sent

__all__ = [
    "Answer",
    "Card",
    "Cues",
    "Missing",
    "Prompt",
    "Reason",
    "Subject",
    "Turn",
    "Weigher",
    "Weights",
    "as_sent",
    "listed",
]
