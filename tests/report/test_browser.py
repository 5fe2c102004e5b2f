"""The page opens in headless Chromium: light, dark, narrow and on paper, without asking the network anything."""

import http.server
import re
import shutil
import struct
import subprocess
import threading
import zlib
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from axiometer.report.page import page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here; apt-get install chromium"),
]


def browse(tmp_path: Path, html: str, *flags: str) -> str:
    """Runs Chromium once over the page; gives what it printed."""
    file = tmp_path / "report.html"
    file.write_bytes(html.encode())
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *flags, file.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return done.stdout.decode()


def pixels(path: Path) -> tuple[int, int, list[bytes]]:
    """Width, height and unfiltered rows of an 8-bit PNG."""
    data, at, packed = path.read_bytes(), 8, b""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        packed += body if kind == b"IDAT" else b""
        at += 12 + size
    assert depth == 8
    step = {2: 3, 6: 4}[colour]
    raw, row, rows = zlib.decompress(packed), bytes(width * step), []
    for y in range(height):
        start = y * (width * step + 1)
        row = _unfiltered(raw[start], raw[start + 1 : start + 1 + width * step], row, step)
        rows.append(row)
    return width, height, rows


def _unfiltered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    if kind == 0:
        return line
    found = bytearray(line)
    for i in range(len(found)):
        left, up, corner = (
            found[i - step] if i >= step else 0,
            above[i],
            above[i - step] if i >= step else 0,
        )
        guess = left + up - corner
        paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[
            2
        ]
        found[i] = (found[i] + (0, left, up, (left + up) // 2, paeth)[kind]) & 255
    return bytes(found)


@pytest.mark.parametrize("subjects", [("one",), tuple("abcdef")], ids=len)
def test_chromium_reads_the_verdict_and_every_section(make, tmp_path, subjects):
    dom = browse(tmp_path, page(make("schwartz19", subjects, ("text",), silent=("one",))), "--dump-dom")
    assert ("No measurable" if subjects == ("one",) else "Measurable") + " value signal" in dom
    assert dom.count("<section") == 7
    assert "<svg" in dom


@pytest.mark.parametrize(
    ("scheme", "darkest", "lightest"), [(1, 200, 256), (0, 0, 60)], ids=["light", "dark"]
)
@pytest.mark.parametrize("width", [500, 1280])
def test_it_is_drawn_light_and_dark(make, tmp_path, scheme, darkest, lightest, width):
    shot = tmp_path / "shot.png"
    flags = (
        f"--blink-settings=preferredColorScheme={scheme}",
        f"--window-size={width},500",
        f"--screenshot={shot}",
    )
    browse(tmp_path, page(make()), *flags)
    wide, high, rows = pixels(shot)
    assert (wide, high) == (width, 500)
    assert darkest <= rows[1][0] < lightest
    assert len(set(rows)) > 100


def test_it_prints_on_paper(make, tmp_path):
    paper = tmp_path / "report.pdf"
    browse(tmp_path, page(make(subjects=("a", "b"))), "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    data = paper.read_bytes()
    assert data.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 40


def test_it_is_no_wider_than_a_narrow_screen(make, tmp_path):
    assert width_of(tmp_path, page(make(subjects=tuple("abcdef"), forms=("text",)))) <= 360


def width_of(tmp_path: Path, html: str) -> int:
    """How wide a page wants to be in a frame of 360 pixels: more, if it would scroll sideways."""
    (tmp_path / "inner.html").write_bytes(
        re.sub(r"<meta http-equiv=.Content-Security-Policy[^>]*>", "", html).encode()
    )
    probe = (
        "<body><iframe id=f src=inner.html style='width:360px;height:600px;border:0'></iframe><p id=o></p><script>"
        "f.onload=()=>{o.textContent='wide '+f.contentDocument.documentElement.scrollWidth}</script>"
    )
    dom = browse(
        tmp_path, probe, "--allow-file-access-from-files", "--virtual-time-budget=4000", "--dump-dom"
    )
    return int(re.search(r"wide (\d+)", dom)[1])


@contextmanager
def listening():
    """A server on this machine; gives its address and the list of what it was asked for."""
    heard = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


def hostile(at):
    """What a model might say to reach the network."""
    return (
        f'<script>document.title="owned";fetch("{at}/script")</script><img src="{at}/img" onerror="document.title=1">'
        f'<link rel=stylesheet href="{at}/css"><style>@import "{at}/import";</style><iframe src="{at}/frame"></iframe>'
        f'"><svg onload="fetch(\'{at}/svg\')">'
    )


def test_nothing_that_a_model_said_runs_or_reaches_the_network(make, tmp_path):
    wait = ("--virtual-time-budget=3000", "--dump-dom")
    with listening() as (at, heard):
        said = hostile(at)
        study = make(subjects=(said,), reply=said)
        study = replace(study, instrument={**study.instrument, "title": said})
        dom = browse(tmp_path, page(study), *wait)
        assert heard == []
        assert "&lt;script&gt;" in dom
        browse(tmp_path, f"<body>{said}", *wait)
        assert heard, "the same text unescaped was not heard, so silence proves nothing"


def test_the_policy_alone_would_hold_what_was_not_escaped(make, tmp_path):
    with listening() as (at, heard):
        broken = page(make()).replace("<main>", f"<main>{hostile(at)}", 1)
        dom = browse(tmp_path, broken, "--virtual-time-budget=3000", "--dump-dom")
        assert heard == []
        assert "<title>owned" not in dom
