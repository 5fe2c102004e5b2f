"""WHAT is asked: items, scales, instruments, and the forms in which they are asked."""

from axiometer.instruments.forms import Condition, Form, Question, Reading, form_names, form_spec, open_form
from axiometer.instruments.instrument import Instrument, Item, Scale, TaggedItem
from axiometer.instruments.loading import instrument_names, open_instrument

__all__ = [
    "Condition",
    "Form",
    "Instrument",
    "Item",
    "Question",
    "Reading",
    "Scale",
    "TaggedItem",
    "form_names",
    "form_spec",
    "instrument_names",
    "open_form",
    "open_instrument",
]
