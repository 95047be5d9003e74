"""Corpora: built of small folders, without copies, without what is kept out."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest
from typer.testing import CliRunner

from tunembed._llvm_process import LLVMError
from tunembed._toolchain import CompilerNotFoundError, find_clang
from tunembed.cli._main import app
from tunembed.corpus import (
    ORIGINS,
    Contents,
    Corpus,
    CorpusError,
    DirectoryPackage,
    Package,
    PackageError,
    Unit,
    build_corpus,
    find_packages,
    summarize,
)
from tunembed.corpus._compile import UnitError, compiled
from tunembed.corpus._configure import configure
from tunembed.corpus._debian import DebianKernels, DebianPackage, debian_packages
from tunembed.corpus._evaluation_sets import modules_of_set
from tunembed.corpus._exclusions import Exclusions
from tunembed.corpus._includes import LINKS, include_dirs
from tunembed.corpus._optimizer import Optimizer
from tunembed.corpus._signature import ALIKE, SKETCH, grams_of, sketch_of
from tunembed.corpus._texts import LoopNests, StudentPrograms
from tunembed.features import normalized_tokens
from tunembed.parsers import parse_llvm_ir


def has_clang():
    try:
        find_clang()
    except CompilerNotFoundError:
        return False
    return True


needs_clang = pytest.mark.skipif(not has_clang(), reason="there is no clang")

SUM = """\
int sum(const int *x, int n)
{
    int total = 0;
    for (int i = 0; i < n; i++)
        total += x[i];
    return total;
}
"""
SORT = """\
void sort(int *x, int n)
{
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && x[j] < x[j - 1]; j--) {
            int old = x[j];
            x[j] = x[j - 1];
            x[j - 1] = old;
        }
}
"""
COUNT = """\
#include "sizes.h"
unsigned count(const char *text)
{
    unsigned found[KINDS] = {0}, most = 0;
    for (; *text; text++)
        found[*text % KINDS]++;
    for (int i = 0; i < KINDS; i++)
        if (found[i] > most)
            most = found[i];
    return most;
}
"""
ONE_LINE = "int same(int x) { return x; }\n"


@pytest.fixture
def tree(tmp_path):
    """Three functions, a copy of one, one that is too small, and what is wrong."""
    root = tmp_path / "tree"
    (root / "include").mkdir(parents=True)
    (root / "include" / "sizes.h").write_text("#define KINDS 7\n")
    (root / "LICENSE.txt").write_text("free\n")
    (root / "a.c").write_text(SUM + ONE_LINE)
    (root / "b.c").write_text(SORT)
    (root / "copy.c").write_text(SUM.replace("total", "s").replace("sum", "add"))
    (root / "count.c").write_text(COUNT)
    (root / "wrong.c").write_text("int wrong(void) { return missing; }\n")
    (root / "polybench-gemm.c").write_text(SORT.replace("<", ">"))
    return root


def build(tmp_path, root, **options):
    options.setdefault("evaluation_sets", ())
    options.setdefault("levels", ["O1"])
    packages = [DirectoryPackage(root.name, "1", "own", root)]
    return build_corpus(tmp_path / "corpus", packages, **options)


def dropped(corpus):
    return corpus.dropped.groupby("reason")["number"].sum().to_dict()


@needs_clang
def test_functions_are_kept_once(tmp_path, tree):
    corpus = build(tmp_path, tree)
    table = corpus.functions
    assert table["name"].tolist() == ["sum", "sort", "count"]
    assert set(table["level"]) == {"O1"}
    assert set(table["package"]) == {"tree"}
    assert set(table["origin"]) == {"directory"}
    assert table["n_instructions"].between(4, 100).all()
    assert dropped(corpus) == {"copy": 1, "small": 1}


@needs_clang
def test_kept_functions_are_in_the_texts_of_their_modules(tmp_path, tree):
    corpus = build(tmp_path, tree)
    texts = dict(corpus.modules())
    for row in corpus.functions.itertuples():
        module = parse_llvm_ir(texts[row.module])
        assert len(module.functions[row.name].opcodes) == row.n_instructions
    wanted = list(texts)[::-1]
    assert [number for number, _ in corpus.modules(wanted)] == wanted
    with pytest.raises(CorpusError, match="no module 999"):
        list(corpus.modules([999]))


@needs_clang
def test_one_function_at_several_levels_is_one_source(tmp_path, tree):
    corpus = build(tmp_path, tree, levels=["O2", "O0", "O1"])
    table = corpus.functions
    assert corpus.settings["levels"] == "O0 O1 O2"
    levels = table[table["name"] == "sum"]
    assert levels["source"].nunique() == 1
    assert levels["level"].tolist() == ["O0", "O1", "O2"]
    assert table.groupby("name")["source"].nunique().eq(1).all()
    assert table["source"].nunique() == 4  # the small one is not so small at O0
    modules = dict(corpus.modules())
    unoptimized = modules[levels["module"].iloc[0]]
    assert b"alloca" in unoptimized
    assert b"call void @llvm.lifetime" not in unoptimized
    assert b"vector.body" in modules[levels["module"].iloc[2]]


@needs_clang
def test_near_copies_are_dropped_but_not_levels(tmp_path):
    root = tmp_path / "tree"
    root.mkdir()
    lines = [f"    x[{n}] = x[{n + 1}] * y[{n}] + {n}.5;\n" for n in range(60)]
    opening = "void f(double *x, double *y)\n{\n"
    (root / "a.c").write_text(opening + "".join(lines) + "}\n")
    lines[30] = "    x[30] = y[3] - x[31];\n"
    (root / "b.c").write_text(opening + "".join(lines) + "}\n")
    corpus = build(tmp_path, root)
    assert len(corpus.functions) == 1
    assert dropped(corpus) == {"near copy": 1}


@needs_clang
@pytest.mark.parametrize("kind", ["c", "ll"])
def test_what_is_excluded_is_not_kept(tmp_path, tree, kind):
    folder = tmp_path / "suite"
    folder.mkdir()
    renamed = SORT.replace("old", "kept").replace("sort", "kernel_sort")
    if kind == "c":
        (folder / "s.c").write_text(renamed)
    else:
        (found,) = compiled(Unit("s.c", "c", renamed.encode()), ["O1"])
        (folder / "s.ll").write_text(found[1].text)
    corpus = build(tmp_path, tree, exclude=[folder])
    assert corpus.functions["name"].tolist() == ["sum", "count"]
    assert dropped(corpus)["contaminated"] == 1
    assert corpus.settings["excluded folders"] == "suite"


@needs_clang
def test_a_function_that_holds_an_excluded_one_is_contaminated():
    (kernel,) = compiled(Unit("k.c", "c", SORT.encode()), ["O1"])
    longer = SORT.replace("x[j - 1] = old;", "x[j - 1] = old; x[0] += i;")
    (near,) = compiled(Unit("n.c", "c", longer.encode()), ["O1"])
    (other,) = compiled(Unit("o.c", "c", SUM.encode()), ["O1"])
    excluded = Exclusions.of([kernel[1]])

    def grams(found):
        (function,) = found[1].functions.values()
        return grams_of(normalized_tokens(function))

    assert excluded.covers(grams(kernel))
    assert excluded.covers(grams(near))
    assert not excluded.covers(grams(other))
    assert not Exclusions.of([]).covers(grams(kernel))


def test_exclusions_are_kept_in_a_file(tmp_path):
    text = "define i32 @f(i32 %x) { %y = add i32 %x, 1  ret i32 %y }"
    excluded = Exclusions.of([parse_llvm_ir(text)])
    path = tmp_path / "e.npz"
    excluded.save(path)
    again = Exclusions.load(path)
    assert len(again) == 1
    np.testing.assert_array_equal(again.grams, excluded.grams)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(CorpusError, match="damaged"):
        Exclusions.load(path)


def test_sketches_estimate_resemblance():
    words = [str(n * n % 101) for n in range(400)]
    same = sketch_of(grams_of(words))
    near = sketch_of(grams_of([*words[:200], "new", *words[200:]]))
    far = sketch_of(grams_of([word + "'" for word in words]))
    assert same.shape == (SKETCH,)
    assert ALIKE <= (same == near).sum() <= SKETCH
    assert (same == far).sum() < 4
    assert len(grams_of(["ret"])) == 1


@needs_clang
def test_building_goes_on_where_it_stopped(tmp_path, tree):
    whole = build(tmp_path, tree, levels=["O0", "O1"]).functions
    shutil.rmtree(tmp_path / "corpus")

    class Stop(Exception):
        pass

    def stop(package, done, total, functions):
        raise Stop

    with pytest.raises(Stop):
        build(tmp_path, tree, levels=["O0", "O1"], progress=stop)
    assert len(Corpus(tmp_path / "corpus").functions) == len(whole)  # one chunk
    seen = []
    corpus = build(
        tmp_path, tree, levels=["O0", "O1"], progress=lambda *step: seen.append(step)
    )
    assert not seen  # every unit was there
    assert corpus.functions.equals(whole)
    assert corpus.manifest()["status"].tolist() == ["done"]


@needs_clang
def test_the_number_of_processes_changes_nothing(tmp_path, tree):
    for number in range(12):
        text = SORT.replace("sort", f"sort_{number}").replace("i = 1", f"i = {number}")
        (tree / f"more{number}.c").write_text(text + SUM.replace("sum", f"s{number}"))
    tables = []
    for jobs in (1, 2):
        tables.append(build(tmp_path, tree, n_jobs=jobs).functions)
        shutil.rmtree(tmp_path / "corpus")
    assert tables[0].equals(tables[1])


@needs_clang
def test_a_limit_ends_a_build(tmp_path, tree):
    corpus = build(tmp_path, tree, limit=1)
    assert 1 <= len(corpus.functions) <= 3
    again = build(tmp_path, tree, limit=1)
    assert len(again.functions) == len(corpus.functions)


@needs_clang
def test_other_settings_are_refused(tmp_path, tree):
    build(tmp_path, tree)
    with pytest.raises(CorpusError, match="begun with levels: O1; now it is O2"):
        build(tmp_path, tree, levels=["O2"])
    with pytest.raises(CorpusError, match="excluded folders: none; now it is include"):
        build(tmp_path, tree, exclude=[tree / "include"])
    with pytest.raises(CorpusError, match="no level 'O9'"):
        build(tmp_path, tree, levels=["O9"])
    with pytest.raises(CorpusError, match="no folder"):
        build_corpus(tmp_path / "new", [], exclude=["nowhere"], evaluation_sets=())


@needs_clang
def test_the_manifest_says_what_it_is_made_of(tmp_path, tree):
    row = build(tmp_path, tree).manifest().iloc[0]
    assert row["license"] == "see LICENSE.txt"
    assert (row["files"], row["compiled"], row["functions"]) == (5, 4, 3)
    (tree / "b.c").write_text(SORT + "\n")
    other = build(tmp_path / "second", tree).manifest().iloc[0]
    assert len(row["sha256"]) == 64
    assert row["sha256"] != other["sha256"]


class Broken(Package):
    """A package that cannot be had."""

    def open(self, folder):
        raise PackageError("the archive is gone")


class Texts(Package):
    """A package of texts."""

    def open(self, folder):
        return Contents("CC0", (Unit("s.c", "c", SUM.encode()),))


@needs_clang
def test_a_package_that_cannot_be_had_stops_no_other(tmp_path):
    packages = [Broken("broken", "1", "own"), Texts("texts", "2", "own")]
    corpus = build_corpus(tmp_path, packages, levels=["O1"], evaluation_sets=())
    assert corpus.functions["package"].tolist() == ["texts"]
    assert corpus.manifest()["status"].tolist() == ["the archive is gone", "done"]
    tables = summarize(corpus)
    assert tables["Packages that could not be had"]["package"].tolist() == ["broken"]
    assert tables["By package"].set_index("package").loc["all", "functions"] == 1


@needs_clang
def test_kernels_are_not_vectorised():
    text = b"kernel void f(global float *x) { x[get_global_id(0)] += 1; }"
    found = dict(compiled(Unit("k.cl", "opencl", text), ["O0", "O2"]))
    assert "spir_kernel" in found["O2"].text
    assert "@_Z13get_global_idj" in found["O2"].text
    assert len(found["O0"].text) > len(found["O2"].text)


@needs_clang
def test_cuda_is_compiled_without_its_headers():
    text = b"""
    __global__ void halve(float4 *x, const float *by, int n) {
        __shared__ float part[64];
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        part[threadIdx.x] = i < n ? __expf(by[i]) : 0.0f;
        __syncthreads();
        if (i < n) x[i] = make_float4(part[0], max(part[1], 0.0f), sqrt(by[i]), 1.0f);
    }
    """
    unit = Unit("k.cu", "cuda", text)
    try:
        found = dict(compiled(unit, ["O0", "O2"]))
    except UnitError as error:
        if "NVPTX" in str(error) or "nvptx" in str(error):
            pytest.skip("this clang has no NVPTX")
        raise
    assert list(found["O2"].functions) == ["_Z5halveP6float4PKfi"]
    assert "llvm.nvvm.read.ptx.sreg.tid.x" in found["O2"].text
    assert "addrspace(3)" in found["O2"].text


def test_the_optimizer_survives_what_is_no_module():
    optimizer = Optimizer()
    with pytest.raises(LLVMError):
        optimizer.optimized(b"no module", "O1")
    text = b"define i32 @f(i32 %x) {\n  %y = add i32 %x, 0\n  ret i32 %y\n}\n"
    assert " add " not in optimizer.optimized(text, "O1")
    assert " add " in optimizer.optimized(text, "O0")
    optimizer._llvm.close()


@needs_clang
def test_headers_are_found_where_inclusions_say(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "lib" / "math").mkdir(parents=True)
    text = '#include "math/add.h"\n#include <pkg/sub.h>\n#include <stdio.h>\n'
    files = {
        "src/a.c": text,
        "lib/math/add.h": "",
        "sub.h": "",
        "lib/stdio.h": "#error not this one\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    found = include_dirs(tmp_path, [tmp_path / name for name in files])
    assert set(found) == {tmp_path / "lib", tmp_path / LINKS}
    assert (tmp_path / LINKS / "pkg" / "sub.h").is_symlink()


@needs_clang
def test_sources_are_configured_under_limits(tmp_path):
    assert not configure(tmp_path)
    (tmp_path / "configure").write_text('echo "#define HAVE 1" > config.h\n')
    assert configure(tmp_path)
    assert (tmp_path / "config.h").exists()
    assert configure(tmp_path, 'touch other.h && test -n "$CC"')
    assert (tmp_path / "other.h").exists()
    assert not configure(tmp_path, "exit 3")


def make_archive(folder, mirror):
    """Make a source package as Debian has them; return its pinned form."""
    import hashlib
    import tarfile

    top = folder / "tiny-1.0"
    top.mkdir(parents=True)
    (top / "sum.c").write_text(SUM)
    (top / "sort.cl").write_text("kernel void f(global int *x) { x[0] += x[1] * 3; }")
    (top / "sort.cu").write_text("__global__ void f(int *x) { x[0] += x[1] * 3; }")
    debian = folder / "debian"
    debian.mkdir()
    (debian / "copyright").write_text("Files: *\nLicense: Expat\n\nLicense: BSD-3\n")
    place = mirror / "pool" / "main" / "t" / "tiny"
    place.mkdir(parents=True)
    names = {"tiny_1.0.orig.tar.gz": top, "tiny_1.0-2.debian.tar.xz": debian}
    sums = []
    for name, source in names.items():
        with tarfile.open(place / name, f"w:{name[-2:]}") as tar:
            tar.add(source, source.name)
        data = (place / name).read_bytes()
        sums.append(f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}\n")
    description = place / "tiny_1.0-2.dsc"
    description.write_text(f"Source: tiny\nChecksums-Sha256:\n{''.join(sums)}Files:\n")
    sha256 = hashlib.sha256(description.read_bytes()).hexdigest()
    return "tiny", "3:1.0-2", "own", "pool/main/t/tiny", sha256


@needs_clang
def test_a_debian_package_is_fetched_checked_and_unpacked(tmp_path, monkeypatch):
    mirror = tmp_path / "mirror"
    fields = make_archive(tmp_path / "made", mirror)
    monkeypatch.setenv("TUNEMBED_DEBIAN", f"file://localhost{mirror}")
    package = DebianPackage(*fields)
    contents = package.open(tmp_path / "one")
    assert contents.license == "Expat; BSD-3"
    assert [unit.path for unit in contents.units] == ["sort.cu", "sum.c"]
    package.close(tmp_path / "one")
    assert not list((tmp_path / "one" / "unpacked").iterdir())
    kernels = DebianKernels(*fields).open(tmp_path / "one")
    assert [unit.language for unit in kernels.units] == ["opencl", "cuda"]
    (mirror / "pool/main/t/tiny/tiny_1.0.orig.tar.gz").write_bytes(b"changed")
    with pytest.raises(PackageError, match="TUNEMBED_DEBIAN names another mirror"):
        package.open(tmp_path / "two")


def test_packages_are_pinned_and_chosen_by_name():
    packages = debian_packages()
    assert len({package.name for package in packages}) == len(packages) > 150
    assert all(len(package.sha256) == 64 for package in packages)
    assert len({package.domain for package in packages[:12]}) >= 6
    assert {package.origin for package in find_packages()} == set(ORIGINS)
    (chosen,) = find_packages(names=["zlib"])
    assert chosen.domain == "compression"
    with pytest.raises(CorpusError, match="no package 'nothing'"):
        find_packages(names=["nothing"])
    with pytest.raises(CorpusError, match="no source 'cran'"):
        find_packages(["cran"])
    assert find_packages(directories=["src"])[0].origin == "directory"
    assert len(find_packages(directories=["src"])) == 1


@needs_clang
def test_generated_loop_nests_are_several_to_a_file(tmp_path):
    contents = LoopNests("nests", "1", "generated", 40, False, 5).open(tmp_path)
    assert len(contents.units) == 3
    (found,) = compiled(contents.units[0], ["O1"])
    assert {f"nest_{number}" for number in range(16)} <= set(found[1].functions)


needs_mirror = pytest.mark.skipif(
    "TUNEMBED_MIRROR" not in os.environ, reason="TUNEMBED_MIRROR is not set"
)


@needs_mirror
@needs_clang
def test_programs_of_students_compile_with_usual_headers(tmp_path):
    package = StudentPrograms("poj", "1", "students", 1)
    units = package.open(tmp_path).units
    assert len(units) > 40
    assert all(unit.path.split("/")[0] in map(str, range(1, 65)) for unit in units)
    assert sum(bool(list(compiled(unit, ["O1"]))) for unit in units[:5]) >= 3


@needs_mirror
@needs_clang
def test_evaluation_sets_are_read_as_they_are_and_optimised(tmp_path):
    modules = list(modules_of_set("thread coarsening", ["O1"], tmp_path))
    assert len(modules) >= 34
    assert len(Exclusions.of(modules)) >= 17


@needs_clang
@pytest.mark.filterwarnings("ignore:Retry downloading")
def test_evaluation_sets_must_be_there(tmp_path, monkeypatch):
    monkeypatch.setenv("TUNEMBED_MIRROR", str(tmp_path))
    with pytest.raises(CorpusError, match="'device mapping', which must be kept out"):
        build_corpus(tmp_path / "new", [], evaluation_sets=["device mapping"])


def test_a_corpus_must_be_one(tmp_path):
    with pytest.raises(CorpusError, match="no corpus at"):
        Corpus(tmp_path)
    path = tmp_path / "corpus.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(CorpusError, match="damaged"):
        Corpus(tmp_path)
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(CorpusError, match="another program"):
        Corpus(path)


@needs_clang
def test_a_damaged_corpus_says_so(tmp_path, tree):
    corpus = build(tmp_path, tree)
    database = sqlite3.connect(corpus.path)
    database.execute("UPDATE modules SET text = x'00'")
    database.commit()
    with pytest.raises(CorpusError, match="the text of module 1 cannot be read"):
        list(corpus.modules())
    database.execute("PRAGMA user_version = 9")
    database.commit()
    with pytest.raises(CorpusError, match="schema 9, this version of tunembed reads 1"):
        Corpus(tmp_path / "corpus")
    database.execute("PRAGMA user_version = 1")
    database.execute("DROP TABLE dropped")
    database.commit()
    database.close()
    with pytest.raises(CorpusError, match="no table 'dropped'"):
        build(tmp_path, tree)
    corpus.path.write_bytes(corpus.path.read_bytes()[:5000])
    with pytest.raises(CorpusError, match="damaged"):
        len(corpus.functions)


@needs_clang
def test_the_command_builds_shows_and_lists(tmp_path, tree):
    runner = CliRunner()
    home = str(tmp_path / "c")
    command = ["corpus", "build", home, "--directory", str(tree), "--level", "O1"]
    done = runner.invoke(app, [*command, "--no-evaluation-sets", "--jobs", "1"])
    assert done.exit_code == 0, done.output
    assert "tree: 3 functions" in done.stderr
    shown = runner.invoke(app, ["corpus", "show", home])
    assert shown.exit_code == 0
    assert "near copy" in shown.stdout
    listed = runner.invoke(app, ["corpus", "manifest", home])
    assert listed.stdout.startswith("package,version,license,domain,origin,status")
    assert "tree,as it is,see LICENSE.txt" in listed.stdout
    missing = runner.invoke(app, ["corpus", "show", str(tmp_path / "nowhere")])
    assert missing.exit_code == 2
    assert "There is no corpus at" in missing.stderr


@needs_clang
def test_a_killed_build_leaves_no_process_and_a_whole_file(tmp_path, tree):
    for number in range(60):
        (tree / f"f{number}.c").write_text(SORT.replace("i = 1", f"i = {number + 2}"))
    home = tmp_path / "c"
    command = [sys.executable, "-m", "tunembed", "corpus", "build", str(home)]
    command += ["--directory", str(tree), "--no-evaluation-sets", "--jobs", "2"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    path = home / "corpus.sqlite"
    deadline = time.monotonic() + 60
    while not _n_files(path) and time.monotonic() < deadline:
        time.sleep(0.05)
    children = _children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert _n_files(path)
    deadline = time.monotonic() + 60
    while any(map(_is_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_is_alive, children))
    done = CliRunner().invoke(app, command[3:])
    assert done.exit_code == 0, done.output
    assert Corpus(home).manifest()["files"].tolist() == [65]


def _n_files(path):
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            (number,) = database.execute("SELECT count(*) FROM files").fetchone()
        database.close()
    except sqlite3.OperationalError:
        return 0
    return number


def _children(parent):
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True
    )
    return [int(word) for word in listed.stdout.split()]


def _is_alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
