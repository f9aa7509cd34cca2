"""Pictures stay what they were: every preset against a stored small picture.

`pytest tests/test_golden.py --store-golden` writes them anew. A picture that fails is left in `failures/`, with the
golden one and their difference.
"""

import numpy as np
import pytest
from conftest import FAILURES, GOLDEN, differences, pixels

import cppn

SIZE = (96, 64)
# processors differ in how they round: fields that amplify roundings may differ in a few pixels
TOLERANCE, SHARE = 2, 0.01


def compare(name: str, drawn: np.ndarray, golden: np.ndarray) -> None:
    share = differences(drawn, golden, TOLERANCE)
    if share > SHARE:
        FAILURES.mkdir(exist_ok=True)
        difference = (4 * np.abs(drawn.astype(int) - golden)).clip(0, 255).astype(np.uint8)
        for kind, array in (("drawn", drawn), ("golden", golden), ("difference", difference)):
            cppn.save(array, FAILURES / f"{name}-{kind}.png")
    assert share <= SHARE, f"{share:.1%} of the values differ by more than {TOLERANCE}; see {FAILURES}"


@pytest.mark.parametrize("name", cppn.presets)
def test_a_preset_looks_as_it_did(name, request):
    path = GOLDEN / f"{name.replace('/', '-')}.png"
    drawn = cppn.render(cppn.presets[name], SIZE)
    if request.config.getoption("--store-golden"):
        GOLDEN.mkdir(exist_ok=True)
        cppn.save(drawn, path)
    compare(path.stem, drawn, pixels(path))


def test_there_is_no_golden_picture_without_its_preset():
    assert {path.stem for path in GOLDEN.iterdir()} == {name.replace("/", "-") for name in cppn.presets}


@pytest.mark.parametrize("change", ["another seed", "a shift of one pixel", "a slightly other colour", "upside down"])
def test_the_comparison_can_fail(change, monkeypatch, tmp_path):
    monkeypatch.setattr("test_golden.FAILURES", tmp_path)
    recipe = cppn.presets["readme/art-2"]
    golden = pixels(GOLDEN / "readme-art-2.png")
    drawn = {
        "another seed": lambda: cppn.render(recipe.change({"": {"seed": 1}}), SIZE),
        "a shift of one pixel": lambda: np.roll(golden, 1, axis=1),
        "a slightly other colour": lambda: np.minimum(golden.astype(int) + 3, 255).astype(np.uint8),
        "upside down": lambda: golden[::-1],
    }[change]()
    with pytest.raises(AssertionError, match="of the values differ"):
        compare("broken", drawn, golden)
    assert len(list(tmp_path.iterdir())) == 3
