"""The other loaders: from small archives made here, and from a real mirror."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
import pandas as pd
import pytest

from test_datasets import needs_mirror, pack
from tunembed.datasets import (
    _clgen_device_mapping,
    _cuda_block_size,
    _numa_prefetch,
    _poj104,
    _vectorization_loops,
    fetch_clgen_device_mapping,
    fetch_cuda_block_size,
    fetch_device_mapping,
    fetch_numa_prefetch,
    fetch_poj104,
    fetch_vectorization_loops,
)
from tunembed.datasets._archive import MIRROR, digest
from tunembed.datasets._cali import read_regions
from tunembed.datasets._copies import layout_hash, shape_hash
from tunembed.datasets._numa_regions import describe_regions
from tunembed.features import ProgramParser
from tunembed.parsers import find_loop_nests

LOADERS = [
    fetch_clgen_device_mapping,
    fetch_cuda_block_size,
    fetch_numa_prefetch,
    fetch_poj104,
    fetch_vectorization_loops,
]


@pytest.fixture
def mirrored(tmp_path, monkeypatch):
    """Return a function that packs an archive for the loader of a module."""

    def make(module, wanted, others):
        archive = module.ARCHIVE
        folder = tmp_path / "mirror" / archive.repository
        name = f"{archive.repository.split('/')[1]}-{archive.commit}"
        pack(folder / f"{archive.commit}.tar.gz", name, {**wanted, **others})
        contents = {path: text.encode() for path, text in wanted.items()}
        monkeypatch.setattr(module, "SHA256", digest(contents))
        monkeypatch.setenv(MIRROR, str(tmp_path / "mirror"))
        return {"data_home": tmp_path / "home"}

    return make


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where the real archives are kept, for all tests."""
    return tmp_path_factory.mktemp("home")


# ---------------------------------------------------------------- NUMA, prefetchers

CONFIGURATIONS = [
    "32_2_2_scatter_0_0_ori",
    "16_1_1_compact_0_15_loc",
    "64_2_2_compact_1_7_bal",
]
CG = "__cere__cg_conj_grad_405"
TIED = "__cere__needle__Z12nw_optimizedPiS_S_iii_116"
LARGER = "__cere__needle__Z12nw_optimizedPiS_S_iii_176"
SAME = "__cere__mg_resid_516"
ALONE = "__cere__main_main_549"
UNTIMED = "__cere____kernel_kernel_cpu_kernel_cpu_86"
NUMA_TIMES = {
    "conf1": {
        CG: [10, 20, 5],
        TIED: [99, 300, 100],
        LARGER: [400, -1, 200],
        ALONE: [7, 8, 9],
        SAME: [103, 100, 100],
    },
    "conf2": {
        CG: [100, 50, 70],
        TIED: [100, 300, 100],
        LARGER: [100, 100, 150],
        SAME: [100, 100, 100],
    },
}
NUMA_STATISTICS = f"""\
application,conf,threads,CH,SP(16),P-CA
{CG},conf1,16,1.5,0.0,7
{CG},conf1,32,2.5,0.5,8
{CG},conf2,16,3.5,0.0,9
{CG},conf2,32,4.5,0.5,10
{LARGER},conf2,16,5.5,0.0,11
{LARGER},conf2,32,6.5,0.5,12
{CG},conf1,16,-1.0,-1.0,-1
"""


def as_table(rows):
    """Write a table as the authors did: rows, not the header, end in a separator."""
    header = ";".join(["regions", *(f"-O3_{label}" for label in CONFIGURATIONS)])
    lines = [";".join([name, *map(str, cells)]) + ";" for name, cells in rows.items()]
    return "\n".join([header, *lines]) + "\n"


