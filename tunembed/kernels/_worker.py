"""The subprocess that runs kernels, and the conversation with it."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import atexit
import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
import weakref
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from tunembed._toolchain import find_compiler
from tunembed.kernels._build import compile_text
from tunembed.kernels._inputs import Inputs
from tunembed.kernels._machine import available_cores
from tunembed.kernels._outcome import Outcome

_GRACE = 5.0
_SETUP = 60.0
_DIAGNOSTICS = 300
_LIVE: "weakref.WeakSet[Worker]" = weakref.WeakSet()


@dataclass(frozen=True)
class Sample:
    """One timed run.

    Attributes
    ----------
    seconds : float
        Wall time of one call, by the monotonic clock.
    cpu_seconds : float
        Processor time of all threads for one call.
    waited : float
        Share of the wall time that threads were ready to run but had no core, because
        other programs ran there; the sum over all threads. 0 where the system does
        not tell.
    """

    seconds: float
    cpu_seconds: float
    waited: float = 0.0


class WorkerFailure(Exception):
    """The worker cannot go on; the outcome says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


def omp_environment(threads: int, *, bind: bool = False) -> dict[str, str]:
    """Return the environment that kernels run in.

    All OpenMP settings of the caller are dropped, so that they cannot differ between a
    baseline and a candidate. Threads are not bound and spin only shortly (some ten
    microseconds with libgomp, a millisecond with libomp) before they sleep. On an idle
    machine this costs up to a tenth of a kernel of many small parallel regions. On a
    busy one the default, to spin for milliseconds on a core that the awaited thread
    needs, doubles the time; measured with a matrix product of 250 x 250 and 200 stencil
    sweeps of 150 x 150 on two cores.

    Parameters
    ----------
    threads : int
        Number of OpenMP threads.
    bind : bool, default=False
        Keep each thread on a core of its own. Where other programs take part of every
        core, two threads that wake up on one of them would stay there.

    Returns
    -------
    dict of str to str
        Variables of the new process.
    """
    prefixes = ("OMP_", "GOMP_", "KMP_")
    env = {k: v for k, v in os.environ.items() if not k.startswith(prefixes)}
    env["OMP_NUM_THREADS"] = str(threads)
    env["OMP_DYNAMIC"] = "false"
    env["GOMP_SPINCOUNT"] = "10000"
    env["KMP_BLOCKTIME"] = "1"
    env["KMP_DUPLICATE_LIB_OK"] = "TRUE"
    if bind:
        env |= {"OMP_PROC_BIND": "close", "OMP_PLACES": "cores"}
    env["LC_ALL"] = "C"
    return env


