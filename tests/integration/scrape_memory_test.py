"""Memory after scrapes, by clients that read, one after another and many at once,
and by clients that never read."""

import gzip
import socket
import threading
import unittest

from daemon import Daemon

# Windows of some 40 MiB; a scrape of them is some 6 MB of text.
CONFIG = """windows: [5m, 1h, 24h]
models: [{match: "*", slices: [[region]]}]
"""
MODELS, REGIONS = 8, 30
GZIP = {"Accept-Encoding": "gzip"}


def events(model):
    return [{"model": f"model-{model}", "version": str(i % 2),
             "prediction": i % 2, "label": i // 3 % 2, "score": i % 10 / 10,
             "segments": {"region": f"region-{i // 4}"}}
            for i in range(4 * REGIONS)]


class ScrapeMemoryTest(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(CONFIG)
        self.addCleanup(self.daemon.__exit__)
        for model in range(MODELS):
            status, answer = self.daemon.post(events(model))
            self.assertEqual((status, answer["rejected"]), (200, 0))
        self.before = self.resident()

    def resident(self):
        """Resident memory in MiB."""
        with open(f"/proc/{self.daemon.process.pid}/status") as f:
            line = next(line for line in f if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def scrape(self, headers):
        status, answered, body = self.daemon.get("/metrics", headers=headers)
        self.assertEqual(status, 200)
        if answered["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        self.assertGreater(len(body), 5_000_000)
        self.assertTrue(body.endswith(b"\n"))

    def never_read(self, clients):
        """Clients that never read: their answers soon fill all buffers."""
        for _ in range(clients):
            client = socket.create_connection(("127.0.0.1", self.daemon.web))
            self.addCleanup(client.close)
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def assert_memory_is_returned(self):
        self.assertLess(self.resident(), 1.3 * self.before + 64)

    def test_one_after_the_other(self):
        for headers in 12 * [{}, GZIP]:
            self.scrape(headers)
        self.assert_memory_is_returned()

    def test_many_at_once_beside_clients_that_never_read(self):
        self.never_read(60)
        failed = []

        def scrape():
            try:
                self.scrape(GZIP)
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=scrape) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        self.assert_memory_is_returned()

    def test_a_reader_of_the_one_before_the_last_two_is_cut(self):
        with socket.create_connection(("127.0.0.1", self.daemon.web)) as late:
            late.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = late.recv(1)  # its scrape has begun to be sent
            for _ in range(3):
                self.scrape(GZIP)
            while piece := late.recv(1 << 16):
                answer += piece
        head, body = answer.split(b"\r\n\r\n", 1)
        length = next(line.split()[1] for line in head.split(b"\r\n")
                      if line.startswith(b"Content-Length:"))
        self.assertLess(len(body), int(length))


if __name__ == "__main__":
    unittest.main()
