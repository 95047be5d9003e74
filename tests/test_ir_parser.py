"""parse_llvm_ir: what it reads, what it refuses, what survives bad input."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import multiprocessing
import os
import pickle
import signal
import time

import llvmlite.binding as llvm
import pytest

from tunembed._llvm_process import LLVMError
from tunembed.parsers import (
    EmptySourceError,
    IRModule,
    IRSyntaxError,
    parse_llvm_ir,
)
from tunembed.parsers._ir import _reader
from tunembed.parsers._ir._common_forms import COMMON_FORMS
from tunembed.parsers._ir._instructions import (
    Operand,
    read_instruction,
    read_tokens,
)
from tunembed.parsers._ir._reader import Reader

SUM = """\
; ModuleID = 'sum.c'
source_filename = "sum.c"

%struct.pair = type { i32, double }

; Function Attrs: nounwind
define dso_local double @sum(ptr noundef readonly %x, i64 noundef %n) #0 {
entry:
  %none = icmp slt i64 %n, 1
  br i1 %none, label %exit, label %loop

loop:                                             ; preds = %loop, %entry
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.000000e+00, %entry ], [ %t, %loop ]
  %p = getelementptr inbounds double, ptr %x, i64 %i
  %v = load double, ptr %p, align 8
  %t = fadd double %s, %v
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop

exit:                                             ; preds = %loop, %entry
  %r = phi double [ 0.000000e+00, %entry ], [ %t, %loop ]
  ret double %r
}

declare double @sqrt(double)

