"""A recipe is the whole picture, and survives every form it is written in."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
from conftest import differences, small
from hypothesis import given
from hypothesis import strategies as st

import cppn
from cppn.draw.drawing import complete
from cppn.engines import oracle
from cppn.network.develop import develop, develop_network
from cppn.network.transcribe import transcribe
from cppn.network.weights import write_weights
from cppn.recipe import from_dict
from cppn.recipe.model import VERSION, from_json
from cppn.rng import Purpose, Stream

finite = st.floats(-1e6, 1e6, allow_nan=False)
texts = st.text(max_size=40)
acts = st.sampled_from(["tanh", "cos:freq=7.9", "clamp:iters=3,r=3.7", "sin(3*x)*exp(-x*x)", "leakyrelu:slope=0.1"])


@st.composite
def recipes(draw) -> cppn.Recipe:
    width = draw(st.integers(1, 12))
    hidden = tuple([width] * draw(st.integers(0, 4)))
    maps = len(hidden) + 1
    network = cppn.NetworkRecipe(
        hidden=hidden,
        act=tuple(draw(st.lists(acts, min_size=maps, max_size=maps) | st.lists(acts, min_size=1, max_size=1))),
        inputs=tuple(
            draw(
                st.lists(
                    st.sampled_from(["x", "y", "r", "theta", "bias", "sin(2*x)", "positional:octaves=2"]),
                    min_size=1,
                    max_size=4,
                )
            )
        ),
        latent=draw(st.integers(0, 9) | st.lists(finite, max_size=4).map(tuple)),
        init=draw(st.sampled_from(["torch", "normal", "xavier", "kaiming", "siren"])),
        gain=draw(st.floats(0, 100)),
        residual=draw(st.booleans()),
    )
    mode = draw(st.sampled_from(["gray", "rgb", "hsv", "oklch", "palette"]))
    low, high = sorted((draw(finite), draw(finite)))
    color = cppn.ColorRecipe(
        mode=mode,
        palette=draw(st.sampled_from(["magma", "#000,#fff", "#101830,#e04030,#ffe080"])) if mode == "palette" else None,
        invert=draw(st.booleans()),
        levels=(low, high) if low < high and draw(st.booleans()) else None,
    )
    view = cppn.View(
        center=(draw(finite), draw(finite)), extent=draw(st.floats(1e-6, 1e6)), zoom=draw(st.floats(1e-6, 1e6)),
        rotate=draw(st.floats(-720, 720)), stretch=draw(st.booleans()),
    )  # fmt: skip
    return cppn.Recipe(
        name=draw(texts), description=draw(texts), seed=draw(st.integers(0, 2**63 - 1)), network=network, color=color,
        view=view,
    )  # fmt: skip


@given(recipes())
def test_saving_and_loading_is_the_identity(tmp_path_factory, recipe):
    folder = tmp_path_factory.mktemp("recipe")
    for name in ("a.toml", "a.json"):
        once = cppn.load(cppn.save(recipe, folder / name))
        assert once == recipe
        again = cppn.load(cppn.save(once, folder / f"again-{name}"))
        assert again == once
        assert (folder / name).read_bytes() == (folder / f"again-{name}").read_bytes()
    assert recipe.to_json().isascii()


def test_a_network_grows_by_what_it_is_told():
    network = develop_network(
        cppn.Recipe(
            network=cppn.NetworkRecipe(hidden=(5, 4), act=("tanh", "sin", "cos"), inputs=("x", "y", "r"), latent=2),
            color=cppn.ColorRecipe(mode="rgb"),
        )
    )
    assert [layer.weight.shape for layer in network.stages] == [(5, 5), (4, 5), (3, 4)]
    assert [layer.slices[0].activation.name for layer in network.stages] == ["tanh", "sin", "cos"]
    assert all(layer.weight.dtype == np.float32 for layer in network.stages)


def test_levels_are_those_given_else_the_activations_own_else_those_measured_and_kept():
    def levels(**color: object) -> tuple[float, float]:
        return develop(
            cppn.Recipe(network=cppn.NetworkRecipe(act=("tanh",)), color=cppn.ColorRecipe(**color))
        ).color.levels

    assert levels() == (-1, 1)
    assert levels(levels=(0, 2)) == (0, 2)
    from cppn.draw.drawing import complete

    open_ = cppn.Recipe(seed=3, network=cppn.NetworkRecipe(act=("relu",)))
    closed = complete(open_)
    assert closed.color.measured is not None
    assert complete(closed) == closed
    zoomed = closed.change({"view": {"zoom": 4}})
    assert complete(zoomed).color.measured == closed.color.measured
    assert closed.change({"": {"seed": 4}}).color.measured is None
    assert closed.change({"network": {"act": ["elu"]}}).color.measured is None


def test_each_output_has_levels_of_its_own():
    recipe = small(("tanh", "tanh", "linear"), mode="rgb").change({"color": {"each": True}})
    pixels = cppn.render(recipe, (64, 64), bits=32).reshape(-1, 3)
    np.testing.assert_allclose(np.mean(pixels <= 0, axis=0), 0.01, atol=0.005)
    np.testing.assert_allclose(np.mean(pixels >= 1, axis=0), 0.01, atol=0.005)
    whole = complete(recipe)
    assert len(whole.color.ranges) == 3
    for channel, (low, high) in enumerate(whole.color.ranges):  # each is what those levels make of all
        one = recipe.change({"color": {"each": False, "levels": [low, high]}})
        np.testing.assert_allclose(
            cppn.render(one, (64, 64), bits=32)[..., channel].ravel(), pixels[:, channel], atol=2e-6
        )
    assert cppn.render(whole.change({"color": {"ranges": [[0, 1]] * 3}}), (9, 9)).shape == (9, 9, 3)
    with pytest.raises(cppn.CppnError, match=r"color\.ranges: 2 pairs; rgb takes 3"):
        whole.change({"color": {"ranges": [[0, 1]] * 2}})
    with pytest.raises(cppn.CppnError, match="leave one of them out"):
        recipe.change({"color": {"levels": [0, 1]}})


def test_families_of_waves_are_inputs():
    network = {"hidden": [4], "inputs": ["x", "fourier:features=3,scale=0.5,seed=2", "positional:octaves=2"]}
    tanh = cppn.recipe.from_dict({"network": {"act": "tanh", **network}, "view": {"extent": 2}}, where="")
    developed = develop_network(tanh)
    x, y = np.linspace(-2, 2, 7), np.linspace(1, -3, 7)
    values = oracle.outputs(developed, x, y)[0]
    assert values.shape == (1 + 6 + 8, 7)
    np.testing.assert_allclose(values[1:7:2] ** 2 + values[2:7:2] ** 2, 1)  # sines and cosines of the same waves
    expected = [f(2**k * np.pi * axis) for k in (0, 1) for axis in (x, y) for f in (np.sin, np.cos)]
    np.testing.assert_allclose(values[7:], expected, atol=1e-12)
    directions = Stream(2, Purpose.WAVES).normal(6).reshape(3, 2)
    waves = np.pi * (directions[:, :1] * x + directions[:, 1:] * y)
    np.testing.assert_allclose(values[1:7:2], np.sin(waves), atol=1e-4)
    pictures = [cppn.render(tanh, (40, 30), engine=engine) for engine in ("reference", "halide", "torch")]
    assert all(differences(pictures[0], one, 1) == 0 for one in pictures)
    with pytest.raises(cppn.CppnError, match="octaves of positional: 0 is out of range; 1 to 16 are legal"):
        tanh.change({"network": {"inputs": ["positional:octaves=0"]}})


def test_weights_may_be_written_out_or_come_from_a_safetensors_file(tmp_path):
    drawn = cppn.Recipe(
        seed=6, network=cppn.NetworkRecipe(hidden=(7, 5), act=("tanh",)), color=cppn.ColorRecipe(mode="rgb")
    )
    network = develop_network(drawn)
    (tmp_path / "net.safetensors").write_bytes(write_weights(network.maps))
    (tmp_path / "a.toml").write_text(
        '[network]\nhidden = [7, 5]\nact = "tanh"\nweights = "net.safetensors"\n[color]\nmode = "rgb"\n'
    )
    written = [{"weight": layer.weight.tolist(), "bias": layer.bias.tolist()} for layer in network.stages]
    inline = drawn.change({"network": {"weights": written}})
    expected = cppn.render(drawn, (30, 20))
    loaded = cppn.load(tmp_path / "a.toml")
    (tmp_path / "net.safetensors").unlink()  # the recipe stands alone
    assert np.array_equal(cppn.render(loaded, (30, 20)), expected)
    assert np.array_equal(cppn.render(inline, (30, 20)), expected)
    picture = cppn.save(loaded, tmp_path / "a.png", size=(30, 20))
    assert cppn.load(picture) == loaded


def wrong(text: str, tmp_path, name: str = "a.toml") -> str:
    (tmp_path / name).write_text(text)
    with pytest.raises(cppn.CppnError) as error:
        cppn.render(cppn.load(tmp_path / name), (4, 4))
    message = str(error.value)
    assert len(message.splitlines()) == 1
    assert error.value.exit_code == 2
    return message


WRONG = {
    "sed = 3": ["unknown key 'sed'", "did you mean 'seed'", "a.toml"],
    "[network]\nhiden = [3]": ["network", "did you mean 'hidden'"],
    "[colour]\nmode = 'rgb'": ["did you mean 'color'"],
    "[network]\nact = 'cosh'": ["unknown activation 'cosh'", "did you mean"],
    "[network]\nact = ['tanh', 'sin']": ["2 activations for 4 affine maps", "write 1 or 4"],
    "[network]\ninit = 'he'": ["network.init", "kaiming"],
    "[network]\nhidden = [0]": ["network.hidden: 0 is out of range; 1 to 4096 are legal"],
    "[network]\nhidden = [4096, 4096, 4096]": ["too large"],
    "[network]\ninputs = []": ["needs an input"],
    "[network]\ninputs = ['z']": ["unknown name 'z'"],
    "[network]\nresidual = true\nhidden = [3, 4]": ["same width"],
    "[network]\ngain = nan": ["network.gain", "not a finite number"],
    "[view]\nzoom = inf": ["view.zoom", "not a finite number"],
    "[view]\nextent = 0": ["view.extent: 0 is out of range"],
    "[view]\ncenter = [1]": ["view.center"],
    "[color]\nmode = 'cmyk'": ["color.mode: unknown word 'cmyk'", "rgb"],
    "[color]\nmode = 'palette'": ["no palette is named"],
    "[color]\npalette = 'magma'": ["a palette in gray mode"],
    "[color]\nmode = 'palette'\npalette = 'magmma'": ["did you mean 'magma'"],
    "[color]\nmode = 'palette'\npalette = '#12,#345'": ["'#12' is not a colour"],
    "[color]\nmode = 'palette'\npalette = '#123456'": ["2 to 256"],
    "[color]\nlevels = [1, 1]": ["1 is not below 1"],
    "network = 5": ["network", "table of keys and values"],
    "seed = -1": ["seed: -1 is out of range; 0 to"],
    "seed = 'x'": ["seed: 'x' is not a whole number"],
    f"version = {VERSION + 1}": ["newer than this program", f"up to {VERSION}"],
    "version = 0": ["version"],
    "version = 0x" + 5000 * "f": ["version"],
    "[view]\nzoom = 0x" + 5000 * "f": ["view.zoom", "not a finite number"],
    "seed = ": ["not readable TOML"],
    "[network]\nweights = 'x'": ["base64"],
    "[network]\nweights = 'aGFsbG8='": ["not a safetensors file"],
    "[network]\nhidden = []\nweights = [{weight = [[1, 2], [3]], bias = [0, 0]}]": ["differ in length"],
    "[network]\nhidden = []\nweights = [{weight = [[1, 2, 3]], bias = [0]}]": ["take 3 inputs", "the recipe has 2"],
    "[network]\nhidden = [2]\nweights = [{weight = [[1, 2]], bias = [0]}]": ["hidden layers of []"],
    "[network]\nhidden = []\nweights = []": ["no weights"],
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[:60])
def test_what_is_wrong_in_a_recipe_is_said_in_one_line(text, tmp_path):
    message = wrong(text, tmp_path)
    for part in WRONG[text]:
        assert part in message


def test_foreign_json_is_read_as_something_hostile(tmp_path):
    assert "not readable JSON" in wrong("{", tmp_path, "a.json")
    assert "not readable JSON" in wrong("[" * 100_000, tmp_path, "a.json")
    assert "no recipe" in wrong("[1]", tmp_path, "a.json")
    assert "no weights" in wrong(json.dumps({"network": {"hidden": [], "weights": []}}), tmp_path, "a.json")
    bomb = base64.b64encode((2**62).to_bytes(8, "little") + b"{}").decode()
    assert "not a safetensors file" in wrong(json.dumps({"network": {"weights": bomb}}), tmp_path, "a.json")
    with pytest.raises(cppn.CppnError, match="too long"):
        from_json(b" " * (65 << 20), where="x")


@given(st.recursive(st.none() | st.booleans() | finite | texts, lambda v: st.lists(v) | st.dictionaries(texts, v)))
def test_any_data_gives_a_recipe_or_one_line(data):
    try:
        from_dict(data, where="x")
    except cppn.CppnError as error:
        assert len(str(error).splitlines()) == 1


BLEND = ((7, 0.5), (9, -2.0))


def test_a_blend_adds_shares_of_other_seeds_weights_and_keeps_the_spread():
    def parts(seed: int, **more: object) -> list[np.ndarray]:
        network = cppn.NetworkRecipe(hidden=(8, 8), act="tanh", init="normal", gain=1.5, latent=3, **more)
        developed = develop_network(cppn.Recipe(seed=seed, network=network, color=cppn.ColorRecipe(mode="rgb")))
        flat = [array for layer in developed.stages for array in (layer.weight, layer.bias)]
        return [np.asarray(array, np.float64) for array in (*flat, developed.latent)]

    spread = (1 + 0.5**2 + 2**2) ** 0.5
    for blended, a, b, c in zip(parts(3, blend=BLEND), parts(3), parts(7), parts(9), strict=True):
        np.testing.assert_allclose(blended, (a + 0.5 * b - 2 * c) / spread, rtol=1e-6, atol=1e-7)
    wide = cppn.NetworkRecipe(hidden=(200,), act="tanh", init="normal", blend=BLEND)
    weights = [develop_network(cppn.Recipe(seed=3, network=n)).stages[0].weight for n in (wide, wide.replace(blend=()))]  # fmt: skip
    assert weights[0].std() == pytest.approx(weights[1].std(), rel=0.15)


def test_a_blend_is_only_added_to_weights_and_latents_that_are_given():
    plain = cppn.Recipe(seed=3, network=cppn.NetworkRecipe(hidden=(5,), act="tanh", latent=(0.25,)))
    network = develop_network(plain)
    text = base64.b64encode(write_weights(network.maps)).decode()
    blended = develop_network(plain.change({"network": {"weights": text, "blend": [[7, 0.5]]}}))
    other = develop_network(plain.change({"": {"seed": 7}}))
    assert blended.latent == (0.25,)
    for mixed, own, added in zip(blended.stages, network.stages, other.stages, strict=True):
        np.testing.assert_allclose(mixed.weight, own.weight + 0.5 * added.weight, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(mixed.bias, own.bias + 0.5 * added.bias, rtol=1e-6, atol=1e-7)


def test_a_blend_is_written_down_only_where_there_is_one(tmp_path):
    assert "blend" not in cppn.Recipe().to_dict()["network"]
    recipe = cppn.Recipe(network=cppn.NetworkRecipe(blend=BLEND))
    assert recipe.to_dict()["network"]["blend"] == [[7, 0.5], [9, -2.0]]
    assert cppn.load(cppn.save(recipe, tmp_path / "a.toml")) == from_json(recipe.to_json(), where="") == recipe


@pytest.mark.parametrize("blend", [[[1, 101]], [[-1, 0.5]], [[2**63, 0.5]], [[1, "nan"]], [[1]], [[1, 0.1]] * 65, 3])
def test_a_blend_out_of_range_is_refused_in_one_line(blend):
    with pytest.raises(cppn.CppnError, match=r"network\.blend") as told:
        from_dict({"network": {"blend": blend}}, where="")
    assert "\n" not in str(told.value)


def test_another_seed_drops_a_blend_and_another_shape_keeps_it():
    from cppn.recipe.overrides import override

    recipe = cppn.Recipe(network=cppn.NetworkRecipe(blend=BLEND))
    assert override(recipe, {"seed": 4}).network.blend == ()
    assert override(recipe, {"hidden": (8,), "inputs": ("x",), "init": "normal"}).network.blend == BLEND
    assert override(recipe, {"zoom": 2}).network.blend == BLEND


def test_a_network_written_out_needs_no_blend():
    recipe = cppn.Recipe(network=cppn.NetworkRecipe(hidden=(5,), act="tanh", latent=2, blend=BLEND))
    field = develop(recipe)
    layers = tuple(replace(layer, weight=layer.weight.copy()) for layer in field.network.stages)
    written = transcribe(replace(field, network=replace(field.network, stages=layers)), recipe, field)
    assert written.network.blend == ()
    assert np.array_equal(cppn.render(written, (8, 8)), cppn.render(recipe, (8, 8)))


MISTAKES = {
    "no size": (lambda recipe: cppn.render(recipe, 100), "size: 100 is no size"),
    "a text for a size": (lambda recipe: cppn.render(recipe, "320x200"), "size: '320x200' is no size"),
    "half a pixel": (lambda recipe: cppn.render(recipe, (10.5, 20)), "size: 10.5 by 20 is no size"),
    "half a sample": (lambda recipe: cppn.render(recipe, (8, 8), aa=2.5), "aa: 2.5 samples a side"),
    "half a thread": (lambda recipe: cppn.render(recipe, (8, 8), threads=1.5), "threads: 1.5 threads"),
    "a name for a recipe": (lambda recipe: cppn.render("silk", (8, 8)), "'silk' is no recipe"),
    "a misspelt field": (lambda recipe: cppn.NetworkRecipe(hiden=(3,)), "did you mean 'hidden'"),
    "one width": (lambda recipe: cppn.NetworkRecipe(hidden=64), "hidden: 64 is not a list of whole numbers"),
    "true for a number": (lambda recipe: cppn.NetworkRecipe(gain=True), "gain: True is not a number"),
    "a misspelt section": (lambda recipe: recipe.change({"vieww": {"zoom": 2}}), "did you mean 'view'"),
    "no section": (lambda recipe: recipe.change({"seed": 8}), "unknown section 'seed'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_in_python_are_told_in_one_line(mistake):
    call, told = MISTAKES[mistake]
    with pytest.raises(cppn.CppnError) as error:
        call(cppn.Recipe())
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_recipe_files_take_no_others_place_when_told_so(tmp_path):
    first = cppn.save(cppn.Recipe(seed=1), tmp_path / "a.toml", exclusive=True)
    second = cppn.save(cppn.Recipe(seed=2), tmp_path / "a.toml", exclusive=True)
    assert (first.name, second.name) == ("a.toml", "a-2.toml")
    assert [cppn.load(path).seed for path in (first, second)] == [1, 2]


def test_numpys_numbers_are_numbers(tmp_path):
    path = cppn.save(cppn.Recipe(), tmp_path / "a.png", size=(np.int64(8), 8), aa=np.int64(2))
    assert cppn.load(path) == cppn.Recipe()
