"""The tuning database: what goes in comes out, and nothing is lost."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import math
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from tunembed.kernels import fingerprint_id
from tunembed.tuning import (
    DatabaseError,
    TuningDatabase,
    TuningRecord,
    _database,
    _exchange,
    _schema,
)

NAMES = ("depth", "log_extent", "reuse")


def make_record(number=0, **changes):
    fields = {
        "kernel": "gemm",
        "family": "dense",
        "function": "gemm",
        "nest": 0,
        "kernel_hash": "a" * 64,
        "nest_hash": "b" * 64,
        "sizes": {"nj": 1100, "ni": 1000},
        "features": [3.0, 0.1, -2.5],
        "feature_names": NAMES,
        "roles": {"loops": ["parallel", "reduction"]},
        "schedule": f"tile(i={number + 1})",
        "schedule_json": [{"step": "tile", "sizes": {"i": number + 1}}],
        "configuration": {"compiler": "gcc 12", "flags": ["-O3"]},
        "baseline_seconds": 0.5,
        "seconds": 0.1,
        "speedup": 5.0,
        "low": 4.8,
        "high": 5.1,
        "verified": True,
        "machine": {"cpu": "x", "cores": 2},
        "source": "campaign",
        "version": "0.1.0",
        "created": f"2026-01-01T{number // 60:02}:{number % 60:02}:00.000+00:00",
    }
    return TuningRecord(**{**fields, **changes})


def make_several():
    return [
        make_record(0),
        make_record(1, kernel='jacobi, "2d"', family="stencil", schedule="a\nb"),
        make_record(2, seconds=math.nan, speedup=math.nan, status="crash"),
        make_record(3, features=[1.0, math.nan, 7.0], verified=False, source="tune"),
        make_record(4, features=[1e-30, 2.0], feature_names=("depth", "stride")),
    ]


@pytest.fixture
def database(tmp_path):
    return TuningDatabase(tmp_path / "mine.sqlite", shipped=False)


def contents(database):
    return sorted(json.dumps(r.to_row(), sort_keys=True) for r in database)


# Records


def test_record_is_canonical():
    record = make_record(sizes='{"ni": 1000,  "nj": 1100}')
    assert record.sizes == '{"ni":1000,"nj":1100}'
    assert record.id == make_record().id
    assert record.features.dtype == np.float32


def test_ids_follow_the_content_and_not_the_order_of_features():
    record = make_record()
    turned = replace(
        record, features=[-2.5, 3, 0.1], feature_names=("reuse", *NAMES[:2])
    )
    assert turned.id == record.id
    assert replace(record, seconds=0.2).id != record.id
    assert replace(record, seconds=0.2).nest_id == record.nest_id
    assert replace(record, family="other").nest_id != record.nest_id
    assert record.id == 1670880296368062500  # stable across versions and machines


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": "{"}, "sizes is not a JSON value"),
        ({"machine": {"x": math.nan}}, "machine is not a JSON value"),
        ({"roles": {1, 2}}, "roles is not a JSON value"),
        ({"seconds": -1.0}, "seconds must be finite and not negative. Got -1.0"),
        ({"speedup": math.inf}, "speedup must be finite"),
        ({"speedup": "fast"}, "speedup must be a number. Got 'fast'"),
        ({"nest": -1}, "nest must be a position"),
        ({"nest": 0.5}, "nest must be a position"),
        ({"verified": "maybe"}, "verified must be true or false"),
        ({"features": [1.0]}, r"features must have shape \(3,\)"),
        ({"features": [1.0, math.inf, 0.0]}, "Feature 'log_extent' is"),
        ({"feature_names": ("a", "a", "b")}, "different texts"),
        ({"kernel": 3}, "kernel must be a text. Got 3"),
        ({"schedule": "x\0"}, "without NUL"),
        ({"family": "\ud800"}, "family must be Unicode"),
        ({"schedule": "x" * 100_001}, "at most 100000 characters"),
        ({"source": "hearsay"}, "source must be one of"),
        ({"created": "yesterday"}, "created must be ISO 8601"),
        ({"created": "2026-01-01"}, "offset to UTC"),
    ],
)
def test_record_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        make_record(**change)


def test_row_round_trip_is_exact():
    values = np.float32([0.1, 1 / 3, 1e-30])
    record = make_record(features=values)
    again = TuningRecord.from_row({k: str(v) for k, v in record.to_row().items()})
    assert again.id == record.id
    assert np.array_equal(again.features, values)


def test_row_with_wrong_columns():
    row = make_record().to_row()
    with pytest.raises(ValueError, match="unknown column 'colour'"):
        TuningRecord.from_row({**row, "colour": "red"})
    del row["schedule"]
    with pytest.raises(ValueError, match="missing column 'schedule'"):
        TuningRecord.from_row(row)


# Reading and writing


def test_empty_database_is_not_created_by_reading(database):
    assert len(database) == 0
    assert database.records().empty
    assert database.features()[0].shape == (0, 0)
    assert database.info()["records"] == 0
    assert not database.path.exists()


def test_append_and_read_back(database):
    several = make_several()
    assert database.append(several) == 5
    assert database.append(several) == 0
    assert database.append(make_record(9)) == 1
    assert len(database) == 6
    assert contents(database)[:1] == [
        min(json.dumps(r.to_row(), sort_keys=True) for r in [*several, make_record(9)])
    ]
    assert {r.id for r in database} == {r.id for r in [*several, make_record(9)]}


def test_records_is_a_typed_table(database):
    database.append(make_several())
    table = database.records()
    assert table["id"].tolist() == [r.id for r in make_several()]
    assert table["speedup"].tolist()[:2] == [5.0, 5.0]
    assert math.isnan(table["seconds"][2])
    assert table["status"].tolist() == ["ok", "ok", "crash", "ok", "ok"]
    assert table["verified"].tolist() == [True, True, True, False, True]
    assert table["sizes"][0] == '{"ni":1000,"nj":1100}'
    assert table["schedule"][1] == "a\nb"
    assert table["machine_id"][0] == fingerprint_id({"cpu": "x", "cores": 2})
    assert set(database.machines()) == set(table["machine_id"])
    assert {str(table[c].dtype) for c in ("low", "high")} == {"float64"}
    empty = TuningDatabase(database.path.with_name("none"), shipped=False).records()
    assert set(empty.columns) == set(table.columns)


def test_records_filters(database):
    database.append(make_several())
    assert len(database.records(family="dense")) == 4
    assert len(database.records(family=["dense", "stencil"], source="tune")) == 1
    assert len(database.records(verified=True, status="ok")) == 3
    assert database.records(kernel="none").empty
    with pytest.raises(TypeError, match="No column 'colour'"):
        database.records(colour="red")


def test_features_follow_the_records(database):
    database.append(make_several())
    matrix, names, ids = database.features()
    assert names == NAMES and matrix.dtype == np.float32
    assert ids.tolist() == [r.id for r in make_several()]
    expected = np.float32([[3, 0.1, -2.5]] * 3 + [[1, np.nan, 7]])
    np.testing.assert_array_equal(matrix[:4], expected)
    np.testing.assert_array_equal(matrix[4], np.float32([1e-30, np.nan, np.nan]))
    table = database.records(source="tune")
    matrix, names, ids = database.features(table, feature_names=("stride", "reuse"))
    assert names == ("stride", "reuse") and ids.tolist() == table["id"].tolist()
    np.testing.assert_array_equal(matrix, np.float32([[np.nan, 7]]))


def test_shipped_records_are_seen_but_never_written(database, tmp_path, monkeypatch):
    shipped = tmp_path / "shipped.sqlite"
    TuningDatabase(shipped, shipped=False).append([make_record(0), make_record(1)])
    before = shipped.read_bytes()
    monkeypatch.setattr(_database, "SHIPPED", shipped)
    both = TuningDatabase(database.path)
    assert both.append([make_record(1), make_record(2)]) == 2
    assert len(both) == len(both.records()) == len([*both]) == 3
    assert both.features()[0].shape == (3, 3)
    assert both.info()["shipped_records"] == 2
    assert shipped.read_bytes() == before


def test_default_path(monkeypatch, tmp_path):
    monkeypatch.setenv("TUNEMBED_DATABASE", str(tmp_path / "named.sqlite"))
    assert TuningDatabase().path == tmp_path / "named.sqlite"
    monkeypatch.delenv("TUNEMBED_DATABASE")
    assert TuningDatabase().path.name == "tuning.sqlite"


def test_shared_parts_are_stored_once(database):
    roles = {"loops": "x" * 10_000}
    database.append(make_record(i, roles=roles) for i in range(50))
    assert database.path.stat().st_size < 100_000


def test_many_records_load_quickly(database):
    rng = np.random.default_rng(0)
    names = tuple(f"f{i}" for i in range(60))
    database.append(
        make_record(
            i % 60,
            features=rng.random(60),
            feature_names=names,
            nest_hash=str(i),
            seconds=float(i),
        )
        for i in range(5_000)
    )
    start = time.perf_counter()
    table = database.records()
    matrix, _, _ = database.features(table)
    assert matrix.shape == (5_000, 60)
    assert time.perf_counter() - start < 5


# Several writers, and interruptions


def write_some(path, writer):
    database = TuningDatabase(path, shipped=False)
    for i in range(15):
        database.append(make_record(i, kernel=f"kernel{writer}"))
        len(database)


def test_concurrent_writers(database):
    context = multiprocessing.get_context("spawn")
    arguments = [(database.path, writer) for writer in range(4)]
    workers = [context.Process(target=write_some, args=a) for a in arguments]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len(database) == 60


def test_an_interrupt_keeps_what_was_appended(database):
    program = f"""
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs
sys.path.insert(0, {os.path.dirname(__file__)!r})
from test_database import make_record, TuningDatabase
database = TuningDatabase({str(database.path)!r}, shipped=False)
for i in range(3):
    database.append(make_record(i))
