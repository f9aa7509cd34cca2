"""The page that shows all presets: the art first, then the films, then the test networks."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from tomllib import loads

import cppn
from cppn.files.presets import motions

TEMPLATE = Path(__file__).with_name("gallery.html")

SIDE = 384  # of a picture: a few of them side by side
WIDE = (1600, 900)  # of a picture that leads
FILM = (640, 360)
# what the page opens with, the first of them alone
LEADS = [
    f"art/{name}"
    for name in ("red-sun", "eclipse", "night-city", "agate", "stained-glass", "papercut", "aurora", "glacier")
]
LEADING_FILMS = [
    f"motion/{name}"
    for name in ("polar-night", "three-winds", "billowing-silk", "turning-dahlia", "spiral-galaxy", "lava-lamp")
]


def wide(name: str) -> str:
    """Where in the gallery a preset that leads is, as wide as a screen."""
    return name.replace("art/", "wide/") + ".webp"


def page() -> str:
    """gallery/index.html, which names files of the gallery and of `presets/` alone."""
    others = [name for name in cppn.presets if name not in LEADS]
    films = LEADING_FILMS + [name for name in motions if name not in LEADING_FILMS]
    parts = {
        "first": _picture(LEADS[0], wide(LEADS[0]), WIDE, "first"),
        "leads": "\n".join(_picture(name, wide(name), WIDE) for name in LEADS[1:]),
        "films": "\n".join(map(_film, films)),
        **{kind: _squares(name for name in others if name.startswith(f"{kind}/")) for kind in ("art", "readme")},
        "checkerboard": _squares(name for name in others if name.startswith("checkerboard/")),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part)
    return text


def _squares(names: Iterable[str]) -> str:
    return "\n".join(_picture(name, f"{name}.png", (SIDE, SIDE)) for name in names)


def _picture(name: str, file: str, size: tuple[int, int], kind: str = "") -> str:
    told = cppn.presets[name].description
    loading = "eager" if kind else "lazy"
    image = (
        f'<a href="{file}"><img src="{file}" width="{size[0]}" height="{size[1]}" loading="{loading}"'
        f' alt="{escape(told)}"></a>'
    )
    learnt = name.partition("/checkered-")[2]
    more = f'<a href="mosaics/{learnt}.gif" aria-label="Film of {_short(name)} learning">film</a>' if learnt else ""
    return _figure(name, image, told, f"cppn render {_short(name)}", kind, more)


def _film(name: str) -> str:
    told = loads(motions[name].read_text(encoding="utf-8"))["description"]
    video = (
        f'<video src="{name}.webm" poster="{name}.jpg" width="{FILM[0]}" height="{FILM[1]}" aria-label="{escape(told)}"'
        f' preload="none" muted loop playsinline controls></video>'
        f'<button class="play" data-film="{_short(name)}"></button>'
    )
    return _figure(name, video, told, f"cppn animate {_short(name)}")


def _figure(name: str, shown: str, told: str, command: str, kind: str = "", more: str = "") -> str:
    short = _short(name)
    return f"""<figure{f' class="{kind}"' * bool(kind)}>{shown}
<figcaption><h3>{short}</h3>
<span class="links">{more}<a href="../presets/{name}.toml" aria-label="Recipe of {short}">recipe</a></span>
<p>{escape(told)}</p>
<div class="command"><code>{command}</code><button class="copy" aria-label="Copy the command of {short}">Copy</button></div>
</figcaption></figure>"""


def _short(name: str) -> str:
    return name.rpartition("/")[2]
