"""WHO reads values: ratings, the protocol, and raters opened by name."""

from axiometer.raters.opening import open_rater
from axiometer.raters.protocol import Rater, Rating, thresholds

__all__ = ["Rater", "Rating", "open_rater", "thresholds"]
