"""The project's own page of presets: it opens with art, shows the films, and needs nothing but the files beside it."""

from __future__ import annotations

import importlib
import shlex
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import cppn
from cppn.files.presets import motions
from cppn.motion.timeline import load_timeline

ROOT = Path(__file__).parent.parent
GALLERY = ROOT / "gallery"
PAGE = GALLERY / "index.html"
TEXT = PAGE.read_text(encoding="utf-8")


class Reader(HTMLParser):
    """What a page shows, in order: its sections, headings, commands and the files that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: list[str] = []
        self.named: list[tuple[str, str]] = []  # (section, name)
        self.commands: list[str] = []
        self.files: dict[str, list[str]] = {}  # by element
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given, self._inside = dict(attrs), tag
        if tag == "section":
            self.sections.append(given["id"] or "")
        for key in ("src", "href", "poster", "srcset", "data", "action"):
            if value := given.get(key):
                self.files.setdefault(f"{tag} {key}", []).append(value)

    def handle_data(self, data: str) -> None:
        if self._inside == "h3":
            self.named.append((self.sections[-1], data))
        if self._inside == "code" and self.sections and data.startswith(("cppn render", "cppn animate")):
            self.commands.append(data)
        self._inside = ""


@pytest.fixture(scope="module")
def page() -> Reader:
    reader = Reader()
    reader.feed(TEXT)
    return reader


def test_the_page_is_what_the_presets_say_now(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    assert importlib.import_module("gallery_page").page() == TEXT, "run `make art`"


def test_it_opens_with_art_and_goes_on_with_films_and_shows_everything_once(page):
    assert page.sections == ["art", "films", "logisticmapdnn", "learnt"]
    rooms = {"art": "art", "films": "motion", "logisticmapdnn": "readme", "learnt": "checkerboard"}
    shown = [f"{rooms[section]}/{name}" for section, name in page.named]
    assert sorted(shown) == sorted([*cppn.presets, *motions])
    assert page.files["img src"][0].startswith("wide/")


def test_each_has_its_command_and_a_link_to_its_recipe(page):
    for (_, name), line in zip(page.named, page.commands, strict=True):
        program, verb, source = shlex.split(line)
        assert (program, source) == ("cppn", name)
        assert source in (motions if verb == "animate" else cppn.presets)
    recipes = {file for file in page.files["a href"] if file.endswith(".toml")}
    assert recipes == {f"../presets/{name}.toml" for name in [*cppn.presets, *motions]}


def test_it_names_files_that_exist_and_no_outside_address(page):
    assert "//" not in TEXT.partition("<script>")[0].replace("<!--", "")
    for files in page.files.values():
        for file in files:
            assert file.startswith("#") or (GALLERY / file).is_file(), file
    assert "url(" not in TEXT
    assert "import" not in TEXT


MEASURED = frozenset(["measured", "curve"])  # what a recipe leaves open is known once it is drawn


def said(told: Any, left_out: frozenset[str] = MEASURED) -> Any:
    """What a recipe or a timeline says, as dicts and lists, but for the keys left out."""
    if isinstance(told, dict):
        return {key: said(value, left_out) for key, value in told.items() if key not in left_out}
    return [said(one, left_out) for one in told] if isinstance(told, (list, tuple)) else told


@pytest.mark.parametrize("folder", ["art", "wide", "readme", "checkerboard"])
def test_pictures_carry_the_recipes_of_their_presets(folder):
    for file in (GALLERY / folder).iterdir():
        name = f"{folder.replace('wide', 'art')}/{file.stem}"
        drawn, preset = (said(recipe.to_dict()) for recipe in (cppn.load(file), cppn.presets[name]))
        assert drawn == preset, f"{file.name} is of another recipe: run `make art`"


@pytest.mark.parametrize("name", motions)
@pytest.mark.parametrize("ending", [".webm", ".webp"])
def test_films_carry_their_timelines(name, ending):
    files = GALLERY / f"{name}{ending}", motions[name]
    of_films = MEASURED | {"levels", "version"}  # a film keeps to the levels measured at its start
    drawn, motion = (said(load_timeline(str(file))[0].to_dict(), of_films) for file in files)
    assert drawn == motion, "run `make art`"


def test_the_films_are_small():
    assert sum(file.stat().st_size for file in (GALLERY / "motion").glob("*.webm")) < 3_200_000


def opened(browser: Browser, **more: Any) -> Page:
    page = browser.new_context(viewport={"width": 900, "height": 700}, **more).new_page()
    page.set_default_timeout(20_000)
    page.goto(PAGE.as_uri())
    return page


PLAYS = "film => new Promise(done => film.paused ? film.addEventListener('play', done, { once: true }) : done())"
STOPS = PLAYS.replace("film.paused", "!film.paused").replace("'play'", "'pause'")


def test_films_play_while_they_are_in_view_and_until_they_are_stopped(browser):
    page = opened(browser)
    film = page.locator("video").first
    assert film.evaluate("film => [film.paused, film.muted, film.loop, film.currentTime]") == [True, True, True, 0]
    film.scroll_into_view_if_needed()
    film.evaluate(PLAYS)
    page.locator("footer").scroll_into_view_if_needed()
    film.evaluate(STOPS)
    film.scroll_into_view_if_needed()
    film.evaluate(PLAYS)
    page.locator(".play").first.click()
    film.evaluate(STOPS)
    assert page.get_by_role("button", name="Play polar-night").is_visible()
    page.context.close()


def test_nothing_moves_unasked_where_that_is_not_wanted(browser):
    page = opened(browser, reduced_motion="reduce")
    page.locator("video").first.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('video').dataset.seen")
    assert page.evaluate("[...document.querySelectorAll('video')].every((film) => film.paused)")
    page.get_by_role("button", name="Play polar-night").click()
    page.locator("video").first.evaluate(PLAYS)
    page.context.close()


@pytest.mark.parametrize("width", [320, 390, 900, 1440])
def test_nothing_is_wider_than_the_window(browser, width):
    page = opened(browser)
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.context.close()


def test_a_command_is_copied(browser):
    page = opened(browser, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the command of agate").click()
    page.wait_for_function("document.getElementById('said').textContent")
    assert page.evaluate("navigator.clipboard.readText()") == "cppn render agate"
    page.context.close()
