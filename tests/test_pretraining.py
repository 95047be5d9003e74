"""Training the encoder: small runs that end where they should."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import csv
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from tunembed.cli import _pretrain as command
from tunembed.cli._errors import reporting
from tunembed.cli._main import app
from tunembed.embeddings import MIREncoder
from tunembed.parsers import parse_llvm_ir

torch = pytest.importorskip("torch", reason="the extra 'pretrain' is not installed")

from tunembed.embeddings._encoder._weights import load_weights  # noqa: E402
from tunembed.embeddings._pretraining import Training  # noqa: E402
from tunembed.embeddings._pretraining._assess import assess  # noqa: E402
from tunembed.embeddings._pretraining._batches import highest_levels  # noqa: E402
from tunembed.embeddings._pretraining._export import (  # noqa: E402
    from_weights,
    to_weights,
)
from tunembed.embeddings._pretraining._hold_out import held_out  # noqa: E402
from tunembed.embeddings._pretraining._ngram import NGram  # noqa: E402
from tunembed.embeddings._pretraining._objectives import (  # noqa: E402
    Matching,
    hardest,
    pool,
)
from tunembed.embeddings._pretraining._pieces import learn_pieces  # noqa: E402
from tunembed.embeddings._pretraining._prepare import (  # noqa: E402
    WorkFolderError,
    prepare,
)
from tunembed.embeddings._pretraining._train import rate, set_up, train  # noqa: E402

SIZES = {
    "pieces": {"components": 16, "longest": 12},
    "text": {"layers": 2, "heads": 2, "hidden": 24, "window": 16},
    "graph": {"components": 12, "layers": 2},
}
SMALL = {
    "sizes": SIZES,
    "n_pieces": 200,
    "n_texts": 64,
    "batch_size": 8,
    "warmup": 4,
    "learning_rate": 8e-3,
    "held_out": 0.2,
}
TYPES = ("i32", "i64", "float", "double")
LOOP = """
define {t} @f(i64 %n, ptr %x) {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr {t}, ptr %x, i64 %i
  %v0 = load {t}, ptr %p
{body}  store {t} %v{last}, ptr %p
  %next = add i64 %i, 1
  %c = icmp slt i64 %next, %n
  br i1 %c, label %loop, label %done
done:
  ret {t} %v{last}
}}
"""


class SmallCorpus:
    """Sixty functions of ten packages, each at two levels."""

    def __init__(self):
        source = np.random.default_rng(0)
        rows, self.texts = [], {}
        for number in range(60):
            dtype = TYPES[number % 4]
            operations = source.choice(["add", "sub", "mul"], source.integers(1, 9))
            for level in ("O1", "O2"):
                text = self.text(dtype, operations)
                rows.append(
                    [len(rows), len(rows), "f", number, f"p{number % 10}", level]
                )
                self.texts[len(self.texts)] = text.encode()
                operations = operations[::-1]
        names = ["id", "module", "name", "source", "package", "level"]
        self.functions = pd.DataFrame(rows, columns=names)
        self.functions["n_instructions"] = 10

    @staticmethod
    def text(dtype, operations):
        prefix = "f" if dtype in ("float", "double") else ""
        body = "".join(
            f"  %v{n + 1} = {prefix}{name} {dtype} %v{n}, %v{n // 2}\n"
            for n, name in enumerate(operations)
        )
        return LOOP.format(t=dtype, body=body, last=len(operations))

    def modules(self, ids=None):
        for number in self.texts if ids is None else ids:
            yield number, self.texts[number]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(SmallCorpus(), tmp_path_factory.mktemp("arrays"))


@pytest.fixture(scope="module")
def trained(prepared, tmp_path_factory):
    run = set_up(prepared, Training(**SMALL, epochs=30))
    folder = tmp_path_factory.mktemp("run")
    train(run, folder)
    return run, folder


def test_arrays_are_read_once(prepared, tmp_path, monkeypatch):
    assert len(prepared.functions) == 120
    assert prepared.starts["statements"][-1] == len(prepared.columns["depths"])
    assert prepared.starts["edges"][-1] == len(prepared.columns["edges"])
    first = prepare(SmallCorpus(), tmp_path)
    monkeypatch.delattr(SmallCorpus, "modules")
    again = prepare(SmallCorpus(), tmp_path)
    assert first.texts == again.texts == prepared.texts
    np.testing.assert_array_equal(first.counters, again.counters)


def test_it_learns(trained):
    run, folder = trained
    with (folder / "curves.csv").open() as file:
        curves = list(csv.DictReader(file))
    assert int(curves[-1]["step"]) >= 100
    for name in ("words", "nodes", "counters", "optimised"):
        assert float(curves[-1][name]) < 0.8 * float(curves[0][name]), name
    assert float(curves[-1]["matching"]) < float(curves[0]["matching"])
    found = assess(run)
    assert found["words_accuracy"] > found["unigram_accuracy"]
    assert found["matching_accuracy"] > 0.5
    assert 0 <= found["retrieval_at_1"] <= 1


def test_torch_and_numpy_agree(trained, tmp_path):
    run, _ = trained
    weights = to_weights(run.model.encoder, SIZES, run.vocabulary, {})
    run.model.encoder.load_state_dict(from_weights(weights).state_dict())
    from tunembed.embeddings._encoder._weights import save_weights

    save_weights(tmp_path / "w.npz", weights)
    part = np.arange(40)
    batch = run.batches.make(part, np.random.default_rng(0), hide=False)
    run.model.eval()
    with torch.no_grad():
        pooled = pool(batch, *run.model.vectors(batch))
    expected = torch.cat(
        [pooled.text, pooled.text_loops, pooled.graph, pooled.graph_loops], 1
    )
    corpus = SmallCorpus()
    modules = [parse_llvm_ir(corpus.texts[number]) for number in part]
    encoder = MIREncoder(tmp_path / "w.npz", pooling=("mean", "loops"))
    np.testing.assert_allclose(encoder.transform(modules), expected, atol=1e-4)


def test_a_stopped_training_goes_on(prepared, tmp_path, monkeypatch):
    from tunembed.embeddings._pretraining import _train

    monkeypatch.setattr(_train, "_SAVE_EVERY", 5)
    monkeypatch.setattr(_train, "_LOG_EVERY", 5)

    class StopError(Exception):
        pass

    def stop(done, total, losses):
        if done == 15:
            raise StopError

    run = set_up(prepared, Training(**SMALL, epochs=2))
    with pytest.raises(StopError):
        train(run, tmp_path, progress=stop)
    seen = []
    again = set_up(prepared, Training(**SMALL, epochs=2))
    train(again, tmp_path, progress=lambda done, total, losses: seen.append(done))
    assert seen[0] == 15 and seen[-1] <= 24  # from the checkpoint at step 10
    steps = pd.read_csv(tmp_path / "curves.csv")["step"].tolist()
    assert steps == [5, 10, *seen]


def test_another_training_does_not_go_on(prepared, tmp_path):
    train(set_up(prepared, Training(**SMALL, epochs=0.1)), tmp_path)
    other = set_up(prepared, Training(**SMALL, epochs=0.1, objectives=("words",)))
    with pytest.raises(WorkFolderError, match=r"other objectives \(.*another folder"):
        train(other, tmp_path)


def test_other_weights_to_start_from_are_another_training(tmp_path):
    how = {"folder": tmp_path / "work", "training": SMALL | {"epochs": 0.1}}
    MIREncoder.pretrain(SmallCorpus(), tmp_path / "a.npz", **how)
    how["start"] = tmp_path / "a.npz"
    with pytest.raises(WorkFolderError, match=r"other start \(None then, a\.npz"):
        MIREncoder.pretrain(SmallCorpus(), tmp_path / "b.npz", **how)
    assert not (tmp_path / "b.npz").exists()


def test_arrays_of_another_corpus_are_not_taken(tmp_path, capsys):
    prepare(SmallCorpus(), tmp_path)
    corpus = SmallCorpus()
    corpus.functions = corpus.functions[:-2]
    with pytest.raises(typer.Exit), reporting():
        prepare(corpus, tmp_path)
    assert "functions of another corpus" in capsys.readouterr().err


def test_only_what_was_trained_is_assessed(prepared, tmp_path):
    run = set_up(prepared, Training(**SMALL, epochs=0.1, objectives=("nodes",)))
    train(run, tmp_path)
    assert set(assess(run)) == {"functions", "retrieval_at_1"}


def test_the_same_seed_gives_the_same_weights(prepared, tmp_path):
    states = []
    for name in ("one", "two"):
        run = set_up(prepared, Training(**SMALL, epochs=0.5))
        train(run, tmp_path / name)
        states.append(run.model.state_dict())
    for name, tensor in states[0].items():
        assert torch.equal(tensor, states[1][name]), name


@pytest.mark.parametrize("modality", ["text", "graph"])
def test_one_modality(prepared, tmp_path, modality):
    training = Training(**SMALL, epochs=0.3, modalities=(modality,))
    assert "matching" not in training.active()
    run = set_up(prepared, training)
    other = "graph" if modality == "text" else "text"
    before = {k: v.clone() for k, v in run.model.encoder.state_dict().items()}
    train(run, tmp_path)
    after = run.model.encoder.state_dict()
    assert not torch.equal(
        before[f"{modality}.norm.weight"], after[f"{modality}.norm.weight"]
    )
    name = f"{other}.layers.0.{'own' if other == 'graph' else 'attend'}.bias"
    assert torch.equal(before[name], after[name])
    found = assess(run)
    assert "matching_accuracy" not in found and 0 <= found["retrieval_at_1"] <= 1
    assert ("words_accuracy" in found) == (modality == "text")


def test_pretrain_and_go_on(tmp_path):
    options = {"folder": tmp_path / "work", "training": SMALL | {"epochs": 0.5}}
    encoder = MIREncoder.pretrain(SmallCorpus(), tmp_path / "a.npz", **options)
    card = encoder.read_card()
    assert card["functions"] + card["functions_held_out"] == 120
    assert card["metrics"]["functions"] > 0
    rows = encoder.transform([parse_llvm_ir(SmallCorpus().texts[0])])
    assert rows.shape == (1, 28) and np.isfinite(rows).all()
    more = MIREncoder.pretrain(
        SmallCorpus(),
        tmp_path / "b.npz",
        folder=tmp_path / "more",
        start=tmp_path / "a.npz",
        training={"epochs": 0.1, "batch_size": 8, "n_texts": 64},
    )
    assert more.read_card()["start"].startswith("a.npz, sha256 ")
    a, b = load_weights(tmp_path / "a.npz"), load_weights(tmp_path / "b.npz")
    assert a.vocabulary.pieces == b.vocabulary.pieces and a.settings == b.settings


def test_the_command_goes_on_from_the_shipped_weights(tmp_path, monkeypatch):
    monkeypatch.setattr("tunembed.corpus.Corpus", lambda folder: SmallCorpus())
    arguments = ["pretrain", "corpus", str(tmp_path / "mine.npz"), "--batch", "8"]
    arguments += ["--start", "default", "--epochs", "0.1", "--work", str(tmp_path)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    card = MIREncoder(tmp_path / "mine.npz").read_card()
    assert card["start"].startswith("mirencoder-")


def test_the_command_knows_all_objectives():
    assert Training().objectives == command._OBJECTIVES


def test_the_highest_level_of_each_source():
    functions = pd.DataFrame(
        {
            "source": [1, 2, 1, 1, 2, 3],
            "level": ["O0", "O2", "O2", "O1", "O0", "O1"],
        }
    )
    assert highest_levels(functions).tolist() == [2, 1, 2, 2, 1, 5]


def test_levels_of_one_source_are_no_wrong_pair():
    alike = torch.tensor([[1.0, 0.9, 0.2], [0.9, 1.0, 0.3], [0.1, 0.4, 1.0]])
    sources = torch.tensor([7, 7, 8])
    same = sources[:, None] == sources[None, :]
    graphs, texts = hardest(alike, same)
    assert graphs.tolist() == [2, 2, 1] and texts.tolist() == [2, 2, 1]
    matching = Matching(4, 4)
    vectors = torch.randn(3, 4)
    alone = matching.loss(vectors[:2], vectors[:2], sources[:2])
    assert float(alone.detach()) == pytest.approx(0.0, abs=1e-6)


def test_whole_packages_are_held_out():
    functions = pd.DataFrame({"package": np.repeat([f"p{n}" for n in range(40)], 25)})
    aside = held_out(functions, 0.1)
    assert 0.02 < aside.mean() <= 0.12
    by_package = pd.Series(aside).groupby(functions["package"]).nunique()
    assert (by_package == 1).all()
    assert not held_out(functions, 0.0).any()


def test_pieces():
    counts = Counter({"fadd": 50, "fsub": 40, "add": 30, "sub": 20, "aab": 1})
    vocabulary = learn_pieces(counts, 30, 8)
    assert learn_pieces(counts, 30, 8).pieces == vocabulary.pieces
    assert len(vocabulary.encode("fadd")) == len(vocabulary.encode("sub")) == 1
    assert len(vocabulary.encode("aab")) == 3  # rare pairs are no pieces
    few = learn_pieces(counts, 14, 8)
    assert len(few) == 14 and len(few.encode("fadd")) > 1


def test_ngram():
    texts = [np.array([1, 2, 3] * 50), np.array([1, 2, 4])]
    gram = NGram(5, order=3).fit(texts)
    contexts = gram.contexts(np.array([1, 2, 3]))
    np.testing.assert_array_equal(contexts, [[0, 0], [0, 1], [1, 2]])
    np.testing.assert_array_equal(gram.predict(contexts), [1, 2, 3])
    every = np.arange(5)
    chances = gram.probabilities(np.repeat([[1, 2]], 5, axis=0), every)
    assert chances.sum() == pytest.approx(1.0)
    assert chances.argmax() == 3 and chances[4] > chances[1]
    unigram = NGram(5, order=1).fit(texts)
    nothing = np.empty((1, 0), dtype=np.int64)
    assert unigram.predict(nothing)[0] in (1, 2)
    with pytest.raises(ValueError, match="too many for order 5"):
        NGram(10_000, order=5)


def test_the_rate_rises_and_falls():
    rates = [rate(step, 100, 10) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == pytest.approx(1.0)
    assert rates[-1] < 0.05 and np.argmax(rates) in (9, 10)
