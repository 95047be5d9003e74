"""Data sets: from a small mirror made here, and from a real one where there is one."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import io
import os
import tarfile

import numpy as np
import pandas as pd
import pytest

from tunembed.datasets import (
    _device_mapping,
    _ir2vec,
    _thread_coarsening,
    fetch_device_mapping,
    fetch_thread_coarsening,
)
from tunembed.datasets._archive import MIRROR, Archive, digest, read_members
from tunembed.parsers import parse_llvm_ir, program_graph

REAL = os.environ.get(MIRROR)
needs_mirror = pytest.mark.skipif(not REAL, reason=f"{MIRROR} is not set")

IR = "define spir_kernel void @k() {\n  ret void\n}\n"
DEVICES = """\
,benchmark,dataset,comp,rational,mem,localmem,coalesced,atomic,transfer,wgsize,oracle,runtime_cpu,runtime_gpu,src,seq
0,npb-3.3-BT-add,A,5,1,2,0,2,0,1024,64,GPU,3.0,1.5,"kernel void k() {
}",x
1,npb-3.3-BT-add,B,5,1,2,0,2,0,4096,64,CPU,0.5,1.5,"kernel void k() {
}",x
7,amd-app-sdk-3.0-Sum-sum,default,2,1,2,0,0,0,16,32,CPU,0.25,4.0,kernel void s() { },x
"""
FACTORS = """\
kernel,cf,PCA1,PCA2,runtime_Fermi,runtime_Kepler,src
sum,1,0.5,1.5,2000.0,1000.0,kernel void s()
sum,2,0.1,0.2,1000.0,,kernel void s()
mul,1,0.7,0.8,500.0,300.0,kernel void m()
mul,2,0.1,0.2,800.0,100.0,kernel void m()
mul,4,0.1,0.2,900.0,200.0,kernel void m()
"""


def pack(path, name, members):
    """Write an archive as GitHub would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for member, text in members.items():
            data = text.encode()
            info = tarfile.TarInfo(f"{name}/{member}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A mirror of our own, with what the loaders look for."""
    devices, threads = _device_mapping.FOLDER, _thread_coarsening.FOLDER
    kernels = ["npb-3.3-BT-add_A", "npb-3.3-BT-add_B", "amd-app-sdk-3.0-Sum-sum"]
    first = {
        f"{devices}/cgo17-amd.csv": DEVICES,
        f"{devices}/cgo17-nvidia.csv": DEVICES,
        **{f"{devices}/kernels_ir/{kernel}.ll": IR for kernel in kernels},
    }
    second = {
        f"{threads}/pact-2014-runtimes.csv": FACTORS,
        **{f"{threads}/kernels_ir/{kernel}.ll": IR for kernel in ("sum", "mul")},
    }
    archive = _ir2vec.ARCHIVE
    path = tmp_path / "mirror" / archive.repository / f"{archive.commit}.tar.gz"
    other = {"README.md": "hello", f"{devices}/all.txt": "1"}
    pack(path, f"IR2Vec-{archive.commit}", {**first, **second, **other})
    for module, members in ((_device_mapping, first), (_thread_coarsening, second)):
        texts = {name: text.encode() for name, text in members.items()}
        monkeypatch.setattr(module, "SHA256", digest(texts))
    monkeypatch.setenv(MIRROR, str(tmp_path / "mirror"))
    return path


def test_device_mapping(mirror, tmp_path):
    home = tmp_path / "home"
    runs = fetch_device_mapping(data_home=home, as_frame=True)
    assert runs.data.shape == (3, 8)
    assert runs.feature_names == list(runs.data.columns)
    assert list(runs.target) == ["GPU", "CPU", "CPU"]
    np.testing.assert_allclose(runs.runtimes["CPU"], [3e-3, 0.5e-3, 0.25e-3])
    assert list(runs.runtimes.idxmin(axis=1)) == list(runs.target)
    assert list(runs.groups["application"]) == [
        "npb-3.3-BT",
        "npb-3.3-BT",
        "amd-app-sdk-3.0-Sum",
    ]
    assert list(runs.groups.nunique()) == [2, 2, 2, 2]
    assert all(parse_llvm_ir(text).functions for text in runs.ir)
    assert "3 runs of 2 OpenCL kernels from 2 applications" in " ".join(
        runs.DESCR.split()
    )
    assert runs.license and runs.references
    mirror.unlink()  # the archive was kept
    X, y = fetch_device_mapping("nvidia", data_home=home, return_X_y=True)
    assert isinstance(X, np.ndarray) and X.shape == (3, 8) and y.shape == (3,)


def test_thread_coarsening(mirror, tmp_path):
    kernels = fetch_thread_coarsening("kepler", data_home=tmp_path, as_frame=True)
    assert list(kernels.groups["kernel"]) == ["mul", "sum"]
    assert list(kernels.target) == [2, 1]
    assert kernels.configurations == [1, 2, 4]
    np.testing.assert_allclose(kernels.runtimes.loc[0], [3e-7, 1e-7, 2e-7])
    assert kernels.runtimes.loc[1].isna().tolist() == [False, True, True]
    np.testing.assert_allclose(kernels.data, [[0.7, 0.8], [0.5, 1.5]])
    assert len(kernels.ir) == len(kernels.source) == 2


@pytest.mark.parametrize("fetch", [fetch_device_mapping, fetch_thread_coarsening])
def test_unknown_platform(fetch):
    with pytest.raises(ValueError, match="platform must be one of .*, got 'abacus'"):
        fetch("abacus")


def test_other_files_are_refused_and_not_kept(mirror, tmp_path, monkeypatch):
    monkeypatch.setattr(_device_mapping, "SHA256", "0" * 64)
    with pytest.raises(ValueError, match=r"it holds other files.*try again"):
        fetch_device_mapping(data_home=tmp_path / "home")
    assert not list((tmp_path / "home").rglob("*.tar.gz"))


def test_a_broken_archive_is_not_kept(mirror, tmp_path):
    mirror.write_bytes(mirror.read_bytes()[:200])
    with pytest.raises(ValueError, match="cannot be used"):
        fetch_device_mapping(data_home=tmp_path / "home")
    assert not list((tmp_path / "home").rglob("*.tar.gz"))


def test_what_was_tried_is_named(mirror, tmp_path):
    mirror.unlink()
    with pytest.raises(OSError, match=rf"IR2Vec at 76b3142 .* {MIRROR}=.*mirror"):
        fetch_device_mapping(data_home=tmp_path / "home", n_retries=0)


def test_where_an_archive_is(monkeypatch):
    archive = Archive("owner/name", "abc")
    monkeypatch.delenv(MIRROR, raising=False)
    assert archive.url == "https://github.com/owner/name/archive/abc.tar.gz"
    for mirror in ("/there", "file:///there", "file:///there/"):
        monkeypatch.setenv(MIRROR, mirror)
        assert archive.url == "file://localhost/there/owner/name/abc.tar.gz"
    monkeypatch.setenv(MIRROR, "https://elsewhere.org/data")
    assert archive.url == "https://elsewhere.org/data/owner/name/abc.tar.gz"


def test_only_files_inside_are_read(tmp_path, monkeypatch):
    archive = Archive("owner/name", "abc")
    path = tmp_path / "owner" / "name" / "abc.tar.gz"
    pack(path, "name-abc", {"../../outside": "x", "a.csv": "1", "b.csv": "2"})
    monkeypatch.setenv(MIRROR, str(tmp_path))
    wanted = {"a.csv": b"1"}
    found = read_members(
        archive, lambda name: name == "a.csv", digest(wanted), data_home=tmp_path / "h"
    )
    assert found == wanted
    assert not (tmp_path.parent / "outside").exists()


@needs_mirror
@pytest.mark.parametrize(
    ("platform", "labels"),
    [("amd", {"CPU": 395, "GPU": 274}), ("nvidia", {"CPU": 286, "GPU": 383})],
)
def test_the_real_device_mapping(platform, labels, tmp_path):
    runs = fetch_device_mapping(platform, data_home=tmp_path, as_frame=True)
    assert runs.target.value_counts().to_dict() == labels
    assert runs.groups.nunique().to_dict() == {
        "kernel": 256,
        "source": 247,
        "application": 71,
        "suite": 7,
    }
    assert (runs.runtimes.idxmin(axis=1) == runs.target).all()
    assert parse_llvm_ir(runs.ir[0]).functions


@needs_mirror
@pytest.mark.parametrize("platform", ["fermi", "kepler", "cypress", "tahiti"])
def test_the_real_thread_coarsening(platform, tmp_path):
    kernels = fetch_thread_coarsening(platform, data_home=tmp_path, as_frame=True)
    folder = _thread_coarsening.FOLDER
    members = _ir2vec.read_folder(folder, _thread_coarsening.SHA256, data_home=tmp_path)
    table = pd.read_csv(io.BytesIO(members[f"{folder}/pact-2014-oracles.csv"]))
    oracle = table.set_index("kernel")[f"cf_{platform.capitalize()}"]
    expected = oracle.loc[kernels.groups["kernel"]].to_numpy()
    best = kernels.runtimes.min(axis=1)
    chosen = [kernels.runtimes.loc[n, factor] for n, factor in enumerate(expected)]
    np.testing.assert_allclose(chosen, best)
    assert len(kernels.ir) == 17


@needs_mirror
def test_every_kernel_is_parsed(tmp_path):
    modules = {
        *fetch_device_mapping(data_home=tmp_path).ir,
        *fetch_thread_coarsening(data_home=tmp_path).ir,
    }
    graphs = [program_graph(parse_llvm_ir(text)) for text in modules]
    assert len(graphs) > 580
    assert all(len(graph.edges) > len(graph) / 2 for graph in graphs)
