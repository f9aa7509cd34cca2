"""What a graphics card draws is what `cppn render` draws: pixels read back from a real browser."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from conftest import differences, small
from playwright.sync_api import Browser, Page

import cppn
from cppn import web
from cppn.draw.drawing import developed
from cppn.errors import CppnError
from cppn.field.activations import CATALOGUE
from cppn.network.develop import Field
from cppn.recipe import from_dict
from cppn.shader.shader import WIDEST, shader

SIZE = (96, 64)
ORIGIN = "http://cppn.test"
DRAW = """async ([shader, view, width, height]) => {
  const { Card } = await import("/web/card.js");
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  window.card ??= new Card(canvas);
  [window.card.canvas.width, window.card.canvas.height] = [width, height];
  const given = { ...shader, weights: floats(shader.weights), parameters: floats(shader.parameters) };
  given.table = shader.table && floats(shader.table);
  window.loaded = window.card.load(given, window.loaded);
  window.card.draw(window.loaded, view, width, height);
  const pixels = new Uint8Array(width * height * 4);
  window.card.gl.readPixels(0, 0, width, height, window.card.gl.RGBA, window.card.gl.UNSIGNED_BYTE, pixels);
  return [Array.from(pixels), window.card.compiled, window.card.gl.getError()];
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    page = browser.new_page()

    def serve(route: Any) -> None:
        name = route.request.url.removeprefix(f"{ORIGIN}/").removeprefix("web/")
        body = web.script(name) if name.endswith(".js") else "<!doctype html><title>shaders</title>"
        route.fulfill(body=body, content_type="text/javascript" if name.endswith(".js") else "text/html")

    page.route("**", serve)
    page.goto(f"{ORIGIN}/")
    yield page
    page.close()


def text(values: np.ndarray | None) -> str | None:
    return None if values is None else base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def drawn(page: Page, recipe: cppn.Recipe, size: tuple[int, int] = SIZE) -> tuple[np.ndarray, int]:
    """A recipe's pixels as the card draws them, and how many shaders it has compiled until now."""
    return card_pixels(page, developed(recipe)[1], size)


def card_pixels(page: Page, field: Field, size: tuple[int, int] = SIZE) -> tuple[np.ndarray, int]:
    made = shader(field)
    told = {
        "source": made.source, "weights": text(made.weights), "parameters": text(made.parameters),
        "table": text(made.table),
    }  # fmt: skip
    pixels, compiled, error = page.evaluate(DRAW, [told, field.view.to_dict(), *size])
    assert error == 0
    return np.array(pixels, np.uint8).reshape(size[1], size[0], 4)[::-1, :, :3], compiled


def close(page: Page, recipe: cppn.Recipe, size: tuple[int, int] = SIZE, share: float = 0.0) -> None:
    wanted = cppn.render(recipe, size, engine="reference")
    found, _ = drawn(page, recipe, size)
    assert wanted.std() > 2, "there is something to see"
    assert differences(found, np.broadcast_to(wanted, found.shape), 2) <= share


@pytest.mark.parametrize("act", CATALOGUE)
def test_every_activation_is_drawn_as_the_oracle_draws_it(page, act):
    # at the edge of a step a float's rounding decides
    close(page, small(act, mode="rgb", hidden=(12, 9)), share=0.005 if act in ("step", "sawtooth") else 0.0)


@pytest.mark.parametrize(
    "more",
    [
        {"mode": "gray"}, {"mode": "gray", "invert": True}, {"mode": "rgb", "hue": 100}, {"mode": "hsv"},
        {"mode": "hsv", "hue": -40.5, "invert": True}, {"mode": "oklch"}, {"mode": "oklch", "hue": 70},
        {"mode": "palette", "palette": "viridis"}, {"mode": "palette", "palette": "#102040,#f0e0d0,#a02010", "hue": 90},
        {"mode": "rgb", "levels": (-0.4, 0.7)}, {"mode": "rgb", "residual": True, "hidden": (8, 8, 8)},
        {"mode": "rgb", "inputs": ("x", "y", "r", "theta", "bias")}, {"mode": "rgb", "latent": (0.5, -1.5, 2.0)},
        {"mode": "rgb", "inputs": ("x*x", "sin(3*y)", "mod(x, 1)")}, {"mode": "rgb", "latent": 3}, {"hidden": ()},
        {"mode": "rgb", "hidden": (1, 2, 3, 5)}, {"mode": "rgb", "center": (3.5, -2), "zoom": 7, "rotate": 30},
        {"mode": "rgb", "stretch": True}, {"mode": "rgb", "extent": 40}, {"mode": "rgb", "init": "siren", "gain": 2},
    ],
    ids=str,
)  # fmt: skip
def test_everything_that_a_recipe_says_is_drawn(page, more):
    close(page, small("tanh", **more))


@pytest.mark.parametrize(
    "act",
    [
        ("tanh", "sin:freq=3", "gauss"), "sin(2*x)*exp(-x*x)", "where(x > 0.2, log(1 + x), atan(3*x))",
        "iterate(1.5*x*(1-x), 5, sigmoid(x))", "sqrt(abs(x)) + tan(x/4)", "log(x)", "x/(x-x)", "min(x, mod(x, 0.7))",
        "x**3 - 2*x**-2", "freq*x*erf(slope*x):freq=2,slope=0.5", "round(2*x)/2 + sign(x)/4 + floor(x)/8", "cos:freq=1.5,iters=0",
    ],
    ids=str,
)  # fmt: skip
def test_formulas_of_ones_own_are_drawn(page, act):
    recipe = small(act, mode="rgb", levels=(-1, 1.5))
    wanted = cppn.render(recipe, SIZE, engine="reference")
    found, _ = drawn(page, recipe)
    assert differences(found, wanted, 2) < 0.01, "but for edges"


def test_logistic_maps_are_drawn_but_for_their_chaos(page):
    for act, share in (("logistic", 0.0), ("cos:freq=2,iters=2,r=3.5", 0.002), ("clamp:iters=1.5,r=3", 0.0)):
        close(page, small(act, mode="rgb", gain=0.8), share=share)


@pytest.mark.parametrize("name", ["cosine-1", "art-2", "marble", "silk", "coral", "dahlia"])
def test_presets_are_drawn(page, name):
    # high frequencies through three layers amplify the rounding of single numbers
    close(page, cppn.presets[name], share=0.01)


def test_a_change_of_numbers_compiles_nothing(page):
    first = small("cos:freq=2,iters=1,r=3", mode="rgb", hue=10)
    _, compiled = drawn(page, first)
    for change in (
        {"": {"seed": 77}}, {"network": {"act": ["cos:freq=3.5,iters=3,r=2.9"]}}, {"network": {"act": ["cos:freq=2,iters=2.25,r=3"]}},
        {"color": {"hue": 200, "invert": True}}, {"color": {"hue": 0, "levels": [0.1, 0.8]}}, {"network": {"gain": 3}},
        {"view": {"zoom": 3, "rotate": 10}},
    ):  # fmt: skip
        changed = first.change(change)
        found, now = drawn(page, changed)
        assert now == compiled, change
        assert differences(found, cppn.render(changed, SIZE, engine="reference"), 2) < 0.02, change
    assert drawn(page, small("cos:freq=2,iters=1,r=3", mode="rgb", hidden=(8, 9)))[1] == compiled + 1


LIVE = """async ([shader, view]) => {
  const { Picture } = await import("/web/picture.js");
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const canvas = document.createElement("canvas");
  canvas.style.cssText = "position: fixed; inset: 0; width: 900px; height: 600px";
  document.body.append(canvas);
  const picture = new Picture(canvas);
  const given = { ...shader, weights: floats(shader.weights), parameters: floats(shader.parameters) };
  const rest = () => new Promise((done) => picture.addEventListener("rest", done, { once: true }));
  const seen = [];
  const watch = () => { seen.push(picture.sharpness); if (!picture.still) requestAnimationFrame(watch); };
  picture.show(given, view);
  await rest();
  watch();
  picture.zoomAt(2, 450, 300);
  picture.panBy(30, 10);
  await rest();
  picture.still = true;
  return [Math.min(...seen), picture.sharpness, picture.view, [canvas.width, canvas.height]];
}"""


def test_it_is_drawn_coarsely_while_it_moves_and_sharply_when_it_rests(page):
    recipe = small("cos:freq=2", mode="rgb", hidden=(24, 24))
    made = shader(developed(recipe)[1])
    told = {"source": made.source, "weights": text(made.weights), "parameters": text(made.parameters), "table": None}
    least, last, view, size = page.evaluate(LIVE, [told, recipe.view.to_dict()])
    assert 0 < least < 1
    assert last == 1
    assert size == [900, 600]
    assert view["zoom"] == 2
    step = 2 * 5 / 2 / 600  # of the plane, a pixel
    np.testing.assert_allclose(view["center"], [-30 * step, 10 * step])


def test_recipes_of_one_shape_have_one_text():
    a, b = (
        shader(developed(small("cos:freq=2", seed=1, mode="oklch"))[1]),
        shader(developed(small("cos:freq=4,iters=3", seed=2, mode="oklch", hue=9))[1]),
    )
    assert a.source == b.source
    assert not np.array_equal(a.weights, b.weights)
    assert shader(developed(small("cos:freq=2", mode="hsv"))[1]).source != a.source


def test_wide_layers_are_drawn_up_to_the_bound_and_then_refused(page):
    close(page, small("tanh", mode="rgb", hidden=(WIDEST, 40), gain=0.5), (32, 16))
    with pytest.raises(CppnError, match=f"a layer of {WIDEST + 1} units; at most {WIDEST} are legal"):
        shader(developed(small("tanh", hidden=(WIDEST + 1,)))[1])


def test_a_deep_network_is_drawn(page):
    network = {"hidden": [10] * 40, "act": ["tanh"], "residual": True, "gain": 0.6}
    close(page, from_dict({"seed": 2, "network": network, "color": {"mode": "rgb"}}, where=""), (32, 16))
