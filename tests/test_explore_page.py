"""The live page in a real browser, with its real server: keys, controls, breeding, keeping, and what goes wrong."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import differences, pixels, small
from PIL import Image
from playwright.sync_api import Browser, Page, expect

import cppn

DESKTOP = {"viewport": {"width": 760, "height": 440}}
PHONE = {"viewport": {"width": 390, "height": 700}, "device_scale_factor": 1, "is_mobile": True, "has_touch": True}
SLOW = 60_000  # milliseconds, on a machine with much else to do
START = small("cos:freq=1.5,iters=0,r=3.82843", hidden=(10, 10), name="start")

expect.set_options(timeout=SLOW)


class Served:
    """A running `cppn explore`, and the folder that it keeps pictures in."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "cppn", "explore", *flags, "--no-open", "-o", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://127.0.0.1:"), self.process.communicate()[1]

    def stop(self) -> None:
        """End it, unless it has ended."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=60)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start a server, of a folder and with flags; all are ended in the end."""
    started = []

    def serve(*given: Any) -> Served:
        started.append(Served(*given))
        return started[-1]

    yield serve
    for served in started:
        served.stop()


@pytest.fixture
def served(serve: Callable[..., Served], tmp_path: Path) -> Served:
    source = tmp_path / "start.toml"
    cppn.save(START, source)
    return serve(tmp_path / "explore", str(source), "--port", "0")


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Open the page; errors that it writes on the console fail the test."""
    contexts, wrong = [], []

    def open_page(address: str = "", script: str = "", allowed: str = "", **options: Any) -> Page:
        context = browser.new_context(**{**DESKTOP, **options})
        contexts.append(context)
        context.set_default_timeout(SLOW)
        page = context.new_page()
        if script:
            page.add_init_script(script)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda m: wrong.append(m.text) if m.type == "error" and not (allowed and allowed in m.text) else None,
        )
        page.goto(address or served.address)
        page.wait_for_selector("body[data-ready]", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not wrong


def recipe(page: Page) -> dict[str, Any]:
    return json.loads(page.input_value("#recipe"))


def shown(page: Page, act: Callable[[], object]) -> dict[str, Any]:
    """Do something, wait until the picture that it asks for is shown, and return its recipe."""
    before = int(page.locator("body").get_attribute("data-shown") or 0)
    act()
    page.wait_for_selector(f'body[data-shown="{before + 1}"]', state="attached")
    return recipe(page)


def canvas(page: Page) -> np.ndarray:
    """The pixels of the picture once it rests."""
    before = int(page.locator("body").get_attribute("data-rest") or 0)
    page.set_viewport_size({**page.viewport_size, "height": page.viewport_size["height"] + 2})  # drawn anew
    page.wait_for_selector(f'body[data-rest="{before + 1}"]', state="attached")
    data = page.evaluate("() => document.getElementById('picture').toDataURL('image/png')")
    with Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))) as image:
        return np.asarray(image.convert("RGB"))


def acts(found: dict[str, Any]) -> list[str]:
    return found["network"]["act"]


def value(text: str, key: str) -> float:
    return float(dict(pair.split("=") for pair in text.partition(":")[2].split(","))[key])


def test_the_page_shows_what_render_draws(open_page):
    page = open_page()
    found = canvas(page)
    height, width, _ = found.shape
    wanted = cppn.render(START, (width, height), engine="reference")
    assert differences(found, np.broadcast_to(wanted, found.shape), 2) < 0.01
    assert cppn.Recipe(**recipe(page)) == START


def test_the_keys_of_logisticmapdnn(open_page, served):
    page = open_page()
    press = lambda key: shown(page, lambda: page.keyboard.press(key))  # noqa: E731
    first = recipe(page)
    assert value(acts(press("w"))[0], "iters") == 1
    assert value(acts(press("w"))[0], "iters") == 2
    assert value(acts(press("q"))[0], "iters") == 1
    assert value(acts(press("q"))[0], "iters") == 0
    assert value(acts(press("q"))[0], "iters") == 0, "not below 0"
    r = value(acts(press("s"))[0], "r")
    assert value(acts(press("a"))[0], "r") == pytest.approx(r - 0.01)
    freq = value(acts(press("x"))[0], "freq")
    assert value(acts(press("z"))[0], "freq") == pytest.approx(freq - 0.01)
    assert press("r")["seed"] != first["seed"]
    assert press("c")["color"]["mode"] == "rgb"
    assert press("c")["color"]["mode"] == "gray"
    assert acts(press("t"))[0].startswith("clamp")
    assert acts(press("t"))[0].startswith("cos:")
    page.keyboard.press("p")
    expect(page.locator("#values")).to_be_visible()
    assert page.input_value("#command").startswith("cppn render ")
    page.keyboard.press("Escape")
    expect(page.locator("#values")).to_be_hidden()
    page.keyboard.press("o")
    expect(page.locator("#toasts")).to_contain_text("Drawn:")
    (saved,) = served.folder.glob("*.png")
    assert pixels(saved).shape[:2] == (page.viewport_size["height"], page.viewport_size["width"])
    assert cppn.load(saved).network.act == tuple(acts(recipe(page)))


def test_the_other_keys(open_page):
    page = open_page()
    first = recipe(page)["view"]
    for key in ("+", "-", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        before = page.input_value("#recipe")
        page.keyboard.press(key)
        expect(page.locator("#recipe")).not_to_have_value(before)
    page.keyboard.press("+")
    found = shown(page, lambda: page.keyboard.press("0"))["view"]
    assert found["zoom"] == 1
    assert found["center"] == first["center"] == [0, 0]
    for key, place in (("?", "#help"), ("d", "#draw"), ("g", "#lineage")):
        page.keyboard.press(key)
        expect(page.locator(place)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(place)).to_be_hidden()
    page.keyboard.press("?")
    for word in ("Q", "Esc", "new random weights", "undo"):
        expect(page.locator("#keys")).to_contain_text(word)
    page.keyboard.press("Escape")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("l")
    expect(page.locator("#toasts")).to_contain_text("The link is copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url
    page.keyboard.press("f")
    page.wait_for_selector("html:fullscreen", state="attached")
    page.keyboard.press("f")
    page.wait_for_selector("html:not(:fullscreen)", state="attached")
    page.keyboard.press("v")
    expect(page.locator("#panel")).to_be_hidden()
    page.keyboard.press("v")
    page.keyboard.press("h")
    expect(page.locator("#bar")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#bar")).to_be_visible()


def test_undo_and_redo(open_page):
    page = open_page()
    first = recipe(page)
    second = shown(page, lambda: page.keyboard.press("r"))
    third = shown(page, lambda: page.keyboard.press("c"))
    assert shown(page, lambda: page.keyboard.press("Control+z")) == second
    assert shown(page, lambda: page.keyboard.press("Control+z")) == first
    assert shown(page, lambda: page.keyboard.press("Control+y")) == second
    assert shown(page, lambda: page.keyboard.press("Control+Shift+Z")) == third
    expect(page.locator("[data-do=redo]")).to_be_disabled()


def test_every_control_changes_the_recipe(open_page):
    page = open_page()
    network = lambda key: lambda found: found["network"][key]  # noqa: E731

    def fill(name: str, text: str) -> dict[str, Any]:
        def put() -> None:
            page.fill(name, text)
            page.locator(name).press("Tab")

        return shown(page, put)

    def choose(name: str, option: str) -> dict[str, Any]:
        return shown(page, lambda: page.select_option(name, option))

    def tick(name: str) -> dict[str, Any]:
        return shown(page, lambda: page.click(name))

    def slide(name: str) -> dict[str, Any]:
        page.focus(name)
        return shown(page, lambda: page.keyboard.press("PageUp"))

    assert choose("#c-act", "tanh")["network"]["act"] == ["tanh"]
    assert choose("#c-act", "cos")["network"]["act"] == ["cos"]
    assert value(acts(fill("#n-p-freq", "3.25"))[0], "freq") == 3.25
    assert value(acts(slide("#c-p-freq"))[0], "freq") > 3.25
    assert value(acts(fill("#n-p-iters", "1.5"))[0], "iters") == 1.5
    assert value(acts(fill("#n-p-r", "3.1"))[0], "r") == 3.1
    assert network("hidden")(fill("#c-hidden", "10,12")) == [10, 12]
    assert network("inputs")(fill("#c-inputs", "x,y,atan2(y, x)")) == ["x", "y", "atan2(y, x)"]
    assert network("latent")(fill("#n-latent", "2")) == [0, 0]
    assert network("latent")(fill("#n-z-1", "0.5")) == [0, 0.5]
    assert network("latent")(slide("#c-z-0"))[0] > 0
    assert network("init")(choose("#c-init", "normal")) == "normal"
    assert network("gain")(fill("#n-gain", "2")) == 2
    assert fill("#c-hidden", "9,9")["network"]["hidden"] == [9, 9]
    assert network("residual")(tick("#c-residual")) is True
    assert fill("#c-seed", "123")["seed"] == 123
    assert fill("#c-seed", str(2**63 - 1))["seed"] == str(2**63 - 1), "JavaScript's numbers would round it"
    assert page.input_value("#c-seed") == str(2**63 - 1)
    assert fill("#c-seed", "123")["seed"] == 123
    page.click("#c-own")
    choose("#c-act-0", "gauss")
    assert acts(choose("#c-act-2", "sigmoid")) == ["gauss", acts(recipe(page))[1], "sigmoid"]
    choose("#c-act-0", "cos")
    choose("#c-act-2", "cos")
    assert [value(text, "freq") for text in acts(fill("#n-p-2-freq", "2.5"))[2:]] == [2.5]
    found = acts(fill("#n-p-0-freq", "4"))
    assert (value(found[0], "freq"), value(found[2], "freq")) == (4, 2.5), "each layer has its own"
    assert acts(choose("#c-act-1", "formula…"))[1]
    assert acts(fill("#c-act-1-formula", "sin(3*x)/(1 + x*x)"))[1] == "sin(3*x)/(1 + x*x)"
    assert choose("#c-mode", "hsv")["color"]["mode"] == "hsv"
    assert slide("#c-hue")["color"]["hue"] > 0
    assert fill("#n-hue", "45")["color"]["hue"] == 45
    assert choose("#c-mode", "palette")["color"]["palette"] == "viridis"
    assert fill("#c-palette", "#102030,#f0e0c0")["color"]["palette"] == "#102030,#f0e0c0"
    assert tick("#c-invert")["color"]["invert"] is True
    assert fill("#c-levels", "0.1,0.8")["color"]["levels"] == [0.1, 0.8]
    assert "levels" not in fill("#c-levels", "")["color"]
    assert fill("#c-x", "0.25")["view"]["center"][0] == 0.25
    assert fill("#c-y", "-2")["view"]["center"][1] == -2
    assert fill("#n-zoom", "4")["view"]["zoom"] == 4
    limits = page.locator("#n-zoom").evaluate("(field) => [Number(field.min), Number(field.max)]")
    assert limits == [1e-9, 1e9], "the recipe's own"
    assert fill("#n-extent", "3")["view"]["extent"] == 3
    assert fill("#n-rotate", "30")["view"]["rotate"] == 30
    assert tick("#c-stretch")["view"]["stretch"] is True
    assert tick("#c-home")["view"]["zoom"] == 1
    assert tick("#c-fresh")["seed"] != 123
    described = recipe(page)["view"]
    named = fill("#c-name", "My find")
    assert (named["name"], named["view"]) == ("My find", described)
    page.locator("#picture").focus()
    page.keyboard.press("k")
    expect(page.locator("#toasts")).to_contain_text("My-find.toml")
    assert tick("#c-fresh")["name"] == "", "it is another picture"
    loaded = shown(page, lambda: page.select_option("#c-preset", label="art/marble"))
    assert cppn.Recipe(**loaded) == cppn.presets["marble"]


def test_of_changes_that_follow_at_once_none_is_lost(open_page):
    page = open_page()
    page.click("#c-own")
    page.evaluate(
        """() => {
          for (const [id, value] of [["n-p-0-freq", 2.5], ["n-p-1-freq", 3.5], ["c-x", 0.25], ["c-y", -0.5]]) {
            const field = document.getElementById(id);
            field.value = value;
            field.dispatchEvent(new Event("change"));
          }
        }"""
    )
    expect(page.locator("#recipe")).to_have_value(re.compile(r"-0\.5"))
    found = recipe(page)
    assert [value(text, "freq") for text in acts(found)] == [2.5, 3.5, 1.5]
    assert found["view"]["center"] == [0.25, -0.5]


def test_a_mistake_is_told_and_nothing_is_lost(open_page):
    page = open_page(allowed="400")
    before = recipe(page)
    for name, text, told in (
        ("#c-hidden", "64,0", "0 is out of range; 1 to 4096 are legal"), ("#c-inputs", "x,q", "unknown name 'q'"),
        ("#c-levels", "1,0", "1 is not below 0"), ("#c-seed", "x", "seed"),
    ):  # fmt: skip
        page.fill(name, text)
        page.locator(name).press("Tab")
        expect(page.locator("#toasts p.bad").last).to_contain_text(told)
        assert recipe(page) == before
        page.locator("#picture").focus()


def test_drag_and_wheel_move_the_picture_as_render_would(open_page):
    page = open_page()
    page.keyboard.press("v")
    page.mouse.move(300, 200)
    page.mouse.down()
    page.mouse.move(340, 260, steps=4)
    page.mouse.up()
    page.mouse.move(500, 100)
    page.mouse.wheel(0, -300)
    moved = shown(page, lambda: page.keyboard.press("c"))
    view = moved["view"]
    assert view["zoom"] == pytest.approx(np.exp(240 * 0.0016), rel=1e-6)
    # what was under the pointer stays there: (40, 60) pixels right of and below its place before
    first = cppn.View(**START.view.to_dict())
    from cppn.recipe.view import frame

    width, height = page.viewport_size["width"], page.viewport_size["height"]
    old, new = frame(first, width, height), frame(cppn.View(**view), width, height)
    u, v = 500 - width / 2, 100 - height / 2
    assert new.cx + new.ux * u == pytest.approx(old.cx + old.ux * (u - 40), abs=1e-6)
    assert new.cy + new.vy * v == pytest.approx(old.cy + old.vy * (v - 60), abs=1e-6)
    found = canvas(page)
    wanted = cppn.render(cppn.Recipe(**moved), found.shape[1::-1], engine="reference")
    assert differences(found, wanted, 2) < 0.01


def cells(page: Page) -> list[str]:
    """Wait until the whole grid is drawn."""
    count = page.locator("#grid button").count()
    for i in range(1, count + 1):
        page.wait_for_selector(f"#grid button:nth-child({i}) canvas[data-drawn]")
    return [page.locator(f"#grid button:nth-child({i})").get_attribute("aria-label") or "" for i in range(1, count + 1)]


GRAPHS = {
    "drawn": {"random": {"nodes": 9, "links": 20}, "act": ["sin|gauss", "tanh"]},
    "told": {"graph": {"nodes": [{"name": "a", "act": "sin"}, {"name": "b", "act": "tanh"}, {"name": "c", "act": "sin"}], "links": [["x", "a", 2], ["y", "b", 1], ["a", "b", 3], ["y", "c", 4]]}},
}  # fmt: skip


@pytest.mark.parametrize("kind", GRAPHS)
def test_graphs_are_shown_changed_and_bred(open_page, serve, tmp_path, kind):
    start = cppn.recipe.from_dict({"name": "net", "network": GRAPHS[kind], "view": {"extent": 2}}, where="")
    source = cppn.save(start, tmp_path / "graph.toml")
    page = open_page(serve(tmp_path / "graphs", str(source), "--port", "0").address)
    expect(page.locator("#name")).to_have_text("net")
    expect(page.locator("#about")).to_contain_text("9 nodes" if kind == "drawn" else "3 nodes")
    coloured = shown(page, lambda: page.keyboard.press("c"))
    found = canvas(page)
    wanted = cppn.render(cppn.Recipe(**coloured), found.shape[1::-1], engine="reference", dither=False)
    assert differences(found, wanted, 2) < 0.01
    if kind == "drawn":
        page.fill("#c-nodes", "5")
        assert shown(page, lambda: page.locator("#c-nodes").press("Tab"))["network"]["random"]["nodes"] == 5
    expect(page.locator("#c-hidden")).to_have_count(0)
    page.locator("#picture").focus()
    page.keyboard.press("b")
    page.wait_for_selector("#grid[data-generation='1']")
    assert len(cells(page)) == 12
    child = shown(page, lambda: page.click("#grid button:nth-child(5)"))
    assert child["network"]["graph"]["nodes"]


def test_three_generations_are_bred_saved_and_gone_back_in(open_page, served):
    page = open_page()
    shown(page, lambda: page.keyboard.press("c"))
    page.fill("#c-hidden", "8,8")
    shown(page, lambda: page.locator("#c-hidden").press("Tab"))
    first = recipe(page)
    page.locator("#picture").focus()
    page.keyboard.press("b")
    page.wait_for_selector("#grid[data-generation='1']")
    assert len(cells(page)) == 12
    generations = []
    for generation in (2, 3, 4):
        generations.append(shown(page, lambda: page.click("#grid button:nth-child(5)")))
        page.wait_for_selector(f"#grid[data-generation='{generation}']")
    assert len({json.dumps(one) for one in generations}) == 3
    page.check("#breed [value=activations]")
    page.wait_for_selector("#grid[data-generation='5']")
    page.click("#grid button:nth-child(2)", modifiers=["Shift"])
    page.click("#grid button:nth-child(3)", modifiers=["Shift"])
    page.wait_for_selector("#grid[data-generation='6']")
    child = shown(page, lambda: page.locator("#grid button:nth-child(7)").press("Enter"))
    page.wait_for_selector("#grid[data-generation='7']")
    assert acts(child) == acts(generations[-1]), "they were locked"
    page.wait_for_selector("#breed[data-saved='7']", state="attached")  # the first, three, two chosen and their child
    kept = json.loads((served.folder / "lineage.json").read_text())["nodes"]
    assert [len(node["parents"]) for node in kept] == [0, 1, 1, 1, 1, 1, 2]
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector("body[data-ready]", state="attached")
    assert recipe(page) == child, "the address has it"
    page.keyboard.press("g")
    expect(page.locator("#tree button")).to_have_count(7)
    back = shown(page, lambda: page.locator("#tree button").first.click())
    assert back == first
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    expect(page.locator("#toasts")).to_contain_text("Kept as")
    page.reload()
    page.wait_for_selector("#strip img")
    (toml,) = served.folder.glob("*.toml")
    assert cppn.load(toml).network == cppn.Recipe(**first).network
    page.locator("#strip .drop").first.click()
    expect(page.locator("#strip li")).to_have_count(0)
    assert not list(served.folder.glob("*.toml"))


def test_a_large_drawing_leaves_the_page_free(open_page, served):
    page = open_page()
    drawn = recipe(page)
    page.keyboard.press("d")
    page.fill("#draw [name=size]", "4k")
    page.select_option("#draw [name=aa]", "3")
    page.click("#draw [type=submit]")
    first, second = (page.locator("#jobs li", has_text=size) for size in ("3840x2160", "16000x16000"))
    expect(first).to_be_visible()
    page.fill("#draw [name=size]", "16000x16000")
    page.click("#draw [type=submit]")
    expect(second).to_be_visible()
    page.keyboard.press("Escape")
    shown(page, lambda: page.keyboard.press("r"))  # it answers while it draws
    page.keyboard.press("d")
    cancel = second.get_by_role("button")
    cancel.focus()
    for _ in range(2):
        page.wait_for_event("response", lambda response: response.url.endswith("/api/draw"))
    expect(cancel).to_be_focused()  # though the list was filled anew meanwhile
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("data-state", "cancelled")
    expect(first.get_by_role("progressbar")).to_have_count(0, timeout=180_000)
    expect(first).to_contain_text("done")
    (made,) = (path for path in served.folder.glob("*.png") if pixels(path).shape[1] == 3840)
    assert pixels(made).shape[:2] == (2160, 3840)
    assert cppn.load(made) == cppn.Recipe(**drawn)
    assert not [path for path in served.folder.iterdir() if "part" in path.name]


def test_exports_hold_the_picture(open_page, served):
    page = open_page()
    found = cppn.Recipe(**shown(page, lambda: page.keyboard.press("r")))
    page.keyboard.press("d")
    for ending in ("html", "glsl", "onnx"):
        page.select_option("#draw [name=format]", ending)
        page.click("#draw [type=submit]")
        expect(page.locator("#toasts")).to_contain_text(f".{ending}")
        (made,) = served.folder.glob(f"*.{ending}")
        assert cppn.load(made) == found


def test_fields_keep_what_is_refused_and_are_filled_when_the_form_changes(open_page):
    page = open_page(allowed="400")
    page.fill("#c-inputs", "x,q")
    page.locator("#c-inputs").press("Tab")
    expect(page.locator("#c-inputs[aria-invalid=true]")).to_have_value("x,q")
    page.locator("#c-inputs").press("Escape")
    expect(page.locator("#c-inputs")).to_have_value("x,y")
    page.focus("#c-inputs")
    shown(page, lambda: page.select_option("#c-mode", "palette"))  # the panel is laid out anew
    expect(page.locator("#c-inputs")).to_have_value("x,y")
    page.select_option("#c-act", "formula…")
    expect(page.locator("#c-act-formula")).to_be_focused()


def test_messages_are_seen_above_dialogs(open_page):
    page = open_page(allowed="400")
    page.keyboard.press("d")
    page.fill("#draw [name=size]", "banana")
    page.click("#draw [type=submit]")
    expect(page.locator("#toasts")).to_contain_text("unknown size 'banana'")
    box = page.locator("#toasts p").last.bounding_box()
    assert 0 <= box["x"] <= box["x"] + box["width"] <= page.viewport_size["width"]
    assert 0 <= box["y"] <= box["y"] + box["height"] <= page.viewport_size["height"]
    shot = page.screenshot(clip=box)
    page.evaluate("() => document.getElementById('draw').close()")
    page.evaluate("() => document.getElementById('toasts').hidePopover()")
    assert page.screenshot(clip=box) != shot


def test_a_cross_stays_one_when_locks_change_and_fingers_can_cross(open_page, served):
    page = open_page()
    page.keyboard.press("b")
    page.wait_for_selector("#grid[data-generation='1']")
    page.check("#crossing")
    page.click("#grid button:nth-child(2)")
    page.click("#grid button:nth-child(3)")
    page.wait_for_selector("#grid[data-generation='2']")
    page.check("#breed [value=colours]")
    page.wait_for_selector("#grid[data-generation='3']")
    tree = served.folder / "lineage.json"
    before = tree.read_text().count('"how":"crossed"') if tree.exists() else 0
    with page.expect_response(lambda answer: (answer.request.post_data or "").count('"how":"crossed"') > before):
        page.click("#grid button:nth-child(4)")
    assert tree.read_text().count('"how":"crossed"') == before + 1
    assert any(len(node["parents"]) == 2 for node in json.loads(tree.read_text())["nodes"])


def test_a_link_is_a_picture_and_a_damaged_one_is_told(open_page, served):
    page = open_page()
    page.wait_for_url("**/#r=*")
    first = page.url
    found = shown(page, lambda: page.keyboard.press("r"))
    page.wait_for_url(lambda url: url != first)
    link = page.url
    packed = zlib.compressobj(wbits=-15)
    refused = packed.compress(b'{"network": {"hidden": [0]}}') + packed.flush()  # whole, but no recipe
    refused_link = served.address + "#r=" + base64.urlsafe_b64encode(refused).decode().rstrip("=")
    assert recipe(open_page(link)) == found
    for damaged in (
        link[:-20],
        link[:60] + "AAAA" + link[64:],
        served.address + "#r=%%%",
        served.address + "#r=bm90aGluZw",
        refused_link,
    ):
        other = open_page(damaged, allowed="400")
        expect(other.locator("#toasts")).to_contain_text("The link is damaged")
        assert cppn.Recipe(**recipe(other)) == START


def test_two_tabs_do_not_disturb_each_other(open_page):
    one, two = open_page(), open_page()
    a = shown(one, lambda: one.keyboard.press("r"))
    b = shown(two, lambda: two.keyboard.press("r"))
    assert a != b
    assert recipe(one) == a
    for page in (one, two):
        page.keyboard.press("b")
        page.wait_for_selector("#grid[data-generation='1']")
        page.wait_for_selector("#breed[data-saved]", state="attached")
        page.keyboard.press("Escape")
    two.reload()
    two.wait_for_selector("body[data-ready]", state="attached")
    two.keyboard.press("g")
    expect(two.locator("#tree button").nth(1)).to_be_visible()


def test_a_lost_context_comes_back(open_page):
    page = open_page()
    before = canvas(page)
    page.evaluate("""() => {
      const gl = document.getElementById("picture").getContext("webgl2");
      window.loss = gl.getExtension("WEBGL_lose_context");
      window.loss.loseContext();
    }""")
    expect(page.locator("#notice")).to_contain_text("it comes back by itself")
    page.evaluate("() => window.loss.restoreContext()")
    expect(page.locator("#notice")).to_be_hidden()
    after = canvas(page)
    assert differences(after[:400], before[:400], 60) < 0.9
    wanted = cppn.render(START, after.shape[1::-1], engine="reference")
    assert differences(after, np.broadcast_to(wanted, after.shape), 2) < 0.01


NO_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === "webgl2" ? null : real.call(this, kind, ...more);
};
"""


