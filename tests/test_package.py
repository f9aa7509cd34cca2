"""What is built installs and works without the project around it."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_package_and_its_presets_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert len(tops) == 2
    assert "cppn" in tops
    presets = {path.relative_to(ROOT / "presets").as_posix() for path in (ROOT / "presets").rglob("*.toml")}
    assert {name.removeprefix("cppn/_presets/") for name in names if name.startswith("cppn/_presets/")} == presets
    assert "cppn/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_draws_in_a_clean_environment_without_torch_or_the_tools_of_development(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    bin_ = tmp_path / "env" / "bin"
    subprocess.run(
        [bin_ / "pip", "install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt", wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    listed = subprocess.run([bin_ / "pip", "list"], check=True, capture_output=True, text=True).stdout.lower()
    assert not {"torch", "pytest", "mypy", "ruff", "matplotlib"} & set(listed.split())
    for line in (
        ["render", "cosine-1", "--size", "64", "-o", "a.png"],
        ["render", "a.png", "--size", "32x48", "--palette", "magma", "-o", "b.webp"],
        ["info", "b.webp"],
        ["mosaic", "b.webp", "--cell", "20", "-o", "c.png"],
    ):
        done = subprocess.run([bin_ / "cppn", *line], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "b.webp").stat().st_size > 100
    for line in (["render", "--engine", "torch"], ["mosaic", "--act", "tanh"], ["fit", "a.png"]):
        missing = subprocess.run([bin_ / "cppn", *line], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert missing.returncode == 1
        assert "install cppn[torch]" in missing.stderr
        assert len(missing.stderr.splitlines()) == 1
