"""The styles by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..sampler import Sampler
from . import papers, patterns, scenes, surfaces
from .sketch import Scheme, Sketch


@dataclass(frozen=True)
class Style:
    """A family of pictures: what it looks like, and how one of it is drawn."""

    about: str
    sketch: Callable[[Sampler, Scheme], Sketch]


STYLES = {
    "cut-paper": Style("sheets of coloured paper, cut and laid on each other", papers.cut_paper),
    "map": Style("land and water with contour lines", papers.map_),
    "glass": Style("coloured glass in lead", papers.glass),
    "marbling": Style("colours drawn through each other on water", papers.marbling),
    "agate": Style("cut agate: bands along contours", papers.agate),
    "terrazzo": Style("chips of stone in a ground", papers.terrazzo),
    "quilt": Style("patches in rows", papers.quilt),
    "woven": Style("warp and weft", papers.woven),
    "stones": Style("pebbles, lit from one side", papers.stones),
    "wallpaper": Style("patterns of the wallpaper groups", patterns.wallpaper),
    "two-tone": Style("patterns whose halves have swapped colours", patterns.two_tone),
    "mandala": Style("rosettes of 5 to 12 parts", patterns.mandala),
    "tunnel": Style("patterns that shrink towards the middle for ever", patterns.tunnel),
    "kaleidoscope": Style("paper seen between mirrors", patterns.kaleidoscope),
    "relief": Style("rock and crumpled foil", surfaces.relief),
    "neon": Style("glowing lines in the dark", surfaces.neon),
    "halftone": Style("prints in dots, lines and crosses", surfaces.halftone),
    "engraving": Style("hatched in one ink", surfaces.engraving),
    "ink-line": Style("contours in ink, one colour under them", surfaces.ink_line),
    "riso": Style("two inks over each other on paper", surfaces.riso),
    "cloth": Style("striped folds", surfaces.cloth),
    "ridges": Style("hills behind hills under a sun", scenes.ridges),
    "night-city": Style("lit windows under a moon", scenes.city),
    "eclipse": Style("a disc with another world inside", scenes.eclipse),
    "collage": Style("plain and patterned shapes over each other", scenes.collage),
    "strokes": Style("strokes that follow a field and never touch", scenes.strokes),
    "dunes": Style("waves of sand or water under a low sun", scenes.dunes),
}
