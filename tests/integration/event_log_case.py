"""A case for tests of the event log: its files, and the tool that reads them."""

import contextlib
import gzip
import json
import os
import re
import subprocess
import tempfile
import unittest

from daemon import BIN, PATIENCE

NAME = re.compile(r"^events-\d{8}T\d{6}Z-\d{6}\.ndjson\.gz(\.open)?$")


class EventLogCase(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, "log")

    def tearDown(self):
        self.directory.cleanup()

    def config(self, more="", path=None):
        return f"event_log:\n  path: {path or self.path}\n{more}"

    def files(self, path=None):
        names = sorted(os.listdir(path or self.path))
        for name in names:
            self.assertRegex(name, NAME)
        return names

    @staticmethod
    def of_events(records):
        """The records without figures, which are added each minute."""
        return [r for r in records if r.get("kind") != "figures"]

    def records(self, path=None):
        """The records of a stopped daemon."""
        path = path or self.path
        read = []
        for name in self.files(path):
            self.assertTrue(name.endswith(".gz"), name)
            with gzip.open(os.path.join(path, name), "rt") as f:
                read += map(json.loads, f)
        return self.of_events(read)

    def size(self):
        """Size of all files; one that vanishes meanwhile counts as 0."""
        size = 0
        for name in self.files():
            with contextlib.suppress(FileNotFoundError):
                size += os.path.getsize(os.path.join(self.path, name))
        return size

    def tool(self, *arguments, path=None):
        run = subprocess.run(
            [BIN + "/plumbtool", "log", path or self.path, *arguments],
            capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def rows(self, *arguments):
        return self.of_events(
            json.loads(line) for line in self.tool(*arguments).splitlines())

    def written(self, daemon):
        return sum(daemon.metric("plumbline_event_log_records_total", kind=kind)
                   for kind in ("prediction", "label", "observation"))
