"""`cppn animate`: draw a film or a perfect loop."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options, types
from .progress import count_bar

if TYPE_CHECKING:
    from ..motion.film import FilmJob
    from ..motion.timeline import Timeline, Track
    from ..recipe import Recipe

DEFAULT_SIZE = (1280, 720)
DRIFT, LATENT = "0.2", "1"  # amounts, where none is given
_PREVIEW_SIDE, _PREVIEW_FPS = 480, 15
_LATENTS = 4  # latent inputs of a new network that walks among them

motion = options.together(
    click.option(
        "--drift", type=types.EASED_NUMBER, is_flag=False, flag_value=DRIFT, metavar="[AMOUNT]",
        help=f"The weights go round a closed random curve; so far, as a part of their size ({DRIFT}).",
    ),
    click.option(
        "--latent", type=types.EASED_NUMBER, is_flag=False, flag_value=LATENT, metavar="[AMOUNT]",
        help=f"The latent inputs go round a closed random curve ({LATENT}).",
    ),
    click.option(
        "--sweep", type=types.SWEEP, multiple=True, metavar="PARAMETER=A:B[:C…]",
        help="A number goes through values: freq=2:9, r=3.4:4, iters=0:6, gain=1:2:1, center=0,0:1,2, …",
    ),
    click.option("--zoom-to", type=types.EASED_NUMBER, metavar="Z", help="Zoom to a magnification."),
    click.option("--rotate-by", type=types.EASED_NUMBER, metavar="DEGREES", help="Turn; 360 is a loop."),
    click.option("--pan", type=types.EASED_PAIR, metavar="DX,DY", help="Move the centre by so much of the plane."),
    click.option("--hue-by", type=types.EASED_NUMBER, metavar="DEGREES", help="Turn all hues; 360 is a loop."),
    click.option("--morph", is_flag=True, help="Go from the first SOURCE through the others and back."),
    click.option(
        "--morph-by", type=click.Choice(["auto", "weights", "fade"]),
        help="Through weights where shapes are the same (auto), or one picture through the other.",
    ),
    click.option("--motion-seed", type=types.WHOLE, metavar="N", help="Seed of the random curves (0)."),
    click.option("--ease", metavar="NAME", help="Easing of all that says none of its own, as --zoom-to 8@smooth does."),
    click.option(
        "--boomerang/--no-boomerang", default=None, help="What does not end as it began goes there and back."
    ),
)  # fmt: skip

film = options.together(
    click.option("--duration", type=types.SECONDS, metavar="SECONDS", help="Length: 6s, 1.5min (6s)."),
    click.option("--fps", type=types.PACE, metavar="F", help="Frames a second (30; 25 in GIF, WebP and PNG)."),
    click.option("--frames", type=types.WHOLE, metavar="N", help="Number of frames, instead of a length."),
    click.option("--size", type=types.SIZE, metavar="SIZE", help="1920x1080, 4k, iphone-15, … (1280x720)."),
    click.option("--aa", type=types.SAMPLES, metavar="N|auto", help="Anti-aliasing: N×N samples a pixel (1); or auto."),
    click.option("--dither/--no-dither", default=None, help="Break up bands of colour by fine noise."),
    click.option("--quality", type=types.WHOLE, metavar="Q", help="Of lossy formats, 1 to 100 (MP4 and WebM 66)."),
    click.option(
        "-o", "--output", metavar="FILE|PATTERN",
        help="Where to: .mp4, .webm, .gif, .webp, .png, or a picture a frame: frames/%04d.png.",
    ),
    click.option("--bits", type=types.WHOLE, metavar="N", help="Of numbered frames: 8, or 16 (PNG, TIFF)."),
    click.option("--preview", is_flag=True, help="A quick small one."),
    click.option("--resume", is_flag=True, help="Keep the numbered frames that are there and whole."),
    options.machine,
    click.option("--json", "as_json", is_flag=True, help="Print what was drawn as JSON."),
    click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors."),
)  # fmt: skip


@click.command("animate", short_help="Draw a film or a perfect loop.")
@click.argument("sources", nargs=-1, type=types.Source(motion=True))
@motion
@film
@options.shape
@options.look
def command(sources: tuple[str, ...], **flags: Any) -> None:
    """Draw a film or a perfect loop.

    SOURCE is nothing (a new network), a preset, a recipe file, a picture that cppn drew, a motion (`cppn presets` lists
    them), a timeline file or a film that cppn drew. What moves is said by flags; without any, the weights drift.

    \b
      cppn animate silk -o silk.mp4
      cppn animate readme/default --sweep freq=2:9 --boomerang -o frequencies.webm
      cppn animate dahlia --rotate-by 360 --hue-by 360 --size 480 -o dahlia.gif
      cppn animate --morph silk aurora marble --duration 12 -o three.mp4
      cppn animate zebra --zoom-to 20@smooth --boomerang -o frames/%04d.png
      cppn animate silk.mp4 --size 4k -o large.mp4
    """
    from ..motion.evaluator import Evaluator

    timeline, drawn = _timeline(sources, flags)
    evaluator = Evaluator(timeline)
    path, own_name = _path(flags, evaluator.timeline.recipe, sources)
    film_job = _film_job(evaluator, path, drawn, flags)
    if not flags["quiet"]:
        if not sources and flags["seed"] is None:
            click.echo(f"seed {timeline.recipe.seed}", err=True)
        if not evaluator.is_loop:
            what = ", ".join(evaluator.open_parameters)
            click.echo(f"this is no loop: {what} does not end as it began; --boomerang makes it one", err=True)
    _draw(film_job, path, own_name, flags)


def _timeline(sources: Sequence[str], flags: dict[str, Any]) -> tuple[Timeline, dict[str, Any]]:
    """What the sources and flags come to, and how the source was drawn."""
    from ..errors import CppnError
    from ..motion.easing import easing
    from ..motion.timeline import load_timeline, of_recipe
    from ..recipe import Recipe

    if len(sources) > 1 and not flags["morph"]:
        raise CppnError(
            f"there are {len(sources)} sources", where="animate", legal="--morph goes from one to the other"
        )
    if flags["morph"] and len(sources) < 2:
        raise CppnError("there is nothing to go to", where="--morph", legal="name two pictures or more")
    if flags["ease"] is not None:
        with _as_flag("--ease"):
            easing(flags["ease"])
    timeline, drawn = load_timeline(sources[0]) if sources else (of_recipe(Recipe()), {})
    if drawn and "frames" not in drawn:
        drawn = {}  # of a picture: a film has a size and smoothness of its own
    recipes = [_recipe(timeline.recipe, flags, new=not sources)]
    recipes += [_recipe(load_timeline(source)[0].recipe, flags) for source in sources[1:]]
    seconds = _seconds(flags, timeline, drawn)
    named = {} if recipes[0] == timeline.recipe else {"name": "", "description": ""}
    boomerang = timeline.boomerang if flags["boomerang"] is None else flags["boomerang"]
    timeline = timeline.change(recipe=recipes[0], boomerang=boomerang, **named).lasting(seconds)
    default = flags["ease"] or ("sine" if timeline.boomerang else "linear")
    flagged = {track.knob: track for track in _tracks(flags, recipes[0], seconds, default)}
    tracks = [track for track in timeline.tracks if track.knob not in flagged]
    timeline = timeline.change(tracks=[*tracks, *flagged.values()], morph=_morph(flags, timeline, recipes[1:]))
    return timeline.change(**dict(_walks(flags, timeline))), drawn


def _morph(flags: dict[str, Any], timeline: Timeline, others: Sequence[Recipe]) -> dict[str, Any] | None:
    """Where the film goes from its recipe."""
    from ..errors import CppnError

    told = timeline.morph.to_dict() if timeline.morph else {}
    if flags["morph"]:
        told = {"recipes": tuple(others), **({"ease": flags["ease"]} if flags["ease"] else {})}
    if flags["morph_by"] is not None:
        if not told:
            raise CppnError("nothing morphs", where="--morph-by", legal="add --morph and two sources")
        told["by"] = flags["morph_by"]
    return told or None


def _walks(flags: dict[str, Any], timeline: Timeline) -> Iterator[tuple[str, dict[str, Any]]]:
    """How weights and latent inputs walk, as far as flags say so; weights do where nothing else moves."""
    for name in ("drift", "latent"):
        walk = getattr(timeline, name)
        alone = name == "drift" and not timeline.moves and not flags["latent"]
        given = flags[name] or ((float(DRIFT), None) if alone else None)
        told = walk.to_dict() if walk else {}
        if given is not None:
            told = {"seed": 0, **told, "amount": given[0], "ease": given[1] or flags["ease"] or "linear"}
        if flags["motion_seed"] is not None and told:
            told["seed"] = flags["motion_seed"]
        if told:
            yield name, told


def _recipe(recipe: Recipe, flags: dict[str, Any], *, new: bool = False) -> Recipe:
    """A source's recipe with the flags over it; of a new picture, with a new seed."""
    from ..recipe.overrides import override
    from .render import as_flags

    with as_flags(command):
        recipe = override(recipe, {key: value for key, value in flags.items() if key != "latent"})
    if not new:
        return recipe
    changes: dict[str, dict[str, Any]] = {"network": {"latent": _LATENTS}} if flags["latent"] else {}
    seed = secrets.randbelow(2**32) if flags["seed"] is None else flags["seed"]
    return recipe.change({**changes, "": {"seed": seed}})