@pytest.fixture
def numa(mirrored):
    folder = "data-executions-time-energy"
    wanted = {"communication-matrix/statistics-comm-page.csv": NUMA_STATISTICS}
    for name, times in NUMA_TIMES.items():
        energies = {
            region: [cell / 10 for cell in row] for region, row in times.items()
        }
        energies[UNTIMED] = [0, 0, 0]
        spread = {region: [0.1, 0.2, 0.6] for region in times}
        for kind, rows in (("values", times), ("stability", spread)):
            wanted[f"{folder}/{kind}/{name}_time_med.csv"] = as_table(rows)
        for kind, rows in (("values", energies), ("stability", spread)):
            wanted[f"{folder}/{kind}/{name}_energy.csv"] = as_table(rows)
    others = {
        f"{folder}/values/conf1_time_sum.csv": as_table({}),
        f"{folder}/region": CG,
    }
    return mirrored(_numa_prefetch, wanted, others)


def test_numa_prefetch(numa):
    regions = fetch_numa_prefetch(**numa, as_frame=True)
    assert list(regions.groups["region"]) == [CG, TIED, LARGER, ALONE, SAME]
    inputs = ["conf1", "conf2", "conf2", "conf1", "conf1"]
    assert list(regions.groups["input"]) == inputs
    expected = [
        NUMA_TIMES[name][region]
        for name, region in zip(inputs, regions.groups["region"], strict=True)
    ]
    np.testing.assert_array_equal(regions.runtimes, expected)
    assert list(regions.runtimes.columns) == regions.configurations == CONFIGURATIONS
    assert list(regions.target) == [CONFIGURATIONS[n] for n in (2, 0, 0, 0, 1)]
    assert regions.unit == "cycles" and regions.baseline in regions.runtimes
    np.testing.assert_allclose(regions.instability, [0.3] * 5)
    assert regions.feature_names == [
        "accesses_heterogeneity_16",
        "accesses_heterogeneity_32",
        "accesses_split_fraction_16_16",
        "accesses_split_fraction_16_32",
        "pages_amount_16",
        "pages_amount_32",
    ]
    assert list(regions.data.iloc[0]) == [1.5, 2.5, 0.0, 0.5, 7, 8]
    assert list(regions.data.iloc[2]) == [5.5, 6.5, 0.0, 0.5, 11, 12]
    assert regions.data.iloc[[1, 3, 4]].isna().all(axis=None)
    assert "5 OpenMP regions of 4 applications" in regions.DESCR


def test_numa_prefetch_of_the_large_input(numa):
    regions = fetch_numa_prefetch("large", **numa)
    assert list(regions.groups["region"]) == [CG, TIED, LARGER, SAME]
    assert list(regions.groups["input"]) == ["conf2", "conf1", "conf1", "conf2"]
    assert np.isnan(regions.runtimes.loc[2, CONFIGURATIONS[1]])
    assert regions.runtimes.isna().sum().sum() == 1
    assert list(regions.data[0]) == [3.5, 4.5, 0.0, 0.5, 9, 10]
    X, y = fetch_numa_prefetch("large", **numa, return_X_y=True)
    assert X.shape == (4, 6) and list(y) == list(regions.target)


def test_numa_prefetch_energies(numa):
    regions = fetch_numa_prefetch(objective="energy", **numa)
    assert regions.unit == "joules"
    assert UNTIMED not in set(regions.groups["region"])
    # The size is a matter of time, whatever is to be saved.
    times = fetch_numa_prefetch(**numa)
    np.testing.assert_allclose(regions.runtimes, times.runtimes / 10)


def test_numa_configuration_parameters(numa):
    parameters = fetch_numa_prefetch(**numa).configuration_parameters
    assert parameters.loc["64_2_2_compact_1_7_bal"].to_dict() == {
        "threads": 64,
        "nodes": 2,
        "placement": "compact",
        "hyperthreads": 1,
        "prefetcher_mask": 7,
        "pages": "bal",
    }


