"""What is exported draws the recipe's picture, alone and in other programs, and leads back to it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest
from conftest import small
from onnx.reference import ReferenceEvaluator
from PIL import Image
from playwright.sync_api import Browser, Page

import cppn
from cppn.draw.drawing import complete
from cppn.export import EXPORT_FORMATS, export
from cppn.field.activations import CATALOGUE
from cppn.recipe.view import frame

NAME = 'ä #1 <100%> & "b" ${c} -- */ </script> \\'  # signs that mean something in HTML, scripts and comments
LAYERS = tuple(
    cppn.NetworkRecipe(hidden=[5], weights=[
        {"weight": np.sin(np.arange(10.0)).reshape(5, 2).tolist(), "bias": [0.1, -0.2, 0.3, -0.4, 0.5]},
        {"weight": np.cos(np.arange(15.0)).reshape(3, 5).tolist(), "bias": [0.0, 0.1, 0.2]},
    ]).weights
)  # fmt: skip
RECIPES = {
    **{mode: small("sin", mode=mode) for mode in ("gray", "rgb", "hsv", "oklch")},
    **{f"{mode}-turned": small("tanh", mode=mode, hue=80, invert=True) for mode in ("rgb", "hsv", "oklch")},
    "palette": small("tanh", mode="palette", palette="viridis", hue=30),
    "stops": small("cos", mode="palette", palette="#102030,#e04030,#ffe080", invert=True, gain=0.3),
    "levels": small("relu", mode="rgb", levels=(-0.5, 2)),
    "measured": small("elu", mode="gray"),
    "residual": small(("sin", "tanh", "gelu", "sigmoid"), hidden=(8, 8, 8), residual=True, mode="rgb", gain=0.7),
    "latents": small("tanh", latent=(0.5, -1.25, 2), mode="rgb"),
    "inputs": small(
        "sin", inputs=("x", "bias", "r", "theta", "sin(3*r) - abs(y)", "atan2(x, y)"), latent=2, mode="rgb"
    ),
    "iterate": small(("tanh", "iterate(r*x*(1-x), 3, clamp(x, 0, 1))", "logistic:iters=1.5"), mode="rgb"),
    "formula": small("where(x > 0.5, min(x, 1), mod(x, 2)**3/8) + erf(x) - sign(x)*round(x)/9", mode="rgb", gain=0.3),
    "constant": small(("tanh", "tanh", "0.25"), mode="gray"),
    "undefined": small(("tanh", "tanh", "log(x)"), mode="gray", levels=(-2, 1)),
    "trained": small("sin", hidden=(5,), weights=LAYERS, mode="rgb"),
    "no layers": small("sin", hidden=(), mode="rgb"),
    "view": small("sin", mode="rgb", center=(1, -2), extent=3, zoom=1.5, rotate=30),
    "stretched": small("sin", mode="rgb", rotate=20, stretch=True),
}
PRESETS = ["zebra", "smoke", "prism", "woven", "orchid", "oil-slick", "agate", "silk", "x-coord", "checkered-mish"]
SIZE = (48, 32)
CLOSE = 2  # of 255


def oracle(recipe: cppn.Recipe, size: tuple[int, int] = SIZE) -> np.ndarray:
    """The picture as it should be, (height, width, 3)."""
    return np.broadcast_to(cppn.render(recipe, size, engine="reference"), (*size[::-1], 3)).astype(int)


# shaders

SHADERTOY = """([source, width, height]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const gl = canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true }), program = gl.createProgram();
  const head = "#version 300 es\\nprecision highp float; precision highp int; uniform vec3 iResolution; out vec4 shown;\\n";
  const vertex = `#version 300 es
    void main() { gl_Position = vec4(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1, 0, 1); }`;
  const whole = head + source + "void main() { mainImage(shown, gl_FragCoord.xy); }";
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, whole]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  gl.useProgram(program);
  gl.uniform3f(gl.getUniformLocation(program, "iResolution"), width, height, 1);
  gl.drawArrays(gl.TRIANGLES, 0, 3);
  const pixels = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  gl.getExtension("WEBGL_lose_context").loseContext();
  return Array.from(pixels);
}"""


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def by_shader(page: Page, recipe: cppn.Recipe, folder: Path, size: tuple[int, int] = SIZE) -> np.ndarray:
    """The picture as Shadertoy draws it."""
    text = export(recipe, folder / "a.glsl").read_text(encoding="utf-8")
    pixels = page.evaluate(SHADERTOY, [text, *size])
    return np.array(pixels).reshape(*size[::-1], 4)[::-1, :, :3]


@pytest.mark.parametrize("name", RECIPES)
def test_a_shader_draws_the_picture(blank, tmp_path, name):
    recipe = RECIPES[name]
    assert np.abs(by_shader(blank, recipe, tmp_path) - oracle(recipe)).max() <= CLOSE


@pytest.mark.parametrize("name", PRESETS)
def test_a_shader_draws_the_presets(blank, tmp_path, name):
    recipe = cppn.presets[name]
    assert np.abs(by_shader(blank, recipe, tmp_path) - oracle(recipe)).max() <= CLOSE


def test_a_shader_fills_any_window(blank, tmp_path):
    for name, size in (("view", (20, 50)), ("stretched", (64, 16))):
        assert np.abs(by_shader(blank, RECIPES[name], tmp_path, size) - oracle(RECIPES[name], size)).max() <= CLOSE


def test_the_largest_shader_is_still_drawn_and_a_larger_one_refused(blank, tmp_path):
    def layers(*hidden: int) -> cppn.Recipe:
        return small("tanh", hidden=hidden, mode="rgb", init="torch")

    largest = layers(120, 120)
    assert np.abs(by_shader(blank, largest, tmp_path, (8, 8)) - oracle(largest, (8, 8))).max() <= CLOSE
    with pytest.raises(cppn.CppnError, match=r"takes \d+ numbers; at most 16384 fit; export a page, \.html"):
        export(layers(124, 124), tmp_path / "b.glsl")
    assert not (tmp_path / "b.glsl").exists()


# ONNX


def by_onnx(recipe: cppn.Recipe, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Colours, (height, width, 1 or 3), and the last layer's values, at the points of the picture's pixels."""
    at = frame(recipe.view, *SIZE)
    v, u = np.mgrid[: at.height, : at.width] - np.array([(at.height - 1) / 2, (at.width - 1) / 2])[:, None, None]
    points = np.stack([at.cx + at.ux * u + at.vx * v, at.cy + at.uy * u + at.vy * v], axis=2).reshape(-1, 2)
    model = onnx.load(export(recipe, folder / "a.onnx"))
    onnx.checker.check_model(model, full_check=True)
    with np.errstate(all="ignore"):
        colours, raw = ReferenceEvaluator(model).run(["colors", "raw"], {"points": points.astype(np.float32)})
    assert colours.dtype == raw.dtype == np.float32
    return colours.reshape(at.height, at.width, -1), raw.reshape(at.height, at.width, -1)