class Worker:
    """A subprocess that loads shared objects and calls them on guarded buffers.

    Use it as a context manager: leaving it kills the whole process group. Every method
    raises `WorkerFailure` when the process ends or does not answer in time.

    Parameters
    ----------
    directory : Path
        Existing folder for the process' diagnostics.
    memory_bytes : int
        Limit of its address space.
    threads : int, optional
        OpenMP threads; the cores this process may use when not given.
    bind : bool, default=False
        Keep each thread on a core of its own.
    """

    def __init__(
        self,
        directory: Path,
        *,
        memory_bytes: int,
        threads: int | None = None,
        bind: bool = False,
    ) -> None:
        self._diagnostics = directory / f"stderr-{os.urandom(4).hex()}.txt"
        self._buffer = b""
        self._inputs: Inputs | None = None
        self._process = subprocess.Popen(
            [str(_harness()), str(memory_bytes), str(self._diagnostics)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=omp_environment(threads or available_cores(), bind=bind),
            start_new_session=True,
            bufsize=0,
        )
        _LIVE.add(self)

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill the process group and remove its files; may be called twice."""
        process = self._process
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        self._diagnostics.unlink(missing_ok=True)
        _LIVE.discard(self)

    def load(self, library: Path) -> int:
        """Load a shared object.

        Parameters
        ----------
        library : Path
            The shared object.

        Returns
        -------
        int
            Its number.
        """
        answer = self._ask(f"load {library}", _SETUP)
        if not answer.startswith("loaded "):
            message = f"the object cannot be loaded: {answer.partition(' ')[2]}"
            raise WorkerFailure(Outcome("crash", message))
        return int(answer.split()[1])

    def data(self, inputs: Inputs, changed: frozenset[int] | None = None) -> None:
        """Set the arguments of all following calls.

        Parameters
        ----------
        inputs : Inputs
            The values, written to a file.
        changed : frozenset of int, optional
            Positions of the arrays to restore before every call.
        """
        self._inputs = inputs
        lines = inputs.describe(changed)
        self._ask("\n".join([f"data {len(lines)} {inputs.path}", *lines]), _SETUP)

    def call(self, library: int, timeout: float, times: int = 1) -> Sample:
        """Call a loaded function, with fresh arguments each time.

        Parameters
        ----------
        library : int
            Number that `load` returned.
        timeout : float
            Seconds for all calls together.
        times : int, default=1
            Number of calls; the sample is their mean.

        Returns
        -------
        Sample
            Time of the calls, without restoring the arguments.
        """
        milliseconds = max(1, round(timeout * 1000))
        answer = self._ask(f"call {library} {times} {milliseconds}", timeout, timeout)
        wall, cpu, delay = (int(v) * 1e-9 for v in answer.split()[1:])
        return Sample(wall / times, cpu / times, max(delay, 0.0) / max(wall, 1e-9))

    def dump(self, path: Path) -> None:
        """Write the arguments and the returned value as they are now.

        Parameters
        ----------
        path : Path
            A file from `Inputs.create_output`.
        """
        self._ask(f"dump {path}", _SETUP)

    def _ask(self, command: str, seconds: float, limit: float | None = None) -> str:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(command.encode() + b"\n")
        except BrokenPipeError:
            raise WorkerFailure(self._died()) from None
        line = self._read_line(time.monotonic() + seconds + _GRACE)
        if line is None:
            raise WorkerFailure(self._died())
        if line.split(" ")[0] in ("loaded", "failed", "ready", "done", "dumped"):
            return line
        raise WorkerFailure(self._explain(line, limit if limit else seconds))

    def _read_line(self, deadline: float) -> str | None:
        stream = self._process.stdout
        assert stream is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    return "timeout"
                chunk = os.read(stream.fileno(), 4096)
                if not chunk:
                    return None
                self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode(errors="replace")

    def _died(self) -> Outcome:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(_GRACE)
            if code >= 0:
                return self._crash(f"it ended its process with exit code {code}")
            if -code == signal.SIGKILL:
                return Outcome("memory", "killed from outside, perhaps out of memory")
            return self._crash(f"it was ended by {_signal_name(-code)}")
        return self._crash("it closed the connection to its worker")

    def _explain(self, line: str, seconds: float) -> Outcome:
        word, *numbers = line.split()
        match word:
            case "timeout":
                return Outcome("timeout", f"no result after {seconds:.3g} s")
            case "memory":
                return Outcome("memory", "it needs more memory than the limit allows")
            case "stack":
                return self._crash("stack overflow (an array on the stack too large?)")
            case "signal":
                return self._crash(f"it was ended by {_signal_name(int(numbers[0]))}")
            case "bounds" if self._inputs is not None:
                where = self._inputs.locate(int(numbers[0]), int(numbers[1]))
                return Outcome("out_of_bounds", f"access {where}")
        return self._crash(f"it wrote {line[:80]!r} to the worker's answers")

    def _crash(self, message: str) -> Outcome:
        with contextlib.suppress(OSError):
            said = self._diagnostics.read_text(errors="replace").strip()
            if said:
                message += f"; it said: {said[-_DIAGNOSTICS:]}"
        return Outcome("crash", message)


def _signal_name(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    meanings = {"SIGSEGV": "invalid memory access", "SIGFPE": "division by zero"}
    return f"{name} ({meanings[name]})" if name in meanings else name


def _harness() -> Path:
    folder = files("tunembed.kernels")
    text = folder.joinpath("_harness.c").read_text(encoding="utf-8")
    for header in ("_guard.h", "_clock.h"):
        content = folder.joinpath(header).read_text(encoding="utf-8")
        text = text.replace(f'#include "{header}"', content)
    flags = ["-O2", *(["-ldl"] if sys.platform == "linux" else [])]
    return compile_text([text], flags, find_compiler())


def _close_all() -> None:
    for worker in list(_LIVE):
        worker.close()


atexit.register(_close_all)