def endless():
    yield make_record(7)
    print("inside", flush=True)
    while True:
        pass
database.append(endless())
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"inside\n"
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert b"KeyboardInterrupt" in errors
    assert len(database) == 3
    assert [p.name for p in database.path.parent.iterdir()] == ["mine.sqlite"]


def test_a_failing_append_adds_nothing(database):
    database.append(make_record(0))

    def broken():
        yield make_record(1)
        raise RuntimeError("measured nothing")

    with pytest.raises(RuntimeError, match="measured nothing"):
        database.append(broken())
    assert len(database) == 1


def test_locked_database(database, monkeypatch):
    monkeypatch.setattr(_schema, "LOCK_TIMEOUT", 0.05)
    database.append(make_record(0))
    with (
        _schema.writing(database.path),
        pytest.raises(DatabaseError, match="locked by another process"),
    ):
        database.append(make_record(1))


# Files that are not what they should be


def test_not_a_database(database):
    database.path.write_text("kernel,seconds\n" * 100)
    with pytest.raises(DatabaseError, match="not a tuning database"):
        database.records()
    with pytest.raises(DatabaseError, match="not a tuning database"):
        database.append(make_record())
    assert database.path.read_text() == "kernel,seconds\n" * 100


def test_database_of_another_program(database):
    with sqlite3.connect(database.path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(DatabaseError, match="of another program"):
        database.append(make_record())


def test_newer_schema(database):
    database.append(make_record())
    alter(database, "PRAGMA user_version = 7")
    for use in (database.records, lambda: database.append(make_record(1))):
        with pytest.raises(DatabaseError, match="newer tunembed: it has schema 7"):
            use()


def test_older_schema_is_upgraded_in_memory_and_then_on_write(database, monkeypatch):
    database.append(make_record())
    newer = (*_schema.MIGRATIONS, "CREATE INDEX by_status ON records (status)")
    monkeypatch.setattr(_schema, "MIGRATIONS", newer)
    before = database.path.read_bytes()
    assert len(database.records()) == 1
    assert database.path.read_bytes() == before
    database.append(make_record(1))
    with _schema.reading(database.path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("PRAGMA index_list(records)").fetchall()
    assert len(database) == 2


def test_truncated_file(database):
    database.append(make_record(i) for i in range(200))
    data = database.path.read_bytes()
    database.path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DatabaseError, match=r"mine.sqlite is corrupt"):
        list(database)
    assert database.path.stat().st_size == len(data) // 2


def test_empty_file_becomes_a_database(database):
    database.path.touch()
    assert database.records().empty
    assert database.append(make_record()) == 1


def test_missing_table(database):
    database.append(make_record())
    alter(database, "DROP TABLE nests")
    with pytest.raises(DatabaseError, match="no table 'nests'"):
        database.records()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE nests SET features = x'00'", "no sound features"),
        ("UPDATE feature_sets SET names = '{'", "feature set"),
        ("DELETE FROM nests", "no row for a record"),
        ("UPDATE records SET seconds = 'soon'", "corrupt"),
        ("UPDATE machines SET machine = 'x'", "corrupt"),
        ("UPDATE nests SET roles = 'x'", "roles is not a JSON value"),
        ("UPDATE records SET source = 'me'", "record 1: source must be one of"),
    ],
)
def test_crafted_contents(database, statement, message):
    database.append(make_record())
    alter(database, statement)
    with pytest.raises(DatabaseError, match=message):
        database.features()
        list(database)


