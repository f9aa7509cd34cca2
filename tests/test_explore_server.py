"""The live page's server: each answer is checked against the same thing made another way, and each wall is tried."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import pixels, small
from hypothesis import given
from PIL import Image
from test_recipe import recipes

import cppn
from cppn.cli.explore import read_command
from cppn.draw.drawing import complete, developed
from cppn.explore import server as served
from cppn.explore.guard import LARGEST_BODY
from cppn.explore.library import Library
from cppn.explore.payloads import line
from cppn.field.activations import CATALOGUE, PARAMETERS
from cppn.files.provenance import read_provenance
from cppn.recipe import from_dict
from cppn.shader.shader import shader

JSON = {"Content-Type": "application/json"}
RECIPE = small(("tanh", "sin", "linear"), mode="rgb", name="silk scarf")


class Live:
    """A server that runs as a user's does, in a folder of its own."""

    def __init__(self, home: Path, *args: str, **more: str) -> None:
        self.home, self.folder = home, home / "out"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cppn", "explore", *args, "--port", "0", "-o", str(self.folder)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home, stdin=subprocess.DEVNULL,
            env={**os.environ, **more},
        )  # fmt: skip
        self.address = self.process.stdout.readline().strip()
        assert self.address, self.process.stderr.read()
        self.port = int(self.address.removesuffix("/").rpartition(":")[2])

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer. Bytes go as they are; `_` in names of headers stands for `-`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        told = {key.replace("_", "-"): value for key, value in headers.items()}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, data, {**(JSON if body is not None else {}), **told})
        answer = connection.getresponse()
        found = answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def raw(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to what no client would send."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=120) as connection:
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, answer.read()

    def get(self, path: str) -> Any:
        """The JSON of an answer."""
        status, _, body = self.ask("GET", path)
        assert status == 200, body
        return json.loads(body)

    def post(self, path: str, body: Any, status: int = 200, method: str = "POST") -> Any:
        """The JSON of an answer of this status."""
        found, _, data = self.ask(method, path, body)
        assert found == status, data
        return json.loads(data)

    def refused(self, path: str, body: Any, status: int = 400, method: str = "POST") -> str:
        """The one line that says why."""
        told = self.post(path, body, status, method)
        assert told.keys() == {"error"}
        assert told["error"]
        assert "\n" not in told["error"]
        assert "Traceback" not in told["error"]
        return told["error"]

    def job(self, number: str) -> dict[str, Any]:
        """What is told of a drawing."""
        return next(job for job in self.get("/api/draw")["jobs"] if job["id"] == number)

    def until(self, number: str, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What is told of a drawing when it has come so far."""
        for _ in range(5_000):
            if reached(job := self.job(number)):
                return job
        pytest.fail(f"never reached: {job}")

    def ended(self, number: str) -> dict[str, Any]:
        """What is told of a drawing when it has ended."""
        return self.until(number, lambda job: job["state"] not in ("waiting", "drawing"))

    def close(self) -> tuple[int, str]:
        """The exit code, and what was said on stderr."""
        _, errors = self.process.communicate(timeout=120)
        return self.process.returncode, errors


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server for all tests that leave it as it was."""
    live = Live(tmp_path_factory.mktemp("live"), "marble", "--no-open")
    yield live
    assert live.post("/api/quit", {}) == {}
    assert live.close() == (0, "")


def told(recipe: cppn.Recipe) -> dict[str, Any]:
    return recipe.to_dict()


def test_the_page_begins_with_the_source_and_all_that_recipes_may_say(live):
    start = live.get("/api/start")
    assert from_dict(start["recipe"], where="") == cppn.load("marble")
    assert (start["name"], start["version"]) == ("marble", cppn.__version__)
    assert start["folder"] == str(live.folder)
    known = start["catalogue"]
    assert [one["name"] for one in known["activations"]] == list(CATALOGUE)
    for one in known["activations"]:
        assert (one["formula"], one["about"]) == (CATALOGUE[one["name"]].formula, CATALOGUE[one["name"]].about)
        assert {key: value["default"] for key, value in one["parameters"].items()} == CATALOGUE[one["name"]].defaults
    assert {key: (value["low"], value["high"]) for key, value in known["parameters"].items()} == {
        key: (value.low, value.high) for key, value in PARAMETERS.items()
    }
    assert known["presets"] == list(cppn.presets)
    assert known["sizes"]["4k"] == [3840, 2160]
    for one in known["palettes"]:
        cppn.ColorRecipe(mode="palette", palette=one["palette"])
    for one in known["modes"]:
        cppn.ColorRecipe(mode=one["name"], palette="magma" if one["name"] == "palette" else None)
    for init in known["fields"]["init"]["words"]:
        cppn.NetworkRecipe(init=init)


def test_limits_are_the_recipes_own(live):
    catalogue = live.get("/api/start")["catalogue"]
    limits, fields = catalogue["limits"], catalogue["fields"]
    edges = {"gain": "network", "hue": "color", "extent": "view", "zoom": "view", "rotate": "view"}
    for key, section in edges.items():
        for value, beyond in zip((fields[key]["low"], fields[key]["high"]), (-1.0, 1.0), strict=True):
            from_dict({section: {key: value}}, where="")
            with pytest.raises(cppn.CppnError):
                from_dict({section: {key: value + beyond * max(1e-3, abs(value))}}, where="")
    from_dict({"network": {"hidden": [limits["widest"]]}}, where="")
    with pytest.raises(cppn.CppnError):
        from_dict({"network": {"hidden": [limits["widest"] + 1]}}, where="")
    from_dict({"network": {"hidden": [1] * limits["deepest"], "blend": [[1, limits["share"]]] * limits["terms"]}}, where="")  # fmt: skip
    with pytest.raises(cppn.CppnError):
        from_dict({"network": {"hidden": [1] * (limits["deepest"] + 1)}}, where="")


def parts(body: bytes) -> tuple[dict[str, Any], np.ndarray]:
    """Header and floats of a shader."""
    (length,) = struct.unpack("<I", body[:4])
    assert length % 4 == 0
    return json.loads(body[4 : 4 + length]), np.frombuffer(body[4 + length :], "<f4")


@pytest.mark.parametrize("name", ["marble", "readme/cosine-1", "ember"])
def test_a_shader_is_the_librarys_in_bytes(live, name):
    recipe = cppn.presets[name]
    status, headers, body = live.ask("POST", "/api/shader", {"recipe": told(recipe)})
    assert (status, headers["content-type"]) == (200, "application/octet-stream")
    header, floats = parts(body)
    made = shader(developed(recipe)[1])
    assert header["source"] == made.source
    assert (header["texels"], header["parameters"]) == (len(made.weights), len(made.parameters))
    assert header["table"] == (made.table is not None)
    expected = [made.weights, made.parameters, *([made.table] if made.table is not None else [])]
    assert np.array_equal(floats, np.concatenate([array.ravel() for array in expected]))
    assert from_dict(header["recipe"], where="") == complete(recipe)
    assert header["unable"] == ""
    assert np.array_equal(cppn.render(read_command(header["command"]), (16, 12)), cppn.render(recipe, (16, 12)))


def test_what_no_card_draws_is_told(live):
    wide = small(hidden=(300,))
    _, _, body = live.ask("POST", "/api/shader", {"recipe": told(wide)})
    header, floats = parts(body)
    assert floats.size == 0
    assert header["source"] == ""
    assert "at most 256" in header["unable"]
    assert from_dict(header["recipe"], where="") == wide


def test_a_shader_of_weights_that_do_not_fit_is_an_error(live):
    bad = RECIPE.change({"network": {"weights": "AAAA"}})
    assert "safetensors" in live.refused("/api/shader", {"recipe": told(bad)})


@given(recipes())
def test_a_command_is_given_only_where_it_draws_the_very_picture(recipe):

    recipe = complete(recipe)
    text = line(recipe, read_command)
    if text.endswith(".toml"):
        return
    assert np.array_equal(
        cppn.render(read_command(text), (6, 5), engine="reference"), cppn.render(recipe, (6, 5), engine="reference")
    )


def test_a_blend_is_drawn_from_a_file():
    recipe = small(blend=((5, 0.5),))
    assert line(recipe, read_command).endswith(".toml")
    assert not line(small(), read_command).endswith(".toml")


def test_names_and_texts_are_loaded_and_files_are_not(live, tmp_path):
    loaded = live.post("/api/load", {"source": "silk"})
    assert from_dict(loaded["recipe"], where="") == cppn.presets["silk"]
    for text in (RECIPE.to_toml(), RECIPE.to_json(), json.dumps({"recipe": told(RECIPE), "drawing": {}})):
        loaded = live.post("/api/load", {"source": text})
        assert from_dict(loaded["recipe"], where="") == RECIPE
        assert loaded["name"] == "silk scarf"
    path = cppn.save(RECIPE, tmp_path / "mine.toml")
    assert "unknown preset" in live.refused("/api/load", {"source": str(path)})
    assert "did you mean 'silk'" in live.refused("/api/load", {"source": "sillk"})
    assert "TOML" in live.refused("/api/load", {"source": "a = = 3"})
    assert "JSON" in live.refused("/api/load", {"source": "{"})
    assert "timeline" in live.refused("/api/load", {"source": "duration = 3"})
    assert live.refused("/api/load", {"source": '[network]\nweights = "secret.safetensors"'})
    assert "at most 1048576 are legal" in live.refused("/api/load", {"source": "#" * ((1 << 20) + 1)})


def test_seeds_that_javascript_cannot_count_to_come_back_unharmed(live):
    recipe = RECIPE.change({"": {"seed": 2**63 - 3}, "network": {"blend": [[2**60 + 1, 0.5], [7, 0.25]]}})
    loaded = live.post("/api/load", {"source": recipe.to_json()})["recipe"]
    assert loaded["seed"] == str(2**63 - 3)
    assert loaded["network"]["blend"] == [[str(2**60 + 1), 0.5], [7, 0.25]]
    _, _, body = live.ask("POST", "/api/shader", {"recipe": loaded})
    assert from_dict(parts(body)[0]["recipe"], where="") == complete(recipe)


def test_children_are_the_librarys(live):
    from cppn.search.breed import cross, mutate, offspring

    other = RECIPE.change({"": {"seed": 8}})
    body = {"parents": [told(RECIPE)], "strength": 0.4, "count": 3, "locks": ["colours"], "seed": 11}
    found = [from_dict(child, where="") for child in live.post("/api/breed", body)["children"]]
    assert found == [mutate(RECIPE, 0.4, {"colours"}, seed) for seed in offspring(11, 3)]
    body["parents"].append(told(other))
    found = [from_dict(child, where="") for child in live.post("/api/breed", body)["children"]]
    assert found == [cross(RECIPE, other, 0.4, {"colours"}, seed) for seed in offspring(11, 3)]
    wrong = ({"count": 25}, {"count": 0}, {"strength": 1.1}, {"strength": "nan"}, {"locks": ["sky"]}, {"parents": []}, {"parents": [told(other)] * 3}, {"seed": -1}, {"more": 1})  # fmt: skip
    for change in wrong:
        live.refused("/api/breed", {**body, **change})


@pytest.mark.parametrize(
    "recipe",
    [RECIPE, small(), RECIPE.change({"view": {"zoom": 1e8, "center": [0.3, 0.2]}})],
    ids=["rgb", "gray", "deep"],
)
def test_a_preview_is_what_render_gives(live, recipe):
    before = set(live.folder.glob("*"))
    status, headers, body = live.ask("POST", "/api/preview", {"recipe": told(recipe), "width": 50, "height": 30})
    assert (status, headers["content-type"]) == (200, "image/png")
    with Image.open(io.BytesIO(body)) as image:
        array = np.asarray(image)
    assert np.array_equal(array.reshape(30, 50, -1), cppn.render(recipe, (50, 30)))
    assert set(live.folder.glob("*")) == before


def test_previews_have_their_limits(live):
    for width, height in ((1281, 5), (5, 0), (5, 1.5)):
        live.refused("/api/preview", {"recipe": told(RECIPE), "width": width, "height": height})


@pytest.mark.parametrize(("ending", "bits"), [("png", 8), ("png", 16), ("tif", 16), ("jpg", 8), ("webp", 8), ("avif", 8)])  # fmt: skip
def test_a_drawn_file_is_the_one_that_save_writes(live, tmp_path, ending, bits):
    body = {"recipe": told(RECIPE), "size": "60x40", "aa": 2, "format": ending, "bits": bits}
    job = live.ended(live.post("/api/draw", body, 202)["id"])
    assert job["state"] == "done", job
    assert (job["share"], job["size"], job["error"]) == (1.0, "60x40", "")
    path = Path(job["file"])
    assert path.parent == live.folder
    assert path.name.startswith("silk-scarf-60x40")
    ours = cppn.save(RECIPE, tmp_path / f"a.{ending}", size=(60, 40), aa=2, bits=bits)
    assert np.array_equal(pixels(path), pixels(ours))
    found = read_provenance(path)
    assert (found.recipe, found.drawing) == (read_provenance(ours).recipe, read_provenance(ours).drawing)


def test_no_drawing_takes_a_files_place(live):
    body = {"recipe": told(small(seed=77)), "size": "9x9"}
    files = {live.ended(live.post("/api/draw", body, 202)["id"])["file"] for _ in range(3)}
    assert len(files) == 3
    assert all(Path(file).exists() for file in files)


def test_drawings_that_cannot_be_are_refused(live):
    body = {"recipe": told(RECIPE), "size": "60x40"}
    assert "16 bits" in live.refused("/api/draw", {**body, "format": "jpg", "bits": 16})
    assert "cannot hold" in live.refused("/api/draw", {**body, "size": "70000x10", "format": "jpg"})
    for change in ({"size": "wide"}, {"size": "0"}, {"format": "exe"}, {"aa": 9}, {"aa": "much"}, {"bits": 32}):
        live.refused("/api/draw", {**body, **change})
    number = live.post("/api/draw", {**body, "size": "16000x16000", "format": "avif"}, 202)["id"]
    job = live.ended(number)
    assert (job["state"], job["file"]) == ("failed", "")
    assert "memory" in job["error"]
    assert live.refused("/api/draw/none", None, 404, "DELETE")


SLOW = {"recipe": told(small(("sin", "tanh", "sin"), hidden=(64, 64), mode="rgb", seed=5)), "size": "8k", "aa": 8}


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.glob(".*") if path.name != ".thumbnails"]


def test_drawings_wait_for_each_other_can_be_called_off_and_keep_nobody_waiting(live):
    first, second, third = (live.post("/api/draw", body, 202)["id"] for body in (SLOW, {**SLOW, "size": "20x20"}, SLOW))
    live.until(first, lambda job: job["state"] == "drawing" and job["share"] > 0)
    assert live.get("/api/alive") == {}
    assert live.get("/api/start")["name"] == "marble"
    assert live.job(second)["state"] == live.job(third)["state"] == "waiting"
    assert live.job(first)["state"] == "drawing"
    assert live.post(f"/api/draw/{third}", None, method="DELETE") == {}
    assert live.job(third)["state"] == "cancelled"
    assert live.post(f"/api/draw/{first}", None, method="DELETE") == {}
    assert live.ended(first)["state"] == "cancelled"
    assert live.ended(second)["state"] == "done"
    assert not leftovers(live.folder)
    assert not list(live.folder.glob("*7680x4320*"))


def test_only_so_many_drawings_wait(live):
    numbers = [live.post("/api/draw", SLOW, 202)["id"]]
    live.until(numbers[0], lambda job: job["state"] == "drawing")
    numbers += [live.post("/api/draw", SLOW, 202)["id"] for _ in range(32)]
    assert "32 drawings wait" in live.refused("/api/draw", SLOW, 429)
    for number in reversed(numbers):
        live.post(f"/api/draw/{number}", None, method="DELETE")
    assert {live.ended(number)["state"] for number in numbers} == {"cancelled"}


def test_kept_recipes_are_files_with_thumbnails(live):
    kept = live.post("/api/keep", {"recipe": told(RECIPE), "parents": ["a", 'b"\n']})
    assert kept["id"] == "silk-scarf"
    assert cppn.load(kept["file"]) == RECIPE == from_dict(kept["recipe"], where="")
    again = live.post("/api/keep", {"recipe": told(RECIPE)})
    assert again["id"] == "silk-scarf-2"
    named = live.post("/api/keep", {"recipe": told(RECIPE), "name": "Große Wände/../../x"})
    assert Path(named["file"]).parent == live.folder
    assert cppn.load(named["file"]).name == "Große Wände/../../x"
    assert [one["id"] for one in live.get("/api/kept")["kept"]][-3:] == [one["id"] for one in (kept, again, named)]
    assert live.get("/api/start")["kept"] == live.get("/api/kept")["kept"]
    status, headers, body = live.ask("GET", "/kept/silk-scarf.png")
    assert (status, headers["content-type"]) == (200, "image/png")
    with Image.open(io.BytesIO(body)) as image:
        assert np.array_equal(np.asarray(image), cppn.render(RECIPE, (256, 256), aa=2))
    for one in (kept, again, named):
        from urllib.parse import quote

        assert live.post(f"/api/kept/{quote(one['id'])}", None, method="DELETE") == {}
        assert not Path(one["file"]).exists()
    assert not list((live.folder / ".thumbnails").iterdir())
    assert live.refused("/api/kept/silk-scarf", None, 404, "DELETE")
    assert live.ask("GET", "/kept/silk-scarf.png")[0] == 404


def test_nothing_but_what_was_kept_is_removed(live):
    live.post("/api/keep", {"recipe": told(RECIPE), "name": "one"})
    mine, outside = live.folder / "mine.toml", live.home / "outside.toml"
    for path in (mine, outside):
        cppn.save(RECIPE, path)
    for name in ("mine", "../outside", "..%2foutside", "%2e%2e%2foutside", "..", ".", "one.toml", "%00"):
        assert live.ask("DELETE", f"/api/kept/{name}")[0] == 404, name
        assert live.ask("GET", f"/kept/{name}.png")[0] == 404, name
    assert mine.exists()
    assert outside.exists()
    live.post("/api/kept/one", None, method="DELETE")
    mine.unlink()


def test_a_thumbnail_takes_no_files_place(live):
    mine = live.folder / ".thumbnails" / "picnic.png"
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("my own")
    kept = live.post("/api/keep", {"recipe": told(RECIPE), "name": "picnic"})
    assert kept["id"] == "picnic-2"
    assert live.ask("GET", "/kept/picnic-2.png")[0] == 200
    live.post("/api/kept/picnic-2", None, method="DELETE")
    assert mine.read_text() == "my own"
    again = Library(live.folder)  # as when the server is started again
    assert again.thumbnail("picnic") is None
    assert not again.remove("picnic"), "it was not kept"
    mine.unlink()


def test_the_tree_is_kept_whole_or_not_at_all(live):
    nodes = [
        {"id": "a", "parents": [], "recipe": told(RECIPE), "how": "begun"},
        {"id": "b", "parents": ["a"], "recipe": told(small()), "how": "mutated"},
    ]
    assert live.post("/api/lineage", {"nodes": nodes}, method="PUT") == {}
    assert live.get("/api/start")["lineage"] == live.get("/api/lineage")["nodes"] == nodes
    for bad in (
        [*nodes, nodes[0]], [{**nodes[0], "recipe": {"network": {"act": "nope"}}}], [{**nodes[0], "more": 1}],
        [{"id": str(i), "recipe": {}} for i in range(2001)],
    ):  # fmt: skip
        live.refused("/api/lineage", {"nodes": bad}, method="PUT")
    assert live.get("/api/start")["lineage"] == nodes
    assert live.get("/api/start")["notice"] == ""
    file = live.folder / "lineage.json"
    file.write_text(file.read_text()[:-20])
    start = live.get("/api/start")
    assert start["lineage"] == []
    assert "lineage.json" in start["notice"]
    damaged = file.read_text()
    live.post("/api/lineage", {"nodes": nodes[:1]}, method="PUT")
    assert live.get("/api/start")["lineage"] == nodes[:1]
    assert (live.folder / "lineage-damaged.json").read_text() == damaged


# files


def test_files_of_the_page_are_given_as_they_are(live):
    folders = {"page": served.PAGE, "web": Path(cppn.__file__).parent / "web"}
    for where, folder in folders.items():
        for path in folder.glob("*.js"):
            status, headers, body = live.ask("GET", f"/{where}/{path.name}")
            assert (status, body) == (200, path.read_bytes())
            assert headers["content-type"].startswith("text/javascript")
    index = served.PAGE / "index.html"
    assert live.ask("GET", "/")[0] == (200 if index.exists() else 404)


def test_only_files_that_are_in_the_folder_are_given(tmp_path):
    page = tmp_path / "page"
    page.mkdir()
    (tmp_path / "secret.js").write_text("no")
    (page / "a.css").write_text("p {}")
    (page / "b.py").write_text("")
    (page / "c.js").mkdir()
    answer = served.page_file(page, "a.css")
    assert (answer.status_code, answer.body, answer.media_type) == (200, b"p {}", "text/css; charset=utf-8")
    for name in ("b.py", "c.js", "../secret.js", str(tmp_path / "secret.js"), "..", ".", "", "a.css/", "A.CSS\0"):
        assert served.page_file(page, name).status_code == 404
    assert served.page_file(page, "a.css", (".js",)).status_code == 404
    assert served.page_file(tmp_path / "none", "a.css").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py", "/page/..%2fserver.py", "/page/..%2f..%2fserver.py", "/page/%2e%2e/server.py", "/page/",
        "/page/.", "/page/..", "/page//etc/passwd", "/page/%2fetc%2fpasswd", "/page/__init__.py", "/page/..%5cserver.py",
        "/web/__init__.py", "/web/..%2ferrors.py", "/page/a%00.js", "/page/%ff", "/nothing", "/api", "/api/", "/docs",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_folders(live, path):
    status, body = live.raw(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nConnection: close\r\n\r\n".encode())
    assert status in (404, 307), body
    assert b"import" not in body


def test_every_answer_carries_the_headers_that_keep_others_out(live):
    for method, path in (
        ("GET", "/"),
        ("GET", "/api/alive"),
        ("GET", "/nothing"),
        ("POST", "/api/alive"),
        ("PUT", "/"),
    ):
        _, headers, _ = live.ask(method, path)
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"  # fmt: skip
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["img-src"] == "'self' blob: data:"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers


# the guard


def test_only_its_own_names_are_answered(live):
    for host in (f"127.0.0.1:{live.port}", f"localhost:{live.port}", f"[::1]:{live.port}", f"LOCALHOST:{live.port}"):
        assert live.ask("GET", "/api/alive", Host=host)[0] == 200
    for host in ("evil.example", f"evil.example:{live.port}", "127.0.0.1", "localhost:1", f"127.0.0.1.evil.example:{live.port}", ""):  # fmt: skip
        status, _, body = live.ask("GET", "/api/alive", Host=host)
        assert status == 403, host
        assert json.loads(body)["error"]
    twice = f"GET /api/alive HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert live.raw(twice.encode())[0] in (400, 403)


def test_only_its_own_page_is_answered(live):
    for origin in (f"http://127.0.0.1:{live.port}", f"http://localhost:{live.port}"):
        assert live.ask("POST", "/api/load", {"source": "silk"}, Origin=origin)[0] == 200
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{live.port}", "http://127.0.0.1", f"http://127.0.0.1:{live.port}.evil.example"):  # fmt: skip
        assert live.ask("POST", "/api/load", {"source": "silk"}, Origin=origin)[0] == 403, origin
        assert live.ask("GET", "/api/alive", Origin=origin)[0] == 403, origin
        assert live.ask("OPTIONS", "/api/load", Origin=origin)[0] == 403, origin
    for site, status in (("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403)):
        assert live.ask("GET", "/api/alive", Sec_Fetch_Site=site)[0] == status


def test_what_is_sent_is_json_of_bounded_length(live):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert live.ask("POST", "/api/load", {"source": "silk"}, Content_Type=kind)[0] == 415
    good = live.ask("POST", "/api/load", {"source": "silk"}, Content_Type="application/json; charset=utf-8")
    assert good[0] == 200
    head = f"POST /api/load HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    assert live.raw(f"{head}Content-Length: {LARGEST_BODY + 1}\r\n\r\n".encode())[0] == 413
    assert live.raw(f"{head}\r\n".encode())[0] == 411
    body = b" " * (LARGEST_BODY + 1)
    chunked = f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body
    assert live.raw(chunked)[0] == 413
    small_one = b'{"source": "silk"}'
    chunked = f"{head}Transfer-Encoding: chunked\r\n\r\n{len(small_one):x}\r\n".encode() + small_one + b"\r\n0\r\n\r\n"
    assert live.raw(chunked)[0] == 200
    assert live.raw(b"nonsense\r\n\r\n")[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"3", b'"silk"', b"\xff\xfe", b"{}", b"[" * 200_000, b'{"source": ' * 5000,
        b'{"source": NaN}', b'{"source": ["silk"]}', b'{"source": "silk", "more": 1}', b'{"version": 1e999}',
    ],
)  # fmt: skip
def test_garbage_is_refused_in_one_line(live, body):
    live.refused("/api/load", body)


@pytest.mark.parametrize(
    "recipe",
    [
        {"network": {"act": "nope"}}, {"network": {"freq": 3}}, {"view": {"zoom": 0}}, {"seed": -1}, {"version": 99},
        {"network": {"hidden": [4096] * 60}}, {"color": {"mode": "palette", "palette": "nope"}}, [], 3, None,
        {"network": {"blend": [[1, 1e9]]}}, {"view": {"center": [float("nan"), 0]}}, {"network": {"inputs": ["__import__('os')"]}},
    ],
)  # fmt: skip
def test_recipes_that_are_none_are_refused_by_all(live, recipe):
    live.refused("/api/shader", {"recipe": recipe})
    live.refused("/api/preview", {"recipe": recipe, "width": 8, "height": 8})
    live.refused("/api/draw", {"recipe": recipe, "size": "8"})
    live.refused("/api/keep", {"recipe": recipe})
    live.refused("/api/breed", {"parents": [recipe], "strength": 0.5, "count": 1, "seed": 1})


def test_each_address_has_its_own_ways_of_asking(live):
    for method, path in (("GET", "/api/shader"), ("POST", "/api/start"), ("PUT", "/api/draw"), ("DELETE", "/api/draw")):
        live.refused(path, {} if method in ("POST", "PUT") else None, 405, method)
    assert live.ask("HEAD", "/api/alive")[::2] == (200, b"")


# the command


def test_quitting_calls_drawings_off_and_leaves_nothing_half_done(tmp_path):
    live = Live(tmp_path, "--no-open")
    recipe = from_dict(live.get("/api/start")["recipe"], where="")
    assert recipe.network.act == ("cos:freq=7.9",)
    assert recipe.color.mode == "rgb"
    assert not live.folder.exists()
    number = live.post("/api/draw", SLOW, 202)["id"]
    live.until(number, lambda job: job["share"] > 0)
    live.post("/api/quit", {})
    assert live.close() == (0, "")
    assert list(live.folder.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows has other signals")
def test_ctrl_c_ends_it_as_it_ends_the_others(tmp_path):
    live = Live(tmp_path, "silk", "--no-open")
    number = live.post("/api/draw", SLOW, 202)["id"]
    live.until(number, lambda job: job["share"] > 0)
    live.process.send_signal(signal.SIGINT)
    code, errors = live.close()
    assert (code, errors.strip()) == (130, "cppn: stopped")
    assert list(live.folder.iterdir()) == []


def test_what_was_kept_is_there_the_next_time(tmp_path):
    live = Live(tmp_path, "silk", "--no-open")
    kept = live.post("/api/keep", {"recipe": told(RECIPE), "name": "mine"})
    live.post("/api/quit", {})
    live.close()
    cppn.save(RECIPE, tmp_path / "out" / "beside.toml")
    live = Live(tmp_path, kept["file"], "--no-open")
    start = live.get("/api/start")
    assert start["kept"] == [kept]
    assert start["name"] == "mine"
    (tmp_path / "out" / "mine.toml").write_text("damaged [")
    assert live.get("/api/kept")["kept"] == []
    live.post("/api/quit", {})
    assert live.close() == (0, "")


def test_a_kill_in_the_middle_of_keeping_loses_nothing_that_was_answered(tmp_path):
    out = tmp_path / "out"
    for _ in range(3):
        live, answered = Live(tmp_path, "marble", "--no-open"), []
        before = {one["id"] for one in live.get("/api/kept")["kept"]}

        def keep(live: Live = live, answered: list[str] = answered) -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                while True:
                    answered.append(live.post("/api/keep", {"recipe": told(RECIPE), "name": "mine"})["id"])

        keeping = [threading.Thread(target=keep) for _ in range(2)]
        for thread in keeping:
            thread.start()
        while len(answered) < 3:
            time.sleep(0.01)
        live.process.kill()
        for thread in keeping:
            thread.join()
        live.process.communicate()
        again = Live(tmp_path, "marble", "--no-open")
        kept = {one["id"] for one in again.get("/api/kept")["kept"]}
        assert before | set(answered) <= kept
        assert {path.stem for path in (out / ".thumbnails").iterdir()} == kept
        assert {path.stem for path in out.glob("*.toml")} >= kept
        assert not list(out.rglob("*.part"))
        again.post("/api/quit", {})
        assert again.close() == (0, "")


def test_slow_and_damaged_requests_keep_nobody_waiting(live):
    head = f"POST /api/shader HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\ncontent-type: application/json\r\n"
    whole = (head + "content-length: 14\r\n\r\n" + '{"recipe": {}}').encode()
    rng = random.Random(1)
    with contextlib.ExitStack() as open_still:
        for _ in range(200):  # halves of requests, which nobody finishes
            one = open_still.enter_context(socket.create_connection(("127.0.0.1", live.port)))
            one.sendall(whole[: rng.randrange(len(whole))])
        assert live.get("/api/alive") == {}
        for _ in range(100):
            damaged = bytearray(whole)
            for _ in range(rng.choice((1, 2, 9))):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            with socket.create_connection(("127.0.0.1", live.port), timeout=30) as one:
                one.sendall(damaged)
                one.shutdown(socket.SHUT_WR)
                answer = one.makefile("rb").readline()
            assert answer == b"" or b" 4" in answer
        assert live.get("/api/alive") == {}


def test_a_port_that_is_taken_is_told(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("explore", "--no-open", "--port", str(taken.getsockname()[1]), fails=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--port 0" in done.stderr


@pytest.mark.parametrize("args", [["--port", "70000"], ["nosuchpreset"], ["-o", "a/b/c"], ["-o", "file"]])
def test_what_cannot_be_served_is_told_in_one_line(run, tmp_path, args):
    (tmp_path / "file").write_text("")
    done = run("explore", "--no-open", "--port", "0", *args, fails=True)
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_without_its_packages_it_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['starlette'] = None; from cppn.cli import main; sys.argv = ['cppn', 'explore']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "install cppn[explore]" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a named pipe")
def test_the_browser_is_led_to_the_address(tmp_path):
    pipe, browser = tmp_path / "pipe", tmp_path / "browser"
    os.mkfifo(pipe)
    browser.write_text(f'#!/bin/sh\necho "$1" > {pipe}\n')
    browser.chmod(0o755)
    live = Live(tmp_path, BROWSER=str(browser))
    assert pipe.read_text().strip() == live.address
    live.post("/api/quit", {})
    assert live.close()[0] == 0
