"""Signals and the log."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from daemon import BIN, PATIENCE, Daemon, wait_for


def log_lines(daemon):
    with open(daemon.log.name) as f:
        return f.read().splitlines()


class SignalTest(unittest.TestCase):
    def test_hup_reloads(self):
        with Daemon("windows: [5m]\n") as daemon:
            daemon.post([{"model": "m", "prediction": 1, "label": 1}])
            daemon.write_config("windows: [5m, last_10]\n")
            daemon.process.send_signal(signal.SIGHUP)
            self.assertTrue(wait_for(lambda: len(daemon.model("m")) == 2))
            daemon.write_config("windows: [5x]\n")
            daemon.process.send_signal(signal.SIGHUP)
            self.assertTrue(wait_for(lambda: daemon.metric(
                "plumbline_config_last_reload_successful") == 0))
            self.assertEqual(len(daemon.model("m")), 2)

    def test_what_needs_a_restart_fails_a_reload_and_says_so(self):
        with Daemon("windows: [5m]\n", ["--web.enable-lifecycle"]) as daemon:
            daemon.write_config("slots_per_window: 30\n")
            status, _, answer = daemon.get("/-/reload", "POST")
            self.assertEqual(status, 400)
            self.assertIn(b"slots_per_window", answer)
            daemon.write_config("limits: {connections: 50}\n")
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
            limits = json.loads(daemon.get("/api/v1/status")[2])["limits"]
            self.assertEqual(limits["connections"]["limit"], 600)

    def test_term_stops_and_what_is_still_coming_is_told_to_come_again(self):
        with Daemon() as daemon:
            with daemon.half_sent() as s:
                daemon.process.send_signal(signal.SIGTERM)
                answer = b""
                while piece := s.recv(4096):
                    answer += piece
                self.assertIn(b" 503 ", answer[:40])
                self.assertIn(b"Retry-After", answer)
                self.assertIn(b'"stopping"', answer)
            self.assertEqual(daemon.process.wait(timeout=PATIENCE), 0)

    def test_idle_connections_do_not_hold_up_the_stop(self):
        # Without a store, so that the speed of the disk does not matter.
        with Daemon("storage: {durability: memory}\n") as daemon:
            idle = [socket.create_connection(("127.0.0.1", port))
                    for port in (daemon.ingest, daemon.web) for _ in range(20)]
            begin = time.time()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.time() - begin, 9)
            for s in idle:
                s.close()


class LogTest(unittest.TestCase):
    EVIL = '"a\\nts=T level=error msg=forged": 1\n'

    def test_text_from_outside_makes_up_no_line(self):
        for form in ("logfmt", "json"):
            with Daemon("", [f"--log.format={form}"]) as daemon:
                daemon.write_config(self.EVIL)
                daemon.process.send_signal(signal.SIGHUP)
                self.assertTrue(wait_for(
                    lambda: any("forged" in l for l in log_lines(daemon))))
                for line in log_lines(daemon):
                    if form == "json":
                        self.assertIn("msg", json.loads(line))
                    else:
                        self.assertRegex(line, r"^ts=20\S+ level=\w+ msg=")

    def test_nothing_is_logged_per_event(self):
        with Daemon() as daemon:
            before = len(log_lines(daemon))
            begin = time.monotonic()
            for _ in range(20):
                daemon.post([{"model": "m", "prediction": 1, "label": 1},
                             {"lable": 1}])
            # Rejections: a line per minute.
            minutes = (time.monotonic() - begin) // 60 + 1
            self.assertLessEqual(len(log_lines(daemon)), before + minutes)


class StartTest(unittest.TestCase):
    def start(self, *args):
        return subprocess.run([os.path.join(BIN, "plumbline"), *args],
                              capture_output=True, text=True, timeout=PATIENCE)

    def test_what_is_wrong_stops_the_start_and_says_what_to_do(self):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write("windows: [5x]\njoin: {horizon: 1s}\n")
            f.flush()
            result = self.start(f"--config.file={f.name}")
        self.assertEqual(result.returncode, 1)
        self.assertIn("windows[0]", result.stderr)
        self.assertIn("join.horizon", result.stderr)

    def test_a_port_in_use_is_told(self):
        with Daemon() as daemon:
            result = self.start(
                f"--storage.path={daemon.dir.name}/other",
                f"--ingest.listen-address=127.0.0.1:{daemon.ingest}",
                "--web.listen-address=127.0.0.1:0")
            self.assertEqual(result.returncode, 1)
            self.assertIn("cannot listen", result.stderr)

    def test_version_and_help(self):
        self.assertRegex(self.start("--version").stdout, r"^plumbline \d+\.\d+")
        help_text = self.start("--help").stdout
        for flag in ("--config.file", "--storage.path", "--ingest.listen-address",
                     "--web.listen-address", "--web.config.file",
                     "--ingest.config.file", "--web.enable-lifecycle",
                     "--web.enable-admin-api", "--log.level", "--log.format"):
            self.assertIn(flag, help_text)


if __name__ == "__main__":
    unittest.main()
