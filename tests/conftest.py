"""What the tests share: running the program as a user does, and comparing pictures."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
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


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `cppn` as a process in an empty folder; unless `fails`, it must succeed."""

    def run(*args: str, fails: bool = False, **options: object) -> subprocess.CompletedProcess[str]:
        env = {key: value for key, value in os.environ.items() if not key.startswith("_CPPN")}
        done = subprocess.run(
            [sys.executable, "-m", "cppn", *args], capture_output=True, text=True, cwd=tmp_path, env=env,
            stdin=subprocess.DEVNULL, timeout=120, **options,
        )  # fmt: skip
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
            if key in kind.model_fields
        )
        home[key] = value
    return cppn.Recipe(
        network=cppn.NetworkRecipe(**network), color=cppn.ColorRecipe(**color), view=cppn.View(**view), **top
    )
