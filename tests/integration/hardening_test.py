"""Requests without rights are refused, and settings take effect as a whole or not
at all."""

import base64
import crypt
import json
import os
import tempfile
import unittest

from daemon import Daemon, free_port

EVENT = '{"model":"m","prediction":1,"label":1}'


def bcrypt(password):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16))


def basic(user, password):
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": "Basic " + token}


class PagesOfElsewhereTest(unittest.TestCase):
    def test_a_page_of_elsewhere_cannot_post(self):
        with Daemon("", ["--web.enable-admin-api"]) as daemon:
            for kind in ("text/plain", "application/x-www-form-urlencoded",
                         "application/json"):
                for origin in ("https://evil.example", "null",
                               f"http://127.0.0.1:{daemon.web}"):
                    status, answer = daemon.post(EVENT, kind, {"Origin": origin})
                    self.assertEqual(status, 403, (kind, origin))
                    self.assertEqual(answer["error"]["code"], "forbidden")
            own = f"http://127.0.0.1:{daemon.ingest}"
            self.assertEqual(daemon.post(EVENT, headers={"Origin": own})[0], 200)
            elsewhere = {"Origin": "https://evil.example"}
            self.assertEqual(daemon.get("/api/v1/models/m", "DELETE",
                                        elsewhere)[0], 403)
            self.assertEqual(daemon.get("/api/v1/models/m", headers=elsewhere)[0],
                             200)
            self.assertEqual(daemon.get("/api/v1/models/m", "DELETE")[0], 204)

    def test_a_browser_runs_nothing_of_what_is_answered(self):
        with Daemon() as daemon:
            for path in ("/", "/metrics", "/api/v1/status", "/nowhere"):
                headers = daemon.get(path)[1]
                self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
                self.assertEqual(headers["Referrer-Policy"], "no-referrer")
                self.assertIn("default-src 'none'",
                              headers["Content-Security-Policy"])

    def test_the_server_itself_is_asked_for_its_options(self):
        with Daemon() as daemon:
            for port in (daemon.web, daemon.ingest):
                answer = daemon.raw(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n"
                                    b"Connection: close\r\n\r\n", port)
                self.assertTrue(answer.startswith(b"HTTP/1.1 204 "), answer)
                self.assertIn(b"\r\nAllow: ", answer)

    def test_trailers_do_not_eat_the_next_request(self):
        with Daemon() as daemon:
            answer = daemon.raw(
                b"POST /v1/events HTTP/1.1\r\nHost: x\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
                b"%x\r\n%s\r\n0\r\nX-Sum: 1\r\n\r\n"
                b"POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (
                    len(EVENT), EVENT.encode(), len(EVENT), EVENT.encode()))
            self.assertEqual(answer.count(b"HTTP/1.1 200 "), 2, answer)

    def test_with_an_external_url_no_other_name_leads_here(self):
        with Daemon("", ["--web.external-url=https://plumbline.example/x",
                         "--web.enable-admin-api"]) as daemon:
            def status(path, host, method="GET", **headers):
                return daemon.get(path, method, {"Host": host, **headers})[0]

            self.assertEqual(status("/api/v1/status", "evil.example"), 403)
            for host in ("plumbline.example", "PLUMBLINE.example:443",
                         "localhost:1", "127.0.0.1"):
                self.assertEqual(status("/api/v1/status", host), 200, host)
            for path in ("/metrics", "/-/healthy", "/-/ready"):
                self.assertEqual(status(path, "evil.example"), 200, path)
            self.assertEqual(status("/api/v1/models/x", "localhost", "DELETE",
                                    Origin="https://plumbline.example"), 404)

    def test_two_hosts_are_refused(self):
        with Daemon() as daemon:
            answer = daemon.raw(b"GET /-/ready HTTP/1.1\r\nHost: a\r\nHost: b\r\n"
                                b"\r\n", daemon.web)
            self.assertIn(b" 400 ", answer.split(b"\r\n")[0])


class UsersTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = os.path.join(self.directory.name, "users.yml")
        self.write(f"basic_auth_users: {{alice: '{bcrypt('secret')}'}}\n")

    def write(self, text):
        with open(self.path, "w") as f:
            f.write(text)

    def daemon(self, config=""):
        return Daemon(config, [f"--ingest.config.file={self.path}",
                               "--web.enable-lifecycle"])

    def test_a_reload_that_is_refused_changes_nothing(self):
        with self.daemon("windows: [1h]\n") as daemon:
            self.assertEqual(
                daemon.post(EVENT, headers=basic("alice", "secret"))[0], 200)
            daemon.write_config("windows: [2h]\n")
            self.write("basic_auth_users: {alice: none}\n")
            self.assertEqual(daemon.get("/-/reload", "POST")[0], 400)
            (result,) = daemon.model("m")
            self.assertEqual((result["window"], result["observations"]), ("1h", 1))

    def test_a_file_without_users_opens_nothing_at_a_reload(self):
        with self.daemon() as daemon:
            for text in ("", "{}", "null", "basic_auth_users: {}\n"):
                self.write(text)
                status, _, body = daemon.get("/-/reload", "POST")
                self.assertEqual(status, 400, text)
                self.assertIn(b"no users any more", body)
                self.assertEqual(daemon.post(EVENT)[0], 401)

    def test_a_password_beyond_what_bcrypt_sees_is_refused(self):
        password = "p" * 72
        self.write(f"basic_auth_users: {{alice: '{bcrypt(password)}'}}\n")
        with self.daemon() as daemon:
            for sent, status in ((password, 200), (password + "p", 401)):
                self.assertEqual(
                    daemon.post(EVENT, headers=basic("alice", sent))[0], status)

    def test_a_listener_that_is_open_to_elsewhere_is_told(self):
        with Daemon() as daemon:
            self.assertEqual(
                daemon.metric("plumbline_listener_open", listener="ingest"), 0)
        args = [f"--ingest.listen-address=0.0.0.0:{free_port()}"]
        with Daemon("", args) as daemon:
            self.assertEqual(
                daemon.metric("plumbline_listener_open", listener="ingest"), 1)
            self.assertEqual(
                daemon.metric("plumbline_listener_open", listener="web"), 0)
            listeners = json.loads(daemon.get("/api/v1/status")[2])["listeners"]
            self.assertEqual([(x["listener"], x["open"]) for x in listeners],
                             [("ingest", True), ("web", False)])
            daemon.log.seek(0)
            self.assertIn("without credentials", daemon.log.read())
        with Daemon("", args + [f"--ingest.config.file={self.path}"]) as daemon:
            self.assertEqual(
                daemon.metric("plumbline_listener_open", listener="ingest"), 0)


if __name__ == "__main__":
    unittest.main()
