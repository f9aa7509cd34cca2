"""Graphics cards: every kind of picture over OpenCL, which the processor can imitate; Vulkan, Metal, CUDA where they are.

A card may refuse what its driver's compiler makes wrong. It never draws it.
"""

from __future__ import annotations

import json

import halide as hl
import numpy as np
import pytest
from conftest import Run, differences, pixels, small

import cppn
from cppn.draw import measure as measure_module
from cppn.draw.drawing import draw
from cppn.engines import Quality, choose, devices
from cppn.engines.halide import gpu
from cppn.engines.kernels.base import Region

OPENCL = devices.interface("opencl")
needs_opencl = pytest.mark.skipif(
    not OPENCL.devices,
    reason=f"no OpenCL here ({OPENCL.missing}): `make devices` installs one that the processor imitates",
)
SIZE = (70, 21)
PICTURES = {
    "gray": small("tanh"),
    "rgb": small("sin:freq=2", mode="rgb", invert=True, hue=40),
    "hsv": small("gelu", mode="hsv", inputs=("x", "y", "r", "theta", "sin(3*x)")),
    "oklch": small("gauss", mode="oklch", hidden=(3, 17, 6)),
    "palette": small("cos:freq=2", mode="palette", palette="#101830,#e04030,#ffe080"),
    "residual": small("sin", mode="rgb", hidden=(8, 8, 8), residual=True),
    "no layers": small("tanh", mode="rgb", hidden=()),
    "wide": small("tanh", mode="rgb", hidden=(130, 600)),
    "parts": small("erf(sin(atan2(x,0.3)))"),
    "steps": small("cos:freq=2,iters=2", mode="rgb"),
    "undefined": small("tanh", mode="rgb", inputs=("sqrt(2-x*x)", "y"), levels=(-1, 1)),
}


@needs_opencl
@pytest.mark.parametrize("name", PICTURES)
def test_every_kind_of_picture_agrees_with_the_oracle(name):
    oracle = cppn.render(PICTURES[name], SIZE, engine="reference")
    drawn = cppn.render(PICTURES[name], SIZE, device="opencl")
    assert differences(oracle, drawn, 1) < 0.003


@needs_opencl
@pytest.mark.parametrize("quality", [{"bits": 16}, {"bits": 32}, {"aa": 3}, {"aa": "auto"}, {"dither": True}], ids=str)
def test_every_quality_agrees_with_the_oracle(quality):
    recipe = PICTURES["oklch"]
    oracle = cppn.render(recipe, SIZE, engine="reference", **quality)
    drawn = cppn.render(recipe, SIZE, device="opencl", **quality)
    step = {8: 1, 16: 257, 32: 1 / 255}[quality.get("bits", 8)]
    assert differences(oracle, drawn, step) < 0.003


@needs_opencl
@pytest.mark.parametrize("aa", [1, "auto"])
def test_bands_and_crops_have_the_same_bits(aa):
    recipe, (width, height) = PICTURES["hsv"], SIZE
    whole = cppn.render(recipe, SIZE, device="opencl", aa=aa)
    drawing = draw(recipe, SIZE, Quality(aa), choose(device="opencl"))
    for rows in (1, 8):
        bands = [drawing.crop(0, top, width, min(rows, height - top)) for top in range(0, height, rows)]
        np.testing.assert_array_equal(np.concatenate(bands), whole)
    np.testing.assert_array_equal(drawing.crop(13, 5, 9, 7), whole[5:12, 13:22])


@needs_opencl
def test_films_and_files_are_drawn_on_a_card(run: Run, tmp_path):
    run("render", "silk", "--size", "64x40", "--device", "opencl", "-o", "a.png")
    run("render", "silk", "--size", "64x40", "-o", "b.png")
    assert differences(pixels(tmp_path / "a.png"), pixels(tmp_path / "b.png"), 1) < 0.003
    run("animate", "silk", "--drift", "0.2", "--frames", "3", "--size", "48", "--device", "opencl", "-o", "a.gif")


@pytest.mark.parametrize("api", [one for one in devices.APIS if one != "opencl"])
def test_other_interfaces_draw_the_picture_or_refuse_it(api):
    for name in PICTURES:
        try:
            drawn = cppn.render(PICTURES[name], SIZE, device=api)
        except cppn.CppnError as error:
            assert str(error).startswith(f"device {api}: ")
        else:
            assert differences(cppn.render(PICTURES[name], SIZE, engine="reference"), drawn, 1) < 0.003