@pytest.mark.parametrize(
    ("region", "function", "application", "suite"),
    [
        ("cg_conj_grad_551", "conj_grad", "cg", "npb"),
        ("3D_computeTempOMP_150", "computeTempOMP", "hotspot3D", "rodinia"),
        ("main_main_253", "main", "srad", "rodinia"),
        ("main_main_549", "main", "heartwall", "rodinia"),
        ("__kernel_kernel_cpu_kernel_cpu_112", "kernel_cpu", "lavaMD", "rodinia"),
        ("lud_omp_lud_omp_123", "lud_omp", "lud", "rodinia"),
        (
            "euler3d_cpu__Z12compute_fluxiPiPfS0_S0_S0_6float3S1_S1_S1__211",
            "compute_flux",
            "cfd",
            "rodinia",
        ),
        (
            "lulesh__ZL20CalcPressureForElemsPdS_S_S_S_S_dddiPi_2051",
            "CalcPressureForElems",
            "lulesh",
            "lulesh",
        ),
    ],
)
def test_what_a_region_belongs_to(region, function, application, suite):
    row = describe_regions([f"__cere__{region}"]).iloc[0]
    assert list(row) == [f"__cere__{region}", function, application, suite]


@needs_mirror
def test_the_real_numa_prefetch(home):
    gains = []
    for size, rows, missing in (("small", 60, 0), ("large", 58, 28)):
        regions = fetch_numa_prefetch(size, data_home=home, as_frame=True)
        assert regions.runtimes.shape == (rows, 768)
        assert regions.runtimes.isna().sum().sum() == missing
        assert regions.data.shape == (rows, 48) and regions.data.notna().all(axis=None)
        assert regions.runtimes[regions.baseline].notna().all()
        best = regions.runtimes.min(axis=1)
        gains.append(regions.runtimes[regions.baseline] / best)
        top = regions.groups["application"][gains[-1].idxmax()]
        assert top == "kmeans" and 13 < gains[-1].max() < 15
        assert regions.instability.max() < 0.25
        assert regions.configuration_parameters.nunique().tolist() == [
            3,
            2,
            2,
            2,
            16,
            3,
        ]
    pooled = pd.concat(gains)
    assert pooled.mean() == pytest.approx(1.67, abs=0.005)
    assert np.exp(np.log(pooled).mean()) == pytest.approx(1.40, abs=0.005)


@needs_mirror
def test_the_real_numa_inputs(home):
    groups = fetch_numa_prefetch(data_home=home).groups
    assert groups.nunique()[["application", "suite"]].tolist() == [24, 5]
    # What the authors list in their settings.
    exchanged = groups[groups["input"] == "conf2"]
    assert len(exchanged) == 19
    assert set(exchanged["application"]) == {
        "bfs",
        "cfd",
        "hotspot",
        "hotspot3D",
        "kmeans",
        "lavaMD",
        "lud",
        "nw",
        "particlefilter",
        "pathfinder",
        "srad",
        "streamcluster",
    }
    assert not set(exchanged["application"]) - set(
        groups.loc[groups["suite"] == "rodinia", "application"]
    )


@needs_mirror
def test_the_real_numa_energies(home):
    missing = 0
    for size, rows in (("small", 60), ("large", 58)):
        regions = fetch_numa_prefetch(size, "energy", data_home=home)
        assert regions.runtimes.shape == (rows, 768)
        assert (regions.instability > 0.25).sum() == 8
        missing += regions.runtimes.isna().sum().sum()
    # Two more regions have none but missing energies, 2 x 768.
    assert missing == 2189 - 1536


# ------------------------------------------------------------------ CUDA block sizes