def test_without_webgl_the_server_draws_and_the_page_says_so(open_page):
    page = open_page(script=NO_WEBGL)
    expect(page.locator("#notice")).to_contain_text("Drawn by the server: this browser has no WebGL 2")
    page.wait_for_selector("#standin[data-drawn]")
    shown(page, lambda: page.keyboard.press("c"))
    page.keyboard.press("b")
    page.wait_for_selector("#grid[data-generation='1']")
    assert len(cells(page)) == 12


def test_what_is_too_big_or_too_deep_for_a_card_is_drawn_by_the_server(open_page):
    page = open_page()
    page.fill("#c-hidden", "600")
    shown(page, lambda: page.locator("#c-hidden").press("Tab"))
    expect(page.locator("#notice")).to_contain_text("Drawn by the server: ")
    expect(page.locator("#notice")).to_contain_text("600 units")
    page.wait_for_selector("#standin[data-drawn]")
    page.fill("#c-hidden", "8")
    shown(page, lambda: page.locator("#c-hidden").press("Tab"))
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#standin")).to_be_hidden()
    page.fill("#n-zoom", "1000000")
    shown(page, lambda: page.locator("#n-zoom").press("Tab"))
    page.fill("#c-x", "1.5")
    shown(page, lambda: page.locator("#c-x").press("Tab"))
    expect(page.locator("#notice")).to_contain_text("deeper than a card's numbers reach")
    page.wait_for_selector("#standin:not([hidden])")


