"""Photograph the live page for docs/explore.md and the README: `python tools/photograph_explore.py`. Needs Chromium."""

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

DOCS = Path(__file__).parent.parent / "docs"
SLOW = 300_000  # milliseconds: without a card, Chromium draws with the processor


def photograph(page: Page, name: str, width: int) -> None:
    """Save what the page shows, so many pixels wide."""
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        shown = picture.convert("RGB").resize(
            (width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS
        )
        shown.save(DOCS / f"explore{name}.jpg", quality=86, optimize=True)


def main() -> None:
    """Start the server, open the page, and photograph it: at work, breeding, on a phone."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "cppn", "explore", "dahlia", "--port", "0", "--no-open", "-o", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            address = server.stdout.readline().strip()
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="dark")
            page.set_default_timeout(SLOW)
            page.goto(address)
            for key in "rkrkrk":
                page.wait_for_selector("body[data-ready]", state="attached")
                page.keyboard.press(key)
                page.wait_for_timeout(700)
            page.select_option("#c-preset", label="art/dahlia")
            rest = int(page.locator("body").get_attribute("data-rest") or 0)
            page.wait_for_selector(f'body[data-rest="{rest + 1}"]', state="attached")
            page.wait_for_timeout(3000)
            page.mouse.move(500, 300)
            page.wait_for_timeout(600)  # what had faded comes back
            photograph(page, "", 1200)
            page.keyboard.press("b")
            for i in range(1, 13):
                page.wait_for_selector(f"#grid button:nth-child({i}) canvas[data-drawn]")
            photograph(page, "-breed", 1200)
            phone = browser.new_page(
                viewport={"width": 390, "height": 780}, device_scale_factor=2, is_mobile=True, has_touch=True
            )
            phone.set_default_timeout(SLOW)
            phone.goto(address)
            phone.wait_for_selector("body[data-rest]", state="attached")
            phone.tap("[data-do=panel]")
            phone.wait_for_timeout(600)
            photograph(phone, "-phone", 390)
            browser.close()
            server.terminate()


main()