NODES = """\
__rec=node,id=1,attr=8,data=annotation,parent=3
__rec=node,id=2,attr=8,data=sum#inclusive#sum#time.duration,parent=3
__rec=node,id=3,attr=8,data=any#any#max#BlockSize,parent=3
__rec=node,id=4,attr=8,data=any#any#max#Reps,parent=3
__rec=node,id=5,attr=8,data=any#any#max#ProblemSize,parent=3
__rec=node,id=6,attr=8,data=any#any#max#Iterations/Rep,parent=3
__rec=node,id=7,attr=8,data=any#any#max#Kernels/Rep,parent=3
__rec=node,id=8,attr=8,data=any#any#max#Bytes/Rep,parent=3
__rec=node,id=9,attr=8,data=any#any#max#Flops/Rep,parent=3
__rec=node,id=19,attr=15,data=channel
__rec=node,id=20,attr=1,data=RAJAPerf
__rec=ctx,ref=20=19,attr=2=3,data=9.5=128.000000
__rec=node,id=21,attr=1,data=Stream,parent=20
__rec=node,id=22,attr=1,data=Stream_ADD,parent=21
__rec=node,id=23,attr=1,data=Stream_DOT,parent=21
__rec=node,id=30,attr=99,data=[a\\,b\\=c]
__rec=globals,ref=30
"""
VALUES = "__rec=ctx,ref={}=19,attr=2=3=4=5=6=7=8=9,data={}={}.0=100.0=1000.0={}\n"


def profile(block, **seconds):
    """Write what Caliper would, for kernels 22 (ADD) and 23 (DOT)."""
    lines = [
        VALUES.format({"ADD": 22, "DOT": 23}[kernel], time, block, "900=1=24=7.5")
        for kernel, time in seconds.items()
    ]
    return NODES + "".join(lines)


@pytest.fixture
def lassen(mirrored):
    path = "data/lassen/clang10.0.1_nvcc10.2.89_{}/{}/Base_CUDA-block_{}.cali"
    wanted = {
        path.format(1024, 1, 128): profile(128, ADD=2.0, DOT=4.0),
        path.format(1024, 2, 128): profile(128, ADD=3.0, DOT=4.0),
        path.format(1024, 1, 256): profile(256, ADD=2.4),
        path.format(512, 1, 128): profile(128, ADD=1.0),
        path.format(512, 1, 256): profile(256, ADD=0.5),
    }
    others = {path.format(512, 1, 256).replace("Base", "RAJA"): "", "README.md": "x"}
    return mirrored(_cuda_block_size, wanted, others)


def test_cuda_block_size(lassen):
    kernels = fetch_cuda_block_size(**lassen, as_frame=True)
    assert kernels.groups.to_dict("list") == {
        "kernel": ["Stream_ADD", "Stream_ADD", "Stream_DOT"],
        "group": ["Stream"] * 3,
        "size": [512, 1024, 1024],
    }
    expected = [[0.01, 0.005], [0.025, 0.024], [0.04, np.nan]]
    np.testing.assert_allclose(kernels.runtimes, expected)
    assert kernels.configurations == list(kernels.runtimes.columns) == [128, 256]
    assert list(kernels.target) == [256, 256, 128]
    assert kernels.data.iloc[0].to_dict() == {
        "problem_size": 1000,
        "iterations_per_repetition": 900,
        "launches_per_repetition": 1,
        "bytes_per_repetition": 24,
        "flops_per_repetition": 7.5,
    }
    assert "1 of 3 rows lack" in " ".join(kernels.DESCR.split())


def test_regions_of_a_profile():
    whole, kernel = read_regions(profile(128, DOT=4.0))
    assert whole.path == ("RAJAPerf",)
    assert whole.values["any#any#max#BlockSize"] == "128.000000"
    assert kernel.path == ("RAJAPerf", "Stream", "Stream_DOT")
    escaped = "__rec=node,id=1,attr=8,data=annotation\n__rec=node,id=2,attr=1,data="
    text = escaped + "a\\,b\\=c\n__rec=ctx,ref=2,attr=1,data=d\\=e\n"
    assert read_regions(text) == [(("a,b=c",), {"annotation": "d=e"})]


