"""Pictures of strokes on one colour as shapes: SVG, with the recipe inside."""

from __future__ import annotations

from collections.abc import Iterator

from ..compose.coloring import swatches
from ..compose.painting import Painting
from ..engines.painting import strokes_of
from ..errors import CppnError
from ..field.palettes import rgb
from ..files import xmp
from ..files.provenance import Provenance
from ..network.develop import Field, Layer
from ..recipe import FinishRecipe, LayerRecipe
from ..recipe.view import Frame, frame
from ..strokes import Page, svg
from .drawing import RenderJob

_SURFACE = ("vignette", "paper", "fibre", "grain")  # fields of a finish that shade each pixel of what they are on
_HEIGHT = ("relief", "contours")  # that follow a field's value
_EDGES = ("line", "shadow", "rim")  # that are seen where swatches meet
_AROUND = ("margin", "border")
_LAID = ("blend", "opacity", "haze", "mask.shape")  # fields of a layer that are to be as usual
_USUAL = LayerRecipe()


def as_svg(job: RenderJob, provenance: Provenance, where: str) -> str:
    """A picture of strokes on one colour, perhaps with a margin and a border, as an SVG file's text.

    Its size is in millimetres where the job says how many pixels are an inch, else in pixels.
    Errors: CppnError for other pictures, which names all that shapes cannot show.
    """
    if wrong := list(_of_pixels(job.field)):
        raise CppnError(
            f"SVG cannot show {', '.join(wrong)}", where=where,
            legal="it holds layers of strokes on a ground of one colour, with a margin and a border; PNG holds all",
        )  # fmt: skip
    field, laid = job.field, frame(job.field.view, *job.size, job.bleed, job.dpi)
    paintings = map(Painting.of, field.layers)
    half = laid.width / 2 / laid.percent, laid.height / 2 / laid.percent
    page = Page(
        half, (_side(laid.width, job.dpi), _side(laid.height, job.dpi)), swatches(field.color)[0],
        list(_frames(field.finish, laid, job.bleed)), xmp.packet(provenance.to_json()).decode(),
    )  # fmt: skip
    return svg([(strokes_of(one, laid), one.colours) for one in paintings], page)


def _of_pixels(field: Field) -> Iterator[str]:
    """What of a picture is no shape, by the names that recipes have for it."""
    color, finish = field.color, field.finish
    if not field.layers:
        yield "a picture without strokes"
        return
    if color.mode != "palette" or len(set(swatches(color))) > 1:
        yield 'a ground of several colours (of one: palette = "#f4ecdc,#f4ecdc")'
    yield from _set(finish, (*_SURFACE, *_HEIGHT, *(_EDGES if color.flat else ())), "finish.")
    for i, layer in enumerate(field.layers):
        yield from _of_pixels_in(layer, f"layers.{i}.")


def _of_pixels_in(layer: Layer, where: str) -> Iterator[str]:
    if layer.told.kind != "strokes":
        yield f"{where}kind = {layer.told.kind!r}"
        return
    for name in _LAID:
        section, _, key = name.rpartition(".")
        told, usual = ((getattr(one, section) if section else one) for one in (layer.told, _USUAL))
        if getattr(told, key) != getattr(usual, key):
            yield f"{where}{name} = {getattr(told, key)!r}"
    yield from _set(layer.field.finish, (*_SURFACE, *_AROUND), f"{where}finish.")
    if layer.field.layers:
        yield f"{where}layers"


def _set(finish: FinishRecipe, names: tuple[str, ...], where: str) -> Iterator[str]:
    """The fields of a finish that are not as usual, of some and the halftone."""
    yield from (
        f"{where}{name}" for name in ("halftone", *names) if getattr(finish, name) != getattr(_USUAL.finish, name)
    )


def _frames(finish: FinishRecipe, laid: Frame, bleed: int) -> Iterator[tuple[float, tuple[float, ...]]]:
    """A finish's border and margin: how far they reach in from the page's edges, in units, and their colours."""
    margin, border = (_units(one, laid) for one in (finish.margin, finish.border))
    beyond = bleed / laid.percent
    if border:
        yield beyond + margin + border, rgb(finish.line_color)
    if margin:
        yield beyond + margin, rgb(finish.paper_color)


def _units(length: float | str, laid: Frame) -> float:
    """A length in hundredths of the shorter side."""
    if not isinstance(length, str):
        return length
    number = float(length.removesuffix("px").removesuffix("mm"))
    return number * (1.0 if length.endswith("px") else laid.mm) / laid.percent


def _side(pixels: int, dpi: float | None) -> str:
    """A page's side as SVG tells it: in pixels, or the roundest number of millimetres within half a pixel."""
    if dpi is None:
        return str(pixels)
    exact, pixel = pixels / dpi * 25.4, 25.4 / dpi
    rounded = next(one for digits in range(9) if abs((one := round(exact, digits)) - exact) <= pixel / 2 or digits == 8)
    return f"{rounded:g}mm"