@needs_opencl
def test_a_few_single_pixels_are_compared_and_drawn_as_well():
    """Fewer than either a card or a processor draws at once, whose vectors are 8 or 16 numbers."""
    recipe = small("gauss", mode="rgb", hidden=(6, 5), seed=41)
    oracle = cppn.render(recipe, (9, 9), engine="reference", aa="auto")
    gpu._kernel.cache_clear()
    assert differences(oracle, cppn.render(recipe, (9, 9), device="opencl", aa="auto"), 1) < 0.01


@needs_opencl
def test_a_card_is_measured_beside_the_processor(monkeypatch, run: Run):
    monkeypatch.setattr(measure_module, "_SIZE", (160, 90))
    found = measure_module.measure("opencl")
    assert found.device == "opencl"
    assert found.processor > 0
    assert found.card > 0
    if not any(device.is_card for one in devices.interfaces() for device in one.devices):
        assert "there is no graphics card" in run("devices", "--measure", fails=True).stderr


@needs_opencl
def test_a_card_that_draws_wrong_is_refused(monkeypatch):
    recipe = small("tanh", mode="rgb", hidden=(5, 5), seed=77)
    true = gpu.CardKernel._realize

    def wrong(self: gpu.CardKernel, region: Region) -> None:
        true(self, region)
        region.array[:] = 255 - region.array

    monkeypatch.setattr(gpu.CardKernel, "_realize", wrong)
    with pytest.raises(cppn.CppnError, match="device opencl: it draws this network wrong"):
        cppn.render(recipe, SIZE, device="opencl")


@needs_opencl
def test_what_does_not_fit_is_drawn_in_smaller_bands(monkeypatch):
    recipe = PICTURES["rgb"]
    whole = cppn.render(recipe, SIZE, device="opencl")
    true, seen = gpu.CardKernel._realize, []

    def little(self: gpu.CardKernel, region: Region) -> None:
        seen.append(len(region.array))
        if len(region.array) > 4:
            raise hl.HalideError("CL_MEM_OBJECT_ALLOCATION_FAILURE")
        true(self, region)

    monkeypatch.setattr(gpu.CardKernel, "_realize", little)
    np.testing.assert_array_equal(cppn.render(recipe, SIZE, device="opencl"), whole)
    assert max(seen) == SIZE[1]

    def gone(self: gpu.CardKernel, region: Region) -> None:
        raise hl.HalideError("Error: CL: device lost\n")

    monkeypatch.setattr(gpu.CardKernel, "_realize", gone)
    with pytest.raises(cppn.CppnError, match="device opencl: Error: CL: device lost; --device cpu draws it"):
        cppn.render(recipe, SIZE, device="opencl")


def test_a_card_that_vanishes_leaves_no_half_picture(run: Run, tmp_path, monkeypatch):
    said = run("render", "silk", "--device", "cuda", "-o", "a.png", fails=True)
    if said.returncode:
        assert said.stderr.startswith("cppn: device cuda: ")
        assert not list(tmp_path.iterdir())


WRONG = {
    "opencl:99": "there is no device 'opencl:99'", "opencl:x": "there is no device", "opncl": "did you mean 'opencl'",
    "opencl:": "there is no device 'opencl:'", "metal:7": "device", "cpu:0": "unknown device 'cpu:0'; did you mean 'cpu'",
}  # fmt: skip


@pytest.mark.parametrize("device", WRONG)
def test_devices_that_are_not_there_are_told(device):
    if device.startswith("opencl") and not OPENCL.devices:
        pytest.skip("no OpenCL")
    with pytest.raises(cppn.CppnError, match=WRONG[device]):
        choose(device=device)


def test_devices_are_listed_with_reasons(run: Run):
    said = run("devices").stdout
    told = json.loads(run("devices", "--json").stdout)
    assert [one["interface"] for one in told["interfaces"]] == list(devices.APIS)
    for one in told["interfaces"]:
        assert bool(one["devices"]) != bool(one["missing"])
        assert one["interface"] in said
        assert one["missing"] in said


def test_only_a_card_that_was_measured_to_be_faster_draws_unasked(tmp_path, monkeypatch):
    monkeypatch.setenv("CPPN_CACHE", str(tmp_path))
    choose.cache_clear()
    assert choose().name == "halide"
    devices.keep_measured(devices.Measured("opencl", 0.5, 0.6))
    choose.cache_clear()
    assert choose().name == "halide"
    devices.keep_measured(devices.Measured("opencl", 0.1, 0.6))
    choose.cache_clear()
    if OPENCL.devices:
        assert (choose().name, choose().device) == ("gpu", "opencl")
    assert choose(device="cpu").name == "halide"
    choose.cache_clear()