@needs_mirror
def test_the_real_cuda_block_size(home):
    kernels = fetch_cuda_block_size(data_home=home, as_frame=True)
    assert kernels.runtimes.shape == (240, 4)
    assert kernels.groups.nunique().tolist() == [60, 6, 4]
    complete = kernels.runtimes.dropna()
    assert len(complete) == 228
    best = complete.idxmin(axis=1).value_counts().to_dict()
    assert best == {128: 90, 256: 78, 512: 30, 1024: 30}
    spread = complete.max(axis=1) / complete.min(axis=1)
    assert np.exp(np.log(spread).mean()) == pytest.approx(1.22, abs=0.005)
    assert kernels.data.notna().all(axis=None)
    partial = kernels.groups["kernel"][kernels.runtimes.isna().any(axis=1)]
    names = {"Basic_INDEXLIST", "Basic_INDEXLIST_3LOOP", "Basic_MAT_MAT_SHARED"}
    assert set(partial) == names
    assert 1e-6 < kernels.runtimes.min(axis=None) < kernels.runtimes.max(axis=None) < 1


# ------------------------------------------------------------- synthetic OpenCL kernels

CLGEN = """\
benchmark,dataset,comp,rational,mem,localmem,coalesced,atomic,transfer,wgsize,F2,oracle,runtime_cpu,ci_cpu,runtime_gpu,ci_gpu
aa.cl-A,64,2,1,6,0,5,0,256,64,0.8,CPU,1.0,0.5,2.0,0.25
aa.cl-A,128,2,1,6,0,5,0,512,128,0.8,GPU,3.0,0.5,2.0,0.75
bb.cl-A,64,2,1,6,0,5,0,256,64,0.8,CPU,1.0,0.5,2.0,0.25
"""


def test_clgen_device_mapping(mirrored):
    wanted = {f"data/{name}-clgen.csv": CLGEN for name in ("amd", "nvidia")}
    where = mirrored(_clgen_device_mapping, wanted, {"data/other.csv": "1"})
    runs = fetch_clgen_device_mapping(**where, as_frame=True)
    columns = _clgen_device_mapping.COUNTS + _clgen_device_mapping.AUXILIARY
    assert runs.feature_names == columns
    assert list(runs.data.iloc[1]) == [2, 1, 6, 0, 5, 0, 512, 128]
    assert list(runs.target) == ["CPU", "GPU", "CPU"]
    np.testing.assert_allclose(runs.runtimes["CPU"], [1e-3, 3e-3, 1e-3])
    np.testing.assert_allclose(runs.intervals["GPU"], [0.25e-3, 0.75e-3, 0.25e-3])
    assert runs.groups.nunique().to_dict() == {"kernel": 2, "counts": 1, "size": 2}
    assert "overlap in 33% of the rows" in " ".join(runs.DESCR.split())
    assert runs.license.startswith("no licence")
    X, y = fetch_clgen_device_mapping("nvidia", **where, return_X_y=True)
    assert isinstance(X, np.ndarray) and X.shape == (3, 8) and y.shape == (3,)


@needs_mirror
@pytest.mark.parametrize(
    ("platform", "labels"),
    [("amd", {"GPU": 8704, "CPU": 7215}), ("nvidia", {"CPU": 9938, "GPU": 5981})],
)
def test_the_real_clgen_device_mapping(platform, labels, home):
    runs = fetch_clgen_device_mapping(platform, data_home=home, as_frame=True)
    assert len(runs.data) == 15919
    assert runs.target.value_counts().to_dict() == labels
    faster = runs.runtimes["GPU"] <= runs.runtimes["CPU"]
    assert (faster == (runs.target == "GPU")).all()
    assert runs.groups.nunique().to_dict() == {
        "kernel": 1000,
        "counts": 227,
        "size": 16,
    }
    test_rows = fetch_device_mapping(platform, data_home=home, as_frame=True)
    assert runs.feature_names == test_rows.feature_names
    assert list(runs.runtimes.columns) == list(test_rows.runtimes.columns)


# ----------------------------------------------------------------------- loops in C

LOOP = """\
/* a licence */
#include "header.h"
int {array}[{extent}];
__attribute__((noinline))
{result} {function} (int *ret) {{
  for (int i = 0; i < {extent}; i++) {array}[i] {operator} N; // a loop
}}
int main(void) {{ {function}({array}); return 0; }}
"""
ADD = {"result": "void", "function": "example1", "operator": "+="}


