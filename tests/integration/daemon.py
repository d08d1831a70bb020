"""A real daemon on free ports, driven over real sockets."""

import contextlib
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("PLUMBLINE_BIN", os.path.join(ROOT, "build/release/daemon"))


# Seconds after which a test counts as hanging, also on slow machines.
PATIENCE = 1200

held_ports = []


def free_port():
    """A port that no other test takes while this process lives. It is below the
    ephemeral ports, so no connection takes it either."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0plumbline-test-port-{port}")
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
            continue
        held_ports.append(lock)
        return port


def wait_for(condition, seconds=PATIENCE):
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Daemon:
    def __init__(self, config="", args=(), storage=None,
                 environment=None):
        self.dir = tempfile.TemporaryDirectory()
        self.config = os.path.join(self.dir.name, "plumbline.yaml")
        self.write_config(config)
        self.ingest = free_port()
        self.web = free_port()
        # Append mode: the daemon shares the file position with readers here.
        self.log = open(os.path.join(self.dir.name, "log"), "a+")
        self.args = [os.path.join(BIN, "plumbline"),
                     f"--config.file={self.config}",
                     f"--storage.path={storage or self.dir.name + '/data'}",
                     f"--ingest.listen-address=127.0.0.1:{self.ingest}",
                     f"--web.listen-address=127.0.0.1:{self.web}", *args]
        self.environment = {**os.environ, **(environment or {})}
        self.start()

    def start_only(self):
        self.process = subprocess.Popen(self.args, stderr=self.log,
                                        env=self.environment)

    def start(self):
        self.start_only()
        if not wait_for(lambda: self.process.poll() is not None or self.ready()):
            self.process.kill()
        if self.process.poll() is not None:
            self.log.seek(0)
            raise RuntimeError("did not start: " + self.log.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        self.dir.cleanup()

    def write_config(self, text):
        with open(self.config, "w") as f:
            f.write(text)

    def ready(self):
        try:
            return self.get("/-/ready")[0] == 200
        except OSError:
            return False

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)

    def request(self, port, method, path, body=None, headers=None):
        """(status, headers, body) of one request on its own connection."""
        connection = http.client.HTTPConnection("127.0.0.1", port,
                                                timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def get(self, path, method="GET", headers=None):
        return self.request(self.web, method, path, headers=headers)

    def post(self, body, content_type="application/x-ndjson", headers=None):
        """(status, parsed answer) of events: text, bytes or a list of objects."""
        if isinstance(body, list):
            body = "\n".join(json.dumps(e) for e in body)
        headers = dict(headers or {})
        if content_type:
            headers["Content-Type"] = content_type
        status, _, answer = self.request(
            self.ingest, "POST", "/v1/events",
            body.encode() if isinstance(body, str) else body, headers)
        return status, json.loads(answer)

    def raw(self, data, port=None, seconds=PATIENCE):
        """The answer to these bytes, until the connection closes."""
        with socket.create_connection(("127.0.0.1", port or self.ingest)) as s:
            s.settimeout(seconds)
            answer = b""
            # The server may answer and close before it has read all.
            with contextlib.suppress(ConnectionError):
                s.sendall(data)
            with contextlib.suppress(socket.timeout, ConnectionError):
                while piece := s.recv(65536):
                    answer += piece
            return answer

    @contextlib.contextmanager
    def half_sent(self):
        """A request with its head read and its body awaited."""
        with socket.create_connection(("127.0.0.1", self.ingest)) as s:
            s.settimeout(PATIENCE)
            s.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\n"
                      b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n{")
            told = b""
            while not told.endswith(b"\r\n\r\n"):
                piece = s.recv(1)
                assert piece, told
                told += piece
            assert b" 100 " in told, told
            yield s

    def metrics(self):
        """{(name, frozenset of labels): value}"""
        text = self.get("/metrics")[2].decode()
        samples = {}
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = re.match(
                r"([a-zA-Z0-9_:]+)(?:\{(.*)\})? (\S+)$", line).groups()
            pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")
            samples[name, frozenset(pairs)] = float(value)
        return samples

    def metric(self, name, **labels):
        return self.metrics().get((name, frozenset(labels.items())))

    def model(self, model, **query):
        text = "&".join(f"{k}={v}" for k, v in query.items())
        status, _, body = self.get(f"/api/v1/models/{model}?{text}")
        assert status == 200, body
        return json.loads(body)["results"]