def of_oracle(recipe: cppn.Recipe) -> np.ndarray:
    return cppn.render(recipe, SIZE, bits=32, engine="reference")


@pytest.mark.parametrize("act", CATALOGUE)
def test_a_network_file_gives_the_colours_of_every_activation(tmp_path, act):
    recipe = small(act, mode="rgb", inputs=("x", "y", "r", "theta"), latent=1, gain=1)
    colours, _ = by_onnx(recipe, tmp_path)
    assert np.abs(colours - of_oracle(recipe)).max() < 1e-4


@pytest.mark.parametrize("name", RECIPES)
def test_a_network_file_gives_the_colours_of_every_recipe(tmp_path, name):
    colours, _ = by_onnx(RECIPES[name], tmp_path)
    wanted = of_oracle(RECIPES[name])
    assert colours.shape == wanted.shape
    # where a pixel lies on the edge of a step, either side is right
    assert np.median(np.abs(colours - wanted)) < 1e-5
    assert (np.abs(colours - wanted) > 1e-4).mean() < 0.002


def test_raw_is_the_last_layer_before_levels(tmp_path):
    recipe = small(("tanh", "tanh", "linear"), mode="rgb", levels=(-3, 5))
    colours, raw = by_onnx(recipe, tmp_path)
    assert np.abs(((raw + 3) / 8).clip(0, 1) - colours).max() < 1e-6
    assert raw.min() < -0.5
    each = complete(recipe.change({"color": {"levels": None, "each": True}}))
    colours, raw = by_onnx(each, tmp_path)
    low, high = np.array(each.color.ranges, np.float32).T
    assert np.abs(((raw - low) / (high - low)).clip(0, 1) - colours).max() < 1e-6


