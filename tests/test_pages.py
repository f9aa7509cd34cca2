"""The page beside a Deep Zoom picture shows that picture, in a real browser."""

from __future__ import annotations

import io
import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import small
from PIL import Image
from playwright.sync_api import Browser, Page

import cppn

SIZE = (1700, 1100)
NAME = "ä #1 <100%> & 'b'"  # signs that mean something in addresses, in HTML and in JavaScript
RECIPE = small("sin", mode="rgb", extent=20)
DESKTOP = {"viewport": {"width": 600, "height": 400}}
HIDPI = {"viewport": {"width": 300, "height": 200}, "device_scale_factor": 2}
FRACTION = {"viewport": {"width": 701, "height": 433}, "device_scale_factor": 1.25}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "has_touch": True, "is_mobile": True}
CLOSE = 1.8  # of 255, on average: what JPEG loses. A picture that is one pixel off differs by more than 2
GREY = 0x16  # the grey beside the picture


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    cppn.save(RECIPE, folder / f"{NAME}.dzi", size=SIZE)
    return folder


@pytest.fixture(scope="module")
def drawn() -> Image.Image:
    return Image.fromarray(cppn.render(RECIPE, SIZE))


@pytest.fixture
def show(browser: Browser, folder: Path) -> Iterator[Callable[..., Page]]:
    """Open the page in a window of its own; whatever it then does, it complains of nothing and asks for no address."""
    contexts, wrong = [], []

    def show(
        device: dict[str, Any] = DESKTOP, path: Path = folder / f"{NAME}.html", held: str = "", **more: Any
    ) -> Page:
        contexts.append(browser.new_context(**device, **{"reduced_motion": "reduce"} | more))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: request.url.startswith("file:") or wrong.append(request.url))
        if held:  # files that never arrive
            page.route(held, lambda route: None)
        page.goto(path.as_uri())
        if more.get("java_script_enabled", True):
            page.wait_for_selector("canvas[aria-busy=false]")
        return page

    yield show
    for context in contexts:
        context.close()
    assert wrong == []


def view(page: Page) -> SimpleNamespace:
    """The picture's point in the middle of the window, and the screen's pixels for each of the picture's."""
    return SimpleNamespace(**{key: float(value) for key, value in page.evaluate("view").items()})


def after(page: Page, action: Callable[..., object], *args: object) -> SimpleNamespace:
    """The view that the action leads to, once all has come to rest."""
    before = page.evaluate("JSON.stringify(view)")
    action(*args)
    page.wait_for_function(
        "before => JSON.stringify(view) !== before && view === goal && canvas.ariaBusy === 'false'", arg=before
    )
    return view(page)


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    """The picture's point that is seen at a place of the window."""
    seen, window, ratio = view(page), page.viewport_size, page.evaluate("devicePixelRatio")
    away = (x - window["width"] / 2) * ratio / seen.scale, (y - window["height"] / 2) * ratio / seen.scale
    return seen.x + away[0], seen.y + away[1]


def screen(page: Page) -> np.ndarray:
    """The screen's pixels, without the buttons."""
    shot = page.screenshot(style="[role=group] { visibility: hidden }", scale="device")
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(float)


def difference(page: Page, drawn: Image.Image) -> np.ndarray:
    """How much each of the screen's pixels differs from what was drawn there; beside the picture the screen is grey."""
    shown, seen = screen(page), view(page)
    height, width, _ = shown.shape
    left, top = width / 2 - seen.x * seen.scale, height / 2 - seen.y * seen.scale
    if seen.scale.is_integer():
        left, top = math.floor(left + 0.5), math.floor(top + 0.5)
    x0, x1 = max(0, math.ceil(left - 1e-6)), min(width, math.floor(left + drawn.width * seen.scale + 1e-6))
    y0, y1 = max(0, math.ceil(top - 1e-6)), min(height, math.floor(top + drawn.height * seen.scale + 1e-6))
    corners = np.array([x0 - left, y0 - top, x1 - left, y1 - top]) / seen.scale
    box = tuple(np.clip(corners, 0, [*drawn.size, *drawn.size]))
    wanted = np.asarray(drawn.resize((x1 - x0, y1 - y0), Image.Resampling.BILINEAR, box=box)).astype(float)
    beside = np.ones((height, width), bool)
    beside[max(0, y0 - 1) : y1 + 1, max(0, x0 - 1) : x1 + 1] = False
    assert (shown[beside] == GREY).all()
    return np.abs(shown[y0:y1, x0:x1] - wanted).mean(2)


