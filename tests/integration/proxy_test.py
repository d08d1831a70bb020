"""A daemon behind nginx, configured by deploy/nginx: TLS, certificates, limits.
tests/interop has the same for Envoy."""

import gzip
import http.client
import json
import os
import socket
import ssl
import subprocess
import tempfile
import unittest

from auth_test import basic, bcrypt, bearer, entry
from certificates import Certificates
from daemon import PATIENCE, ROOT, Daemon, free_port, wait_for

EVENT = b'{"model":"a/b","prediction":1,"label":1}'


def adapted(file, replaced):
    """A file of deploy/ with other paths and ports."""
    with open(os.path.join(ROOT, "deploy", file)) as f:
        text = f.read()
    for old, new in replaced.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


class Proxied:
    """The tests' interface to a proxy; `start` starts it."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = directory.name
        self.certificates = Certificates(self.folder)
        users = os.path.join(self.folder, "web.yml")
        with open(users, "w") as f:
            f.write(f"basic_auth_users: {{alice: '{bcrypt('secret')}'}}\n"
                    "bearer_tokens:\n" + entry("model-server", "ingest") +
                    entry("prometheus", "read") + entry("operator", "admin"))
        self.port = free_port()
        self.daemon = Daemon("", [
            f"--web.config.file={users}", f"--ingest.config.file={users}",
            f"--web.external-url=https://localhost:{self.port}/",
            "--web.enable-lifecycle"])
        self.addCleanup(self.daemon.__exit__)
        self.start()

    def run_proxy(self, *command):
        log = open(os.path.join(self.folder, "proxy.log"), "w+")
        self.addCleanup(log.close)
        process = subprocess.Popen(command, stdout=log, stderr=log)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.terminate)

        def answers():
            try:
                with socket.create_connection(("::1", self.port)):
                    return True
            except OSError:
                return process.poll() is not None

        self.assertTrue(wait_for(answers))
        if process.poll() is not None:
            log.seek(0)
            self.fail(log.read())

    def request(self, method, path, body=None, headers=None, client="client",
                host="localhost", **options):
        connection = http.client.HTTPSConnection(
            host, self.port, timeout=PATIENCE,
            context=self.certificates.context(client))
        try:
            connection.request(method, path, body, headers or {}, **options)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def post(self, body, **headers):
        return self.request("POST", "/v1/events", body, {
            "Content-Type": "application/json", **bearer("model-server"),
            **headers})

    def test_scrapes_pass_with_a_user_or_a_token(self):
        for host in ("::1", "127.0.0.1", "localhost"):
            for headers in (basic("alice", "secret"), bearer("prometheus")):
                status, _, body = self.request("GET", "/metrics", headers=headers,
                                               host=host)
                self.assertEqual(status, 200)
                self.assertIn(b"plumbline_build_info", body)
        for headers in ({}, basic("alice", "wrong"), bearer("unknown")):
            status, answer, _ = self.request("GET", "/metrics", headers=headers)
            self.assertEqual(status, 401)
            self.assertIn("Bearer", ", ".join(answer.get_all("WWW-Authenticate")))
        self.assertEqual(self.request("GET", "/metrics",
                                      headers=bearer("model-server"))[0], 403)

    def test_who_has_no_certificate_gets_nothing(self):
        for client in (None, "stranger"):
            try:
                status, _, body = self.request(
                    "GET", "/metrics", headers=bearer("prometheus"), client=client)
            except (ssl.SSLError, ConnectionError, http.client.HTTPException):
                continue
            self.assertEqual(status, 400)
            self.assertNotIn(b"plumbline_", body)

    def test_without_tls_there_is_no_answer_of_plumbline(self):
        answer = self.daemon.raw(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
                                 b"Connection: close\r\n\r\n", self.port)
        self.assertNotIn(b" 200 ", answer)
        self.assertNotIn(b"plumbline_", answer)

    def test_events_pass_however_they_are_sent(self):
        status, _, body = self.post(EVENT)
        self.assertEqual(status, 200, body)
        packed = gzip.compress(EVENT)
        status, _, body = self.post(packed, **{"Content-Encoding": "gzip"})
        self.assertEqual(status, 200, body)
        status, _, body = self.post(iter([EVENT[:9], EVENT[9:]]))  # chunked
        self.assertEqual((status, json.loads(body)["accepted"]), (200, 1))
        status, _, body = self.request(
            "GET", "/api/v1/models/a%2Fb", headers=bearer("prometheus"))
        self.assertEqual(status, 200, body)
        self.assertEqual(json.loads(body)["results"][0]["observations"], 3)

    def test_a_body_that_is_too_large_is_told(self):
        status, _, _ = self.post(b" " * (9 << 20))
        self.assertEqual(status, 413)

    def test_who_asks_too_often_is_told_to_come_again(self):
        statuses = []
        while 429 not in statuses:
            self.assertLess(len(statuses), 1000)
            status, headers, _ = self.request("POST", "/-/reload", headers={
                "Content-Length": "0", **bearer("operator")})
            statuses.append(status)
        self.assertEqual(set(statuses), {200, 429})
        self.assertEqual(headers["Retry-After"], "1")
        # Scrapes are not limited with it.
        self.assertEqual(self.request("GET", "/metrics",
                                      headers=bearer("prometheus"))[0], 200)

    def test_other_names_do_not_lead_to_it(self):
        for name, status in (("evil.example", 403), ("localhost", 200)):
            self.assertEqual(self.request(
                "GET", "/api/v1/status",
                headers={"Host": name, **bearer("prometheus")})[0], status)

    def test_a_daemon_that_is_away_is_told_as_temporary(self):
        self.daemon.stop()
        status, headers, _ = self.post(EVENT)
        self.assertEqual(status, 503)


class NginxTest(Proxied, unittest.TestCase):
    def start(self):
        text = adapted("nginx/plumbline.conf", {
            "listen 443 ssl;": f"listen 127.0.0.1:{self.port} ssl;",
            "listen [::]:443 ssl;": f"listen [::1]:{self.port} ssl;",
            "127.0.0.1:9350": f"127.0.0.1:{self.daemon.ingest}",
            "127.0.0.1:9351": f"127.0.0.1:{self.daemon.web}",
            "/etc/plumbline/tls": self.folder})
        paths = "".join(f"{name}_temp_path {self.folder}/{name};\n" for name in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        file = os.path.join(self.folder, "nginx.conf")
        with open(file, "w") as f:
            f.write(f"daemon off;\npid {self.folder}/pid;\n"
                    "error_log stderr;\nworker_processes 1;\nevents {}\n"
                    f"http {{\naccess_log off;\n{paths}{text}}}\n")
        program = next((p for p in ("/usr/sbin/nginx", "/usr/local/sbin/nginx")
                        if os.path.exists(p)), "nginx")
        self.run_proxy(program, "-p", self.folder, "-e", "stderr", "-c", file)


if __name__ == "__main__":
    unittest.main()
