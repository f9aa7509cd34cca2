"""The studies of a classifier: its data, what it learns, and what goes through it before it does."""

import gzip
import hashlib
import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import idx, pixels
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cppn.cli import cli
from cppn.errors import CppnError, failure
from cppn.field.activations import parse_activation
from cppn.study import classify, data, download
from cppn.study.classifier import WIDTHS, Classifier, scaled
from cppn.study.classify_chapter import chapter, is_chance
from cppn.study.folder import MANIFEST
from cppn.study.gradients import gradients
from cppn.study.histograms import histogram
from cppn.study.idx import read_images, read_labels
from cppn.study.originals import CLASSIFY
from cppn.study.outputs import outputs
from cppn.study.weights_file import read_states, to_bytes, weights_name

TWINS = {
    "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "relu": nn.ReLU(), "leakyrelu:slope=0.1": nn.LeakyReLU(0.1), "elu": nn.ELU(), "silu": nn.SiLU(),
}  # fmt: skip


def plain(model: Classifier, act: nn.Module) -> nn.Sequential:
    """The same network as plain torch has it."""
    parts: list[nn.Module] = []
    for weight, bias in zip(model.weights, model.biases, strict=True):
        linear = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(weight)
            linear.bias.copy_(bias)
        parts += [linear, act]
    return nn.Sequential(*parts[:-1])


@pytest.fixture(scope="module")
def few() -> data.Data:
    return data.patches(600)


