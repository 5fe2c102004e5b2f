"""WHAT can be valued: value systems as data, profiles over them."""

from axiometer.values.objective import Objective, read_objective
from axiometer.values.profile import Estimate, Profile, Signal
from axiometer.values.system import Group, Value, ValueSystem, open_system, system_names

__all__ = [
    "Estimate",
    "Group",
    "Objective",
    "Profile",
    "Signal",
    "Value",
    "ValueSystem",
    "open_system",
    "read_objective",
    "system_names",
]
