"""Strokes follow a field, never touch, have colours in proportion, and are the same in every part of every size."""

import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
import pyvips

import cppn
from cppn.engines.oracle import outputs
from cppn.errors import CppnError
from cppn.network.develop import develop_network
from cppn.strokes import Page, Settings, Stroke, Strokes, cover, place, svg
from cppn.strokes.body import Segment

HALF = (80.0, 50.0)
RGB = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
PAGE = Page(HALF, ("640", "400"))
SMALL = Settings(widths=((6, 0.5), (2.5, 0.3), (1, 0.2)))


def waves(p: np.ndarray) -> np.ndarray:
    """A field with bends, and places where strokes run into each other."""
    x, y = p.T
    return 0.7 + np.sin(0.06 * x + 0.02 * y) + 0.9 * np.sin(0.05 * y - 0.03 * x + 1) + 0.6 * np.sin(0.09 * y)


def spiral(p: np.ndarray) -> np.ndarray:
    """A field round and round, in which strokes meet themselves."""
    return np.arctan2(p[:, 1], p[:, 0]) + 1.62


def network(p: np.ndarray) -> np.ndarray:
    """What a picture's network is at points, in half turns."""
    made = develop_network(cppn.load("silk"))
    return math.pi * outputs(made, p[:, 0] / 50, -p[:, 1] / 50)[-1][0]


@lru_cache
def placed(field=waves, settings: Settings = SMALL, seed: int = 1, shares: tuple[float, ...] = (3, 2, 1)) -> Strokes:
    return place(field, HALF, settings, seed, shares=shares)


def outline(stroke: Stroke, is_round: bool, step: float = 0.08) -> np.ndarray:
    """Points around a body, `step` apart: by another way than any of the code's."""
    line, half = stroke.points, stroke.width / 2
    ahead = np.diff(line, axis=0)
    angle = np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0]))
    at_points = np.concatenate([angle[:1], (angle[1:] + angle[:-1]) / 2, angle[-1:]])
    side = half * np.stack([-np.sin(at_points), np.cos(at_points)], axis=1)
    turn = np.linspace(math.pi / 2, -math.pi / 2, 40)[:, None] if is_round else np.zeros((0, 1))
    last, first = (
        half * np.concatenate([np.cos(turn + a), np.sin(turn + a)], axis=1) for a in (angle[-1], angle[0] + math.pi)
    )
    corners = np.concatenate([line + side, line[-1] + last, (line - side)[::-1], line[0] + first, (line + side)[:1]])
    return np.concatenate(
        [np.linspace(a, b, max(1, math.ceil(math.dist(a, b) / step)), endpoint=False) for a, b in pairwise(corners)]
    )


def nearest(a: np.ndarray, b: np.ndarray, most: float) -> float:
    """The least distance of two rows of points, or `most`."""
    a = a[((a > b.min(axis=0) - most) & (a < b.max(axis=0) + most)).all(axis=1)]
    b = b[((b > a.min(axis=0) - most) & (b < a.max(axis=0) + most)).all(axis=1)] if len(a) else a
    parts = [((a[k : k + 500, None] - b) ** 2).sum(axis=-1).min() for k in range(0, len(a), 500) if len(b)]
    return math.sqrt(min([*parts, most**2]))


@pytest.mark.parametrize("caps", ["butt", "round"])
@pytest.mark.parametrize(("field", "gap"), [(waves, 0.55), (spiral, 0.8), (network, 0.25)])
def test_no_two_strokes_come_nearer_than_the_gap(field, gap, caps):
    strokes = place(field, (45, 30), replace(SMALL, gap=gap, caps=caps), 1)
    assert len(strokes.strokes) > 40
    bodies = [outline(one, caps == "round") for one in strokes.strokes]
    least = min(nearest(a, b, 2 * gap) for k, a in enumerate(bodies) for b in bodies[:k])
    assert gap <= least < gap + 0.15, "nor are they kept apart for nothing"


def test_no_stroke_comes_near_to_itself():
    settings = Settings(widths=((3, 0.5), (1, 0.5)), length=(1, 400))
    strokes = placed(spiral, settings).strokes
    longest = max(strokes, key=lambda one: one.length)
    assert longest.length > 150, "some go round more than once"
    for one in strokes:
        line = one.points
        far = np.abs(one.along[:, None] - one.along) > math.pi * (one.width + settings.gap) / 2 + 1
        apart = np.sqrt(((line[:, None] - line) ** 2).sum(axis=-1))
        assert apart[far].min(initial=100) > one.width + settings.gap


def test_a_field_is_asked_of_few_points_at_once():
    """Its network may hold thousands of numbers for each."""
    asked = []

    def counted(p: np.ndarray) -> np.ndarray:
        asked.append(len(p))
        return waves(p)

    strokes = place(counted, (400, 50), replace(SMALL, fill=0.1), 1)
    assert strokes.strokes
    assert max(asked) < 10_000 < sum(asked)