attributes #0 = { nounwind }
"""
TYPED = """\
; ModuleID = 'old.cl'
define void @f(float addrspace(1)* nocapture, i32, i8* (i32)* %g) {
  %3 = sext i32 %1 to i64
  %4 = getelementptr inbounds float, float addrspace(1)* %0, i64 %3
  %5 = load float, float addrspace(1)* %4, align 4
  %6 = fcmp ogt float %5, 0.000000e+00
  br i1 %6, label %7, label %8

; <label>:7:                                      ; preds = %2
  store float 1.000000e+00, float addrspace(1)* %4, align 4
  br label %8

; <label>:8:                                      ; preds = %2, %7
  %9 = call i8* %g(i32 %1)
  ret void
}
"""


def opcodes(module):
    return {name: f.opcodes for name, f in module.functions.items()}


def test_text_of_a_module():
    module = parse_llvm_ir(SUM)
    assert module.path == "<string>"
    assert module.text == SUM  # printed already: taken as it is
    function = module.functions["sum"]
    assert function.parameters == (Operand("%x", "ptr"), Operand("%n", "i64"))
    assert [block.label for block in function.blocks] == ["entry", "loop", "exit"]
    assert function.opcodes[:3] == ("icmp", "br", "phi")
    assert function.flow.successors == ((2, 1), (2, 1), ())


def test_parameters():
    text = (
        "define void @f(ptr noundef align 8 dereferenceable(8) %p, i32, "
        "[2 x float] %a, ptr byval({ i32, i8 }), ...) {\n  ret void\n}"
    )
    assert parse_llvm_ir(text).functions["f"].parameters == (
        Operand("%p", "ptr"),
        Operand("%0", "i32"),
        Operand("%a", "[2 x float]"),
        Operand("%1", "ptr"),
    )


def test_bitcode_is_the_same_as_its_text(tmp_path):
    path = tmp_path / "sum.bc"
    path.write_bytes(llvm.parse_assembly(SUM).as_bitcode())
    module = parse_llvm_ir(path)
    assert module.path == str(path)
    assert opcodes(module) == opcodes(parse_llvm_ir(SUM.encode()))


def test_typed_pointers_read_like_plain_ones():
    old = parse_llvm_ir(TYPED)
    new = parse_llvm_ir(f"; as LLVM prints it today\n{TYPED}")
    assert "float addrspace(1)*" in old.text
    assert "float addrspace(1)*" not in new.text
    for name, function in old.functions.items():
        other = new.functions[name]
        assert function.parameters == other.parameters
        assert function.flow.successors == other.flow.successors
        for left, right in zip(function.instructions, other.instructions, strict=True):
            assert left.opcode == right.opcode
            assert left.dtype == right.dtype
            assert left.operands == right.operands


def test_any_layout_is_read():
    text = "define i32 @f(i32 %x) { ; a comment\n%y = add i32 %x, 1 ret i32 %y }"
    assert opcodes(parse_llvm_ir(text)) == {"f": ("add", "ret")}
    text = SUM.replace("\n", "\r\n")
    assert opcodes(parse_llvm_ir(text)) == opcodes(parse_llvm_ir(SUM))
    text = SUM.replace("ret double %r", "ret double %r ; the sum")
    assert opcodes(parse_llvm_ir(text)) == opcodes(parse_llvm_ir(SUM))


@pytest.mark.parametrize(
    "body",
    [
        "  add i32 %x, 1\n  ret i32 %1",  # a value without its name
        "  call i32 @f(i32 %x)\n  ret i32 %1",
        "  %1 = add i32 %x, 1 ret i32 %1",
        "  br label %1\n1: ret i32 %x",
    ],
)
def test_what_only_looks_printed_is_printed(body):
    text = f"; ModuleID = 'x'\ndefine i32 @f(i32 %x) {{\n{body}\n}}\n"
    (function,) = parse_llvm_ir(text).functions.values()
    assert len(function.opcodes) == 2
    assert function.is_regular


def test_byval_without_a_type_is_read():
    text = "define void @f({ i64, i64 }* byval %x) {\n  ret void\n}\n"
    assert opcodes(parse_llvm_ir(text)) == {"f": ("ret",)}


def test_debug_records_are_no_instructions():
    text = """define void @f(i32 %x) !dbg !4 {
  #dbg_value(i32 %x, !7, !DIExpression(), !8)
  ret void, !dbg !8
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "f.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!4 = distinct !DISubprogram(name: "f", file: !1, line: 1, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !6)
!6 = !{}
!7 = !DILocalVariable(name: "x", arg: 1, scope: !4, file: !1, line: 1)
!8 = !DILocation(line: 1, scope: !4)
"""  # noqa: E501
    assert opcodes(parse_llvm_ir(text)) == {"f": ("ret",)}


@pytest.mark.parametrize(
    ("opcode", "text", "dtype", "operands"),
    [
        ("add", "nuw nsw i64 %i, -1", "i64", [("%i", "i64"), ("-1", "i64")]),
        (
            "fadd",
            "fast <4 x float> %a, splat (float 1.000000e+00)",
            "<4 x float>",
            None,
        ),
        ("icmp", "slt <4 x i32> %a, zeroinitializer", "<4 x i1>", None),
        ("load", "volatile i32, ptr @x, align 4, !tbaa !3", "i32", [("@x", "ptr")]),
        (
            "load",
            "i32, ptr getelementptr inbounds ([4 x i32], ptr @a, i64 0, i64 2)",
            "i32",
            [("getelementptr inbounds([4 x i32], ptr @a, i64 0, i64 2)", "ptr")],
        ),
        (
            "getelementptr",
            "inbounds %struct.s, ptr %p, i64 0, i32 1",
            "ptr",
            [("%p", "ptr"), ("0", "i64"), ("1", "i32")],
        ),
        ("sext", "i32 %x to i64", "i64", [("%x", "i32")]),
        ("select", "i1 %c, double %a, double undef", "double", None),
        ("alloca", "[10 x i32], align 16", "ptr", []),
        ("alloca", "i8, i64 %n, align 16", "ptr", [("%n", "i64")]),
        (
            "extractvalue",
            "{ i32, i1 } %p, 0",
            "i32",
            [("%p", "{ i32, i1 }"), ("0", "")],
        ),
        ("insertelement", "<2 x i64> poison, i64 %a, i64 0", "<2 x i64>", None),
        ("extractelement", "<2 x i64> %v, i64 0", "i64", None),
        (
            "shufflevector",
            "<2 x float> %a, <2 x float> %b, <4 x i32> <i32 0, i32 1, i32 2, i32 3>",
            "<4 x float>",
            None,
        ),
        (
            "call",
            "i32 (ptr, ...) @printf(ptr noundef nonnull dereferenceable(4) @.str, "
            "i32 noundef %x) #3, !srcloc !2",
            "i32",
            [("@.str", "ptr"), ("%x", "i32")],
        ),
        ("call", 'void @llvm.assume(i1 true) [ "align"(ptr %p, i64 8) ]', "void", None),
        ("call", "noalias align 16 ptr %f(i64 8)", "ptr", [("8", "i64")]),
        ("call", 'void asm sideeffect "nop", "~{memory}"()', "void", []),
        ("call", "fast float @f(float noundef nofpclass(nan inf) %x)", "float", None),
        ("atomicrmw", "add ptr %p, i32 1 seq_cst, align 4", "i32", None),
        (
            "cmpxchg",
            "ptr %p, i32 %a, i32 %b acq_rel monotonic, align 4",
            "{ i32, i1 }",
            None,
        ),
        (
            "phi",
            'double [ 0.0, %a ], [ %x, %"b c" ]',
            "double",
            [("0.0", "double"), ("%x", "double")],
        ),
        ("fneg", "double %x", "double", [("%x", "double")]),
        ("freeze", "ptr addrspace(3) %p", "ptr addrspace(3)", None),
        (
            "load",
            "i8 addrspace(1)*, i8 addrspace(1)** %p, align 8",
            "ptr addrspace(1)",
            [("%p", "ptr")],
        ),
    ],
)
def test_types_and_operands(opcode, text, dtype, operands):
    found = read_instruction(opcode, "%r" if dtype != "void" else "", text)
    assert found.dtype == dtype
    if operands is not None:
        assert list(found.operands) == [Operand(*operand) for operand in operands]


def test_branches_and_calls():
    text = "i32 %x, label %d [\n    i32 1, label %a\n    i32 -2, label %b\n  ]"
    switch = read_instruction("switch", "", text)
    assert switch.labels == ("d", "a", "b")
    assert [o.text for o in switch.operands] == ["%x", "1", "-2"]
    text = "void @f(i32 1)\n          to label %next unwind label %pad"
    invoke = read_instruction("invoke", "", text)
    assert (invoke.callee, invoke.labels) == ("@f", ("next", "pad"))
    assert read_instruction("call", "", 'void asm "nop", ""()').callee == "asm"
    assert read_instruction("phi", "%x", "i1 [ true, %a ]").labels == ("a",)


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("define i32 @f() {\n  ret i33 1\n}", "<string>:2:7", "LLVM refuses it"),
        (b"define void @f() {\n  ret \0void\n}", "<string>:2:7", "NUL"),
        (b"; \xff\xfe\ndefine void @f() { ret void }", "<string>:1:3", "UTF-8"),
        (b"BC\xc0\xdenot bitcode at all", "<string>", "LLVM refuses it"),
        ("int main(void) { return 0; }", "<string>:1:1", "LLVM refuses it"),
    ],
)
def test_what_is_refused(text, place, what):
    with pytest.raises(IRSyntaxError, match=what) as caught:
        parse_llvm_ir(text)
    assert str(caught.value.location) == place


@pytest.mark.parametrize(
    "text", ["", " \n\t", b"", "declare void @f()", "@x = global i32 0"]
)
def test_nothing_to_read(text):
    with pytest.raises(EmptySourceError):
        parse_llvm_ir(text)


def test_wrong_type_and_missing_file(tmp_path):
    with pytest.raises(TypeError, match="str, bytes or Path, got int"):
        parse_llvm_ir(3)
    with pytest.raises(FileNotFoundError):
        parse_llvm_ir(tmp_path / "no.ll")
    path = tmp_path / "bad.ll"
    path.write_text("define")
    with pytest.raises(IRSyntaxError, match=r"bad\.ll:1:7"):
        parse_llvm_ir(path)


def test_modules_travel_between_processes():
    module = parse_llvm_ir(SUM)
    module.functions["sum"].instructions  # noqa: B018 - what is found is left behind
    copy = pickle.loads(pickle.dumps(module))
    assert isinstance(copy, IRModule)
    assert opcodes(copy) == opcodes(module)


def test_reading_goes_on_after_the_process_died():
    reader = Reader()
    reader.check(SUM.encode())
    os.kill(reader._llvm._process.pid, signal.SIGKILL)
    with pytest.raises(LLVMError, match="ended its process"):
        reader.check(SUM.encode())
    reader.check(SUM.encode())
    reader._llvm.close()


def test_reading_ends_in_time(monkeypatch):
    reader = Reader()
    reader.check(SUM.encode())
    monkeypatch.setattr(_reader, "_SECONDS", 0.2)
    os.kill(reader._llvm._process.pid, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(LLVMError, match="did not finish"):
        reader.check(SUM.encode())
    assert time.monotonic() - start < 60
    monkeypatch.undo()
    reader.check(SUM.encode())
    reader._llvm.close()


def _read_there(queue):
    queue.put(opcodes(parse_llvm_ir(SUM)))


def test_a_forked_process_reads_for_itself():
    module = parse_llvm_ir(SUM)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_read_there, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == opcodes(module)
    child.join()
    assert opcodes(parse_llvm_ir(SUM)) == opcodes(module)


@pytest.mark.parametrize(
    ("opcode", "text"),
    [
        ("add", "nsw i32 %a, -3"),
        ("fmul", "fast <4 x float> %a, %b"),
        ("fdiv", "float 1.000000e+00, %x, !fpmath !12"),
        ("fadd", "double 0xBFE6666666666666, %y"),
        ("fneg", "double %x"),
        ("icmp", "eq <4 x i32> %a, %b"),
        ("icmp", "ugt i8* %a, null"),
        ("fcmp", "ogt float %a, 0.000000e+00"),
        ("trunc", "i64 %x to i32"),
        ("bitcast", "i8* %x to [4 x i32]*"),
        ("bitcast", "float addrspace(1)* %x to i8 addrspace(1)*"),
        ("load", "float, float addrspace(3)* %x, align 4, !tbaa !5"),
        ("load", "[2 x [3 x double]], ptr %x"),
        ("store", "i32 0, i32* %x, align 4"),
        ("store", "float* %y, float** %x"),
        ("getelementptr", "inbounds [10 x [20 x double]], ptr %x, i64 0, i64 %i"),
        ("getelementptr", "%struct.s, %struct.s* %x, i64 %i, i32 1"),
        ("alloca", "[8 x <2 x float>], align 16"),
        ("phi", "float* [ %a, %b1 ], [ null, %b2 ]"),
        ("select", "i1 %c, i32 1, i32 -1"),
        ("br", "i1 %c, label %a, label %b, !llvm.loop !3"),
        ("br", "label %a"),
        ("call", "void @f()"),
        (
            "call",
            "fast double @llvm.fma.f64(double %a, double 2.000000e+00, double %c)",
        ),
        ("call", "i64 @g(i32 noundef 0, ptr noundef %x) #4, !srcloc !2"),
    ],
)
def test_the_usual_forms_are_read_like_all_others(opcode, text):
    result = "" if opcode in ("store", "br") or "void" in text else "%r"
    usual = COMMON_FORMS[opcode](text)
    assert usual is not None
    assert read_instruction(opcode, result, text) == read_tokens(opcode, result, text)
