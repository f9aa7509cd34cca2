"""What the report holds: each study with its settings, in full or quick, and the chapter that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .. import autodiff, classify, classify_chapter, curves, data, gradients, mosaics, outputs
from ..chapter import Chapter
from ..depth import capacity, flow, stability
from ..depth import chapter as deep
from ..depth.experiment import ACTS as DEEP_ACTS
from ..depth.experiment import Setting as DeepSetting
from ..depth.learning import run


@dataclass(frozen=True)
class Size:
    """How large the experiments are."""

    points: int  # of each curve
    patches: int  # of images, where no other data is named
    classify_epochs: int
    deep_epochs: int
    deep_seeds: int
    depths: tuple[int, ...]
    extras: bool  # of deep networks: stability, capacity and a film
    mosaic_steps: int


FULL = Size(1000, data.SIZE, 13, 500, 3, flow.DEPTHS, True, 4001)
QUICK = Size(400, 1800, 4, 120, 1, (5, 10, 20), False, 301)


@dataclass(frozen=True)
class Request:
    """What the report is asked for.

    `acts`: activations or formulas, none for each study's own. `images`: a folder of IDX files or "fashion-mnist", none
    for patches that are drawn. `quick`: smaller experiments. `fresh`: train anew.
    """

    acts: tuple[str, ...] = ()
    seed: int = 42
    images: str | None = None
    quick: bool = False
    fresh: bool = False

    @property
    def size(self) -> Size:
        """How large its experiments are."""
        return QUICK if self.quick else FULL

    def data(self) -> data.Data:
        """The images that it names.

        Errors: CppnError if they cannot be had.
        """
        if self.images is None:
            return data.patches(self.size.patches)
        return data.fashion() if self.images == data.FASHION else data.read_folder(Path(self.images))


def _curves(request: Request) -> Chapter:
    found = curves.chapter(request.acts or curves.WITH_SLOPES, points=request.size.points, gradients=True)
    # each activation alone would be seen twice
    return replace(found, plates=[plate for plate in found.plates if not plate.name.startswith(curves.ALONE)])


def _autodiff(request: Request) -> Chapter:
    return autodiff.chapter()


def _gradients(request: Request) -> Chapter:
    return gradients.chapter(request.acts or classify.ACTS, request.data(), request.seed)


def _setting(request: Request, acts: tuple[str, ...]) -> classify.Setting:
    return classify.Setting(request.acts or acts, epochs=request.size.classify_epochs, seed=request.seed)


def _classify(request: Request) -> Chapter:
    setting, images = _setting(request, classify.ACTS), request.data()
    return classify_chapter.chapter(classify.run(setting, images, fresh=request.fresh), setting, images)


def _outputs(request: Request) -> Chapter:
    acts, images = request.acts or outputs.ACTS, request.data()
    trained = classify.run(_setting(request, acts), images)  # kept, if they have been classified with
    return outputs.chapter(acts, images, request.seed, trained=[one.state for one in trained], untrained=True)


def _depth(request: Request) -> Chapter:
    size, fresh = request.size, request.fresh
    seeds = tuple(range(request.seed, request.seed + size.deep_seeds))
    setting = DeepSetting(request.acts or DEEP_ACTS, seeds, epochs=size.deep_epochs)
    learned = borne = None
    if size.extras:
        learned = capacity.run(capacity.setting_of(setting, request.acts), fresh=fresh)
        wide = replace(setting, acts=request.acts or capacity.ACTS)
        borne = wide, size.depths, stability.run(wide, size.depths, fresh=fresh)
    norms = flow.run(setting, size.depths, fresh=fresh)
    extras = deep.Extras(norms, deep.by_init(setting, fresh=fresh), borne, learned)
    found = deep.chapter(run(setting, fresh=fresh), extras)
    return found if size.extras else replace(found, clips=())


def _mosaics(request: Request) -> Chapter:
    steps = request.size.mosaic_steps
    every = max(1, steps // (10 if request.quick else 20))
    return mosaics.chapter(request.acts or mosaics.ACTS, request.seed, steps=steps, every=every)


CONTENTS: dict[str, Callable[[Request], Chapter]] = {
    "curves": _curves, "autodiff": _autodiff, "gradients": _gradients, "classify": _classify, "outputs": _outputs,
    "depth": _depth, "mosaics": _mosaics,
}  # fmt: skip


def chapters(request: Request) -> Iterator[Chapter]:
    """Every chapter, made as it is asked for."""
    for make in CONTENTS.values():
        yield make(request)
