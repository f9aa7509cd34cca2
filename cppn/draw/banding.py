"""Would neighbouring levels of 8 bits show as bands?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..compose.composition import compose
from ..field.numpy_ops import NumpyOps
from ..field.spaces import encode
from ..network.develop import Field
from ..recipe.view import frame

_WIDE = 12  # pixels, of a band that is seen
_PLACES = 10  # a side, at which it is looked: of wide networks, the oracle takes a millisecond for a dozen
_SHARE = 0.02  # of a picture, from which on bands are seen
_SMALLEST = 256  # pixels of the shorter side, below which none are


def bands(field: Field, size: tuple[int, int]) -> bool:
    """Does a picture of this size lie in bands of one level for more than a fiftieth of its area?

    Strokes are left out: their colours are flat, and what is flat has no bands.
    """
    if min(size) < _SMALLEST:
        return False
    from ..engines.oracle import sampled

    made, laid = compose(_without_strokes(field)), frame(field.view, *size)
    u, v = (((np.arange(_PLACES) + 0.5) / _PLACES - 0.5) * side for side in size)
    across, down = (one.ravel() for one in np.meshgrid(u, v))
    here, *beside = (sampled(made, laid, across + du, down + dv) for du, dv in ((0.0, 0.0), (_WIDE, 0.0), (0.0, _WIDE)))
    if made.program.is_light:
        here, *beside = (np.asarray(encode(one.clip(0, 1), NumpyOps())) for one in (here, *beside))
    change = np.max([abs(one - here) for one in beside], axis=(0, 1))
    return bool(((change > 0) & (change < 1 / 255)).mean() > _SHARE)


def _without_strokes(field: Field) -> Field:
    layers = (layer for layer in field.layers if layer.told.kind != "strokes")
    return replace(field, layers=tuple(replace(layer, field=_without_strokes(layer.field)) for layer in layers))