@pytest.fixture
def loops(mirrored):
    folder = "training_data"
    wanted = {
        f"{folder}/header.h": "#define N 512\n",
        f"{folder}/header.c": '#include "header.h"\n',
        f"{folder}/s1_0.c": LOOP.format(array="a", extent=64, **ADD),
        f"{folder}/s1_1.c": LOOP.format(array="in1", extent=512, **ADD),
        f"{folder}/s1_mul_0.c": LOOP.format(
            array="a", extent=64, **{**ADD, "operator": "*="}
        ),
        f"{folder}/s2_0.c": LOOP.format(
            array="a", extent=64, **{**ADD, "function": "other", "result": "int *"}
        ),
    }
    return mirrored(_vectorization_loops, wanted, {f"{folder}/seen.pkl": "x"})


def test_vectorization_loops(loops):
    programs = fetch_vectorization_loops(**loops)
    assert programs.names == ["s1_0", "s1_1", "s1_mul_0", "s2_0"]
    assert isinstance(programs.data, list)
    assert programs.target is programs.runtimes is programs.feature_names is None
    assert list(programs.groups["kernel"]) == ["example1"] * 3 + ["other"]
    sources = programs.groups["source"]
    assert sources[0] == sources[1] and sources.nunique() == 3
    assert programs.header == "#define N 512\n"
    assert programs.harness == '#include "header.h"\n'
    assert programs.source[0] == LOOP.format(array="a", extent=64, **ADD)
    assert len(programs.configurations) == 35
    last = programs.factors.loc["vectorize_width(64) interleave_count(16)"]
    assert list(last) == [64, 16]
    units = ProgramParser().fit_transform(programs.data)
    assert [
        len(find_loop_nests(unit.functions[name]))
        for unit, name in zip(units, programs.groups["kernel"], strict=True)
    ] == [1, 1, 1, 1]


def test_texts_as_pandas_objects_or_alone(loops):
    programs = fetch_vectorization_loops(**loops, as_frame=True)
    X, y = fetch_vectorization_loops(**loops, return_X_y=True)
    assert isinstance(programs.data, pd.Series) and list(programs.data) == X
    assert y is None


def test_a_loop_without_a_kernel_is_named(mirrored):
    files = {
        f"training_data/{name}": "int x;" for name in ("header.h", "header.c", "s.c")
    }
    where = mirrored(_vectorization_loops, files, {})
    with pytest.raises(ValueError, match=r"no function that must not be inlined in.*"):
        fetch_vectorization_loops(**where)


@needs_mirror
def test_the_real_vectorization_loops(home):
    programs = fetch_vectorization_loops(data_home=home)
    assert len(programs.data) == len(programs.source) == 7812
    assert programs.groups.nunique().to_dict() == {"kernel": 14, "source": 47}
    # Programs of the same shape are around the same function.
    assert programs.groups.groupby("source")["kernel"].nunique().eq(1).all()
    firsts = programs.groups.drop_duplicates("kernel").index
    units = ProgramParser().fit_transform([programs.data[n] for n in firsts])
    for unit, kernel in zip(units, programs.groups["kernel"][firsts], strict=True):
        assert len(find_loop_nests(unit.functions[kernel])) == 1


# --------------------------------------------------------------------------- POJ-104


@pytest.fixture
def students(mirrored):
    wanted = {
        "codexglue/1/10.cpp": "int main(){return 1;}",
        "codexglue/1/9.cpp": "int main(){return 0;} // né",
        "codexglue/1/11.cpp": "int main() {\n  return 1; }",
        "codexglue/65/1.cpp": "int main(){return 2;}",
        "codexglue/65/500.cpp": "int main(){return 2;}",
        "codexglue/70/3.cpp": "int main(){return 2;}",
        "codexglue/104/2.cpp": "main(){}",
    }
    others = {
        "codexglue__test/1/1.cpp": "x",
        "create.py": "x",
        "codexglue/1/a.txt": "x",
    }
    return mirrored(_poj104, wanted, others)


