"""The page of a gallery, in a real browser, from disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import cppn
from cppn.cli import cli

DESKTOP = {"viewport": {"width": 1200, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A gallery of 12 small pictures in two shapes, in a folder whose name means something in addresses."""
    folder = tmp_path_factory.mktemp("page") / "my #1 <100%> gallery"
    args = ["-n", "12", "--pool", "30", "--size", "160x90,90x160", "--seed", "5", "--style", "marbling,glass,agate"]
    cli.main(["gallery", *args, "-q", "-o", str(folder)], standalone_mode=False)
    return folder


@pytest.fixture(scope="module")
def pictures(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "gallery.json").read_text())["pictures"]


@pytest.fixture
def show(browser: Browser, folder: Path) -> Iterator[Callable[..., Page]]:
    """Open the page; whatever it then does, it complains of nothing and asks for nothing from elsewhere."""
    contexts, wrong = [], []

    def show(device: dict[str, Any] = DESKTOP, **more: Any) -> Page:
        contexts.append(browser.new_context(**device, **more))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.on("request", lambda request: request.url.startswith(("file:", "blob:")) or wrong.append(request.url))
        page.goto((folder / "index.html").as_uri())
        return page

    yield show
    for context in contexts:
        context.close()
    assert wrong == []


def shown(page: Page) -> list[str]:
    """The names of the pictures in the grid."""
    return [text.rstrip("★") for text in page.locator("figure:visible figcaption").all_inner_texts()]


def loaded(page: Page, selector: str) -> bool:
    return page.locator(selector).evaluate("image => image.decode().then(() => image.naturalWidth > 0)")


def test_every_picture_is_in_the_grid_and_loads(show, pictures):
    page = show()
    assert [name.strip() for name in shown(page)] == [one["name"] for one in pictures]
    assert page.locator("#count").inner_text() == "12 pictures"
    for index in range(12):
        page.locator("figure").nth(index).scroll_into_view_if_needed()
        assert page.locator("figure img").nth(index).evaluate("i => i.decode().then(() => i.naturalWidth)") == 160


def test_a_click_opens_it_and_keys_turn_the_leaves(show, pictures):
    page = show()
    page.get_by_role("button", name=f"Open {pictures[2]['name']}").click()
    assert loaded(page, "#picture")
    assert page.locator("#picture").evaluate("i => [i.naturalWidth, i.naturalHeight]") == [160, 90]
    assert page.locator("#name").inner_text() == f"{pictures[2]['name']} · 3/12"
    for key, number in (
        ("ArrowRight", 4),
        ("ArrowLeft", 3),
        ("ArrowLeft", 2),
        ("End", 12),
        ("ArrowRight", 1),
        ("Home", 1),
    ):
        page.keyboard.press(key)
        assert f"· {number}/12" in page.locator("#name").inner_text(), key
    page.get_by_label("Next picture").click()
    assert "· 2/12" in page.locator("#name").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#view").is_visible()
    page.wait_for_function(
        "name => document.activeElement.getAttribute('aria-label') === name", arg=f"Open {pictures[1]['name']}"
    )


def test_the_recipe_and_the_command_draw_the_picture(show, pictures, folder, run, tmp_path):
    page = show()
    page.locator("figure .open").nth(1).click()
    page.keyboard.press("i")
    (tmp_path / "a.toml").write_text(page.locator("#recipe").inner_text())
    assert cppn.load(tmp_path / "a.toml").to_dict() == pictures[1]["copies"][0]["recipe"]
    import shlex

    words = shlex.split(page.locator("#command").inner_text())
    assert words[:2] == ["cppn", "render"]
    run(*words[1:], "-o", "again.png")
    from conftest import pixels

    assert (pixels(tmp_path / "again.png") == pixels(folder / pictures[1]["copies"][0]["path"])).all()
    page.locator("#size").select_option("1")
    assert loaded(page, "#picture")
    assert page.locator("#file").inner_text() == pictures[1]["copies"][1]["path"]
    assert "--size=90x160" in page.locator("#command").inner_text()
    page.locator("#copy").click()
    page.get_by_role("button", name="Copied").wait_for()


