"""Rejections are shown in figures, the log and the API."""

import json
import os
import socket
import unittest

from daemon import Daemon

GOOD = {"model": "m", "id": "a", "prediction": "UP"}


class RejectionsTest(unittest.TestCase):
    def recent(self, daemon):
        return json.loads(daemon.get("/api/v1/status")[2])["recent_rejections"]

    def logged(self, daemon):
        with open(os.path.join(daemon.dir.name, "log")) as f:
            return [line for line in f if "rejected" in line or "refused" in line]

    def test_rejections_are_seen_everywhere(self):
        with Daemon() as daemon:
            self.assertEqual(self.recent(daemon), [])
            daemon.post([GOOD])

            def rejected(reason, model="m"):
                return daemon.metric("plumbline_rejected_events_total",
                                     model=model, reason=reason)
            self.assertEqual(rejected("unknown_field"), 0)
            secret = {"model": "m", "id": "b", "prediction": "UP",
                      "scores": {"spam": 54321.5}}
            daemon.post([GOOD, {"model": "m", "lable": "UP", "id": "c"}, secret])
            daemon.post([{"model": "unknown", "id": "d"}, {"id": "e"}] * 2)
            daemon.post('{"model": "m", 98765', "application/json")
            daemon.post([GOOD], "text/csv")

            self.assertEqual(rejected("unknown_field"), 1)
            self.assertEqual(rejected("out_of_range"), 1)
            self.assertEqual(rejected("missing_field"), 0)
            self.assertIsNone(rejected("missing_field", "unknown"))
            self.assertEqual(daemon.metric(
                "plumbline_ingest_rejected_events_total",
                reason="missing_field"), 4)

            recent = self.recent(daemon)
            self.assertEqual(
                [(r["model"], r["field"], r["code"]) for r in recent],
                [("", "", "unsupported_type"), ("", "", "invalid_body")] +
                [("", "model", "missing_field"),
                 ("unknown", "prediction", "missing_field")] * 2 +
                [("m", "scores", "out_of_range"), ("m", "lable", "unknown_field")])
            for rejection in recent:
                self.assertEqual(set(rejection), {"time", "model", "field",
                                                  "code", "message"})
                self.assertRegex(rejection["time"], r"^20\d\d-.*Z$")
                self.assertNotIn("54321", rejection["message"])
                self.assertNotIn("98765", rejection["message"])
            page = daemon.get("/")[2].decode()
            self.assertIn("<td>out_of_range</td>", page)

            lines = self.logged(daemon)
            self.assertEqual(len(lines), 5, lines)
            self.assertIn("model=m reason=out_of_range events=1 field=scores",
                          "".join(lines))
            self.assertIn("reason=missing_field events=4", "".join(lines))
            # No more lines within a minute; the rest at the end.
            for _ in range(30):
                daemon.post([secret])
            self.assertEqual(len(self.logged(daemon)), 5)
            self.assertEqual(len(self.recent(daemon)), 20)
            daemon.stop()
            self.assertIn("model=m reason=out_of_range events=30",
                          self.logged(daemon)[-1])

    def test_requests_refused_before_their_body_is_read_are_seen(self):
        with Daemon() as daemon:
            for path in ["/v1/event", "/", "/v1/events/"]:
                self.assertEqual(daemon.request(daemon.ingest, "POST", path,
                                                b"{}")[0], 404)
            self.assertEqual(daemon.request(daemon.ingest, "GET",
                                            "/v1/events")[0], 405)
            head = b"POST /v1/events HTTP/1.1\r\nHost: x\r\n"
            for lines in [b"X-A: " + b"98765" * 4_000, b"Content-Length: 98765a",
                          b"Host: 98765"]:
                daemon.raw(head + lines + b"\r\n\r\n")
            daemon.raw(b"\x16\x03\x01 98765\r\n\r\n")  # TLS, to a port without
            recent = self.recent(daemon)
            self.assertEqual(
                [(r["model"], r["field"], r["code"]) for r in reversed(recent)],
                [("", "", "not_found")] * 3 + [("", "", "method_not_allowed")] +
                [("", "", "headers_too_large")] + [("", "", "invalid_body")] * 3)
            self.assertIn("events go to /v1/events", recent[-1]["message"])
            self.assertNotIn("98765", json.dumps(recent))
            self.assertIn("<td>not_found</td>", daemon.get("/")[2].decode())
            # One line of each in a minute. Requests to the web listener do not
            # count.
            self.assertEqual(daemon.get("/nowhere")[0], 404)
            self.assertEqual(len(self.logged(daemon)), 4)
            self.assertIn("reason=not_found requests=1",
                          self.logged(daemon)[0])
            self.assertEqual(len(self.recent(daemon)), 8)

    def test_a_connection_without_a_request_is_none(self):
        with Daemon() as daemon:
            socket.create_connection(("127.0.0.1", daemon.ingest)).close()
            with socket.create_connection(("127.0.0.1", daemon.ingest)) as s:
                s.shutdown(socket.SHUT_WR)
                self.assertEqual(s.recv(1), b"")
            self.assertEqual(self.recent(daemon), [])

    def test_a_deleted_model_is_shown_no_more(self):
        with Daemon(args=["--web.enable-admin-api"]) as daemon:
            daemon.post([GOOD, {"model": "m", "id": "b"}])
            name = "plumbline_rejected_events_total"
            self.assertEqual(daemon.metric(name, model="m",
                                           reason="missing_field"), 1)
            self.assertEqual(daemon.get("/api/v1/models/m", "DELETE")[0], 204)
            self.assertNotIn(name, {n for n, _ in daemon.metrics()})
            daemon.post([GOOD])
            self.assertEqual(daemon.metric(name, model="m",
                                           reason="missing_field"), 0)


if __name__ == "__main__":
    unittest.main()