@pytest.mark.parametrize("device", [DESKTOP, HIDPI, FRACTION, PHONE], ids=["desktop", "hidpi", "fraction", "phone"])
def test_the_whole_picture_is_seen_at_first(show, drawn, device):
    page = show(device)
    seen, ratio = view(page), device.get("device_scale_factor", 1)
    assert (seen.x, seen.y) == (SIZE[0] / 2, SIZE[1] / 2)
    width, height = (round(side * ratio) for side in device["viewport"].values())
    assert seen.scale == pytest.approx(min(width / SIZE[0], height / SIZE[1]))
    assert difference(page, drawn).mean() < CLOSE
    assert page.title() == NAME


def test_at_its_own_pixels_the_picture_is_what_was_drawn(show, drawn):
    page = show()
    assert after(page, page.keyboard.press, "1").scale == 1
    assert np.abs(screen(page) - np.asarray(drawn)[350:750, 550:1150]).mean() < CLOSE


def test_no_seams_show_at_any_scale(show, drawn):
    page = show()
    page.mouse.move(301, 207)
    for turn in (-100, -67, -95, -100, -100, -100):
        scale = after(page, page.mouse.wheel, 0, turn).scale
        off = difference(page, drawn)
        assert off.mean() < CLOSE
        assert max(off.mean(0).max(), off.mean(1).max()) < 3  # along no column and no row
    assert scale > 2


def test_while_fine_tiles_are_on_their_way_coarser_ones_are_seen(show, drawn):
    page = show(held="**/11/*.jpeg")
    page.keyboard.press("1")
    page.wait_for_function("view.scale === 1")
    assert page.locator("canvas").get_attribute("aria-busy") == "true"
    assert difference(page, drawn).mean() < 20


@pytest.mark.parametrize("place", [(150, 100), (593, 371)])
def test_the_wheel_zooms_at_the_pointer(show, place):
    page = show()
    page.mouse.move(*place)
    whole, under = view(page), point(page, *place)
    for turn in (-100, -100, -100, 40):
        after(page, page.mouse.wheel, 0, turn)
        assert point(page, *place) == pytest.approx(under)
    assert view(page).scale == pytest.approx(whole.scale * math.exp(260 / 300))
    # out again, there is nothing beyond the whole
    for _ in range(3):
        last = after(page, page.mouse.wheel, 0, 100)
    assert last == whole


def test_zooming_is_smooth_and_keeps_the_point_under_the_pointer_all_the_way(show):
    page = show(reduced_motion="no-preference")
    page.mouse.move(150, 100)
    whole, under = view(page).scale, point(page, 150, 100)
    page.evaluate("() => { const old = draw; window.way = []; draw = now => { old(now); way.push(view); }; }")
    end = after(page, page.mouse.wheel, 0, -100).scale
    way = page.evaluate("way")
    scales = [one["scale"] for one in way]
    assert scales == sorted(scales)
    assert sum(whole < scale < end for scale in scales) >= 3
    for one in way:
        assert (one["x"] - 150 / one["scale"], one["y"] - 100 / one["scale"]) == pytest.approx(under)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], rest: int = 150) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.wait_for_timeout(rest)
    page.mouse.up()


def test_dragging_moves_the_picture_with_the_pointer(show, drawn):
    page = show()
    above = -point(page, 0, 0)[1] * view(page).scale  # pixels of grey
    after(page, page.keyboard.press, "1")
    under = point(page, 400, 300)
    after(page, drag, page, (400, 300), (150, 160))
    assert point(page, 150, 160) == pytest.approx(under)
    assert difference(page, drawn).mean() < CLOSE
    # its edges stop where they are when it is whole
    for _ in range(3):
        drag(page, (10, 10), (590, 390), 0)
    assert point(page, 0, 0) == pytest.approx((0, -above))


def test_let_go_in_movement_the_picture_glides_on(show):
    page = show(reduced_motion="no-preference")
    after(page, page.keyboard.press, "1")
    under = point(page, 400, 200)
    after(page, drag, page, (400, 200), (300, 200), 0)
    assert point(page, 300, 200)[0] > under[0] + 5
    assert point(page, 300, 200)[1] == pytest.approx(under[1])