def test_a_network_file_has_the_weights_by_name(tmp_path):
    model = onnx.load(export(RECIPES["trained"], tmp_path / "a.onnx"))
    tensors = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
    assert np.array_equal(tensors["1.weight"], np.array(LAYERS[1].weight, np.float32))
    assert {one.version for one in model.opset_import} == {17}


@pytest.mark.parametrize("act", [*CATALOGUE, "max(0, x)", "where(x > 0, x, 1)", "x**0.5", "atan(x)", "erf(x)"])
def test_a_network_file_gives_what_is_not_defined_as_the_oracle_does(tmp_path, act):
    """Half of the picture is NaN before the activation."""
    recipe = small((act, "linear"), inputs=("log(x)", "y"), hidden=(3,), levels=(-2.0, 2.0), mode="gray")
    with np.errstate(all="ignore"):
        colours, _ = by_onnx(recipe, tmp_path)
        assert (np.abs(colours - of_oracle(recipe)) > 0.01).mean() <= 0.02


def test_without_onnx_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(cppn.CppnError, match=r"install cppn\[onnx\]") as caught:
        export(RECIPES["rgb"], tmp_path / "a.onnx")
    assert caught.value.exit_code == 1


# pages

WINDOW = (300, 200)
DESKTOP = {"viewport": dict(zip(("width", "height"), WINDOW, strict=True))}
PHONE = {"viewport": {"width": 150, "height": 260}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open a recipe's page; whatever it then does, it complains of nothing and asks for no address but its own."""
    contexts, wrong = [], []

    def show(recipe: cppn.Recipe, device: dict[str, Any] = DESKTOP, before: str = "", **more: Any) -> Page:
        path = export(recipe, tmp_path / "a b.html")
        contexts.append(browser.new_context(**device, **more))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        # where no card puts windows together, the browser itself reads the canvas, and says that it is slow
        page.on("console", lambda one: "GPU stall due to ReadPixels" in one.text or wrong.append(one.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda one: one.url in (path.as_uri(), "data:,") or wrong.append(one.url[:80]))
        if before:
            page.add_init_script(before)
        page.goto(path.as_uri())
        if not before and more.get("java_script_enabled", True):
            rest(page)
        return page

    yield show
    for context in contexts:
        context.close()
    assert [one for one in wrong if not one.startswith("data:image/png")] == []


def rest(page: Page) -> None:
    page.wait_for_selector("canvas.drawn[aria-busy=false]")


def seen(page: Page) -> cppn.View:
    return cppn.View(**page.evaluate("picture.view"))


def screen(page: Page) -> np.ndarray:
    shot = page.screenshot(style="[role=group], #note { visibility: hidden }", scale="device")
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def shows(page: Page, recipe: cppn.Recipe) -> bool:
    """Is what is seen the recipe's picture, at the view that the page says?"""
    rest(page)
    pixels = screen(page)
    view = seen(page).to_dict()
    wanted = oracle(recipe.change({"view": view}), pixels.shape[1::-1])
    return bool(np.abs(pixels - wanted).max() <= CLOSE)


@pytest.mark.parametrize("name", ["gray", "oklch-turned", "palette", "trained", "view", "stretched", "measured"])
def test_a_page_shows_the_picture(show, name):
    recipe = RECIPES[name]
    page = show(recipe)
    assert seen(page) == recipe.view
    assert shows(page, recipe)


def test_dragging_moves_what_is_under_the_pointer(show):
    recipe = RECIPES["view"]
    page = show(recipe)
    page.mouse.move(100, 50)
    page.mouse.down()
    page.mouse.move(180, 90, steps=4)
    page.mouse.up()
    at, view = frame(recipe.view, *WINDOW), seen(page)
    moved = at.cx - 80 * at.ux - 40 * at.vx, at.cy - 80 * at.uy - 40 * at.vy
    assert view.center == pytest.approx(moved)
    assert view.replace(center=recipe.view.center) == recipe.view
    assert shows(page, recipe)


def point(view: cppn.View, x: float, y: float) -> tuple[float, float]:
    at = frame(view, *WINDOW)
    u, v = x - WINDOW[0] / 2, y - WINDOW[1] / 2
    return at.cx + at.ux * u + at.vx * v, at.cy + at.uy * u + at.vy * v


def until(page: Page, condition: str) -> None:
    """Wait for a condition. Playwright's own way evaluates texts in the page, which the page's policy forbids."""
    page.evaluate(
        f"() => new Promise((done) => {{ const look = () => ({condition}) ? done() : requestAnimationFrame(look); look(); }})"
    )


def test_the_wheel_zooms_at_the_pointer_and_a_double_click_leads_back(show):
    recipe = RECIPES["view"]
    page = show(recipe)
    page.mouse.move(60, 150)
    page.mouse.wheel(0, -400)
    until(page, f"picture.view.zoom > {recipe.view.zoom}")
    assert point(seen(page), 60, 150) == pytest.approx(point(recipe.view, 60, 150))
    assert shows(page, recipe)
    page.mouse.dblclick(60, 150)
    assert seen(page) == recipe.view
    assert shows(page, recipe)


def test_the_keyboard_does_all(show):
    recipe = RECIPES["rgb"]
    page = show(recipe)
    step = frame(recipe.view, *WINDOW).ux * 100
    ways = {"ArrowRight": (step, 0), "ArrowUp": (0, step), "ArrowLeft": (-step, 0), "ArrowDown": (0, -step)}
    for key, way in ways.items():
        before = seen(page).center
        page.keyboard.press(key)
        assert np.subtract(seen(page).center, before) == pytest.approx(way)
    page.keyboard.press("+")
    assert seen(page).zoom == pytest.approx(1.5)
    page.keyboard.press("ArrowRight")
    assert shows(page, recipe)
    page.keyboard.press("-")
    assert seen(page).zoom == pytest.approx(1)
    page.keyboard.press("0")
    assert seen(page) == recipe.view
    page.keyboard.press("f")
    until(page, "document.fullscreenElement")


def test_the_buttons_do_what_they_say(show):
    page = show(RECIPES["rgb"])
    for name, zoom in (("Zoom in", 1.5), ("Zoom out", 1), ("Zoom out", 1 / 1.5), ("Whole picture", 1)):
        page.get_by_role("button", name=name).click()
        assert seen(page).zoom == pytest.approx(zoom)
    page.wait_for_selector("body.quiet")


def test_two_fingers_zoom_on_a_phone(show):
    recipe = RECIPES["rgb"]
    page = show(recipe, PHONE)
    assert page.evaluate("[innerWidth, visualViewport.scale]") == [150, 1]
    assert shows(page, recipe)
    touch = page.context.new_cdp_session(page)
    fingers = [(60 - 10 * i, 120 - 10 * i, 90 + 10 * i, 140 + 10 * i) for i in range(4)]
    for kind, one in [("touchStart", fingers[0]), *(("touchMove", one) for one in fingers), ("touchEnd", ())]:
        points = [{"x": one[i], "y": one[i + 1], "id": i} for i in range(0, len(one), 2)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert seen(page).zoom == pytest.approx(np.hypot(90, 80) / np.hypot(30, 20))
    assert page.evaluate("visualViewport.scale") == 1
    assert shows(page, recipe)


def test_the_window_may_change(show):
    page = show(RECIPES["view"])
    page.set_viewport_size({"width": 120, "height": 220})
    until(page, "picture.canvas.width === 120")
    assert shows(page, RECIPES["view"])


def test_a_page_says_where_a_card_counts_no_deeper(show):
    page = show(RECIPES["rgb"])
    page.evaluate("picture.look({ zoom: 1e8 })")
    page.keyboard.press("+")
    assert "Deeper than a graphics card counts" in page.get_by_role("status").text_content()
    page.keyboard.press("0")
    assert page.get_by_role("status").text_content() == ""


def test_a_page_has_a_name_for_those_who_do_not_see_it(show):
    page = show(RECIPES["rgb"].change({"": {"name": NAME, "description": f"It shows\n{NAME}"}}))
    assert page.title() == NAME
    picture = page.get_by_role("application", name=f"It shows {NAME}", exact=True)
    assert "+ and − zoom" in page.locator(f"#{picture.get_attribute('aria-describedby')}").text_content()
    assert page.get_by_role("img", name=NAME, exact=True).count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector(':focus-visible') === picture.canvas")


NO_CARD = "HTMLCanvasElement.prototype.getContext = () => null"


@pytest.mark.parametrize("how", [{"before": NO_CARD}, {"java_script_enabled": False}], ids=["no card", "no scripts"])
def test_where_no_card_draws_a_still_picture_is_seen(show, how):
    recipe = RECIPES["rgb"]
    page = show(recipe, {"viewport": {"width": 640, "height": 640}}, **how)
    if "before" in how:
        page.wait_for_selector("#note:has-text('A still picture: this browser has no WebGL 2.')")
        assert page.get_by_role("application").count() == 0
    assert page.get_by_role("button").count() == 0
    assert np.abs(screen(page) - cppn.render(recipe, (640, 640), aa=2)).max() <= CLOSE


def test_a_page_speaks_to_nobody(browser, tmp_path):
    page = browser.new_page()
    page.goto(export(RECIPES["rgb"], tmp_path / "a.html").as_uri())
    assert page.evaluate("fetch('data:,a').then(() => 'sent', () => 'refused')") == "refused"
    assert "http" not in (tmp_path / "a.html").read_text(encoding="utf-8").replace("http-equiv", "")
    page.close()


# files


@pytest.mark.parametrize("ending", EXPORT_FORMATS)
def test_what_is_exported_leads_back(tmp_path, ending):
    recipe = RECIPES["trained"].change({"": {"name": NAME, "description": "a\nb <c> </script> */ \\"}})
    path = export(recipe, tmp_path / f"a{ending.upper()}")
    assert cppn.load(path) == recipe
    assert path.read_bytes() == export(cppn.load(path), tmp_path / f"b{ending}").read_bytes()


def test_what_was_measured_is_kept(tmp_path):
    for ending in EXPORT_FORMATS:
        assert cppn.load(export(RECIPES["measured"], tmp_path / f"a{ending}")).color.measured is not None


@pytest.mark.parametrize("ending", EXPORT_FORMATS)
def test_files_that_are_broken_or_of_others_are_refused(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    whole = export(RECIPES["rgb"], path).read_bytes()
    for data in (b"", b"<html>", whole[: whole.index(b'"network"')]):
        path.write_bytes(data)
        with pytest.raises(cppn.CppnError, match=r"no recipe|cut short"):
            cppn.load(path)


@pytest.mark.parametrize("ending", EXPORT_FORMATS)
def test_the_command_exports_and_takes_what_it_exported(run, tmp_path, ending):
    assert run("export", "zebra", "--zoom", "2", "-o", f"z{ending}").stdout == f"z{ending}\n"
    assert "zoom = 2" in run("info", f"z{ending}").stdout
    done = run("export", f"z{ending}", "--gray", "-o", "b.glsl", "--json")
    told = json.loads(done.stdout)["files"][0]
    assert told["path"] == "b.glsl"
    assert told["bytes"] == (tmp_path / "b.glsl").stat().st_size
    assert told["recipe"]["view"]["zoom"] == 2
    assert run("render", f"z{ending}", "--size", "8", "-q", "-o", "z.png").stdout == ""


def test_without_a_source_a_new_network_is_exported(run, tmp_path):
    assert run("export", "--hidden", "8", "--act", "sin", "-q", "-o", "a.glsl").stdout == ""
    run("export", "--hidden", "8", "--act", "sin", "--seed", "7", "-o", "b.glsl")
    first, second = (cppn.load(tmp_path / name) for name in ("a.glsl", "b.glsl"))
    assert first.network == second.network
    assert second.seed == 7
    assert first.seed != 7


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("-o", "a.svg"), "unknown export format '.svg'; .html (a page), .glsl (a Shadertoy shader), .onnx", 2),
        (("-o", "a"), "the file name has no ending", 2),
        (("-o", "no/a.html"), "no: the folder does not exist; create it", 1),
        (("-o", "taken.html"), "taken.html: it is a folder", 2),
        (("-o", "a.glsl", "--zoom", "0"), "--zoom: ", 2),
        (("-o", "a.glsl", "--hidden", "200,200"), "numbers; at most 16384 fit; export a page", 2),
        (("-o", "a.html", "--hidden", "300"), "a layer of 300 units; at most 256", 2),
        ((), "'-o'", 2),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_line(run, tmp_path, arguments, said, code):
    (tmp_path / "taken.html").mkdir()
    done = run("export", "cosine-1", *arguments, fails=True)
    assert done.returncode == code
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["taken.html"]


def test_a_full_disk_is_said_in_one_line(tmp_path, monkeypatch):
    def full(*_: object) -> SimpleNamespace:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(cppn.CppnError, match=r"a\.glsl: it could not be written: No space left"):
        export(RECIPES["rgb"], tmp_path / "a.glsl")
    assert list(tmp_path.iterdir()) == []
