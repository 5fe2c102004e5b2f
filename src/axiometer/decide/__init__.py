"""CHOOSE by values: what actions serve, which of them somebody with given preferences takes, and why."""

from axiometer.decide.decider import Decider, Decision, open_decider

__all__ = ["Decider", "Decision", "open_decider"]