def test_strokes_follow_the_field_and_turn_gently():
    for one in placed().strokes:
        step = np.diff(one.points, axis=0)
        length = np.sqrt((step**2).sum(axis=1))
        ahead = step / length[:, None]
        told = waves((one.points[1:] + one.points[:-1]) / 2)
        assert (ahead[:, 0] * np.cos(told) + ahead[:, 1] * np.sin(told)).min() > 0.99
        turn = np.abs(ahead[1:, 0] * ahead[:-1, 1] - ahead[1:, 1] * ahead[:-1, 0])
        radius = (length[1:] + length[:-1]) / 2 / np.maximum(turn, 1e-9)
        assert radius.min(initial=99) > one.width / 2 * 1.4


def test_middle_lines_stay_inside_the_margin_and_lengths_inside_their_limits():
    settings = replace(SMALL, margin=8, length=(2, 30))
    for one in placed(settings=settings).strokes:
        assert (np.abs(one.points) <= np.array(HALF) - 8 + 1e-9).all()
        assert 2 * 0.98 <= one.length <= 30
    outside = placed(settings=replace(SMALL, margin=-6)).strokes
    assert max(np.abs(one.points[:, 0]).max() for one in outside) > 80, "below 0, they run out of the picture"


def test_the_wide_are_placed_first_and_cover_their_shares():
    strokes = placed().strokes
    widths = [one.width for one in strokes]
    assert widths == sorted(widths, reverse=True)
    room = 4 * (HALF[0] - SMALL.margin) * (HALF[1] - SMALL.margin) * SMALL.fill
    for width, share in SMALL.widths:
        covered = sum(one.area for one in strokes if one.width == width) / room
        assert covered == pytest.approx(share, abs=0.05)
    assert len(placed(settings=replace(SMALL, most=20)).strokes) == 20
    assert not placed(settings=replace(SMALL, fill=0)).strokes


def test_the_same_seed_places_the_same_strokes_and_another_others():
    def lines(strokes: Strokes) -> list[list[list[float]]]:
        return [one.points.tolist() for one in strokes.strokes]

    again = place(waves, HALF, SMALL, 1, shares=(3, 2, 1))
    assert lines(again) == lines(placed())
    assert [one.segments for one in again.strokes] == [one.segments for one in placed().strokes]
    assert lines(placed(seed=2)) != lines(again)
    noisy = place(lambda p: waves(p) + 1e-15 * np.sin(1e5 * p[:, 0]), HALF, SMALL, 1, shares=(3, 2, 1))
    assert lines(noisy) == lines(again), "as on a machine whose sines end in other bits"


def test_first_strokes_of_a_seed_are_pinned_for_ever():
    strokes = placed().strokes
    assert len(strokes) == 438
    assert strokes[0].points[0].tolist() == [-44.739513412326495, -44.885157217848494]
    assert strokes[-1].points[-1].tolist() == [-70.65546032849966, 24.12988963335284]
    assert [one.colour for one in strokes[:8]] == [1, 2, 0, 0, 0, 0, 0, 2]


@pytest.mark.parametrize("tone", [None, lambda p: p[:, 1]])
def test_colours_cover_areas_in_proportion(tone):
    strokes = place(waves, HALF, SMALL, 1, shares=(3, 2, 0, 1), tone=tone).strokes
    areas = np.array([one.area for one in strokes])
    colours = np.array([one.colour for one in strokes])
    covered = [areas[colours == k].sum() / areas.sum() for k in range(4)]
    assert covered == pytest.approx([1 / 2, 1 / 3, 0, 1 / 6], abs=0.03)
    heights = [np.mean([one.points[:, 1].mean() for one in strokes if one.colour == k]) for k in (0, 1, 3)]
    assert (heights == sorted(heights) and heights[-1] - heights[0] > 40) == (tone is not None)


def test_some_strokes_are_cut_into_pieces_that_end_in_their_own_colour():
    assert all(len(one.segments) == 1 for one in placed(settings=replace(SMALL, segments=0)).strokes)
    cut = [one for one in placed(settings=replace(SMALL, segments=1)).strokes if len(one.segments) > 1]
    assert len(cut) > 20
    assert any(len({colour for _, _, colour in one.segments}) == 2 for one in cut)
    assert any(one.segments[0].end < one.segments[1].start for one in cut), "between some there is paper"
    for one in cut:
        assert one.segments[0].start == 0
        assert one.segments[-1].end == one.length
        assert one.segments[0].colour == one.segments[-1].colour == one.colour


@pytest.mark.parametrize("caps", ["butt", "round"])
@pytest.mark.parametrize("scale", [1.0, 7.3])
def test_any_part_is_the_whole_to_the_bit(scale, caps):
    strokes = placed(settings=replace(SMALL, caps=caps, segments=0.4))
    columns, rows = math.ceil(160 * scale) + 9, math.ceil(100 * scale) + 5
    whole = cover(strokes, RGB, -9, -5, columns, rows, scale)
    for left, top, right, bottom in [(0, 0, 40, 99), (37, 20, 38, 21), (70, 10, columns - 9, 17), (-9, 60, 5, 80)]:
        part = cover(strokes, RGB, left, top, right - left, bottom - top, scale)
        assert np.array_equal(part, whole[top + 5 : bottom + 5, left + 9 : right + 9])