def test_two_fingers_hold_the_points_under_them(show, drawn):
    page = show(PHONE)
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pinch() -> None:
        fingers("touchStart", (150, 400), (230, 440))
        for i in range(1, 9):
            fingers("touchMove", (150 - 10 * i, 400 - 5 * i), (230 + 10 * i, 440 + 5 * i))
        fingers("touchEnd")

    under = point(page, 150, 400), point(page, 230, 440)
    before = view(page).scale
    assert after(page, pinch).scale == pytest.approx(3 * before)
    assert point(page, 70, 360) == pytest.approx(under[0])
    assert point(page, 310, 480) == pytest.approx(under[1])
    assert difference(page, drawn).mean() < CLOSE
    assert page.evaluate("visualViewport.scale") == 1


def test_a_double_tap_goes_nearer(show):
    page = show(PHONE)
    before, under = view(page).scale, point(page, 100, 400)
    assert after(page, lambda: [page.touchscreen.tap(100, 400) for _ in range(2)]).scale == pytest.approx(2 * before)
    assert point(page, 100, 400) == pytest.approx(under)


def test_the_keyboard_does_all(show):
    page = show()
    whole = view(page)
    assert after(page, page.keyboard.press, "+").scale == pytest.approx(1.5 * whole.scale)
    closer = after(page, page.keyboard.press, "+")
    for key, (x, y) in {"ArrowRight": (1, 0), "ArrowDown": (0, 1), "ArrowLeft": (-1, 0), "ArrowUp": (0, -1)}.items():
        before, now = view(page), after(page, page.keyboard.press, key)
        assert (now.x - before.x, now.y - before.y) == pytest.approx((100 * x / closer.scale, 100 * y / closer.scale))
    assert after(page, page.keyboard.press, "-").scale == pytest.approx(1.5 * whole.scale)
    page.keyboard.press("Control+1")  # is the browser's own
    assert after(page, page.keyboard.press, "0") == whole
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement")


def test_the_buttons_do_what_they_say(show):
    page = show()
    whole = view(page).scale
    assert page.get_by_role("status").text_content() == "35\u202f%"
    for name, scale in (("Zoom in", 1.5 * whole), ("Zoom out", whole), ("1:1, the", 1), ("Whole picture", whole)):
        assert after(page, page.get_by_role("button", name=name).click).scale == pytest.approx(scale)
    assert page.get_by_role("button", name="Full screen").is_visible()
    page.wait_for_selector("body.quiet")  # when nothing moves, they do not stand in the way
    page.mouse.move(100, 100)
    page.wait_for_selector("body:not(.quiet)")


def test_the_page_has_a_name_for_those_who_do_not_see_it(show):
    page = show()
    picture = page.get_by_role("application", name=f"{NAME}, 1700 × 1100 pixels", exact=True)
    assert "+ and − zoom" in page.locator(f"#{picture.get_attribute('aria-describedby')}").text_content()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector(':focus-visible') === canvas")


def test_a_click_draws_no_frame_of_focus_around_the_picture(show):
    page = show()
    page.mouse.click(300, 200)
    after(page, page.keyboard.press, "+")
    assert page.evaluate("document.querySelector(':focus-visible') === null")


def resize(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})


def test_the_picture_follows_the_windows_size(show, drawn):
    page = show()
    assert after(page, resize, page, 340, 700).scale == 0.2
    assert difference(page, drawn).mean() < CLOSE
    before = after(page, page.keyboard.press, "1")
    resize(page, 500, 300)
    page.wait_for_function("canvas.width === 500")
    assert view(page) == before
    assert difference(page, drawn).mean() < CLOSE


@pytest.mark.parametrize(("size", "scale"), [((300, 200), 1), ((1, 1), 1), ((400, 4000), 0.1)])
def test_small_and_long_pictures_are_whole_too_and_never_enlarged_unasked(show, tmp_path, size, scale):
    recipe = small("sin", mode="gray", extent=3)
    path = cppn.save(recipe, tmp_path / "a.zip.dzi", size=size).with_suffix(".html")
    page = show(path=path)
    assert view(page).scale == scale
    grey = Image.fromarray(cppn.render(recipe, size)[:, :, 0]).convert("RGB")
    assert difference(page, grey).mean() < CLOSE


def test_without_scripts_the_picture_is_seen_small(show):
    page = show(java_script_enabled=False)
    assert page.get_by_role("img", name=NAME).bounding_box() == {"x": 0, "y": 0, "width": 600, "height": 400}


def test_a_page_without_its_tiles_says_so(browser, folder, tmp_path):
    shutil.copy(folder / f"{NAME}.html", tmp_path / "a.html")
    page = browser.new_page()
    page.goto((tmp_path / "a.html").as_uri())
    page.wait_for_selector("#missing:not([hidden])")
    assert f"{NAME}_files" in page.get_by_role("alert").text_content()
    page.close()
