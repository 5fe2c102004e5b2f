"""What answers SAY: variance components, the signal verdict, intervals, reliability. Pure mathematics below."""

from axiometer.analyse.profile import METHOD, profile_of
from axiometer.analyse.tagged import tagged_profile

__all__ = ["METHOD", "profile_of", "tagged_profile"]