def _seconds(flags: dict[str, Any], timeline: Timeline, drawn: dict[str, Any]) -> float:
    """How long the film is."""
    from ..errors import CppnError

    duration, frames = flags["duration"], flags["frames"]
    if frames is not None and frames < 1:
        raise CppnError(f"{frames} frames", where="--frames", legal="a film has 1 or more")
    if duration is not None:
        if duration <= 0:
            raise CppnError("a film of no length", where="--duration", legal="it is above 0")
        if frames is not None and flags["fps"] is not None:
            raise CppnError("--duration, --fps and --frames together say too much", legal="give two of them")
        return float(duration)
    if frames is not None:
        return float(frames / (flags["fps"] or _pace(flags, drawn)))
    return timeline.duration


def _pace(flags: dict[str, Any], drawn: dict[str, Any]) -> Fraction:
    """Frames a second, where no flag says so: of a film that is drawn again, else of the format."""
    from ..files.sinks.film_formats import FILM_FORMATS, film_format
    from ..motion.film import is_numbered

    path = Path(flags["output"] or "a.mp4")
    form = FILM_FORMATS[".mp4"] if is_numbered(path) else film_format(path)
    if "fps" in drawn:
        kept: Fraction = types.pace(drawn["fps"])
        if kept <= form.fastest:
            return kept
        if not flags["quiet"]:
            click.echo(f"{form.name} cannot hold {float(kept):g} frames a second: {form.fps}", err=True)
    return Fraction(form.fps)