def test_poj104(students):
    programs = fetch_poj104(**students)
    names = ["1/9", "1/10", "1/11", "65/1", "70/3", "104/2"]
    assert programs.names == names
    assert programs.data[0] == "int main(){return 0;} // né"
    assert isinstance(programs.target, np.ndarray)
    assert list(programs.target) == [1, 1, 1, 65, 70, 104]
    assert list(programs.groups["problem"]) == list(programs.target)
    sources = dict(zip(names, programs.groups["source"], strict=True))
    assert sources["1/10"] == sources["1/11"] and sources["65/1"] == sources["70/3"]
    assert len(set(sources.values())) == 4
    assert programs.runtimes is programs.feature_names is None


@pytest.mark.parametrize(
    ("subset", "problems"),
    [("train", [1, 1, 1]), ("validation", [65, 70]), ("test", [104])],
)
def test_subsets_of_poj104(students, subset, problems):
    X, y = fetch_poj104(subset, **students, as_frame=True, return_X_y=True)
    assert list(y) == problems and len(X) == len(problems)
    assert list(X.index) == list(range(len(problems)))


@needs_mirror
def test_the_real_poj104(home):
    programs = fetch_poj104(data_home=home, as_frame=True)
    assert len(programs.data) == 52000
    assert programs.target.value_counts().eq(500).all()
    assert sorted(programs.target.unique()) == list(range(1, 105))
    by_source = programs.groups.groupby("source")["problem"]
    assert by_source.ngroups == 51988
    assert by_source.nunique().eq(2).sum() == 12
    assert sum("#include" in text for text in programs.data) == 58


# -------------------------------------------------------------------------- all of them


def test_copies_but_for_their_looks():
    text = "int f(int a) { return a + 1; } // one"
    spaced = "int f(int a)\n{\n  /* a */ return a + 1;\n}"
    renamed = "int g(int b) { return b + 0x1FuL; }"
    assert layout_hash(text) == layout_hash(spaced) != layout_hash(renamed)
    assert shape_hash(text) == shape_hash(spaced) == shape_hash(renamed)
    for other in ("int f(int a) { return f + 1; }", "long f(int a) { return a + 1; }"):
        assert shape_hash(other) != shape_hash(text)


@pytest.mark.parametrize(
    ("fetch", "arguments", "message"),
    [
        (fetch_numa_prefetch, ("tiny",), "size must be one of .*, got 'tiny'"),
        (fetch_numa_prefetch, ("small", "money"), "objective must be one of .*'money'"),
        (fetch_clgen_device_mapping, ("abacus",), "platform must be one of .*'abacus'"),
        (fetch_poj104, ("half",), "subset must be one of .*, got 'half'"),
    ],
)
def test_unknown_choices(fetch, arguments, message):
    with pytest.raises(ValueError, match=message):
        fetch(*arguments)


@pytest.mark.parametrize("fetch", LOADERS)
def test_archives_that_are_missing(fetch, tmp_path, monkeypatch):
    monkeypatch.setenv(MIRROR, str(tmp_path))
    with pytest.raises(OSError, match=rf"could not be fetched from {MIRROR}="):
        fetch(data_home=tmp_path / "home", n_retries=0)


@needs_mirror
@pytest.mark.parametrize("fetch", LOADERS)
def test_what_every_loader_has(fetch, home):
    bunch = fetch(data_home=home)
    assert {"data", "target", "runtimes", "configurations", "groups"} <= set(bunch)
    assert {"feature_names", "DESCR", "license", "references"} <= set(bunch)
    assert isinstance(bunch.groups, pd.DataFrame)
    assert len(bunch.groups) == len(bunch.data)
    assert bunch.license and bunch.references and "{" not in bunch.DESCR
    assert max(map(len, bunch.DESCR.splitlines())) <= 90