def test_favourites_are_kept_filtered_and_exported_as_a_list_that_is_drawn(show, pictures, folder, tmp_path):
    page = show()
    for index in (3, 5):
        page.locator("figure .star").nth(index).click()
    page.locator("figure .open").nth(7).click()
    page.keyboard.press("f")
    page.keyboard.press("Escape")
    wanted = [pictures[i]["name"] for i in (3, 5, 7)]
    page.reload()
    page.locator("#favourites").click()
    assert [name.strip() for name in shown(page)] == wanted
    assert page.locator("#count").inner_text() == "3 of 12"
    with page.expect_download() as download:
        page.locator("#export").click()
    download.value.save_as(tmp_path / "favourites.json")
    cli.main(
        [
            "gallery",
            "--from-list",
            str(tmp_path / "favourites.json"),
            "--size",
            "32x18",
            "-q",
            "-o",
            str(tmp_path / "p"),
        ],
        standalone_mode=False,
    )
    assert sorted(p.stem for p in (tmp_path / "p").glob("*.png")) == sorted(f"{name}-32x18" for name in wanted)
    page.locator("figure:visible .star").first.click()
    page.locator("#favourites").click()
    assert len(shown(page)) == 12


def test_filters_find_styles_and_words(show, pictures):
    page = show()
    page.locator("#family").select_option("glass")
    families = [one["family"] for one in pictures]
    assert len(shown(page)) == families.count("glass")
    page.locator("#family").select_option("")
    page.locator("#search").fill(pictures[4]["name"])
    assert [name.strip() for name in shown(page)] == [pictures[4]["name"]]
    page.locator("#search").fill("nothing of the kind")
    assert page.get_by_text("No picture is like that.").is_visible()


def test_the_keyboard_alone_reaches_everything_and_everything_has_a_name(show):
    page = show()
    names = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        names.add(
            page.evaluate("(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText)")
        )
    assert {"Search names and recipes", "Style", "★ Favourites", "Export shown (12)", "Light or dark"} <= names
    assert any(name.startswith("Open ") for name in names)
    page.locator("figure .open").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#view").is_visible()
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, select, input')].filter(e => !(e.innerText || e.getAttribute('aria-label') || e.title)).length"
    )
    assert unnamed == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_system_and_the_button(show, scheme):
    page = show(color_scheme=scheme)

    def paper() -> int:
        return page.evaluate("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")

    assert (paper() > 128) == (scheme == "light")
    page.locator("#theme").click()
    assert (paper() > 128) == (scheme == "dark")
    page.reload()
    assert (paper() > 128) == (scheme == "dark")


def test_on_a_phone_nothing_is_cut_off_and_a_finger_turns_the_leaves(show, pictures):
    page = show(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("figure .open").first.tap()
    assert loaded(page, "#picture")
    box = page.locator("#picture").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 391
    for left, number in ((100, 2), (300, 1)):
        page.evaluate(
            """left => { const stage = document.getElementById("stage"), to = 400 - left;
            const send = (type, x) => stage.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: 400, isPrimary: true, bubbles: true }));
            send("pointerdown", to); send("pointerup", left); }""",
            left,
        )
        assert f"· {number}/12" in page.locator("#name").inner_text()
    sizes = page.locator("#bar button").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert min(sizes) >= 39, "large enough for a finger"


def test_names_that_mean_something_in_html_stay_names(tmp_path, browser):
    from cppn.gallery.folder import Copy, Entry, Manifest
    from cppn.gallery.page import page as html

    recipe = cppn.Recipe(name="</script><img src=x onerror=alert(1)>", description="<b>&amp;")
    plan = Manifest({"seed": 1}, (Entry("</script><b>", "<i>", "'\"", recipe, (8, 8), (Copy("a.png", 8, 8, recipe),)),))
    (tmp_path / "index.html").write_text(html(plan, plan.entries, 2))
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    told: list[str] = []
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator("figcaption").inner_text().startswith("</script><b>")
    assert page.locator("figure b").count() == 0
    context.close()
    assert told == []
