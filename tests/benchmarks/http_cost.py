"""The cost of a request outside the engine: CPU time of the daemon for small
requests, of this build and of another, in turns.

usage: http_cost.py BUILD BEFORE [ROUNDS]    folders that hold daemon/plumbline

Each figure is a ratio of AFTER to BEFORE: the median of the rounds, and the least
and the largest of them.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

EVENT = b'{"model":"m","prediction":"a","label":"b"}'
POST = (b"POST /v1/events HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        % (len(EVENT), EVENT))
GET = b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"
READY = b"GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n"
TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask(connection, request):
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, body = answer.split(b"\r\n\r\n", 1)
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                   if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split()[1])


class Daemon:
    def __init__(self, binary, directory):
        self.ingest, self.web = free_port(), free_port()
        self.process = subprocess.Popen(
            [binary, f"--storage.path={directory}",
             f"--ingest.listen-address=127.0.0.1:{self.ingest}",
             f"--web.listen-address=127.0.0.1:{self.web}"],
            stderr=subprocess.DEVNULL)
        while not self.is_ready():
            time.sleep(0.05)

    def is_ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.web)) as s:
                return ask(s, READY) == 200
        except OSError:
            return False

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def cost(self, port, request, count, keeps):
        """Seconds of CPU time for each request."""
        begin = self.cpu()
        connection = None
        for _ in range(count):
            if connection is None:
                connection = socket.create_connection(("127.0.0.1", port))
            assert ask(connection, request) == 200
            if not keeps:
                connection.close()
                connection = None
        return (self.cpu() - begin) / count

    def stop(self):
        self.process.terminate()
        self.process.wait()


CASES = [
    ("post, connection kept", "ingest", POST, 20_000, True),
    ("post, connection of its own", "ingest", POST, 10_000, False),
    ("get, connection kept", "web", GET, 20_000, True),
    ("get, connection of its own", "web", GET, 10_000, False),
]


def main():
    after, before = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    costs = {}
    for _ in range(rounds):
        for name, build in (("before", before), ("after", after)):
            with tempfile.TemporaryDirectory() as directory:
                daemon = Daemon(os.path.join(build, "daemon/plumbline"), directory)
                for case, listener, request, count, keeps in CASES:
                    cost = daemon.cost(getattr(daemon, listener), request, count,
                                       keeps)
                    costs.setdefault((case, name), []).append(cost)
                daemon.stop()
    for case, *_ in CASES:
        ratios = [a / b for a, b in zip(costs[case, "after"],
                                        costs[case, "before"])]
        print(f"{case}: {statistics.median(costs[case, 'before']) * 1e6:.1f} us "
              f"before, {statistics.median(costs[case, 'after']) * 1e6:.1f} us "
              f"after; ratio {statistics.median(ratios):.2f} "
              f"({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
