"""Millions of ids in a store: resident memory and start time.

usage: large_store.py BUILD_DIRECTORY [PENDING_MILLIONS [JOINED_MILLIONS]]

1. So many millions of predictions wait (20), with join.memory_bytes 256MiB;
   then their labels come, in another order, and all must be joined.
2. So many millions of pairs are joined (10) and a tenth as many wait; the daemon
   is killed, and the time until it is ready again is taken.
"""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

BATCH = 10_000
CONFIG = """windows: [5m, 1h, 24h, last_1000]
join: {memory_bytes: 256MiB, max_bytes: 8GiB}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Daemon:
    def __init__(self, build, directory, text=CONFIG, args=()):
        config = directory + "/plumbline.yaml"
        with open(config, "w") as f:
            f.write(text)
        self.ingest, self.web = free_port(), free_port()
        self.args = [build + "/daemon/plumbline", f"--config.file={config}",
                     f"--storage.path={directory}/data",
                     f"--ingest.listen-address=127.0.0.1:{self.ingest}",
                     f"--web.listen-address=127.0.0.1:{self.web}", *args]
        self.most = 0
        self.start()

    def start(self):
        begin = time.time()
        self.process = subprocess.Popen(self.args, stderr=subprocess.DEVNULL)
        while self.get("/-/ready")[0] != 200:
            if self.process.poll() is not None:
                raise RuntimeError("the daemon did not start")
            time.sleep(0.01)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.ingest)
        return time.time() - begin

    def get(self, path):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.web)
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name):
        text = self.get("/metrics")[1]
        return sum(float(v) for v in re.findall(
            rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE))

    def post(self, lines):
        """Posts until it is accepted; returns the seconds waited for the store."""
        body = "\n".join(lines).encode()
        while True:
            self.connection.request("POST", "/v1/events", body,
                                    {"Content-Type": "application/x-ndjson"})
            response = self.connection.getresponse()
            answer = response.read()
            if response.status == 200:
                break
            if response.status != 503:
                raise RuntimeError(answer)
            time.sleep(0.05)
        with open(f"/proc/{self.process.pid}/status") as f:
            resident = int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])
        self.most = max(self.most, resident >> 10)


def uuid(n):
    return f"{n * 2654435761 % 2**32:08x}-0000-4000-8000-{n:012x}"


def predictions(begin, end):
    return [f'{{"model":"m","version":"1","id":"{uuid(n)}","prediction":"UP"}}'
            for n in range(begin, end)]


def labels(numbers):
    return [f'{{"model":"m","id":"{uuid(n)}","label":"UP"}}' for n in numbers]


def post_all(daemon, count):
    begin = time.time()
    for first in range(0, count, BATCH):
        daemon.post(predictions(first, first + BATCH))
    return count / (time.time() - begin)


def label_all(daemon, count, of):
    """Labels in an order that puts neighbours far apart."""
    begin = time.time()
    stride = 7_368_787  # a prime
    for first in range(0, count, BATCH):
        daemon.post(labels((n * stride) % of for n in range(first, first + BATCH)))
    return count / (time.time() - begin)


def pending(build, count):
    with tempfile.TemporaryDirectory() as directory:
        daemon = Daemon(build, directory)
        rate = post_all(daemon, count)
        assert daemon.metric("plumbline_pending_predictions") == count
        print(f"{count / 1e6:g} million wait: posted at {rate / 1e3:.0f} k/s, "
              f"resident memory at most {daemon.most} MiB", flush=True)
        rate = label_all(daemon, count, count)
        joined = daemon.metric("plumbline_observations_total")
        print(f"labelled at {rate / 1e3:.0f} k/s, {joined:.0f} joined, resident "
              f"memory at most {daemon.most} MiB, on the disk "
              f"{daemon.metric('plumbline_storage_bytes') / 2**20:.0f} MiB",
              flush=True)
        assert joined == count
        daemon.process.terminate()
        daemon.process.wait()


def recovery(build, count):
    with tempfile.TemporaryDirectory() as directory:
        daemon = Daemon(build, directory)
        post_all(daemon, count + count // 10)
        label_all(daemon, count, count)
        for _ in range(3):
            daemon.process.send_signal(signal.SIGKILL)
            daemon.process.wait()
            print(f"{count / 1e6:g} million joined, {count / 1e7:g} million wait: "
                  f"ready in {daemon.start():.2f} s", flush=True)
            assert daemon.metric("plumbline_observations_total") == count
            assert daemon.metric("plumbline_pending_predictions") == count // 10
        daemon.process.terminate()
        daemon.process.wait()


def main():
    build = os.path.abspath(sys.argv[1])
    pending(build, int(float(sys.argv[2]) * 1e6) if len(sys.argv) > 2 else 20_000_000)
    recovery(build, int(float(sys.argv[3]) * 1e6) if len(sys.argv) > 3 else 10_000_000)


if __name__ == "__main__":
    main()