def test_when_the_server_is_gone_the_page_keeps_what_it_has(serve, tmp_path, open_page):
    served = serve(tmp_path / "kept", "--port", "0")
    page = open_page(served.address, allowed="net::ERR")
    found = recipe(page)
    toasts = page.locator("#toasts")
    page.keyboard.press("o")
    expect(toasts).to_contain_text("Drawn")
    expect(toasts).not_to_contain_text("Drawn")
    served.stop()
    page.keyboard.press("r")
    expect(page.locator("#notice")).to_contain_text("The server has stopped")
    page.keyboard.press("+")
    assert recipe(page)["seed"] == found["seed"]
    again = serve(tmp_path / "kept", "--port", served.address.rstrip("/").rpartition(":")[2])
    expect(page.locator("#notice")).to_be_hidden(timeout=SLOW)
    page.wait_for_selector('body[data-shown="2"]', state="attached")  # what was asked for meanwhile
    assert recipe(page)["seed"] != found["seed"]
    page.keyboard.press("o")
    expect(toasts).to_contain_text("Drawn")
    page.keyboard.press("Escape")
    expect(toasts).to_contain_text("Esc once more")
    page.keyboard.press("Escape")
    expect(page.locator("#notice")).to_contain_text("The server has stopped")
    again.process.communicate(timeout=60)
    assert again.process.returncode == 0


def test_it_works_on_a_phone_and_by_names_for_all_that_can_be_pressed(open_page):
    page = open_page(**PHONE)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#panel")).to_be_hidden()
    page.tap("[data-do=panel]")
    expect(page.locator("#panel")).to_be_visible()
    unnamed = page.evaluate("""() => [...document.querySelectorAll("button, input, select, textarea, canvas")]
      .filter((one) => one.checkVisibility() && !(one.ariaLabel || one.title || one.textContent.trim() || one.labels?.length))
      .map((one) => one.outerHTML.slice(0, 90))""")
    assert unnamed == []
    page.tap("#bar [data-do=fresh]")
    page.tap("[data-do=panel]")
    page.tap("[data-do=breed]")
    page.wait_for_selector("#grid[data-generation='1']")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
