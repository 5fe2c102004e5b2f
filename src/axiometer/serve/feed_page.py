"""A feed as a page on this machine: one frame at a time, moved on by a key, as the platforms have it."""

import html
import json
import threading
from base64 import b64encode
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from axiometer.errors import BadInput
from axiometer.instruments.frames import Frame
from axiometer.studies.feed import Watchable

_LARGEST = 10_000
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A feed</title>
<style>body{font:18px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;min-height:100vh;background:#111;color:#eee}
figure{margin:0;max-width:32rem;text-align:center}img{max-width:100%;max-height:70vh;border-radius:.5rem}figcaption{margin-top:1rem}
button{font:inherit;margin-top:1.5rem;padding:.5rem 1.2rem;border:0;border-radius:.4rem}</style></head>
<body><main><figure id="frame" aria-live="polite"></figure><button id="next" type="button">Next (arrow down)</button></main>
<script>
let since = performance.now();
async function show(answer) {
  const frame = await answer.json(), figure = document.getElementById("frame");
  figure.replaceChildren();
  figure.dataset.id = frame.id || "";
  if (frame.picture) { const image = new Image(); image.src = frame.picture; image.alt = frame.caption; figure.append(image); }
  const words = document.createElement("figcaption"); words.textContent = frame.end || frame.caption; figure.append(words);
  since = performance.now();
}
async function next(seconds) {
  const stayed = seconds === undefined ? (performance.now() - since) / 1000 : seconds;
  await show(await fetch("next", {method: "POST", body: JSON.stringify({seconds: stayed})}));
}
document.getElementById("next").addEventListener("click", () => next());
document.addEventListener("keydown", event => { if (event.key === "ArrowDown") { event.preventDefault(); next(); } });
fetch("now").then(show);
</script></body></html>"""


class FeedServer:
    """Serves a feed on 127.0.0.1. Open as a context manager; `url` is the page.

    Attributes:
        url: of the page.
    """

    def __init__(self, feed: Watchable, frames: Mapping[str, Frame], most: float = 15.0) -> None:
        """Shows the first frame.

        Args:
            feed: what is shown.
            frames: by id.
            most: seconds that a frame lasts; more than that is watched to the end.
        """
        self._feed, self._frames, self._most, self._lock = feed, frames, most, threading.Lock()
        self._now = feed.show()
        server = self

        class Handler(_Handler):
            owner = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def __enter__(self) -> Self:
        """Begins to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def now(self) -> dict[str, str]:
        """The frame on show, as the page takes it."""
        frame = self._frames.get(self._now)
        if frame is None:
            return {"end": "That was all."}
        picture = f"data:image/png;base64,{b64encode(frame.picture).decode()}" if frame.picture else ""
        return {"id": frame.id, "caption": frame.caption, "picture": picture}

    def next(self, seconds: float) -> dict[str, str]:
        """Tells the feed how long the frame was watched, and shows the next."""
        with self._lock:
            if self._now:
                self._feed.watched(min(max(seconds, 0.0), self._most), self._most)
                try:
                    self._now = self._feed.show()
                except BadInput:
                    self._now = ""
        return self.now()


class _Handler(BaseHTTPRequestHandler):
    owner: FeedServer

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(_PAGE.encode(), "text/html; charset=utf-8")
        elif self.path == "/now":
            self._send(json.dumps(self.owner.now()).encode(), "application/json")
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/next" or length > _LARGEST:
            self.send_error(404)
            return
        try:
            seconds = float(json.loads(self.rfile.read(length))["seconds"])
        except (ValueError, KeyError, TypeError):
            self.send_error(400, html.escape("seconds must be a number"))
            return
        self._send(json.dumps(self.owner.next(seconds)).encode(), "application/json")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing."""

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(
            "Content-Security-Policy",
            "default-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
        )
        self.end_headers()
        self.wfile.write(body)
