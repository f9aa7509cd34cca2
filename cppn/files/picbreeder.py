"""Genomes of Picbreeder and of the programs after it: XML, plain or alone in a zip archive, read as something hostile.

The meaning is that of fer (Kumar et al. 2025), `src/process_pb.py`: x grows to the right and y downwards, both from −1
to 1 between the middles of the outer pixels, d = 1.4·√(x² + y²), bias 1; every node is activation(sum), outputs too.
Colours are HSV of ((h + 1) mod 1, s and |b| limited to [0, 1]), grey is |ink|, at most 1.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ..errors import CppnError, shorten, unknown
from ..recipe import Recipe, from_dict
from ..recipe.kinds import as_float

SUFFIXES = (".xml", ".zip")
_MOST_BYTES = 8 << 20
_DEEPEST = 32
_SIZE = 256  # pixels of the pictures that these programs show: x is −1 and 1 in the middle of the outer ones

# as CPPN-X (Huizinga et al. 2018) has them in `CE_ActivationFunctions.cpp`, which looks most of them up in tables
ACTIVATIONS = {
    "identity": "linear", "sin": "sin", "cos": "cos(x)", "tanh": "tanh", "sigmoid": "tanh(0.5*x)",
    "gaussian": "2*exp(-x*x) - 1", "step": "max(sign(x), 0)", "usigmoid": "0.5 + 0.5*tanh(0.5*x)",
    "ugaussian": "exp(-x*x)", "ublin": "clamp(x, 0, 1)",
}  # fmt: skip
_INPUTS = {"x": "x", "y": "-y", "d": "1.4*r", "bias": "1"}
# of each kind of picture: its mode, and of each channel its output's label and what becomes of the value
_COLOURS = {
    "color": ("hsv", {"hue": "mod(x + 1, 1)", "saturation": "clamp(x, 0, 1)", "brightness": "min(abs(x), 1)"}),
    "grey": ("gray", {"ink": "min(abs(x), 1)"}),
}


def read_genome(path: Path) -> Recipe:
    """The recipe of a genome's picture.

    Errors: CppnError for files that are too large, no genomes, or have nodes and links that nothing draws.
    """
    where = str(path)
    genome = _genome(_tree(_text(path, where), where), where)
    try:
        return _recipe(genome, re.sub(r"[\W_]+", " ", path.stem).strip()[:200])
    except CppnError as error:
        raise error.within(where) from None


def _text(path: Path, where: str) -> bytes:
    """The XML in a file."""
    try:
        if path.suffix.lower() != ".zip":
            with path.open("rb") as plain:
                return _bounded(plain.read(_MOST_BYTES + 1), where)
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) != 1:
                raise CppnError(f"{len(members)} files", where=where, legal="a genome's archive holds one")
            with archive.open(members[0]) as file:
                return _bounded(file.read(_MOST_BYTES + 1), where)
    except CppnError:
        raise
    except OSError as error:
        raise CppnError(f"cannot be read: {error.strerror or error}", where=where) from None
    except Exception as error:  # of a damaged archive: zipfile's, zlib's, lzma's and their like
        raise CppnError(f"no archive that can be read: {shorten(str(error))}", where=where) from None


def _bounded(data: bytes, where: str) -> bytes:
    if len(data) > _MOST_BYTES:
        raise CppnError("it is too large for a genome", where=where, legal=f"at most {_MOST_BYTES >> 20} MB are legal")
    return data


def _tree(data: bytes, where: str) -> Element:
    """The elements of a document, or of several one after another; nothing in it stands for anything else."""
    builder, depth = TreeBuilder(), 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise CppnError("its elements are nested too deeply", where=where)
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    try:
        text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", data.decode("utf-8-sig"))
        if "<!DOCTYPE" in text:
            raise CppnError("it has a document type", where=where, legal="a genome has none")
        parser.Parse(f"<all>{text}</all>", True)
        return builder.close()
    except UnicodeDecodeError:
        raise CppnError("it is not UTF-8", where=where) from None
    except (expat.ExpatError, AssertionError) as error:
        raise CppnError(f"no XML: {error}", where=where) from None


def _genome(tree: Element, where: str) -> Element:
    """The element with nodes and links, whatever stands around it."""
    for one in tree.iter():
        if one.find("nodes") is not None and one.find("links") is not None:
            return one
    raise CppnError("there is no genome in it", where=where, legal="a genome has nodes and links")


def _recipe(genome: Element, name: str) -> Recipe:
    nodes = [*(genome.find("nodes") or ())]
    names = _names(nodes)
    inputs, graph, outputs = dict[str, str](), list[dict[str, object]](), dict[str, str]()
    for node in nodes:
        key, label = names[_key(node.find("marking"))], (node.get("label") or "").lower()
        if node.get("type") == "in":
            inputs[key] = _INPUTS.get(label, "0")
            continue
        if node.get("type") == "out":
            outputs[label] = key
        graph.append({"name": key, "act": _activation(node), "bias": _number(node.get("bias") or "0", "bias")})
    inputs = dict(sorted(inputs.items()))  # sums go in their order, whatever the file's
    kind = "grey" if "ink" in outputs else "color"
    mode, channels = _COLOURS[kind]
    if missing := [label for label in channels if label not in outputs]:
        raise CppnError(
            f"there is no output {missing[0]!r}", legal="outputs are ink, or hue, saturation and brightness"
        )
    links: dict[tuple[str, str], float] = {}
    for link in genome.find("links") or ():
        ends = [_end(link.find(end), names) for end in ("source", "target")]
        if ends[1] not in inputs:  # of several links between two nodes, the sum
            weight = _number(link.findtext("weight") or "", "a weight")
            links[ends[0], ends[1]] = links.get((ends[0], ends[1]), 0.0) + weight
    for label, act in channels.items():
        graph.append({"name": f"{label} shown", "act": act})
        links[outputs[label], f"{label} shown"] = 1.0
    return from_dict(
        {
            "name": name,
            "network": {
                "inputs": list(inputs.values()),
                "graph": {
                    "nodes": graph, "links": [[*pair, weight] for pair, weight in links.items()],
                    "inputs": list(inputs), "outputs": [f"{label} shown" for label in channels],
                },
            },
            "color": {"mode": mode, "levels": [0, 1]}, "view": {"extent": _SIZE / (_SIZE - 1)},
        },
        where="",
    )  # fmt: skip


def _key(marking: Element | None) -> tuple[str, str]:
    """What tells nodes apart: numbers alone are used again in other branches."""
    if marking is None or marking.get("id") is None:
        raise CppnError("a node or the end of a link has no id", legal='<marking branch="…" id="…"/>')
    return marking.get("branch") or "", marking.get("id") or ""


def _names(nodes: list[Element]) -> dict[tuple[str, str], str]:
    """A name for each node: its label where no other has it, else branch and id."""
    labels = Counter(node.get("label") for node in nodes)
    found = {}
    for node in nodes:
        key, label = _key(node.find("marking")), node.get("label")
        found[key] = label if label and labels[label] == 1 else "_".join(filter(None, key))
    return found


def _end(end: Element | None, names: Mapping[tuple[str, str], str]) -> str:
    key = _key(end)
    if key not in names:
        raise unknown("node", "_".join(filter(None, key)), ["_".join(filter(None, one)) for one in names])
    return names[key]


def _activation(node: Element) -> str:
    text = (node.findtext("activation") or "identity(x)").strip().removesuffix("(x)").lower()
    if text not in ACTIVATIONS:
        raise unknown("activation", text, ACTIVATIONS)
    return ACTIVATIONS[text]


def _number(text: str, what: str) -> float:
    try:
        return as_float(text)
    except (ValueError, CppnError):
        raise CppnError(f"{what} is no number: {shorten(text)!r}") from None