@pytest.mark.parametrize("caps", ["butt", "round"])
def test_as_much_is_covered_as_is_painted(caps):
    strokes = placed(settings=replace(SMALL, caps=caps, segments=0.4))
    painted = sum((end - start) * one.width for one in strokes.strokes for start, end, _ in one.segments)
    if caps == "round":
        painted += sum(math.pi * one.width**2 / 4 for one in strokes.strokes)
    for scale in (2, 8):
        drawn = cover(strokes, RGB, -60, -60, 160 * scale + 120, 100 * scale + 120, scale)
        assert drawn[..., 3].sum(dtype=float) / scale**2 == pytest.approx(painted, rel=0.005)
        assert drawn.min() >= 0
        assert drawn[..., 3].max() == 1
        np.testing.assert_allclose(drawn[..., :3].sum(axis=2), drawn[..., 3], atol=1e-5)


@pytest.mark.parametrize("caps", ["butt", "round"])
def test_a_straight_stroke_is_covered_as_its_shape_says(caps):
    line = np.array([[-20.0, 1.0], [20.0, 1.0]])
    strokes = Strokes(
        (Stroke(line, 3, 0, (Segment(0, 10, 0), Segment(10, 25.25, 1), Segment(30, 40, 0))),), (40, 20), caps
    )
    drawn = cover(strokes, RGB, 0, 0, 80, 40, 1)
    middle = drawn[21]
    assert np.array_equal(drawn[19:23, 40, 3], [0.5, 1, 1, 0.5])
    assert np.array_equal(middle[20:30, 0], np.ones(10))
    assert np.array_equal(middle[30:45, 1], np.ones(15))
    assert np.array_equal(middle[45], [0, 0.25, 0, 0.25])
    assert not middle[46:50].any()
    assert middle[19, 3] == (caps == "round")
    assert not middle[17].any()


@pytest.mark.parametrize("caps", ["butt", "round"])
def test_the_svg_shows_what_the_pixels_show(caps):
    strokes = placed(settings=replace(SMALL, caps=caps, segments=0.4))
    text = svg([(strokes, RGB)], PAGE)
    tree = ET.fromstring(text)
    assert tree.get("viewBox") == "-80 -50 160 100"
    paths = tree.findall(".//{http://www.w3.org/2000/svg}path")
    assert len(paths) == sum(len(one.segments) for one in strokes.strokes)
    shown = pyvips.Image.svgload_buffer(text.encode()).numpy() / 255
    drawn = cover(strokes, RGB, 0, 0, 640, 400, 4)
    difference = np.abs(shown[..., :3] * shown[..., 3:] - drawn[..., :3])
    assert difference.mean() < 0.005
    assert np.quantile(difference, 0.999) < 0.25
    papered = ET.fromstring(svg([(strokes, RGB)], PAGE._replace(ground=(1, 1, 1))))
    assert papered[0].get("fill") == "#ffffff"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"widths": ()}, "widths"), ({"widths": ((1, 0.5), (2, 0.5))}, "widths"), ({"widths": ((0, 1),)}, "widths"),
        ({"widths": ((1, 0),)}, "widths"), ({"widths": ((1, math.nan),)}, "widths"), ({"gap": 0.1}, "gap"),
        ({"length": (5, 2)}, "length"), ({"length": (0, 2)}, "length"), ({"margin": 50}, "margin"),
        ({"segments": 1.5}, "segments"), ({"caps": "square"}, "caps"), ({"fill": math.nan}, "fill"), ({"most": -1}, "most"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(change, where):
    with pytest.raises(CppnError) as refused:
        Settings(**change)
    assert refused.value.path == (where,)
    assert refused.value.legal


@pytest.mark.parametrize(
    ("half", "shares", "where"),
    [
        ((0, 50), (1,), "half"),
        ((math.nan, 50), (1,), "half"),
        (HALF, (), "shares"),
        (HALF, (0, 0), "shares"),
        (HALF, (-1, 2), "shares"),
        ((2000, 300), (1,), "gap"),
    ],
)
def test_what_cannot_be_placed_is_refused(half, shares, where):
    with pytest.raises(CppnError) as refused:
        place(waves, half, replace(SMALL, most=1), 1, shares=shares)
    assert refused.value.path == (where,)
    assert refused.value.legal


def test_fields_without_numbers_and_pictures_without_room_have_few_strokes_or_none():
    assert not place(waves, (3, 50), SMALL, 1).strokes
    place(lambda p: np.full(len(p), np.nan), (20, 10), SMALL, 1)
    tiny = place(waves, (6, 5.5), SMALL, 1)
    assert cover(tiny, RGB, 0, 0, 24, 22, 2).shape == (22, 24, 4)
    empty = Strokes((), HALF)
    assert not cover(empty, [], 0, 0, 16, 10, 0.1).any()
    ET.fromstring(svg([(empty, [])], PAGE))
