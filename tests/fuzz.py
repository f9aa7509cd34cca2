"""Fuzzing: recipes and files that nobody would write, each in a process with limits of time and memory.

make fuzz MINUTES=10; `python tests/fuzz.py --minutes 10 --seed 7 --kind recipes` is one kind alone. What is found is
written into a folder, from where it belongs among the cases of `test_fuzz.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import cppn
from cppn.errors import CppnError
from cppn.field.activations import CATALOGUE
from cppn.field.formula import FUNCTIONS
from cppn.files.pictures import read_picture
from cppn.network.develop import develop_network
from cppn.network.weights import write_weights
from cppn.recipe import from_dict

SECONDS, GIB = 30, 6  # of a case, at most
GOOD = ("drawn", "refused")
ENGINES = ("halide", "reference")


class Case(NamedTuple):
    """`kind` says what is done with `data`: "recipe" is drawn, anything else is a file's ending, and read."""

    kind: str
    data: bytes


class Outcome(NamedTuple):
    """ "drawn", "refused", or what went wrong; with what was said of it."""

    word: str
    text: str


def formula(rng: random.Random, names: tuple[str, ...], depth: int) -> str:
    """A formula that is mostly legal."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([*names, *names, f"{rng.uniform(-9, 9):.3g}", "0", "1", "pi", "1e30", "1e-30"])

    def part() -> str:
        return formula(rng, names, depth - 1)

    match rng.randrange(8):
        case 0 | 1 | 2:
            return f"({part()} {rng.choice('+-*/')} {part()})"
        case 3:
            return f"({part()})**{rng.choice(['2', '3', '0.5', '-1', '-2.5', '17', part()])}"
        case 4:
            return f"where({part()} {rng.choice(['<', '<=', '>', '>='])} {part()}, {part()}, {part()})"
        case 5:
            steps = rng.choice([0, 1, 2, 5, 64])
            return f"iterate({formula(rng, ('x', *names), min(depth - 1, 2))}, {steps}, {part()})"
    function = rng.choice([*FUNCTIONS])
    return f"{function}({', '.join(part() for _ in range(FUNCTIONS[function]) if function != 'where') or part()})"


def recipe(rng: random.Random) -> dict[str, Any]:
    """A recipe that is mostly legal, with formulas for its inputs and activations."""
    acts = [rng.choice([*CATALOGUE]) if rng.random() < 0.4 else formula(rng, ("x",), rng.randint(1, 4)) for _ in "123"]
    inputs = [formula(rng, ("x", "y", "r", "theta"), rng.randint(0, 3)) for _ in range(rng.randint(1, 3))]
    hidden = [rng.randint(1, 9) for _ in range(rng.randint(0, 3))]
    network = {"hidden": hidden, "act": acts[: max(1, len(hidden))], "inputs": inputs, "residual": rng.random() < 0.3}
    color = {"mode": rng.choice(["gray", "rgb", "hsv", "oklch", "palette"])}
    if rng.random() < 0.5:
        color["levels"] = [-1, 1]
    view = {"extent": rng.choice([1e-6, 1, 5, 1e6]), "center": [rng.choice([0, 0.3, -1e5]), 0]}
    return {"seed": rng.randint(0, 2**40), "network": network, "color": color, "view": view}


ODD = (
    None, True, "", "x", "\ud800", "\0", -1, 0, 1e308, float("nan"), float("inf"), 2**63, 2**64, 10**400, [], {}, [[]],
    [1e308] * 40, {"a": {"a": {"a": 1}}}, "q" * 5000, [0, "0"], "1/0", "(" * 300,
)  # fmt: skip


def mutated(rng: random.Random, data: Any) -> Any:
    """Plain data with one value changed somewhere."""
    if isinstance(data, dict) and data and rng.random() < 0.9:
        key = rng.choice([*data])
        changed = {**data, key: mutated(rng, data[key])}
        if rng.random() < 0.05:
            changed[rng.choice(["", "x", "seed ", "\ud800"])] = changed.pop(key)
        return changed
    if isinstance(data, list) and data and rng.random() < 0.7:
        at = rng.randrange(len(data))
        return [*data[:at], mutated(rng, data[at]), *data[at + 1 :]]
    return rng.choice(ODD)


def damaged(rng: random.Random, data: bytes) -> bytes:
    """Bytes with a few changed, cut out, put in, or cut off."""
    found = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(len(found)) if rng.random() < 0.5 else rng.randrange(min(len(found), 200))
        match rng.randrange(5):
            case 0:
                found[at] ^= 1 << rng.randrange(8)
            case 1:
                found[at : at + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\1"])
            case 2:
                del found[at : at + rng.choice([1, 4, 100])]
            case 3:
                found[at:at] = rng.randbytes(rng.choice([1, 4, 100]))
            case 4 if rng.random() < 0.3:
                del found[at:]
        if not found:
            return b"x"
    return bytes(found)


def files(folder: Path) -> dict[str, bytes]:
    """A small file of every format that is read, by its ending.

    Written by a child: once libvips has run in a process, its children may wait for its threads for ever.
    """
    child = os.fork()
    if child == 0:
        for ending, data in _written(folder).items():
            (folder / f"whole.{ending}").write_bytes(data)
        os._exit(0)
    os.waitpid(child, 0)
    return {path.suffix[1:]: path.read_bytes() for path in sorted(folder.glob("whole.*"))}


def _written(folder: Path) -> dict[str, bytes]:
    one = cppn.Recipe(seed=3, network=cppn.NetworkRecipe(hidden=(4,), act=("tanh",)))
    found = {}
    for ending in ("png", "jpg", "webp", "avif", "tif"):
        found[ending] = cppn.save(one, folder / f"a.{ending}", size=(24, 16)).read_bytes()
    from fractions import Fraction

    from cppn.motion.evaluator import Evaluator
    from cppn.motion.film import FilmJob, write_film_job
    from cppn.motion.timeline import from_dict

    line = from_dict({"recipe": one.to_dict(), "duration": 0.2, "drift": {"amount": 0.1}}, where="")
    for ending in ("gif", "mp4", "webm"):
        found[ending] = write_film_job(
            FilmJob(Evaluator(line), (32, 16), Fraction(10), 2), folder / f"b.{ending}"
        ).read_bytes()
    from PIL import Image

    for ending in ("bmp", "tga", "ppm", "pcx", "jp2", "dds", "ico"):
        Image.fromarray(np.arange(24 * 16 * 3, dtype=np.uint8).reshape(16, 24, 3)).save(folder / f"c.{ending}")
        found[ending] = (folder / f"c.{ending}").read_bytes()
    found["toml"] = one.to_toml().encode()
    found["json"] = json.dumps(one.to_dict()).encode()
    found["safetensors"] = write_weights(develop_network(one).maps)
    return found


def cases(kind: str, seed: int, folder: Path) -> Iterator[Case]:
    """Cases without end, the same for the same seed."""
    rng, whole = random.Random(f"{kind} {seed}"), files(folder) if kind == "files" else {}
    while True:
        if kind == "recipes":
            data = recipe(rng)
            yield Case("recipe", json.dumps(mutated(rng, data) if rng.random() < 0.4 else data).encode())
        else:
            ending = rng.choice([*whole])
            yield Case(ending, damaged(rng, whole[ending]))


def tried(case: Case) -> Outcome:
    """What comes of a case, in a child of this process that may use so much time and memory and no more."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _limit()
        os.write(writing, json.dumps(_outcome(case)).encode()[:60000])
        os._exit(0)
    os.close(writing)
    ended = _wait(child, time.monotonic() + SECONDS)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read() if ended == 0 else b""
    if ended is None:
        return Outcome("too slow", f"above {SECONDS} s")
    return Outcome(*json.loads(told)) if told else Outcome("crashed", f"status {ended}")


