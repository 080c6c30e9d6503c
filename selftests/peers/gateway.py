# SPDX-License-Identifier: GPL-2.0-or-later
"""Questions to the gateway under test, over its control socket (Documentation/control-socket.md)."""
import json
import os
import socket
import time

from ktap import TIME_FACTOR


class Gateway:
    """ADIT_CONTROL in the environment names the socket; a Unix socket does not care about network namespaces."""

    def __init__(self):
        self.path = os.environ["ADIT_CONTROL"]
        self.started = self.status()

    def ask(self, command, **members):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(15 * TIME_FACTOR)
            sock.connect(self.path)
            sock.sendall(json.dumps({"command": command, **members}).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                more = sock.recv(65536)
                if not more:
                    raise ConnectionError("control socket closed in the middle of an answer")
                answer += more
        answer = json.loads(answer)
        if not answer["ok"]:
            raise ValueError(answer["error"])
        return answer["result"]

    def status(self):
        return self.ask("status")

    def sessions(self):
        return self.ask("sessions")

    def newest(self):
        """The newest session in detail."""
        return self.ask("session", id=max(session["id"] for session in self.sessions()))

    def count(self, direction, name):
        return self.newest()[direction][name]

    def wait(self, question, timeout=15):
        """Asks until the answer is yes."""
        deadline = time.monotonic() + timeout * TIME_FACTOR
        while not question():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.2)
        return True

    def gone(self):
        return self.wait(lambda: not self.sessions())

    def unharmed(self):
        """The same engine as at the start: nothing has made it crash and be started again."""
        now = self.status()
        return now["engine_pid"] == self.started["engine_pid"] and now["engine_restarts"] == self.started["engine_restarts"]

    def memory_kb(self):
        # VmRSS in "status" is wrong by some hundred kB since Linux 6.2, which counts pages per processor.
        with open("/proc/%d/smaps_rollup" % self.status()["engine_pid"], encoding="ascii") as smaps:
            return next(int(line.split()[1]) for line in smaps if line.startswith("Rss:"))