def test_unwritable_folder(tmp_path):
    (tmp_path / "file").touch()
    database = TuningDatabase(tmp_path / "file" / "mine.sqlite", shipped=False)
    with pytest.raises(DatabaseError, match="Choose another file with --database"):
        database.append(make_record())


def test_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(DatabaseError, match="Cannot open the tuning database"):
        TuningDatabase(tmp_path, shipped=False).append(make_record())


def alter(database, statement):
    connection = sqlite3.connect(database.path)
    connection.execute(statement)
    connection.commit()
    connection.close()


# Merge, export, import


def test_merge(database, tmp_path):
    other = TuningDatabase(tmp_path / "other.sqlite", shipped=False)
    database.append(make_several()[:3])
    other.append(make_several()[2:])
    assert database.merge(other) == 2
    assert database.merge(other.path) == 0
    assert contents(database) == sorted(
        json.dumps(r.to_row(), sort_keys=True) for r in make_several()
    )
    with pytest.raises(DatabaseError, match="There is no tuning database"):
        database.merge(tmp_path / "none.sqlite")


@pytest.mark.parametrize("suffix", ["csv", "json", "sqlite", "parquet"])
def test_export_and_import_are_exact(database, tmp_path, suffix):
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    database.append(make_several())
    target = tmp_path / f"records.{suffix}"
    assert database.export(target) == 5
    other = TuningDatabase(tmp_path / "other.sqlite", shipped=False)
    assert other.import_(target) == 5
    assert contents(other) == contents(database)
    assert {r.id for r in other} == {r.id for r in database}
    assert other.import_(target) == 0


