"""plumbtool on the command line."""

import gzip
import http.server
import json
import os
import subprocess
import tempfile
import threading
import unittest

from daemon import BIN, PATIENCE, ROOT, Daemon


def tool(*args):
    return subprocess.run([os.path.join(BIN, "plumbtool"), *args],
                          capture_output=True, text=True, timeout=PATIENCE)


class CheckConfigTest(unittest.TestCase):
    def check(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write(text)
            f.flush()
            return tool("check-config", f.name), f.name

    def test_a_good_file_is_good(self):
        example = os.path.join(ROOT, "config/plumbline.example.yaml")
        self.assertEqual(tool("check-config", example).returncode, 0)

    def test_every_problem_is_told_with_file_line_and_path(self):
        result, name = self.check("windows: [5x]\njoin:\n  horizons: 7d\n")
        self.assertEqual(result.returncode, 1)
        lines = result.stderr.splitlines()
        self.assertTrue(lines[0].startswith(f"{name}:1: windows[0]: "), lines)
        self.assertTrue(lines[1].startswith(f"{name}:3: join.horizons: "), lines)

    def test_a_missing_file_is_a_problem(self):
        self.assertEqual(tool("check-config", "/nowhere").returncode, 1)


class CheckStorageTest(unittest.TestCase):
    CONFIG = "storage: {durability: process}\n"

    def test_a_store_is_checked_and_damage_is_told_with_its_place(self):
        with Daemon(self.CONFIG) as daemon:
            for i in range(20):
                daemon.post([{"model": "m", "id": str(i), "prediction": "UP"}])
            path = daemon.dir.name + "/data"
            self.assertIn("in use", tool("check-storage", path).stderr)
            daemon.process.kill()
            daemon.process.wait()
            good = tool("check-storage", path)
            self.assertEqual((good.returncode, good.stderr), (0, ""))
            self.assertIn("good", good.stdout)
            journal = next(f for f in os.listdir(path) if f.startswith("journal"))
            with open(f"{path}/{journal}", "r+b") as f:
                f.seek(200)
                f.write(b"xyz")
            bad = tool("check-storage", path)
            self.assertEqual(bad.returncode, 1)
            self.assertRegex(bad.stderr, journal + r": record \d+ at byte \d+")
            with self.assertRaisesRegex(RuntimeError, journal):
                daemon.start()

    def test_what_is_no_store_is_told(self):
        with tempfile.TemporaryDirectory() as directory:
            result = tool("check-storage", directory)
            self.assertEqual(result.returncode, 1)
            self.assertIn("not a store", result.stderr)
            self.assertEqual(os.listdir(directory), [])


class ReplayTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.dir.cleanup()

    def file(self, name, events):
        path = os.path.join(self.dir.name, name)
        data = "".join(json.dumps(e) + "\n" for e in events).encode()
        with open(path, "wb") as f:
            f.write(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def test_files_are_merged_by_timestamp_plain_and_packed(self):
        predictions = self.file("predictions.gz", [
            {"model": "m", "id": str(i), "prediction": "UP",
             "timestamp": 1_700_000_000 + 10 * i} for i in range(2500)])
        labels = self.file("labels", [
            {"model": "m", "id": str(i), "label": "UP",
             "timestamp": 1_700_000_003 + 10 * i} for i in range(2500)])
        with Daemon() as daemon:
            result = tool("replay", labels, predictions, "--to",
                          f"http://127.0.0.1:{daemon.ingest}")
            self.assertEqual(result.stdout,
                             "accepted 5000, duplicates 0, rejected 0\n")
            self.assertEqual(result.returncode, 0)
            # No label came before its prediction.
            self.assertEqual(daemon.metric("plumbline_label_delay_seconds_sum",
                                           model="m"), 2500 * 3)

    def test_rebase_moves_timestamps_to_now(self):
        events = self.file("events", [
            {"model": "m", "id": "a", "prediction": 1, "timestamp": 1e9},
            {"model": "m", "id": "a", "label": 1, "timestamp": 1e9 + 5e8}])
        with Daemon() as daemon:
            tool("replay", events, "--rebase", "--to",
                 f"http://127.0.0.1:{daemon.ingest}")
            self.assertLess(daemon.metric("plumbline_label_delay_seconds_sum",
                                          model="m"), 60)

    def test_rejected_events_are_told(self):
        events = self.file("events", [{"model": "m"}])
        with Daemon() as daemon:
            result = tool("replay", events, "--to",
                          f"http://127.0.0.1:{daemon.ingest}")
            self.assertEqual(result.returncode, 1)
            self.assertIn("missing_field", result.stderr)

    def test_a_replay_resumes_after_429_and_503(self):
        answers = [(503, {"error": {"code": "overloaded", "message": "later"}}),
                   (429, {"error": {"code": "full", "message": "later"}}),
                   (200, {"accepted": 1, "duplicates": 0, "rejected": 0,
                          "errors": []})]
        bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append(self.rfile.read(
                    int(self.headers["Content-Length"])))
                status, body = answers[len(bodies) - 1]
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Retry-After", "1")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        events = self.file("events", [{"model": "m", "prediction": 1, "label": 1}])
        result = tool("replay", events, "--to",
                      f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        server.server_close()
        self.assertEqual(result.returncode, 0)
        self.assertEqual(len(bodies), 3)
        self.assertEqual(len(set(bodies)), 1)

    def test_what_cannot_be_read_is_told(self):
        damaged = os.path.join(self.dir.name, "damaged.gz")
        with open(damaged, "wb") as f:
            f.write(gzip.compress(b"{}\n" * 10_000)[:40])
        with Daemon() as daemon:
            result = tool("replay", damaged, "--to",
                          f"http://127.0.0.1:{daemon.ingest}")
        self.assertEqual(result.returncode, 2)
        self.assertIn("damaged", result.stderr)
        self.assertNotEqual(
            tool("replay", "/nowhere", "--to", "http://127.0.0.1:9").returncode, 0)


class QueryTest(unittest.TestCase):
    def test_a_table_or_json(self):
        with Daemon() as daemon:
            daemon.post([{"model": "a/b", "version": "7", "prediction": "UP",
                          "label": "UP"}])
            web = f"http://127.0.0.1:{daemon.web}"
            table = tool("query", "a/b", "--from", web)
            self.assertEqual(table.returncode, 0)
            self.assertIn("accuracy", table.stdout)
            self.assertIn("last_1000", table.stdout)
            answer = tool("query", "a/b", "--from", web, "--json",
                          "--window", "1h", "--model-version", "7")
            results = json.loads(answer.stdout)["results"]
            self.assertEqual([r["window"] for r in results], ["1h"])
            self.assertEqual(results[0]["metrics"]["accuracy"], 1)
            unknown = tool("query", "c", "--from", web)
            self.assertEqual(unknown.returncode, 1)
            self.assertIn("no such model", unknown.stderr)


if __name__ == "__main__":
    unittest.main()
