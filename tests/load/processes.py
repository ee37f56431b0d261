"""Owns the processes of a measurement: started on one core each, watched, and stopped by their own ids."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HOST: Final = "127.0.0.1"
SERVER_CORE: Final = 0
CLIENT_CORE: Final = 1

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 15.0
LOOK_SECONDS: Final = 0.002
ANSWER_SECONDS: Final = 10.0
WAIT_SECONDS: Final = 0.01
IDLE_SECONDS: Final = 0.7  # after listening, before its memory is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that listens."""

    pid: int
    port: int
    started_ms: float
    """From the start of the process to the first connection that it took."""

    async def idle_mib(self) -> float | None:
        """The resident memory once it has come to rest; None where the system does not tell."""
        await asyncio.sleep(IDLE_SECONDS)
        return resident_mib(self.pid)


class DidNotStart(Exception):
    """A process ended, or did not listen in time."""


def pin(core: int) -> bool:
    """Keep this process on one core, where the system can and has it; says whether."""
    if not hasattr(os, "sched_setaffinity") or core not in os.sched_getaffinity(0):
        return False
    os.sched_setaffinity(0, {core})
    return True


def pinning(core: int) -> Callable[[], None] | None:
    """What a child does before it becomes the server; None where it can not be pinned."""
    able = hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core
    return (lambda: os.sched_setaffinity(0, {core})) if able else None


def free_port() -> int:
    """A port of loopback that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def bare_environment(folder: Path) -> dict[str, str]:
    """What a child inherits: nothing that changes how it runs. Compiled modules lie in `folder`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONPATH": str(ROOT)}


@asynccontextmanager
async def listening(
    command: Sequence[str], port: int, environment: Mapping[str, str], log: Path, *, folder: Path = ROOT
) -> AsyncIterator[Server]:
    """The process while it listens at `port` of loopback, on its core. Raises `DidNotStart`."""
    with log.open("ab") as output:
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=environment, stdout=output, stderr=output, preexec_fn=pinning(SERVER_CORE)
        )
    try:
        await _answers(process, port, begun + START_SECONDS, log)
        yield Server(pid=process.pid, port=port, started_ms=(time.perf_counter() - begun) * 1000)
    finally:
        await _stop(process)


async def until(true: Callable[[], bool]) -> None:
    """Raises `TimeoutError` when it does not become true."""
    for _ in range(int(ANSWER_SECONDS / WAIT_SECONDS)):
        if true():
            return
        await asyncio.sleep(WAIT_SECONDS)
    raise TimeoutError("The bot did not do what was waited for")


async def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """The process to its end. Raises `DidNotStart` when it failed."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    if await process.wait() != 0:
        raise DidNotStart(f"{' '.join(command)} failed:\n{_tail(log)}")


def signalbox(*arguments: str) -> list[str]:
    """The command line of the real thing."""
    return [sys.executable, "-m", "bot", *arguments]


def resident_mib(pid: int) -> float | None:
    """Resident memory of a process. https://docs.kernel.org/filesystems/proc.html"""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Rss:")), None)


async def _answers(process: asyncio.subprocess.Process, port: int, until: float, log: Path) -> None:
    while time.perf_counter() < until:
        if process.returncode is not None:
            raise DidNotStart(f"The process ended with {process.returncode}:\n{_tail(log)}")
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(LOOK_SECONDS)
        else:
            writer.close()
            return
    raise DidNotStart(f"Nothing listened within {START_SECONDS:g} s:\n{_tail(log)}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]
