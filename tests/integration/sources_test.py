"""The plan of the house: what may include what."""

import collections
import os
import re
import unittest

from daemon import ROOT

THIRD_PARTY = re.compile(
    r'#include [<"](civetweb|csv\.h|simdjson|prometheus/|nlohmann|spdlog|yaml-cpp|'
    r'curl/|zlib|CLI/|xxhash|rocksdb/)')
# From the ground up: what each folder may include, beside itself. All of them
# stand above it.
LAYERS = {
    "core/sync": [],
    "core/codec": [],
    "core/settings": ["core/codec"],
    "core/event": ["core/codec", "core/settings"],
    "core/window": ["core/settings", "core/sync"],
    "core/pairs": ["core/window"],
    "core/drift": ["core/codec", "core/settings", "core/sync", "core/window"],
    "core/metrics": ["core/settings", "core/sync", "core/window"],
    "core/detect": ["core/codec", "core/metrics", "core/settings", "core/sync"],
    "core/estimate": ["core/codec", "core/metrics", "core/settings", "core/sync",
                      "core/window"],
    "core/model": ["core/detect", "core/drift", "core/estimate", "core/event",
                   "core/metrics", "core/pairs", "core/settings", "core/sync",
                   "core/window"],
    "core/snapshot": ["core/detect", "core/drift", "core/event", "core/metrics",
                      "core/model", "core/settings", "core/window"],
    "core/join": ["core/estimate", "core/event", "core/metrics", "core/model",
                  "core/pairs", "core/settings", "core/snapshot"],
    "core/engine": ["core/codec", "core/event", "core/join", "core/metrics",
                    "core/model", "core/pairs", "core/settings", "core/window"],
    "config": ["core/event", "core/metrics", "core/settings"],
    "exporters": ["core/event"],
    "exporters/api": ["config", "core/event", "core/join", "core/metrics",
                      "core/model", "core/settings", "core/snapshot",
                      "core/window", "exporters"],
    "exporters/prometheus": ["config", "core/metrics", "core/model",
                             "core/snapshot", "exporters"],
    "daemon/client": [],
    "daemon/csv": [],
    "daemon/gzip": [],
    "daemon/memory": [],
    "daemon/text": [],
    "daemon/hash": ["core/event"],
    "daemon/log": ["core/event", "daemon/text"],
    "daemon/process": ["exporters"],
    "daemon/flags": ["config", "core/event", "daemon/log", "daemon/process"],
    "daemon/store": ["core/codec", "core/engine", "core/pairs", "core/window",
                     "daemon/hash", "daemon/log", "exporters"],
    "daemon/decode": ["core/event", "core/join", "core/model", "core/settings",
                      "daemon/hash", "daemon/text"],
    "daemon/eventlog": ["config", "core/event", "core/join", "daemon/decode",
                        "daemon/gzip", "daemon/log", "daemon/text", "exporters"],
    "daemon/ingest": ["config", "core/engine", "core/event", "core/join",
                      "core/model", "daemon/decode", "daemon/eventlog",
                      "daemon/hash", "daemon/log", "daemon/text", "exporters"],
    "daemon/http": ["config", "core/engine", "core/join", "core/settings",
                    "core/snapshot", "core/window",
                    "daemon/decode", "daemon/gzip", "daemon/hash",
                    "daemon/ingest", "daemon/log", "daemon/process",
                    "daemon/text", "exporters", "exporters/api",
                    "exporters/prometheus"],
    "daemon/tool": ["config", "core/engine", "core/event", "core/settings",
                    "daemon/client", "daemon/csv", "daemon/decode",
                    "daemon/flags", "daemon/gzip", "daemon/hash",
                    "daemon/memory", "daemon/process", "daemon/store",
                    "daemon/text", "exporters/api", "exporters/prometheus"],
    "daemon": ["config", "core/engine", "core/event", "core/snapshot",
               "daemon/eventlog", "daemon/flags", "daemon/hash", "daemon/http",
               "daemon/ingest", "daemon/log", "daemon/memory", "daemon/process",
               "daemon/store",
               "exporters", "exporters/api"],
}
INCLUDE = re.compile(r'#include "([^"]+)/[^"/]+"')
STANDARD = re.compile(r"#include <[a-z_]+>$")


def sources(folder):
    for place, _, names in os.walk(os.path.join(ROOT, folder)):
        for name in names:
            if name.endswith((".h", ".cc")):
                path = os.path.join(place, name)
                with open(path) as f:
                    yield os.path.relpath(path, ROOT), f.read().splitlines()


class SourcesTest(unittest.TestCase):
    def test_core_includes_the_standard_library_and_itself_alone(self):
        for path, lines in sources("core"):
            for line in lines:
                if line.startswith("#include"):
                    self.assertTrue(
                        STANDARD.match(line) or
                        line.startswith('#include "core/'), f"{path}: {line}")

    def test_the_plan_is_a_tower(self):
        below = set()
        for folder, may_include in LAYERS.items():
            self.assertLessEqual(set(may_include), below, folder)
            below.add(folder)

    def test_each_folder_includes_what_the_plan_lets_it(self):
        included = collections.defaultdict(set)
        for root in ("core", "config", "exporters", "daemon"):
            for path, lines in sources(root):
                folder = os.path.dirname(path)
                for line in lines:
                    if match := INCLUDE.match(line):
                        included[folder].add(match[1])
        for folder, found in included.items():
            # Not less either: the plan says how things are.
            self.assertEqual(found - {folder}, set(LAYERS[folder]), folder)

    def test_each_library_is_included_from_one_folder(self):
        folders = collections.defaultdict(set)
        for root in ("core", "config", "exporters", "daemon"):
            for path, lines in sources(root):
                for line in lines:
                    if match := THIRD_PARTY.match(line):
                        folders[match[1]].add(os.path.dirname(path))
        self.assertGreaterEqual(len(folders), 10)
        for library, found in folders.items():
            self.assertEqual(len(found), 1, f"{library}: {found}")

    def test_every_test_is_run(self):
        """The lists of CMake have each file of tests."""
        def listed(folder):
            with open(os.path.join(ROOT, folder, "CMakeLists.txt")) as f:
                return set(re.split(r"[\s()]+", f.read()))

        in_process = {os.path.relpath(path, "tests") for path, _ in
                      sources("tests") if path.endswith("_test.cc")}
        self.assertEqual(in_process - listed("tests"), set())
        over_sockets = {name.removesuffix(".py") for name in
                        os.listdir(os.path.join(ROOT, "tests/integration"))
                        if name.endswith("_test.py")}
        self.assertEqual(over_sockets - listed("tests/integration"), set())


if __name__ == "__main__":
    unittest.main()
