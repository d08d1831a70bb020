"""The plan of the house: what may include what."""

import collections
import os
import re
import unittest

from daemon import ROOT

THIRD_PARTY = re.compile(
    r'#include [<"](civetweb|csv\.h|simdjson|prometheus/|nlohmann|spdlog|yaml-cpp|'
    r'curl/|zlib|CLI/|xxhash|rocksdb/)')
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
