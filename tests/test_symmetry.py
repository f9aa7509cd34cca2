"""Symmetries: each group's motions, by the tables, leave what its waves make, and no others do."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import cppn
from cppn.engines.torch_ops import TorchOps
from cppn.field.dual import Dual, DualOps, dual
from cppn.field.glsl_ops import GlslOps
from cppn.field.numpy_ops import NumpyOps
from cppn.field.program import Writer
from cppn.field.symmetry import ALIASES, FRIEZES, NAMES, WALLPAPERS, Motion, Symmetry, parse_symmetry

NUMPY = NumpyOps()
ROSETTES = ["c2", "c3", "c4", "c5", "c6", "c12", "c59", "c60", "d1", "d2", "d3", "d4", "d5", "d12", "d60"]
EVERY = [*NAMES, *ROSETTES]
ORDERS = {"p2": 2, "p4": 4, "p6": 6, "spinhop": 2}  # of the turns of those without mirrors that have a half

POINTS = np.random.default_rng(7).uniform(-1, 1, (2, 60))


def fold(name: str, points: np.ndarray) -> np.ndarray:
    """X, Y and S of points, each in a row."""
    return np.stack([np.broadcast_to(one, points.shape[1:]) for one in Symmetry(name).fold(*points, NUMPY)])


def moved(motion: Motion, points: np.ndarray) -> np.ndarray:
    return np.array(motion.matrix) @ points + np.array(motion.shift)[:, None]


def inverse(motion: Motion) -> Motion:
    back = np.array(motion.matrix).T
    return Motion(back.tolist(), (-back @ motion.shift).tolist())


def sign(name: str, motion: Motion) -> int:
    """What S does under a motion of the group."""
    (a, b), (c, d) = motion.matrix
    if Symmetry(name).is_mirrored:
        return round(a * d - b * c)
    if name in ("p1", "hop"):
        return -1 if motion.shift in ((1.0, 0.0), [-1.0, 0.0]) else 1
    order = ORDERS.get(name) or Symmetry(name).turns or 1
    return (-1) ** round(math.atan2(c, a) / (2 * math.pi / order))


def has_half(name: str) -> bool:
    return name != "p3" and not (name[0] == "c" and Symmetry(name).turns % 2)


@pytest.mark.parametrize("name", EVERY)
def test_every_generator_leaves_x_and_y_and_turns_or_leaves_s(name):
    before = fold(name, POINTS)
    assert np.isfinite(before).all()
    assert before[2].any() == has_half(name)
    for motion in Symmetry(name).generators:
        after = fold(name, moved(motion, POINTS))
        assert np.abs(after[:2] - before[:2]).max() < 1e-9
        assert np.abs(after[2] - sign(name, motion) * before[2]).max() < 1e-9


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_so_do_their_products(data):
    name = data.draw(st.sampled_from(EVERY))
    generators = Symmetry(name).generators
    word = data.draw(st.lists(st.sampled_from([*generators, *map(inverse, generators)]), max_size=8))
    start = np.array([[data.draw(st.floats(-3, 3))] for _ in "xy"])
    end = start
    for motion in word:
        end = moved(motion, end)
    before, after = fold(name, start), fold(name, end)
    before[2] *= math.prod(sign(name, motion) for motion in word)
    assert np.abs(after - before).max() < 1e-9


# motions of a lattice, in its coordinates: integer matrices, and parts of its sides


class Lattice:
    """A group modulo its translations, with `sides` as columns."""

    def __init__(self, name: str) -> None:
        motions = Symmetry(name).generators
        sides = np.array([motions[0].shift, motions[1].shift]).T
        if name in ("cm", "cmm"):  # the sides of the tables' cell; half of a diagonal is a translation too
            sides = np.stack([sides.sum(1) / 2, (sides[:, 0] - sides[:, 1]) / 2], 1)
        self.sides, self.back = sides, np.linalg.inv(sides)
        self.elements: dict[tuple[int, ...], np.ndarray] = {(1, 0, 0, 1): np.zeros(2)}
        todo = [(np.eye(2, dtype=int), np.zeros(2))]
        while todo:
            matrix, shift = todo.pop()
            for motion in motions[2:]:
                turn = np.rint(self.back @ motion.matrix @ sides).astype(int)
                made = turn @ matrix, turn @ shift + self.back @ motion.shift
                key = tuple(made[0].ravel().tolist())
                if key not in self.elements:
                    self.elements[key] = made[1] % 1
                    todo.append(made)
                assert np.abs((made[1] - self.elements[key] + 0.5) % 1 - 0.5).max() < 1e-9

    def motion(self, matrix: np.ndarray, shift: np.ndarray) -> Motion:
        return Motion((self.sides @ matrix @ self.back).tolist(), (self.sides @ shift).tolist())

    def holohedry(self) -> list[np.ndarray]:
        """All turns and mirrors of the lattice."""
        matrices = [np.array(one).reshape(2, 2) for one in product((-1, 0, 1), repeat=4)]
        made = [(one, self.sides @ one @ self.back) for one in matrices]
        return [one for one, turn in made if np.allclose(turn @ turn.T, np.eye(2))]

    def axes(self) -> list[str]:
        """Of each direction of reflections: has it mirrors (m), glides that are no mirrors with a translation (g)?"""
        found = []
        for key, shift in self.elements.items():
            matrix = np.array(key).reshape(2, 2)
            if round(np.linalg.det(matrix)) == -1:
                letters = set()
                for step in product((-1, 0, 1), repeat=2):
                    glide = (matrix @ (shift + step) + shift + step) / 2
                    letters.add("m" if np.allclose(glide, 0) else "" if np.allclose(glide, np.rint(glide)) else "g")
                found.append("".join(sorted(letters, reverse=True)))
        return sorted(found)


AXES = {
    "p1": [1], "p2": [2], "pm": [2, "m"], "pg": [2, "g"], "cm": [2, "mg"], "pmm": [4, "m", "m"],
    "pmg": [4, "g", "m"], "pgg": [4, "g", "g"], "cmm": [4, "mg", "mg"], "p4": [4], "p4m": [8, "m", "m", "mg", "mg"],
    "p4g": [8, "g", "g", "mg", "mg"], "p3": [3], "p3m1": [6, *["mg"] * 3], "p31m": [6, *["mg"] * 3], "p6": [6],
    "p6m": [12, *["mg"] * 6],
}  # fmt: skip


@pytest.mark.parametrize("name", WALLPAPERS)
def test_the_tables_are_those_of_the_groups(name):
    lattice = Lattice(name)
    assert [len(lattice.elements), *lattice.axes()] == AXES[name]
    if name in ("p3m1", "p31m"):  # across a translation, or along one
        mirror = next(np.array(key).reshape(2, 2) for key in lattice.elements if key[0] * key[3] - key[1] * key[2] < 0)
        assert any((mirror @ side == -side).all() for side in np.array([[1, 0], [0, 1], [1, 1]])) == (name == "p3m1")


def clear_of(name: str, motions: list[Motion]) -> float:
    """How much X and Y change under the motion that changes them least."""
    before = fold(name, POINTS)[:2]
    return min(float(np.abs(fold(name, moved(one, POINTS))[:2] - before).max()) for one in motions)


@pytest.mark.parametrize("name", WALLPAPERS)
def test_a_wallpaper_has_no_other_motions(name):
    """Neither what its lattice would allow nor finer translations: on a grid that has all places of axes and centres."""
    lattice, steps = Lattice(name), 12
    grid = [np.array(one) / steps for one in product(range(steps), repeat=2)]
    others = []
    for matrix in lattice.holohedry():
        own = lattice.elements.get(tuple(matrix.ravel().tolist()))
        others += [lattice.motion(matrix, at) for at in grid if own is None or np.abs((at - own) % 1).max() > 1e-9]
    assert clear_of(name, others) > 0.12


# of each frieze, what it makes of (x, y), besides translations by 1
FRIEZE_MOTIONS = {
    "hop": [(1, 1, 0)],
    "step": [(1, 1, 0), (1, -1, 0.5)],
    "sidle": [(1, 1, 0), (-1, 1, 0)],
    "jump": [(1, 1, 0), (1, -1, 0)],
    "spinhop": [(1, 1, 0), (-1, -1, 0)],
    "spinsidle": [(1, 1, 0), (-1, -1, 0), (-1, 1, 0.5), (1, -1, 0.5)],
    "spinjump": [(1, 1, 0), (-1, -1, 0), (-1, 1, 0), (1, -1, 0)],
}


@pytest.mark.parametrize("name", FRIEZES)
def test_a_frieze_has_no_other_motions(name):
    all_of_them = [(a, b, k / 12) for a, b, k in product((1, -1), (1, -1), range(12))]
    others = [one for one in all_of_them if one not in FRIEZE_MOTIONS[name]]
    assert len(others) == len(all_of_them) - len(FRIEZE_MOTIONS[name])
    assert clear_of(name, [Motion(((a, 0), (0, b)), (t, 0)) for a, b, t in others]) > 0.12
    kept = [Motion(((a, 0), (0, b)), (t, 0)) for a, b, t in FRIEZE_MOTIONS[name]]
    assert max(np.abs(fold(name, moved(one, POINTS))[:2] - fold(name, POINTS)[:2]).max() for one in kept) < 1e-9


@pytest.mark.parametrize("name", ROSETTES)
def test_a_rosette_has_no_other_motions(name):
    """Neither turns by parts of its own nor mirrors other than its own."""
    turns = Symmetry(name).turns
    steps = 12 * turns
    others = []
    for k in range(steps):
        c, s = math.cos(2 * math.pi * k / steps), math.sin(2 * math.pi * k / steps)
        if k % 12:
            others.append(Motion(((c, -s), (s, c)), (0, 0)))
        if k % 12 or name[0] == "c":
            others.append(Motion(((-c, s), (s, c)), (0, 0)))
    assert clear_of(name, others) > 0.3 / turns


@pytest.mark.parametrize("name", EVERY)
def test_derivatives_are_those_of_the_values(name):
    (x, y), step = POINTS, 1e-6
    ops = DualOps(NUMPY)
    for place, dx, dy in ((0, step, 0), (1, 0, step)):
        parts = Symmetry(name).fold(Dual(x, 1.0, 0.0), Dual(y, 0.0, 1.0), ops)
        slopes = np.stack([np.broadcast_to(dual(one)[1 + place], x.shape) for one in parts])
        shift = np.array([[dx], [dy]])
        central = (fold(name, POINTS + shift) - fold(name, POINTS - shift)) / (2 * step)
        assert np.abs(slopes - central).max() < 1e-6


@pytest.mark.parametrize("name", EVERY)
def test_all_is_smooth_at_the_origin(name):
    near = [Symmetry(name).fold(Dual(x, 1.0, 0.0), Dual(0.0, 0.0, 1.0), DualOps(NUMPY)) for x in (0.0, 1e-9)]
    here, beside = (np.array([np.broadcast_to(part, ()) for one in each for part in dual(one)]) for each in near)
    assert np.isfinite(here).all()
    assert np.abs(here - beside).max() < 1e-4


@pytest.mark.parametrize("name", WALLPAPERS)
def test_x_and_y_spread_as_in_a_square_and_steepness_is_their_slope(name):
    lattice = Lattice(name)
    cell = (np.stack(np.meshgrid(*[np.arange(24) / 24] * 2)) + 0.01).reshape(2, -1)
    x, y = lattice.sides @ cell
    found = Symmetry(name).fold(Dual(x, 1.0, 0.0), Dual(y, 0.0, 1.0), DualOps(NUMPY))[:2]
    slopes = np.array([part for one in found for part in one[1:]])
    for one in found:
        assert abs(np.mean(one.value)) < 1e-9
        assert np.std(one.value) == pytest.approx(math.sqrt(1 / 12))
    assert math.sqrt((slopes**2).mean() * 2) == pytest.approx(Symmetry(name).steepness)
    assert 1.9 < Symmetry(name).steepness < 4


def test_friezes_and_rosettes_are_about_as_steep_as_they_say():
    for name in [*FRIEZES, *ROSETTES]:
        x, y = np.random.default_rng(1).uniform(-1, 1, (2, 4000))
        found = Symmetry(name).fold(Dual(x, 1.0, 0.0), Dual(y, 0.0, 1.0), DualOps(NUMPY))[:2]
        slopes = np.array([np.broadcast_to(part, x.shape) for one in found for part in one[1:]])
        assert math.sqrt((slopes**2).mean() * 2) == pytest.approx(Symmetry(name).steepness, rel=0.3)


@pytest.mark.parametrize("name", ["pm", "p4", "p4m", "hop", "spinjump"])
def test_in_float32_each_cell_is_the_same(name):
    x, y = (np.arange(-32, 32, dtype=np.float32) / 64 for _ in "xy")
    if name == "pm":
        x = np.zeros_like(x)  # its cell is 0.8 wide
    for at, of in ((x + 1024 * (name != "pm"), x), (x - 3 * (name != "pm"), x)):
        pairs = zip(Symmetry(name).fold(at, y, NUMPY)[:2], Symmetry(name).fold(of, y, NUMPY)[:2], strict=True)
        assert all((one == other).all() and one.dtype == np.float32 for one, other in pairs)
    if name in WALLPAPERS:
        pairs = zip(Symmetry(name).fold(x, y + 256, NUMPY), Symmetry(name).fold(x, y, NUMPY), strict=True)
        assert all((one == other).all() for one, other in pairs)


@pytest.mark.parametrize("name", EVERY)
def test_every_kind_of_value_gives_the_same(name):
    expected = fold(name, POINTS)
    x, y = POINTS
    writer = Writer()
    program = writer.program(Symmetry(name).fold(writer.place("x"), writer.place("y"), DualOps(writer.trees)), False)
    written = [np.broadcast_to(one, x.shape) for one in program.run({"x": x, "y": y}, NUMPY, lambda *_: ())]
    assert np.abs(np.stack(written) - expected).max() < 1e-12
    tensors = Symmetry(name).fold(*torch.tensor(POINTS, dtype=torch.float32), TorchOps())
    trained = [np.broadcast_to(np.asarray(one), x.shape) for one in tensors]
    assert np.abs(np.stack(trained) - expected).max() < 1e-4
    numbers = Symmetry(name).fold(float(x[0]), float(y[0]), NUMPY)
    assert np.abs(np.array(numbers) - expected[:, 0]).max() < 1e-12
    shader = GlslOps()
    Symmetry(name).fold(shader.value("x"), shader.value("y"), shader)
    assert 0 < len(shader.lines) < 250


@pytest.mark.parametrize("text", [*EVERY, *ALIASES, " P4M ", "C12"])
def test_names_are_read(text):
    found = parse_symmetry(text)
    assert found == parse_symmetry(found.name)
    assert hash(found) == hash(Symmetry(found.name))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("p4mn", "did you mean 'p4m'"),
        ("spinhopp", "did you mean 'spinhop'"),
        ("p2mm", "did you mean 'pmm'"),
        ("c1", "legal: "),
        ("c0", "legal: "),
        ("d61", "legal: "),
        ("c007", "legal: "),
        ("c٣", "legal: "),
        ("", "legal: "),
        ("x" * 1000, "legal: "),
    ],
)
def test_other_names_are_refused(text, hint):
    with pytest.raises(cppn.CppnError, match="unknown symmetry") as error:
        parse_symmetry(text)
    assert hint in str(error.value)
