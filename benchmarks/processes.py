"""Servers to measure, and the processor time of all their processes."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """A server in a process session of its own: Linux shares processors out by session."""

    def __init__(self, command, port, env=None):
        self.port = port
        self._process = subprocess.Popen(
            command,
            env=os.environ | (env or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()

    @property
    def base(self):
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def _wait(self):
        for _ in range(500):
            try:
                httpx.get(f"{self.base}/")
            except httpx.TransportError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("the server does not answer")

    def processor_seconds(self):
        """User and system time of the server and its workers so far."""
        return sum(map(_processor_seconds, self._pids()))

    def _pids(self):
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def stop(self):
        """Stop it."""
        self._process.terminate()
        self._process.wait(30)


def _processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def atompub(folder):
    """The real server on a store in a folder, with two workers of four threads."""
    port = free_port()
    command = [sys.executable, "-m", "atompub", "--data", str(folder), "serve"]
    return Server(
        [*command, "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"], port
    )


def constant(folder):
    """The constant application under the same server with the same settings."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "2"]
    command += ["--threads", "4", "-k", "atompub.web.worker.Worker", "--keep-alive", "30"]
    return Server([*command, "benchmarks.constant:app"], port, {"CONSTANT": str(folder)})


def nginx(folder):
    """nginx taking PUT (dav) into a folder."""
    port = free_port()
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; user root;\n"
        "events {} http { access_log off; client_max_body_size 2g;\n"
        f"client_body_temp_path {folder}/tmp; server {{ listen 127.0.0.1:{port};\n"
        f"root {folder}/files; dav_methods PUT; create_full_put_path on; }} }}\n"
    )
    (folder / "files").mkdir()
    return Server(["nginx", "-c", str(folder / "nginx.conf")], port)
