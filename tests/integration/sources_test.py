"""The layers of the sources: which folder may include which."""

import collections
import os
import re
import unittest

from daemon import ROOT

THIRD_PARTY = re.compile(
    r'#include [<"](civetweb|csv\.h|simdjson|prometheus/|nlohmann|spdlog|yaml-cpp|'
    r'curl/|zlib|CLI/|xxhash|rocksdb/)')
# From bottom to top: the folders that each folder may include, besides itself.
# All stand above their own line here.
LAYERS = {
    "core/sync": [],
    "core/codec": [],
    "core/settings": ["core/codec"],
    "core/event": ["core/codec", "core/settings"],
    "core/window": ["core/codec", "core/settings", "core/sync"],
    "core/pairs": ["core/codec", "core/settings", "core/window"],
    "core/drift": ["core/codec", "core/settings", "core/sync", "core/window"],
    "core/metrics": ["core/settings", "core/sync", "core/window"],
    "core/detect": ["core/codec", "core/metrics", "core/settings", "core/sync"],
    "core/estimate": ["core/codec", "core/metrics", "core/settings", "core/sync",
                      "core/window"],
    "core/model": ["core/codec", "core/detect", "core/drift", "core/estimate",
                   "core/event", "core/metrics", "core/pairs", "core/settings",
                   "core/sync", "core/window"],
    "core/snapshot": ["core/detect", "core/drift", "core/event", "core/metrics",
                      "core/model", "core/settings", "core/window"],
    "core/join": ["core/estimate", "core/event", "core/metrics", "core/model",
                  "core/pairs", "core/settings", "core/snapshot"],
    "core/engine": ["core/codec", "core/event", "core/join", "core/model",
                    "core/pairs"],
    "config": ["core/event", "core/metrics", "core/settings"],
    "exporters": ["core/event"],
    "exporters/api": ["config", "core/event", "core/join", "core/metrics",
                      "core/model", "core/settings", "core/snapshot",
                      "core/window", "exporters"],
    "exporters/prometheus": ["config", "core/model", "core/snapshot", "exporters"],
    "daemon/client": [],
    "daemon/csv": [],
    "daemon/gzip": [],
    "daemon/memory": [],
    "daemon/text": [],
    "daemon/hash": ["core/event"],
    "daemon/log": ["daemon/text"],
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
                    "daemon/ingest", "daemon/memory", "daemon/process", "daemon/store",
                    "daemon/text", "exporters/api", "exporters/prometheus"],
    "daemon": ["config", "core/engine", "core/event", "core/snapshot",
               "daemon/eventlog", "daemon/flags", "daemon/hash", "daemon/http",
               "daemon/ingest", "daemon/log", "daemon/memory", "daemon/process",
               "daemon/store",
               "exporters", "exporters/api"],
}
# The headers of core/model for readers; the others are the writer's.
READ_OF_MODEL = {"assumed_positive.h", "class_map.h", "counts.h", "histogram.h",
                 "published.h"}
# No header includes these, so a change recompiles only the few files that do.
PARTS = {"core/detect/adwin.h", "core/detect/mean_detectors.h",
         "core/detect/figure_history.h", "core/drift/reference_sketch.h",
         "core/estimate/calibrator.h"}
MOST_PARAMETERS = 5
PARAMETER = re.compile(
    r"(const\s+)?[\w:]+(<.*>)?(\s+const)?(\s*[*&]+\s*|\s+)(const\s+)?"
    r"\w+(\[\w*\])?(\s*=.*)?", re.DOTALL)
INCLUDE = re.compile(r'#include "([^"]+)/[^"/]+"')
STANDARD = re.compile(r"#include <[a-z_]+>$")


def sources(folder):
    for place, _, names in os.walk(os.path.join(ROOT, folder)):
        for name in names:
            if name.endswith((".h", ".cc")):
                path = os.path.join(place, name)
                with open(path) as f:
                    yield os.path.relpath(path, ROOT), f.read().splitlines()


def in_parentheses(text, begin):
    """The text between the parenthesis before `begin` and its closing one."""
    depth = 1
    for end in range(begin, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[begin:end]
    return ""


def split_at_commas(text):
    """Splits a list at the commas outside brackets."""
    parts, depth = [""], 0
    for c in text:
        depth += {"(": 1, "<": 1, "[": 1, "{": 1,
                  ")": -1, ">": -1, "]": -1, "}": -1}.get(c, 0)
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts]


def parameters(text):
    """Each function that has several named parameters, with these."""
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    for match in re.finditer(r"([\w:~]+)\(", text):
        parts = split_at_commas(in_parentheses(text, match.end()))
        if all(PARAMETER.fullmatch(part) for part in parts):
            yield match[1], parts


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
            # Equal, not a subset: the list describes the current state.
            self.assertEqual(found - {folder}, set(LAYERS[folder]), folder)

    def test_readers_do_not_know_what_is_the_writers(self):
        for folder in ("core/snapshot", "exporters"):
            for path, lines in sources(folder):
                for line in lines:
                    if line.startswith('#include "core/model/'):
                        header = line.split('"')[1].rsplit("/", 1)[1]
                        self.assertIn(header, READ_OF_MODEL, path)

    def test_parts_are_included_by_what_uses_them_alone(self):
        for path, lines in sources("core"):
            if path.endswith(".h"):
                included = {line.split('"')[1] for line in lines
                            if line.startswith('#include "')}
                self.assertEqual(included & PARTS, set(), path)

    def test_a_function_of_core_has_few_parameters(self):
        some = "int F(A a, const B<C, D>& b, int64_t c = 1);"
        self.assertEqual([(name, len(of)) for name, of in parameters(some)],
                         [("F", 3)])
        found = set()
        for path, lines in sources("core"):
            for name, of in parameters("\n".join(lines)):
                if len(of) > MOST_PARAMETERS:
                    found.add(name)
        self.assertEqual(found, set())

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

    def test_the_tool_links_no_server(self):
        links = collections.defaultdict(set)
        for folder in ("core", "config", "exporters", "daemon"):
            with open(os.path.join(ROOT, folder, "CMakeLists.txt")) as f:
                for target, names in re.findall(
                        r"target_link_libraries\((\w+)([^)]*)\)", f.read()):
                    links[target] |= set(names.split())

        def linked(target):
            return links[target].union(*map(linked, links[target].copy()))

        self.assertIn("civetweb::civetweb", linked("plumbline"))
        tool = linked("plumbtool")
        self.assertIn("plumbline_core", tool)
        self.assertEqual(tool & {"civetweb::civetweb", "plumbline_http"}, set())

    def test_every_test_is_run(self):
        """CMake lists every test file."""
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
