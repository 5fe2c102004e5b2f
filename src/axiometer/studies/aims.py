"""Objectives out of what was measured: somebody's profile as the levels that others are brought to."""

from pathlib import Path

from axiometer.errors import BadInput, unknown
from axiometer.studies.folder import read
from axiometer.values.levels import Levels, open_levels, spread


def open_aim(name: str, system: str = "schwartz10") -> Levels:
    """An objective: `profile:FOLDER[#SUBJECT]`, the order of a measured profile, or whatever `open_levels` reads.

    Args:
        name: see there.
        system: of written-out levels.

    Raises:
        UnknownName: no such objective, or no such subject in the folder.
        BadInput: a folder without a profile, or one of several subjects without a name.
    """
    kind, _, rest = name.partition(":")
    if kind != "profile":
        return open_levels(name, system)
    folder, _, subject = rest.partition("#")
    found = {profile.subject: profile for profile in read(Path(folder).expanduser()).profiles}
    if subject and subject not in found:
        raise unknown("subject in the study", subject, found)
    if not subject and len(found) != 1:
        raise BadInput(
            f"{folder} holds profiles of {', '.join(found) or 'nobody'}; name one: profile:{folder}#SUBJECT."
        )
    profile = found[subject or next(iter(found))]
    scores = {value: one.mean for value, one in profile.values.items() if one.mean is not None}
    if not scores:
        raise BadInput(f"the profile of {profile.subject} has no score; measure it again.")
    return Levels(profile.system, spread(scores), name)
