"""What one asks a running daemon: plumbtool query, find, delete, check-config
--url, and the answers of the API that they rest on."""

import json
import os
import subprocess
import tempfile
import unittest

from daemon import BIN, PATIENCE, Daemon


def tool(*args):
    return subprocess.run([os.path.join(BIN, "plumbtool"), *args],
                          capture_output=True, text=True, timeout=PATIENCE)


class AskTest(unittest.TestCase):
    CONFIG = """
windows: [1h, 24h, last_1000]
storage: {durability: process}
join: {horizon: 7d, label_horizon: 1h}
models:
  - match: "fraud"
    positive_class: True
    classes: [0.0, 1.0]
    objectives:
      - {metric: accuracy, window: 1d, min: 0.9, min_observations: 2}
"""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.CONFIG, args=["--web.enable-admin-api"])
        cls.web = f"http://127.0.0.1:{cls.daemon.web}"
        cls.daemon.post([
            {"model": "fraud", "version": "7", "id": "a/b", "prediction": 1,
             "score": 0.75},
            {"model": "fraud", "version": "8", "id": "a/b", "prediction": 0},
            {"model": "fraud", "version": "7", "id": "c", "prediction": 1,
             "label": 1},
            {"model": "fraud", "version": "7", "id": "d", "prediction": 1,
             "label": 0},
            {"model": "fraud", "id": "early", "label": 1}])

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()
        cls.daemon.__exit__()

    def api(self, path, method="GET"):
        status, _, body = self.daemon.get(path, method)
        return status, json.loads(body) if body else None

    def error(self, path, method="GET"):
        status, body = self.api(path, method)
        return status, body["error"]["code"], body["error"]["message"]

    def tool(self, *args):
        return tool(*args, "--url", self.web)

    def test_windows_are_found_by_any_spelling_of_their_length(self):
        for spelled, name in [("60m", "1h"), ("1d", "24h"), ("3600s", "1h")]:
            results = self.daemon.model("fraud", window=spelled)
            self.assertEqual({r["window"] for r in results}, {name})
        status, _ = self.api("/api/v1/models/fraud/history?window=1d")
        self.assertEqual(status, 200)

    def test_what_is_wrong_in_a_query_names_what_there_is(self):
        status, code, message = self.error("/api/v1/models/fraud?window=2h")
        self.assertEqual((status, code), (400, "invalid_query"))
        for window in ["1h", "24h", "last_1000"]:
            self.assertIn(f'"{window}"', message)
        status, code, message = self.error("/api/v1/models/fraud?windw=1h")
        self.assertEqual((status, code), (400, "invalid_query"))
        self.assertIn('no parameter "windw"', message)
        self.assertIn('the nearest: "window"', message)
        for query, named in [("window=1h&window=1h", "window is there twice"),
                             ("version=%zz", "version has a % without two hex digits")]:
            _, code, message = self.error(f"/api/v1/models/fraud?{query}")
            self.assertEqual(code, "invalid_query")
            self.assertIn(named, message)
        for query in ["step=7", "from=soon", "window=2h", "x=1", "step=1m&step=1m"]:
            status, code, _ = self.error(f"/api/v1/models/fraud/history?{query}")
            self.assertEqual((status, code), (400, "invalid_query"), query)

    def test_unknown_models_and_versions_name_the_nearest(self):
        for path in ["/api/v1/models/fruad", "/api/v1/models/fruad/history",
                     "/api/v1/models/fruad/ids/a"]:
            status, code, message = self.error(path)
            self.assertEqual((status, code), (404, "not_found"))
            self.assertIn('"fraud"', message)
        status, code, message = self.error("/api/v1/models/fraud?version=9")
        self.assertEqual((status, code), (404, "not_found"))
        self.assertIn('"7", "8"', message)
        status, _, message = self.error("/api/v1/models/fraud?version=9", "DELETE")
        self.assertEqual(status, 404)
        self.assertIn('"7", "8"', message)

    def test_an_id_is_known_until_its_label_and_after(self):
        status, known = self.api("/api/v1/models/fraud/ids/a%2Fb")
        self.assertEqual(status, 200)
        self.assertEqual([(p["version"], p["prediction"], p["waits"])
                          for p in known["predictions"]],
                         [("7", "1", True), ("8", "0", True)])
        self.assertEqual(known["predictions"][0]["score"], 0.75)
        self.assertIn("received", known["predictions"][0])
        self.assertIsNone(known["label"])

        _, known = self.api("/api/v1/models/fraud/ids/c")
        self.assertFalse(known["predictions"][0]["waits"])
        self.assertEqual(known["label"]["label"], "1")
        self.assertFalse(known["label"]["waits"])

        _, known = self.api("/api/v1/models/fraud/ids/early")
        self.assertEqual(known["predictions"], [])
        self.assertTrue(known["label"]["waits"])

        status, code, message = self.error("/api/v1/models/fraud/ids/never")
        self.assertEqual((status, code), (404, "not_found"))
        for path in ["/api/v1/models/fraud/ids/", "/api/v1/models/fraud/ids",
                     "/api/v1/models/fraud/ids/a/b"]:
            self.assertEqual(self.api(path)[0], 404, path)
        self.assertEqual(self.error("/api/v1/models/fraud/ids/c", "POST")[0], 405)
        self.assertEqual(self.error("/api/v1/models/fraud/ids/c?x=1")[:2],
                         (400, "invalid_query"))

    def test_find_tells_what_happens_next(self):
        waits = self.tool("find", "fraud", "a/b")
        self.assertEqual(waits.returncode, 0, waits.stderr)
        self.assertIn('version "7" predicted 1, score 0.7500', waits.stdout)
        self.assertIn("waits for its label until", waits.stdout)
        self.assertIn("Its label has joined", self.tool("find", "fraud", "c").stdout)
        self.assertIn("waits for a prediction",
                      self.tool("find", "fraud", "early").stdout)
        answer = json.loads(self.tool("find", "fraud", "c", "--json").stdout)
        self.assertEqual(answer["id"], "c")
        unknown = self.tool("find", "fraud", "never")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("nothing is remembered", unknown.stderr)

    def test_query_lists_models_or_shows_what_matters(self):
        models = self.tool("query")
        self.assertEqual(models.returncode, 0)
        self.assertIn("fraud", models.stdout)
        self.assertIn("classification", models.stdout)
        page = self.tool("query", "fraud")
        self.assertIn("classes 0, 1; positive class 1", page.stdout)
        self.assertIn("0.5000 (", page.stdout)
        self.assertIn("accuracy over 24h at least 0.9: MISSED, with 0.5000",
                      page.stdout)
        self.assertIn("matrix of", page.stdout)
        self.assertNotIn("specificity", page.stdout)
        self.assertIn("specificity", self.tool("query", "fraud", "--all").stdout)
        one = self.tool("query", "fraud", "--window", "60m", "--version", "8")
        self.assertIn("1h", one.stdout)
        self.assertNotIn("24h", one.stdout)
        self.assertNotIn('version "7"', one.stdout)
        listed = json.loads(self.tool("query", "--json").stdout)
        self.assertIn("fraud", [m["model"] for m in listed["models"]])
        unknown = self.tool("query", "fraud", "--window", "2h")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn('"24h"', unknown.stderr)

    def test_a_class_is_read_and_shown_in_one_spelling(self):
        _, models = self.api("/api/v1/models")
        fraud = next(m for m in models["models"] if m["model"] == "fraud")
        self.assertEqual(fraud["classes"], ["0", "1"])
        self.assertEqual(fraud["positive_class"], "1")

    def test_delete_forgets_a_version_or_a_model(self):
        for version in ["1", "2"]:
            self.daemon.post([{"model": "old", "version": version, "id": "x",
                               "prediction": "a"}])
        missing = self.tool("delete", "old", "--version", "3")
        self.assertEqual(missing.returncode, 1)
        self.assertIn('"1", "2"', missing.stderr)
        self.assertEqual(self.tool("delete", "old", "--version", "2").returncode, 0)
        _, known = self.api("/api/v1/models/old/ids/x")
        self.assertEqual([p["version"] for p in known["predictions"]], ["1"])
        self.assertEqual(self.tool("delete", "old").returncode, 0)
        self.assertEqual(self.api("/api/v1/models/old")[0], 404)

    def test_without_the_admin_api_delete_says_how_to_allow_it(self):
        with Daemon() as daemon:
            daemon.post([{"model": "m", "prediction": "a", "label": "a"}])
            result = tool("delete", "m", "--url", f"http://127.0.0.1:{daemon.web}")
            self.assertEqual(result.returncode, 1)
            self.assertIn("--web.enable-admin-api", result.stderr)

    def check(self, text, *args):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write(text)
            f.flush()
            return tool("check-config", f.name, *args)

    def test_check_config_shows_what_classes_are_read_as(self):
        result = self.check("models:\n  - match: m\n    classes: [0.0, 1]\n")
        self.assertEqual(result.returncode, 0)
        self.assertIn(':3: models[0].classes[0]: "0.0" is read as "0"',
                      result.stdout)

    def test_check_config_names_models_of_another_task(self):
        text = "models: [{match: 'fra*', task: regression}]"
        self.assertEqual(self.check(text).returncode, 0)
        result = self.check(text, "--url", self.web)
        self.assertEqual(result.returncode, 1)
        self.assertIn('model "fraud" is known as classification', result.stderr)
        self.assertIn(f"plumbtool delete --url {self.web} fraud", result.stderr)
        good = self.check(text.replace("regression", "classification"),
                          "--url", self.web)
        self.assertEqual(good.returncode, 0, good.stderr)

    def test_check_config_names_models_without_the_positive_class_they_had(self):
        with Daemon() as daemon:
            url = f"http://127.0.0.1:{daemon.web}"
            daemon.post([{"model": "m", "prediction": 1, "label": label}
                         for label in (0, 1, 2)])
            text = "models: [{match: m, classes: [0, 1, 2]}]"
            told = self.check(text, "--url", url)
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertIn('model "m": the positive class was assumed', told.stdout)
            told = self.check(text.replace("match: m", "match: m, positive_class: 1"),
                              "--url", url)
            self.assertNotIn("positive class", told.stdout)


class StoredIdTest(unittest.TestCase):
    def test_an_id_is_found_after_a_restart_and_on_the_disk(self):
        config = "join: {memory_bytes: 64KiB}\n"
        with Daemon(config) as daemon:
            for begin in range(0, 20_000, 5_000):
                daemon.post([{"model": "m", "id": str(i), "prediction": "a"}
                             for i in range(begin, begin + 5_000)])
            daemon.stop()
            daemon.start()
            for i in [0, 7_777, 19_999]:
                status, _, body = daemon.get(f"/api/v1/models/m/ids/{i}")
                self.assertEqual(status, 200)
                self.assertTrue(json.loads(body)["predictions"][0]["waits"])
            daemon.post([{"model": "m", "id": "7777", "label": "b"}])
            known = json.loads(daemon.get("/api/v1/models/m/ids/7777")[2])
            self.assertFalse(known["predictions"][0]["waits"])
            self.assertEqual(known["label"]["label"], "b")


if __name__ == "__main__":
    unittest.main()