def _limit() -> None:
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (GIB << 30, GIB << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    warnings.simplefilter("ignore")


def _wait(child: int, until: float) -> int | None:
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.003)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _outcome(case: Case) -> tuple[str, str]:
    try:
        _draw(case.data) if case.kind == "recipe" else _read(case)
    except CppnError as error:
        text = str(error)
        return ("refused" if len(text) < 600 and "\n" not in text else "long-winded", text)
    except MemoryError:
        return ("out of memory", "")
    except BaseException as error:
        return ("raised", f"{type(error).__name__}: {str(error)[:300]}\n{traceback.format_exc()[-1500:]}")
    return ("drawn", "")


def _draw(data: bytes) -> None:
    one = from_dict(json.loads(data), where="case")
    pictures = [cppn.render(one, (24, 16), engine=engine, threads=1) for engine in ENGINES]
    one.to_toml()
    for picture in pictures:
        assert picture.shape[:2] == (16, 24)


def _read(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"case.{case.kind}"
        path.write_bytes(case.data)
        if case.kind == "safetensors":
            (Path(folder) / "case.toml").write_text(
                'seed = 3\n[network]\nhidden = [4]\nact = ["tanh"]\nweights = "case.safetensors"\n', encoding="utf-8"
            )
            cppn.load(Path(folder) / "case.toml")
            return
        with contextlib.suppress(CppnError):
            cppn.load(path)
        if case.kind not in ("toml", "json", "mp4", "webm"):
            read_picture(path)


def run(kind: str, seed: int, go_on: Callable[[int], bool]) -> tuple[Counter[str], list[tuple[Case, Outcome]]]:
    """Try cases while `go_on` of their number says so; how they ended, and those that ended badly."""
    counts: Counter[str] = Counter()
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases(kind, seed, Path(folder))):
            if not go_on(number):
                break
            outcome = tried(case)
            counts[outcome.word] += 1
            if outcome.word not in GOOD:
                bad.append((case, outcome))
    return counts, bad


def main() -> None:
    """Try cases for so many minutes, or so many cases; write those that end badly into a folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--cases", type=int, help="so many of each kind, instead of minutes")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kind", choices=("recipes", "files"))
    parser.add_argument("--out", type=Path, default=Path("fuzz-found"))
    parser.add_argument("again", nargs="*", type=Path, help="cases that were found, to be tried again")
    given = parser.parse_args()
    failed = [path for path in given.again if not _said(path.name, tried(_found(path)))]
    kinds = [] if given.again else [given.kind] if given.kind else ["recipes", "files"]
    for kind in kinds:
        until = time.monotonic() + 60 * given.minutes / len(kinds)
        counts, bad = run(
            kind, given.seed, lambda n, until=until: n < given.cases if given.cases else time.monotonic() < until
        )
        print(f"{kind}, seed {given.seed}: {json.dumps(counts)}")
        for number, (case, outcome) in enumerate(bad):
            given.out.mkdir(exist_ok=True)
            path = given.out / f"{kind}-{given.seed}-{number}.{'json' if case.kind == 'recipe' else case.kind}"
            path.write_bytes(case.data)
            failed.append(path)
            _said(str(path), outcome)
    sys.exit(bool(failed))


def _found(path: Path) -> Case:
    return Case("recipe" if path.name.startswith("recipes") else path.suffix[1:], path.read_bytes())


def _said(name: str, outcome: Outcome) -> bool:
    good = outcome.word in GOOD
    print(f"{outcome.word}: {name}\n{outcome.text}\n", file=sys.stdout if good else sys.stderr)
    return good


if __name__ == "__main__":
    main()
