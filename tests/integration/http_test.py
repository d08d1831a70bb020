"""Every line of the status table, from outside. The daemon stays unharmed."""

import gzip
import json
import socket
import threading
import unittest
import zlib

from daemon import BIN, PATIENCE, Daemon, free_port, subprocess, wait_for

GOOD = {"model": "m", "id": "a", "prediction": "UP"}


class StatusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(
            "limits: {body_bytes: 64KiB, unpacked_body_bytes: 128KiB,"
            " events_per_request: 50}\n")

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__()

    def tearDown(self):
        # Nothing of a refused request is counted, and the daemon goes on.
        for (name, _), value in self.daemon.metrics().items():
            if name.endswith("predictions_total"):
                self.assertEqual(value, 0, name)

    def assert_error(self, answer, status, code):
        self.assertEqual(answer[0], status, answer)
        self.assertEqual(answer[1]["error"]["code"], code)

    def test_unreadable_bodies_are_400(self):
        for body in ("", "   ", "{", "[{]", "7", '"x"', "[1]", '[{"a":1},2]'):
            self.assert_error(self.daemon.post(body, "application/json"), 400,
                              "invalid_body")
        self.assert_error(self.daemon.post(b"\x1f\x8bnot gzip", headers={
            "Content-Encoding": "gzip"}), 400, "invalid_body")

    def test_every_event_rejected_is_400_with_the_list(self):
        status, answer = self.daemon.post([{"model": "m", "lable": 1}])
        self.assertEqual(status, 400)
        self.assertEqual(answer["rejected"], 1)
        self.assertEqual(answer["errors"][0]["code"], "unknown_field")
        self.assertIn("lable", answer["errors"][0]["message"])

    def test_other_paths_are_404_and_methods_405(self):
        for path in ("/v1/eventsfoo", "/v1/events/", "//v1/events", "/"):
            self.assertEqual(self.daemon.request(
                self.daemon.ingest, "POST", path, b"{}")[0], 404)
        status, headers, _ = self.daemon.request(
            self.daemon.ingest, "GET", "/v1/events")
        self.assertEqual((status, headers["Allow"]), (405, "POST"))
        self.assertEqual(self.daemon.get("/metrics", "POST")[0], 405)
        self.assertEqual(self.daemon.get("/metricsfoo")[0], 404)

    def test_no_length_is_411(self):
        answer = self.daemon.raw(b"POST /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(b" 411 ", answer)
        self.assertIn(b"length_required", answer)

    def test_too_large_is_413(self):
        self.assert_error(self.daemon.post("x" * 70000), 413, "too_large")
        packed = gzip.compress(b" " * 200_000)
        self.assert_error(self.daemon.post(packed, headers={
            "Content-Encoding": "gzip"}), 413, "too_large")
        many = [{"model": "m", "id": str(i), "prediction": 1} for i in range(51)]
        self.assert_error(self.daemon.post(many), 413, "too_many_events")

    def test_types_and_encodings_are_415(self):
        for name in ("text/csv", "application/octet-stream",
                     "application/cloudevents+json"):
            answer = self.daemon.post([GOOD], name)
            self.assert_error(answer, 415, "unsupported_type")
            # The message names the accepted types.
            self.assertIn("application/x-ndjson", answer[1]["error"]["message"])
        for name in ("br", "zstd", "gzip, gzip"):
            self.assert_error(self.daemon.post([GOOD], headers={
                "Content-Encoding": name}), 415, "unsupported_encoding")

    def test_large_headers_are_431(self):
        for value in (b"x" * 20_000, b"x" * 200_000):
            answer = self.daemon.raw(
                b"POST /v1/events HTTP/1.1\r\nHost: x\r\nX-A: " + value +
                b"\r\nContent-Length: 0\r\n\r\n")
            self.assertIn(b" 431 ", answer[:40])
        answer = self.daemon.raw(
            b"POST /v1/events HTTP/1.1\r\n" +
            b"".join(b"H%d: 1\r\n" % i for i in range(70)) +
            b"Content-Length: 0\r\n\r\n")
        self.assertIn(b" 431 ", answer[:40])

    def test_ambiguous_lengths_are_refused(self):
        for lines in (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                      b"Content-Length: 3abc\r\n", b"Content-Length: 3 4\r\n",
                      b"Content-Length: 3, 3\r\n",
                      b"Transfer-Encoding: chun ked\r\n",
                      b"Transfer-Encoding: chunked x\r\n",
                      b"Transfer-Encoding:\tchunked\r\nContent-Length:\t3\r\n",
                      b"Content-Length\t: 3\r\n", b"Content-Length : 3\r\n",
                      b"Content-Length: 3\r\nContent-Length: 4\r\n"):
            answer = self.daemon.raw(
                b"POST /v1/events HTTP/1.1\r\nHost: x\r\n" + lines +
                b"\r\n3\r\n{}\n\r\n0\r\n\r\n")
            self.assertIn(b" 400 ", answer[:40])
            self.assertEqual(answer.count(b"HTTP/1.1 "), 1)

    def test_a_slow_body_is_408(self):
        answer = self.daemon.raw(
            b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        self.assertIn(b" 408 ", answer[:40])
        self.assertIn(b"too_slow", answer)

    def test_switched_off_endpoints_are_403(self):
        self.assertEqual(self.daemon.get("/-/quit", "POST")[0], 403)
        self.assertEqual(self.daemon.get("/-/reload", "PUT")[0], 403)
        self.assertEqual(self.daemon.get("/api/v1/models/m", "DELETE")[0], 403)


class TakingTest(unittest.TestCase):
    def test_every_name_of_json_lines_is_read(self):
        lines = "".join(json.dumps({"model": "m", "id": str(i),
                                    "prediction": "UP"}) + "\n"
                        for i in range(2))
        with Daemon("models: [{match: m, task: classification}]\n") as daemon:
            for name in ("application/x-ndjson", "application/ndjson",
                         "application/jsonl", "application/x-jsonl",
                         "application/jsonlines", "application/x-jsonlines",
                         "Application/JSON-Lines; charset=utf-8", "text/plain",
                         "text/plain;charset=ascii", "text/json", "",
                         "application/x-www-form-urlencoded"):
                with self.subTest(name=name):
                    status, answer = daemon.post(lines, name)
                    self.assertEqual((status, answer["accepted"] +
                                      answer["duplicates"]), (200, 2))
                    self.assertEqual(answer["warnings"], [])

    def test_every_coding_is_unpacked(self):
        def packed(wbits, text):
            stream = zlib.compressobj(wbits=wbits)
            return stream.compress(text) + stream.flush()
        with Daemon() as daemon:
            text = json.dumps({"model": "m", "prediction": 1, "label": 1}).encode()
            half = len(text) // 2
            members = gzip.compress(text[:half]) + gzip.compress(text[half:])
            for name, body in (
                    ("gzip", packed(31, text)), ("X-GZIP", packed(31, text)),
                    ("gzip, identity", packed(31, text)), ("gzip", members),
                    (None, members), ("", packed(31, text)),
                    ("identity", packed(31, text)), ("", text),
                    ("deflate", packed(15, text)),
                    ("deflate", packed(-15, text)),
                    ("Deflate", packed(31, text)), ("identity", text)):
                with self.subTest(name=name, body=body[:2]):
                    headers = {} if name is None else {"Content-Encoding": name}
                    self.assertEqual(
                        daemon.post(body, headers=headers)[1].get("accepted"), 1)
            for name, body in (("deflate", text), ("gzip", text),
                               ("deflate", packed(15, text)[:-1])):
                status, answer = daemon.post(body, headers={
                    "Content-Encoding": name})
                self.assertEqual((status, answer["error"]["code"]),
                                 (400, "invalid_body"))

    def test_lines_without_ends_are_told_how_to_keep_them(self):
        # The lines as `curl -d @file` sends them.
        body = "".join(json.dumps({"model": "m", "id": str(i), "prediction": 1})
                       for i in range(2))
        with Daemon() as daemon:
            status, answer = daemon.post(body,
                                         "application/x-www-form-urlencoded")
        self.assertEqual(status, 400)
        self.assertIn("--data-binary", answer["error"]["message"])

    def test_every_form_of_a_body_is_read(self):
        events = [{"model": "m", "id": str(i), "prediction": "UP"} for i in range(2)]
        lines = "\n\n".join(map(json.dumps, events)) + "\r\n"
        forms = [(json.dumps(events[0]), "application/json"),
                 (json.dumps(events, indent=1), "application/json"),
                 (lines, "application/x-ndjson; charset=utf-8"),
                 (lines, None), (json.dumps(events), None), ("[]", None)]
        with Daemon() as daemon:
            for body, content_type in forms:
                self.assertEqual(daemon.post(body, content_type)[0], 200, body)
            packed = gzip.compress(lines.encode())
            status, answer = daemon.post(packed, headers={
                "Content-Encoding": "gzip"})
            self.assertEqual((status, answer["duplicates"]), (200, 2))
            chunked = (b"POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close"
                       b"\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
                       % (len(lines), lines.encode()))
            self.assertIn(b" 200 ", daemon.raw(chunked)[:40])
            self.assertEqual(daemon.metric("plumbline_predictions_total",
                                           model="m", version=""), 2)

    def test_errors_do_not_refuse_neighbours(self):
        with Daemon() as daemon:
            status, answer = daemon.post(
                '{"model":"m","id":"a","prediction":"UP"}\nnot json\n\n'
                '{"model":"m","id":"b","prediction":"UP","score":1.2}\n')
            self.assertEqual(status, 200)
            self.assertEqual(answer["accepted"], 1)
            self.assertEqual([(e["index"], e["code"]) for e in answer["errors"]],
                             [(1, "invalid_json"), (2, "out_of_range")])
            self.assertEqual(daemon.metric(
                "plumbline_ingest_rejected_events_total", reason="out_of_range"), 1)

    def test_full_is_429_and_known_labels_are_taken(self):
        with Daemon("join: {max_bytes: 64KiB}\n") as daemon:
            ids = [{"model": "m", "id": str(i), "prediction": "UP"}
                   for i in range(700)]
            self.assertEqual(daemon.post(ids)[0], 200)
            body = json.dumps(ids[0]).replace('"0"', '"x%d"')
            status, headers, answer = daemon.request(
                daemon.ingest, "POST", "/v1/events",
                "\n".join(body % i for i in range(100)),
                {"Content-Type": "application/x-ndjson"})
            self.assertEqual(status, 429)
            self.assertEqual(headers["Retry-After"], "1")
            self.assertEqual(json.loads(answer)["error"]["code"], "full")
            self.assertEqual(
                daemon.post([{"model": "m", "id": "7", "label": "UP"}])[0], 200)
            self.assertEqual(daemon.metric("plumbline_predictions_total",
                                           model="m", version=""), 700)

    def test_beyond_the_bytes_in_flight_is_503(self):
        with Daemon("limits: {in_flight_bytes: 1KiB}\n") as daemon:
            status, answer = daemon.post("x" * 5000)
            self.assertEqual(status, 503)
            self.assertEqual(answer["error"]["code"], "overloaded")
            self.assertEqual(daemon.post([GOOD])[0], 200)

    def test_500_keep_alive_clients_are_all_served(self):
        with Daemon() as daemon:
            body = json.dumps({"model": "m", "prediction": 1, "label": 1}).encode()
            request = (b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: "
                       b"application/json\r\nContent-Length: %d\r\n\r\n%s"
                       % (len(body), body))
            rounds = 5
            sockets = [socket.create_connection(("127.0.0.1", daemon.ingest))
                       for _ in range(500)]
            answers = []

            def serve(part):
                for _ in range(rounds):
                    for s in part:
                        s.sendall(request)
                    for s in part:
                        s.settimeout(PATIENCE)
                        answers.append(s.recv(4096).startswith(b"HTTP/1.1 200"))

            threads = [threading.Thread(target=serve, args=(sockets[i::4],))
                       for i in range(4)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            for s in sockets:
                s.close()
            self.assertEqual(answers, [True] * (500 * rounds))
            self.assertEqual(daemon.metric("plumbline_observations_total",
                                           model="m", version=""), 500 * rounds)

    def test_stops_clean_and_reloads(self):
        with Daemon("windows: [5m]\n", ["--web.enable-lifecycle",
                                        "--web.enable-admin-api"]) as daemon:
            daemon.post([{"model": "a/b", "prediction": 1, "label": 1}])
            self.assertEqual(len(daemon.model("a%2Fb")), 1)
            daemon.write_config("windows: [5m, last_10]\n")
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 200)
            self.assertEqual(len(daemon.model("a%2Fb")), 2)
            daemon.write_config("windows: [5m]\nnonsense: 1\n")
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 400)
            self.assertEqual(
                daemon.metric("plumbline_config_last_reload_successful"), 0)
            self.assertEqual(daemon.get("/api/v1/models/a%2Fb?version=%zz",
                                        "DELETE")[0], 400)
            self.assertEqual(daemon.get("/api/v1/models/a%2Fb", "DELETE")[0], 204)
            self.assertEqual(daemon.get("/api/v1/models/a%2Fb")[0], 404)
            self.assertEqual(daemon.stop(), 0)

    def test_users_are_asked_for(self):
        import crypt

        with Daemon() as other:
            path = other.dir.name + "/web.yml"
            secret = crypt.crypt("secret", crypt.mksalt(
                crypt.METHOD_BLOWFISH, rounds=16))
            with open(path, "w") as f:
                f.write(f"basic_auth_users:\n  alice: {secret}\n")
            port = free_port()
            process = subprocess.Popen(
                [BIN + "/plumbline", f"--web.config.file={path}",
                 f"--storage.path={other.dir.name}/other",
                 f"--web.listen-address=127.0.0.1:{port}",
                 "--ingest.listen-address=127.0.0.1:0"],
                stderr=subprocess.DEVNULL)
            try:
                def status(password):
                    import base64
                    token = base64.b64encode(b"alice:" + password).decode()
                    try:
                        return other.request(port, "GET", "/metrics", headers={
                            "Authorization": "Basic " + token})[0]
                    except OSError:
                        return None

                self.assertTrue(wait_for(lambda: status(b"secret") == 200))
                self.assertEqual(status(b"wrong"), 401)
                answer = other.request(port, "GET", "/metrics")
                self.assertEqual(answer[0], 401)
                self.assertIn("Basic", answer[1]["WWW-Authenticate"])
            finally:
                process.terminate()
                process.wait()


class ExpositionTest(unittest.TestCase):
    def test_promtool_finds_nothing_to_say(self):
        with Daemon() as daemon:
            daemon.post([{"model": 'quo"te\\d é', "version": "1", "id": "a",
                          "prediction": 1, "latency": 0.1},
                         {"model": 'quo"te\\d é', "id": "a", "label": 0}])
            text = daemon.get("/metrics")[2]
            result = subprocess.run(["promtool", "check", "metrics"], input=text,
                                    capture_output=True)
            self.assertEqual((result.returncode, result.stdout, result.stderr),
                             (0, b"", b""))
            status, headers, packed = daemon.get(
                "/metrics", headers={"Accept-Encoding": "gzip"})
            self.assertEqual(headers["Content-Encoding"], "gzip")
            self.assertIn(b"plumbline_ready 1", gzip.decompress(packed))
            self.assertEqual(headers["Content-Type"],
                             "text/plain; version=0.0.4; charset=utf-8")
            self.assertEqual(daemon.get("/metrics", "HEAD")[0], 200)


if __name__ == "__main__":
    unittest.main()
