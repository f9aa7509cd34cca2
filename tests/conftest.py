"""What the tests share: running the program as a user does, and comparing pictures."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from forge import Forge, Started
from hypothesis import settings
from PIL import Image

import cppn

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GOLDEN = Path(__file__).parent / "golden"
FAILURES = Path(__file__).parent.parent / "failures"

# examples are found by the same road every time, so that a run that passes here passes everywhere
settings.register_profile("cppn", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("cppn")

# as the program does: tests share the processor with each other
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# what a shell runs in the background is born deaf to Ctrl-C, and under `nohup` to a hangup; and so would the programs be
# that are tested with these
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--store-golden", action="store_true", help="write the golden pictures anew")


# fixtures that take half a minute: the tests that use one run in one process
EXPENSIVE = frozenset(["deep", "tiny", "wheel"])


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in EXPENSIVE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of these tests alone, where no user's results are found and none of theirs are left."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["XDG_CACHE_HOME"] = str(folder)
    return folder / "cppn"


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """Processes of the program that begin with everything loaded."""
    made = Forge()
    yield made
    made.close()


Start = Callable[..., Started]


@pytest.fixture
def start(forge: Forge, tmp_path: Path) -> Iterator[Start]:
    """Start `cppn` as a process in an empty folder, and go on while it runs."""
    with ExitStack() as started:
        yield lambda *args: started.enter_context(closing(forge.start(args, tmp_path)))


@pytest.fixture
def run(forge: Forge, tmp_path: Path) -> Run:
    """Run `cppn` as a process in an empty folder; unless `fails`, it must succeed.

    With `options` of `subprocess.run`, it is started from nothing.
    """

    def run(*args: str, fails: bool = False, **options: object) -> subprocess.CompletedProcess[str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith("_CPPN")}
        if options:
            settings = {"cwd": tmp_path, "env": env, "stdin": subprocess.DEVNULL, "timeout": 120, **options}
            done = subprocess.run([sys.executable, "-m", "cppn", *args], capture_output=True, text=True, **settings)
        else:
            process = forge.start(args, tmp_path, env)
            said = process.communicate(timeout=120)
            done = subprocess.CompletedProcess(process.args, process.wait(), *said)
        assert "Traceback" not in done.stderr, done.stderr
        assert fails or done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.fail("these tests need Chromium: `make browser` installs it, or put `chromium` on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # windows are put together without a card, to the pixel; WebGL draws with a card in software
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"]
        )
        yield browser
        browser.close()


def pixels(path: Path) -> np.ndarray:
    """A picture file's pixels, (height, width, channels), as another program reads them."""
    with Image.open(path) as image:
        array = np.asarray(image)
    return array[:, :, None] if array.ndim == 2 else array


def differences(a: np.ndarray, b: np.ndarray, tolerance: float) -> float:
    """The share of values that differ by more than the tolerance."""
    assert a.shape == b.shape, f"{a.shape} is not {b.shape}"
    return float((np.abs(a.astype(np.float64) - b.astype(np.float64)) > tolerance).mean())


def small(act: str | tuple[str, ...] = "tanh", **more: object) -> cppn.Recipe:
    """A recipe that is quick to compile and draw; keywords go to the section that knows them."""
    network: dict[str, object] = {"hidden": (8, 8), "act": act, "init": "normal", "gain": 1.5}
    color: dict[str, object] = {}
    view: dict[str, object] = {}
    top: dict[str, object] = {"seed": 3}
    for key, value in more.items():
        home = next(
            data
            for data, kind in (
                (network, cppn.NetworkRecipe),
                (color, cppn.ColorRecipe),
                (view, cppn.View),
                (top, cppn.Recipe),
            )
            if key in kind.fields
        )
        home[key] = value
    return cppn.Recipe(
        network=cppn.NetworkRecipe(**network), color=cppn.ColorRecipe(**color), view=cppn.View(**view), **top
    )


def idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


@pytest.fixture
def four(tmp_path: Path) -> Path:
    """A folder of four files, two of them compressed."""
    folder, rng = tmp_path / "four", np.random.default_rng(5)
    folder.mkdir()
    for part, count in (("train", 120), ("t10k", 30)):
        images = rng.integers(256, size=(count, 28, 28), dtype=np.uint8)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images), mtime=0))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.arange(count, dtype=np.uint8) % 10))
    return folder