def batch(of: data.Data, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Images as the originals scale them, and labels."""
    x = torch.from_numpy(of.images[:count].astype(np.float32) / 255).sub(0.5).div(0.5).flatten(1)
    return x, torch.from_numpy(of.labels[:count].astype(np.int64))


# the files


def test_files_are_read_as_they_were_written(four):
    found, rng = data.read_folder(four), np.random.default_rng(5)
    np.testing.assert_array_equal(found.images, rng.integers(256, size=(120, 28, 28), dtype=np.uint8))
    np.testing.assert_array_equal(found.test_images, rng.integers(256, size=(30, 28, 28), dtype=np.uint8))
    assert found.labels.tolist() == [i % 10 for i in range(120)]
    assert len(found.test_labels) == 30
    assert found.name == "four"
    assert found.digest != data.patches(60).digest


IMAGES, LABELS = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("train-images-idx3-ubyte", idx(LABELS), "it holds labels; a file of images begins with 00 00 08 03"),
        ("train-labels-idx1-ubyte", idx(IMAGES), "it holds images; a file of labels begins with 00 00 08 01"),
        ("train-images-idx3-ubyte", b"", "it begins with nothing"),
        ("train-images-idx3-ubyte", b"\x89PNG....", "it begins with 89 50 4e 47"),
        ("train-images-idx3-ubyte", idx(IMAGES)[:9], "it ends before its sizes do"),
        ("train-images-idx3-ubyte", idx(IMAGES)[:-1], "it promises 2352 bytes of images and holds 2351"),
        ("train-images-idx3-ubyte", idx(IMAGES) + b"x", "it promises 2352 bytes of images and holds more; nothing may follow them"),
        ("train-images-idx3-ubyte", idx(np.zeros((3, 28, 27), np.uint8)), "its images are 28×27 pixels; 28×28 are legal"),
        ("train-images-idx3-ubyte", bytes([0, 0, 8, 3]) + b"\xff" * 12, "it says that it holds 4294967295 images; 1 to 200000"),
        ("train-labels-idx1-ubyte", idx(np.zeros(0, np.uint8)), "it says that it holds 0 labels"),
        ("train-labels-idx1-ubyte", idx(LABELS + 10), "it has a label 10; 0 to 9 are legal"),
        ("train-labels-idx1-ubyte", idx(LABELS), "it has 3 labels; train-images-idx3-ubyte.gz has 120 images"),
        ("train-images-idx3-ubyte", gzip.compress(idx(IMAGES), mtime=0)[:-9], "it cannot be decompressed"),
        ("train-images-idx3-ubyte", gzip.compress(idx(IMAGES), mtime=0) + b"more", "it cannot be decompressed"),
        ("train-images-idx3-ubyte", gzip.compress(idx(IMAGES) + bytes(10_000_000)), "and holds more"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_told_in_one_line(four, name, content, told):
    (four / name).write_bytes(content)
    with pytest.raises(CppnError) as error:
        data.read_folder(four)
    assert told in str(error.value)
    assert str(four / name) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(four):
    (four / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(CppnError, match=r"t10k-labels-idx1-ubyte: there is no such file; plain, or compressed"):
        data.read_folder(four)
    with pytest.raises(CppnError, match="there is no such folder"):
        data.read_folder(four / "no")
    with pytest.raises(CppnError, match="train-labels-idx1-ubyte: it is a file; the folder of four IDX files"):
        data.read_folder(four / "train-labels-idx1-ubyte")


@given(st.binary(max_size=80), st.sampled_from([b"", b"\0\0\x08\x01", b"\0\0\x08\x01\0\0\0\x02", b"\0\0\x08\x03", b"\x1f\x8b\x08\0"]), st.booleans())  # fmt: skip
def test_any_bytes_are_read_or_refused(tmp_path_factory, body, start, compressed):
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(gzip.compress(start + body, mtime=0) if compressed else start + body)
    for read in (read_images, read_labels):
        try:
            assert read(path).dtype == np.uint8
        except CppnError as error:
            assert "\n" not in str(error)


# the patches


def test_patches_are_the_same_every_time_and_of_all_classes(few):
    again = data.patches(600)
    assert few.digest == again.digest != data.patches(600, seed=1).digest
    assert few.images.shape == (600, 28, 28)
    assert few.test_images.shape == (100, 28, 28)
    assert np.bincount(few.labels).tolist() == [60] * 10
    assert np.bincount(few.test_labels).tolist() == [10] * 10
    assert len(few.classes) == 10
    assert few.images.std(axis=(1, 2)).min() > 5, "each shows something"


# fetching


@pytest.fixture
def home(monkeypatch):
    """A server on this machine, with what it is to answer."""
    monkeypatch.setenv("no_proxy", "*")
    answers: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers.get(self.path.lstrip("/"))
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"") + self.path.endswith("short")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", answers
    server.shutdown()
    thread.join()
    server.server_close()


def original(name: str, body: bytes) -> download.Original:
    return download.Original(name, len(body), hashlib.sha256(body).hexdigest())


def test_files_are_fetched_once_and_mended(home, tmp_path):
    address, answers = home
    files = [original("a.gz", b"first"), original("b.gz", b"second" * 100_000)]
    answers.update({"a.gz": b"first", "b.gz": b"second" * 100_000})
    seen: list[int] = []
    folder = tmp_path / "new" / "folder"
    fetch = partial(download.fetch, folder, seen.append, homes=(address + "not/", address), files=files)
    assert fetch() == folder
    assert (folder / "b.gz").read_bytes() == b"second" * 100_000
    assert sum(seen) == 600_005
    answers.clear()
    fetch()
    assert not download.missing(folder, files)
    (folder / "a.gz").write_bytes(b"worse")
    assert [one.name for one in download.missing(folder, files)] == ["a.gz"]
    answers["a.gz"] = b"first"
    fetch()
    assert sorted(path.name for path in folder.iterdir()) == ["a.gz", "b.gz"]
    assert (folder / "a.gz").read_bytes() == b"first"


@pytest.mark.parametrize(
    ("name", "answer", "told"),
    [
        ("a", b"firs", "gives 4 of 5 bytes"),
        ("a", b"first!", "gives more than 5 bytes"),
        ("a", b"worst", "gives another file, of another SHA-256"),
        ("a", None, "Not Found"),
        ("short", b"firs", "gives 4 of 5 bytes"),
    ],
)
def test_what_is_not_the_original_is_refused_and_nothing_left(home, tmp_path, name, answer, told):
    address, answers = home
    if answer is not None:
        answers[name] = answer
    with pytest.raises(CppnError) as error:
        download.fetch(tmp_path / "f", homes=(address,), files=[original(name, b"first")])
    assert told in str(error.value)
    assert f"{name}: it could not be fetched: {address} " in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "file:///etc/", "http://a b/"])
def test_a_home_that_does_not_answer_is_one_line(tmp_path, monkeypatch, address):
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(CppnError, match="could not be fetched") as error:
        download.fetch(tmp_path, homes=(address,), files=[original("hostname", b"x")])
    assert "\n" not in str(error.value)


def test_the_originals_are_those_that_were_published():
    assert [one.size for one in download.FILES] == [26421880, 29515, 4422102, 5148]
    assert len({one.sha256 for one in download.FILES}) == 4


def test_fashion_mnist_is_read_from_where_it_is_kept(four, cache, monkeypatch):
    cache.mkdir(exist_ok=True)
    (cache / "fashion-mnist").symlink_to(four)
    with pytest.raises(CppnError, match="could not be fetched"):
        download.fetch(cache / "fashion-mnist", homes=("http://127.0.0.1:1/",))
    monkeypatch.setattr(download, "missing", lambda folder, files=(): [])
    monkeypatch.setattr(data, "_SYSTEM", cache / "nowhere")
    found = data.fashion()
    (cache / "fashion-mnist").unlink()
    assert (found.name, found.classes[9], len(found.images)) == ("fashion-mnist", "ankle boot", 120)


def test_a_folder_that_holds_fashion_mnist_is_known_by_its_images(four, monkeypatch):
    assert data.read_folder(four).classes[9] == "9"
    monkeypatch.setattr(data, "_FASHION_DIGEST", data.read_folder(four).digest)
    assert data.read_folder(four).name == "fashion-mnist"
    monkeypatch.setattr(data, "_SYSTEM", four)
    assert data.fashion_missing() == []
    assert data.fashion().classes[:2] == ("T-shirt", "trouser")


def test_too_few_images_are_told(four):
    (four / "train-images-idx3-ubyte").write_bytes(idx(IMAGES))
    (four / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    with pytest.raises(CppnError, match="four: 3 images to learn from; at least 5 are legal"):
        classify.run(classify.Setting(), data.read_folder(four))


# the network


@pytest.mark.parametrize("act", TWINS)
def test_gradients_are_those_of_plain_torch(few, act):
    model = Classifier(parse_activation(act), 256, 42)
    twin = plain(model, TWINS[act])
    x, y = batch(few, 256)
    loss = nn.CrossEntropyLoss()(twin(x), y)
    loss.backward()
    found, _ = model.learn_from(scaled(few.images[:256]), y)
    assert found.item() == pytest.approx(loss.item(), rel=1e-5)
    for grad, layer, told in zip(model.weight_grads, twin[::2], gradients(act, few), strict=True):
        wanted = layer.weight.grad
        torch.testing.assert_close(grad, wanted, rtol=1e-3, atol=1e-4 * wanted.abs().max().item())
        assert told.std == pytest.approx(wanted.double().std(correction=0).item(), rel=1e-3)
        assert told.largest == pytest.approx(wanted.abs().max().item(), rel=1e-3)
        assert told.norm == pytest.approx(wanted.norm().item(), rel=1e-3)
        assert told.counts.sum() == wanted.numel() == told.count


@pytest.mark.parametrize("act", ["relu", "elu"])
def test_steps_are_those_of_plain_sgd(few, act):
    model = Classifier(parse_activation(act), 64, 3)
    twin = plain(model, TWINS[act])
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.05, momentum=0.9)
    images, (x, y) = torch.from_numpy(few.images), batch(few, 600)
    for _ in range(3):
        for part in torch.arange(150).split(64):  # the last is smaller
            optimizer.zero_grad()
            nn.functional.cross_entropy(twin(x[part]), y[part]).backward()
            optimizer.step()
            model.learn_from(scaled(images[part]), y[part])
            model.step(0.05, 0.9)
    for i, layer in enumerate(twin[::2]):
        torch.testing.assert_close(model.weights[i], layer.weight.detach(), rtol=1e-3, atol=1e-5)
        torch.testing.assert_close(model.biases[i], layer.bias.detach(), rtol=1e-3, atol=1e-5)
    loss, right = model.judge(images, y)
    assert loss == pytest.approx(nn.functional.cross_entropy(twin(x), y).item(), rel=1e-4)
    assert right == pytest.approx((twin(x).argmax(1) == y).float().mean().item(), abs=2 / 600)


def test_outputs_are_those_of_plain_torch(few):
    twin = plain(Classifier(parse_activation("relu"), 256, 42), nn.ReLU())
    h, _ = batch(few, 256)
    for i, (sums, values) in enumerate(outputs("relu", few)):
        h = twin[2 * i](h)
        assert sums.std == pytest.approx(h.double().std(correction=0).item(), rel=1e-4)
        assert sums.counts.sum() == 256 * WIDTHS[i + 1]
        if values is None:
            assert i == 4
        else:
            h = twin[2 * i + 1](h)
            assert values.mean == pytest.approx(h.double().mean().item(), rel=1e-4)
            assert values.counts[:40].sum() == 0, "nothing below zero"


def test_what_is_no_number_is_counted_apart():
    one = histogram(np.array([np.nan, -1, 2, np.inf]))
    assert (one.count, one.missing, one.largest, one.counts.sum()) == (4, 2, 2, 2)
    none = histogram(np.full(3, np.nan))
    assert none.missing == none.count == 3
    assert none.told()["std"] is None
    assert histogram(np.zeros(5)).counts.sum() == 5


# what is learned


def test_sigmoid_stays_at_chance_while_the_others_learn():
    setting = classify.Setting(classify.ACTS, epochs=8, lr=0.01, patience=4)
    sigmoid, *others = classify.run(setting, data.patches(4000))
    assert sigmoid.test == pytest.approx(0.1, abs=0.03)
    for one in (sigmoid, *others):
        assert one.epochs == min(8, one.best + 4), "it ends when validation gets no better"
        assert one.validation == pytest.approx(one.curves[:, 3].max())
    assert min(one.test for one in others) > 0.4


@pytest.mark.parametrize("patience", [1, 3])
def test_training_ends_as_a_plain_loop_does(few, patience):
    """The same epochs, validation accuracies and weights as a loop over `nn.Sequential`."""
    setting = classify.Setting(("relu",), epochs=7, lr=0.1, batch=50, patience=patience)
    (one,) = classify.run(setting, few)
    model = Classifier(parse_activation("relu"), 50, setting.seed)
    twin = plain(model, nn.ReLU())
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.1, momentum=0.9)
    learn, held = (torch.from_numpy(part) for part in classify.split(len(few.images), setting.seed))
    x, y = batch(few, len(few.images))
    order = np.random.default_rng([setting.seed, 1])
    seen: list[float] = []
    while len(seen) < 7:
        for part in learn[torch.from_numpy(order.permutation(len(learn)))].split(50):
            optimizer.zero_grad()
            nn.functional.cross_entropy(twin(x[part]), y[part]).backward()
            optimizer.step()
        with torch.no_grad():
            seen.append((twin(x[held]).argmax(1) == y[held]).float().mean().item())
        best = seen.index(max(seen))
        if len(seen) - 1 - best >= patience:
            break
    np.testing.assert_allclose(one.curves[: len(seen), 3], seen, atol=1.01 / len(held))
    assert one.epochs == len(seen)
    assert one.best == best + 1
    worse = [k + 1 for k in range(1, len(seen)) if seen[k] <= max(seen[:k])]
    assert one.saturation == (worse[0] if worse else None)


def test_trained_outputs_are_those_of_plain_torch_with_the_same_weights(few):
    setting = classify.Setting(("tanh",), epochs=2, lr=0.05)
    (one,) = classify.run(setting, few)
    model = Classifier(parse_activation("tanh"), 256, 42)
    model.restore(torch.from_numpy(one.state))
    twin = plain(model, nn.Tanh())
    h, y = batch(few, 256)
    assert (twin(h).argmax(1) == y).float().mean() > 0.2, "it has learned"
    for i, (sums, values) in enumerate(outputs("tanh", few, state=one.state)):
        h = twin[2 * i](h)
        assert sums.std == pytest.approx(h.double().std(correction=0).item(), rel=1e-4)
        if values is not None:
            h = twin[2 * i + 1](h)
            assert values.std == pytest.approx(h.double().std(correction=0).item(), rel=1e-4)


def test_outputs_are_of_trained_networks_once_they_are_trained(tmp_path, few):
    flags = ["--size", "600", "--act", "softsign", "--format", "svg"]
    rows = lambda name: [  # noqa: E731
        row["trained"] for row in json.loads((tmp_path / name / "output-histograms.json").read_text())["activations"]
    ]
    studied("outputs", tmp_path / "a", *flags)
    assert rows("a") == [False]
    studied("classify", tmp_path / "c", *flags, "--weights")
    studied("outputs", tmp_path / "b", *flags)
    assert rows("b") == [True]
    studied("outputs", tmp_path / "d", *flags, "--both")
    assert rows("d") == [False, True]
    text = (tmp_path / "d" / "output-histograms.svg").read_text()
    assert ">trained<" in text
    assert ">untrained<" in text
    studied("outputs", tmp_path / "e", *flags, "--weights", str(tmp_path / "c"))
    told = [json.loads((tmp_path / k / "output-histograms.json").read_text())["activations"][-1] for k in "be"]
    assert told[0] == told[1], "weights from the file are those that are kept"


def test_weights_are_written_and_read_by_other_programs(few, tmp_path):
    from safetensors.torch import load

    (one,) = classify.run(classify.Setting(("x*sigmoid(2*x)",), epochs=1), few)
    assert weights_name(one.act) == "classify-x-sigmoid-2-x"
    path = tmp_path / "classify-x-sigmoid-2-x.safetensors"
    path.write_bytes(to_bytes(one))
    tensors = load(path.read_bytes())
    assert [tuple(tensors[f"{i}.weight"].shape) for i in range(5)] == list(zip(WIDTHS[1:], WIDTHS[:-1], strict=True))
    (state,) = read_states(tmp_path, [one.act])
    np.testing.assert_array_equal(state, one.state)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "it could not be read: No such file"), (b"", "not a safetensors file"), (b"\xff" * 99, "not a safetensors"),
        ("small", "it holds a network of 2-3; 784-512-256-256-128-10 is legal"),
        (b"0" * ((1 << 24) + 1), "it is too large"),
    ],
)  # fmt: skip
def test_what_holds_no_such_network_is_told_in_one_line(tmp_path, content, told):
    from safetensors.numpy import save

    path = tmp_path / "classify-relu.safetensors"
    if content is not None:
        small = save({"0.weight": np.zeros((3, 2), np.float32), "0.bias": np.zeros(3, np.float32)})
        path.write_bytes(small if content == "small" else content)
    with pytest.raises(CppnError) as error:
        cli.main(
            ["study", "outputs", "--act", "relu", "--size", "60", "--weights", str(tmp_path)], standalone_mode=False
        )
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def outcome(act: str, test: float, accuracies: list[float], **more: object) -> classify.Outcome:
    curves = np.array([[1.0, 0.5, 1.0, accuracy] for accuracy in accuracies])
    end = {"seconds": 2.0, "best": 1, "diverged": False, **more}
    return classify.Outcome(act, curves, test, test, test, state=np.zeros(0, np.float32), **end)


def test_what_is_said_follows_from_the_numbers(few):
    """Sentences of outcomes that were made up."""
    setting = classify.Setting(("sigmoid", "relu"), epochs=3)
    good, bad = outcome("sigmoid", 0.8, [0.1, 0.5, 0.8], best=3), outcome("relu", 0.11, [0.1, 0.1])
    assert not is_chance(good, few)
    assert is_chance(bad, few)
    assert (good.saturation, bad.saturation) == (None, 2)
    said = " ".join(chapter([good, bad], setting, few).remarks)
    assert "ReLU stays at chance" in said
    assert "sigmoid 80.0 % is classified rightly" in said
    assert "sigmoid was still getting better after 3 epochs" in said
    lost = outcome("tanh", 0.1, [0.1, float("nan")], diverged=True)
    (only,) = chapter([lost], setting, few).remarks
    assert only == "The loss of tanh is no number any more in epoch 2; lower --lr."


def test_the_table_has_the_originals_numbers_beside_ours(few):
    setting = classify.Setting(("relu", "leakyrelu:slope=0.1", "sin"), epochs=1)
    ends, layers = chapter(classify.run(setting, few), setting, few).tables
    assert [row["original_test"] for row in ends.to_dict()] == [84.84, 84.77, None]
    assert set(CLASSIFY) == {str(parse_activation(act)) for act in classify.ACTS}
    assert layers.to_dict()[-1]["parameters"] == sum(
        w.numel() for w in plain(Classifier(parse_activation("relu"), 1, 0), nn.ReLU()).parameters()
    )


def test_results_are_kept_by_all_that_they_depend_on(few, monkeypatch):
    setting = classify.Setting(("tanh",), epochs=2)
    seen: list[int] = []
    (first,) = classify.run(setting, few, seen.append)
    assert sum(seen) == 2
    calls = []
    train = classify._train
    monkeypatch.setattr(classify, "_train", lambda *given: calls.append(given) or train(*given))
    (again,) = classify.run(setting, few, seen.append)
    assert not calls
    assert sum(seen) == 4
    assert again.seconds == first.seconds
    np.testing.assert_array_equal(again.curves, first.curves)
    for other, images in ((classify.Setting(("tanh",), epochs=2, seed=1), few), (setting, data.patches(600, seed=1))):
        classify.run(other, images)
    (anew,) = classify.run(setting, few, fresh=True)
    assert len(calls) == 3
    np.testing.assert_array_equal(anew.curves, first.curves)


def test_validation_is_a_fifth_that_is_not_learned_from():
    learn, held = classify.split(600, 42)
    assert (len(learn), len(held)) == (480, 120)
    assert sorted([*learn, *held]) == list(range(600))


def studied(study: str, folder: Path, *flags: str) -> set[str]:
    cli.main(["study", study, "-q", "-o", str(folder), *flags], standalone_mode=False)
    return {path.name for path in folder.iterdir() if path.name != MANIFEST}


def test_the_figures_of_classification_are_drawn_with_their_numbers(tmp_path, four):
    flags = ["--data", str(four), "--epochs", "2", "--act", "relu,x*sigmoid(2*x),exp(x*x)*1e9"]
    names = {f"classify-{n}.{form}" for n in ("curves", "examples") for form in ("png", "json")}
    tables = {"classify-table.csv", "classify-layers.csv"}
    assert studied("classify", tmp_path / "a", *flags, "--table", "csv") == names | tables
    told = json.loads((tmp_path / "a" / "classify-curves.json").read_text())
    assert told["settings"]["data"] == "four"
    relu, formula, wild = told["activations"]
    assert relu["epochs"] == len(relu["validation accuracy"]) == 2
    assert formula["activation"] == "x*sigmoid(2*x)"
    assert wild["diverged"]
    assert wild["train %"] is None
    assert wild["training loss"] == [None]
    for name in names:
        if name.endswith(".png"):
            assert pixels(tmp_path / "a" / name).shape[1] > 800


def test_classification_tells_a_line_for_each_activation(run, four):
    done = run("study", "classify", "--data", str(four), "--epochs", "1", "--act", "relu,exp(x*x)*1e9")
    head, first, second = done.stderr.splitlines()[1:4]
    assert head.split()[:3] == ["activation", "train", "%"]
    assert first.startswith("ReLU ")
    assert "no number" not in first
    assert "–" in second
    assert "The loss of exp(x*x)*1e9 is no number any more in epoch 1; lower --lr." in done.stderr
    told = json.loads(run("study", "classify", "--data", str(four), "--epochs", "1", "--act", "relu", "--json").stdout)
    assert told["activations"][0]["activation"] == "relu"


def test_data_that_cannot_be_fetched_is_a_failure_and_no_misuse(tmp_path, monkeypatch):
    def refuse(*given: object) -> None:
        raise failure("it could not be fetched", where="size")

    monkeypatch.setattr(data, "fetch", refuse)
    monkeypatch.setattr(data, "_SYSTEM", tmp_path / "nowhere")
    with pytest.raises(CppnError, match="could not be fetched") as error:
        cli.main(["study", "outputs", "--data", "fashion-mnist", "-o", str(tmp_path)], standalone_mode=False)
    assert error.value.exit_code == 1


def test_histograms_are_drawn_with_their_numbers(tmp_path):
    flags = ("--size", "600", "--act", "tanh,sqrt(x)")
    assert studied("gradients", tmp_path / "g", *flags) == {"gradient-histograms.png", "gradient-histograms.json"}
    tanh, root = json.loads((tmp_path / "g" / "gradient-histograms.json").read_text())["activations"]
    assert len(tanh["maps"]) == 5
    one = tanh["maps"][0]
    assert one["map"] == "784 → 512"
    assert len(one["edges"]) == len(one["counts"]) + 1
    assert sum(one["counts"]) == 784 * 512 == one["numbers"]
    assert root["maps"][0]["not finite"] == 784 * 512
    assert root["maps"][0]["std"] is None
    assert len({tuple(one["edges"]) for one in tanh["maps"]}) == 1, "one range for all five"
    assert studied("outputs", tmp_path / "o", "--size", "600") == {"output-histograms.png", "output-histograms.json"}
    rows = json.loads((tmp_path / "o" / "output-histograms.json").read_text())["activations"]
    assert [row["activation"] for row in rows] == ["sigmoid", "tanh", "relu"]
    assert rows[0]["maps"][0]["affine"]["edges"] == rows[0]["maps"][0]["activation"]["edges"]
    assert rows[0]["maps"][4]["activation"] is None


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["classify", "--act", "rely"], "did you mean 'relu'"),
        (["classify", "--epochs", "0"], "--epochs: 0; 1 to 1000 are legal"),
        (["classify", "--batch", "0"], "--batch: 0; 1 to 4096 are legal"),
        (["classify", "--lr", "-1"], "--lr: -1; it is above 0"),
        (["classify", "--seed", "-1"], "--seed: -1; 0 to"),
        (["classify", "--size", "9"], "--size: 9 patches; 60 to 200000 are legal"),
        (["classify", "--size", "90", "--data", "x"], "--size: these images have a number of their own"),
        (["gradients", "--data", "nowhere"], "nowhere: there is no such folder; a folder of IDX files, or fashion-mnist"),
        (["gradients", "--seed", "-1", "--size", "60"], "--seed: -1; 0 to"),
        (["outputs", "--act", "tanhh", "--size", "60"], "did you mean 'tanh'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line(tmp_path, flags, told):
    with pytest.raises(CppnError) as error:
        cli.main(["study", *flags, "-o", str(tmp_path / "s")], standalone_mode=False)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.rglob("*.png"))