def _tracks(flags: dict[str, Any], recipe: Recipe, seconds: float, ease: str) -> Iterator[Track]:
    """The tracks that the flags ask for."""
    from ..errors import CppnError
    from ..motion import parameters
    from ..motion.timeline import Track

    wanted: list[tuple[str, str, list[tuple[float, ...]], str | None]] = []
    for (name, values), own in flags["sweep"]:
        wanted.append((f"--sweep {name}", name, values, own))
    for flag, name in (("zoom_to", "zoom"), ("rotate_by", "rotate"), ("pan", "center"), ("hue_by", "hue")):
        if flags[flag] is not None:
            value, own = flags[flag]
            start = parameters.read(recipe, name)
            moved = value if isinstance(value, tuple) else (value,)
            end = moved if flag == "zoom_to" else tuple(a + b for a, b in zip(start, moved, strict=True))
            wanted.append((f"--{flag.replace('_', '-')}", name, [start, end], own))
    names = [name for _, name, _, _ in wanted]
    for flag, name, values, own in wanted:
        if names.count(name) > 1:
            raise CppnError(f"{name} is moved twice", where=flag, legal="write one sweep through all values")
        with _as_flag(flag):
            last = len(values) - 1
            for value in values:
                parameters.changed(recipe, {name: value})
            keys: Any = [(seconds * i / last, v if len(v) > 1 else v[0]) for i, v in enumerate(values)]
            yield Track(knob=name, keys=keys, ease=own or ease)


@contextmanager
def _as_flag(flag: str) -> Iterator[None]:
    """Errors of the library are told as this flag's."""
    from ..errors import CppnError

    try:
        yield
    except CppnError as error:
        raise error.within(flag, instead_of=[flag.rpartition(" ")[2], "what moves"]) from None