def test_parquet_without_pyarrow(database, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DatabaseError, match="pip install 'tunembed\\[parquet\\]'"):
        database.export(tmp_path / "records.parquet")
    assert not list(tmp_path.iterdir())


def test_exported_csv_is_one_flat_table(database, tmp_path):
    import pandas as pd

    database.append(make_several())
    database.export(tmp_path / "records.csv")
    table = pd.read_csv(tmp_path / "records.csv")
    assert table["feature.reuse"].tolist()[:2] == [-2.5, -2.5]
    assert table["kernel"][1] == 'jacobi, "2d"'


def test_export_refuses(database, tmp_path):
    database.append(make_record())
    with pytest.raises(DatabaseError, match="Cannot tell the format"):
        database.export(tmp_path / "records.xls")
    with pytest.raises(DatabaseError, match="is the database itself"):
        database.export(database.path)
    with pytest.raises(DatabaseError, match="Cannot write"):
        database.export(tmp_path / "none" / "records.csv")


def test_a_failing_export_keeps_the_old_file(database, tmp_path, monkeypatch):
    target = tmp_path / "records.csv"
    target.write_text("old")
    monkeypatch.setattr(_exchange, "write", fail)
    with pytest.raises(DatabaseError, match="No space left"):
        database.export(target)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["records.csv"]


def fail(*arguments):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "", "a.csv is empty"),
        ("a.csv", "kernel\ngemm\n", "a.csv:2: missing column"),
        ("a.csv", "kernel\n1,2\n", "a.csv:2: the row has another number"),
        ("a.csv", 'kernel\n"x\n', "a.csv is not a sound file"),
        ("a.json", "{", "a.json:1:2: not JSON"),
        ("a.json", "[]", "has no tuning records"),
        ("a.json", '{"format": "tunembed tuning records"}', "must be a list"),
        ("a.json", "[" * 100_000, "not a sound file"),
        ("a.sqlite", "hello" * 100, "is not a tuning database"),
        ("a.parquet", "hello", "is not a Parquet file"),
    ],
)
def test_import_refuses(database, tmp_path, name, text, message):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    (tmp_path / name).write_text(text)
    with pytest.raises(DatabaseError, match=message):
        database.import_(tmp_path / name)
    assert not database.path.exists()


def test_import_names_the_bad_record_and_adds_nothing(database, tmp_path):
    database.append(make_several())
    database.export(tmp_path / "a.json")
    document = json.loads((tmp_path / "a.json").read_text())
    document["records"][3]["seconds"] = "soon"
    (tmp_path / "a.json").write_text(json.dumps(document))
    other = TuningDatabase(tmp_path / "other.sqlite", shipped=False)
    with pytest.raises(DatabaseError, match=r"a.json:record 4: seconds must be a num"):
        other.import_(tmp_path / "a.json")
    assert len(other) == 0


def test_import_of_a_missing_file(database, tmp_path):
    with pytest.raises(DatabaseError, match="Cannot read .*No such file"):
        database.import_(tmp_path / "none.csv")
