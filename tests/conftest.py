"""What all tests share: a home of their own, and the rule that a skip is a failure where everything is installed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

# Whoever starts the tests in the background may have told them to ignore Ctrl-C, and all that they start with them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

EVERYTHING = os.environ.get("AXIOMETER_EVERYTHING_INSTALLED") == "1"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[None]:
    """No test reads or writes the user's ledger; live tests share one home, so that a model is copied once."""
    live = request.node.get_closest_marker("live") is not None
    # not `mktemp`: it counts what is there, which takes long after a thousand tests; the folder is made when used
    home: Path = tmp_path_factory.getbasetemp() / "homes" / ("live" if live else uuid4().hex)
    before = os.environ.get("AXIOMETER_HOME")
    os.environ["AXIOMETER_HOME"] = str(home)
    yield
    if before is None:
        os.environ.pop("AXIOMETER_HOME")
    else:
        os.environ["AXIOMETER_HOME"] = before


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where CI says that every extra is installed, only a test that needs data from outside may skip."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if EVERYTHING and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "shared data" not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped although every extra is installed: {reason}"