def _path(flags: dict[str, Any], recipe: Recipe, sources: Sequence[str]) -> tuple[Path, bool]:
    """Where the film goes, and whether that name is the program's own, which never takes a file's place."""
    from ..files.names import free_path
    from ..files.naming import file_name

    output = flags["output"]
    folder = Path(output) if output is not None and (output.endswith(("/", "\\")) or Path(output).is_dir()) else None
    if output is not None and folder is None:
        return Path(output), False
    stem = "-".join(Path(source).stem for source in sources[:4]) or file_name(recipe, None, (0, 0))
    return free_path((folder or Path()) / f"{stem}{'-preview' if flags['preview'] else ''}.mp4"), True


def _film_job(evaluator: Any, path: Path, drawn: dict[str, Any], flags: dict[str, Any]) -> FilmJob:
    """The film at its size and pace."""
    from ..engines import Quality
    from ..errors import CppnError
    from ..files.sinks.film_formats import film_format
    from ..motion.film import FilmJob, is_numbered

    again = {"width", "height"} <= drawn.keys()
    size = flags["size"][:2] if flags["size"] else (drawn["width"], drawn["height"]) if again else DEFAULT_SIZE
    fps = flags["fps"] or _pace(flags, drawn)
    if flags["frames"] is not None and flags["duration"] is not None:
        fps = flags["fps"] or Fraction(flags["frames"]) / Fraction(flags["duration"]).limit_denominator(10**6)
    samples = flags["aa"] if flags["aa"] is not None else drawn.get("aa", 1)
    numbered = is_numbered(path)
    if flags["preview"]:
        longest = max(size)
        if not flags["size"]:
            size = tuple(max(2, side * min(_PREVIEW_SIDE, longest) // longest) for side in size)
        fps = flags["fps"] or min(fps, Fraction(_PREVIEW_FPS))
        samples = flags["aa"] if flags["aa"] is not None else 1
    if not numbered and film_format(path).even and (size[0] % 2 or size[1] % 2):
        whole = (size[0] + size[0] % 2, size[1] + size[1] % 2)
        if not flags["quiet"]:
            name = film_format(path).name
            click.echo(f"{size[0]}x{size[1]} becomes {whole[0]}x{whole[1]}: {name} takes even sizes only", err=True)
        size = whole
    if not numbered:
        for flag in ("bits", "resume"):
            if flags[flag]:
                raise CppnError("it is for numbered frames", where=f"--{flag}", legal="write -o frames/%04d.png")
    frames = max(1, round(evaluator.timeline.duration * fps))
    if flags["frames"] is not None:
        frames = flags["frames"]
    dither = flags["dither"] if flags["dither"] is not None else drawn.get("dither", False)
    quality = Quality(samples, flags["bits"] or 8, dither)
    return FilmJob(evaluator, size, fps, frames, quality, flags["engine"], flags["device"], flags["threads"])


def _draw(film_job: FilmJob, path: Path, own_name: bool, flags: dict[str, Any]) -> None:
    """Draw the film, and print where it is."""
    from ..draw.memory import DEFAULT
    from ..files.sinks import Encoding
    from ..motion.film import is_numbered, write_film_job, write_frames

    limit, started = flags["max_memory"] or DEFAULT, time.perf_counter()
    with count_bar(film_job.frames, "frame", flags["quiet"]) as progress:
        if is_numbered(path):
            encoding = Encoding(flags["quality"])
            try:
                written = write_frames(
                    film_job, path, encoding, max_memory=limit, resume=flags["resume"], progress=progress
                )
            except KeyboardInterrupt:
                click.echo("cppn: finished frames are kept, and --resume goes on from there", err=True)
                raise
        else:
            quality = flags["quality"]
            written = [
                write_film_job(film_job, path, quality=quality, exclusive=own_name, max_memory=limit, progress=progress)
            ]
    if flags["as_json"]:
        report = {
            "files": [str(one) for one in written], "width": film_job.size[0], "height": film_job.size[1],
            "fps": float(film_job.fps), "frames": film_job.frames, "loop": film_job.evaluator.is_loop,
            "seconds": round(time.perf_counter() - started, 3), "timeline": film_job.evaluator.timeline.to_dict(),
        }  # fmt: skip
        click.echo(json.dumps(report))
    elif not flags["quiet"]:
        for one in written:
            click.echo(str(one))
