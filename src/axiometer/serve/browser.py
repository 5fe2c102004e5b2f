"""A feed in a real browser, driven as a person would: look, stay, press the arrow."""

import shutil
import time
from typing import Any, Self

from axiometer.errors import BadInput, Incapable

_NAMES = ("chromium", "chromium-browser", "google-chrome")


class BrowserFeed:
    """A page with one frame at a time, in headless Chromium; a feed like the simulated one. Open as a context manager.

    Why seconds are not waited out by default: what counts is what the page is told; with `waits` a session takes as long as it says.
    """

    def __init__(self, url: str, *, waits: bool = False) -> None:
        """Opens the page.

        Args:
            url: of a page such as `FeedServer` has; 127.0.0.1 only.
            waits: whether to stay as long as is said.

        Raises:
            Incapable: Playwright or Chromium is not installed.
            BadInput: a page elsewhere.
        """
        if not url.startswith(("http://127.0.0.1:", "http://localhost:")):
            raise BadInput(f"{url} is not on this machine; live platforms are not driven from here.")
        chromium = next(filter(None, map(shutil.which, _NAMES)), None)
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise Incapable(
                "a feed in a browser needs Playwright: pip install 'axiometer[browser]'."
            ) from None
        if chromium is None:
            raise Incapable(f"no browser is installed; install one of {', '.join(_NAMES)}.")
        self._waits = waits
        self._manager: Any = sync_playwright().start()
        self._browser: Any = self._manager.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        self._page: Any = self._browser.new_page()
        self._page.goto(url)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the browser."""
        self._browser.close()
        self._manager.stop()

    def show(self) -> str:
        """The id of the frame on show.

        Raises:
            BadInput: the feed has ended.
        """
        self._page.wait_for_selector("#frame figcaption")
        found: str = self._page.get_attribute("#frame", "data-id") or ""
        if not found:
            raise BadInput("the feed on the page has ended; add frames, or watch fewer.")
        return found

    def watched(self, seconds: float, most: float) -> None:
        """Stays, and moves on."""
        before = self._page.get_attribute("#frame", "data-id")
        if self._waits:
            time.sleep(seconds)
            self._page.keyboard.press("ArrowDown")
        else:
            self._page.evaluate("seconds => next(seconds)", seconds)
        self._page.wait_for_function(
            "before => document.getElementById('frame').dataset.id !== before", arg=before
        )

    def picture(self) -> bytes:
        """What the page looks like, as PNG."""
        found: bytes = self._page.screenshot()
        return found
