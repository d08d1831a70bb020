"""TLS by civetweb, which depends on the installed OpenSSL. If it does not work
(Debian 12), the start is refused, and only that is tested."""

import socket
import subprocess
import tempfile
import unittest

from certificates import Certificates
from daemon import PATIENCE, Daemon

EVENT = '{"model":"m","prediction":1,"label":1}'


class TlsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.certificates = Certificates(directory.name)
        self.path = self.certificates.path("web.yml")

    def start(self, keys, config=""):
        """A daemon with TLS on its ingest listener; None without TLS. Asks the web
        listener for readiness."""
        with open(self.path, "w") as f:
            f.write("tls_server_config: {cert_file: server.crt, " + keys + "}\n")
        try:
            daemon = Daemon(config, [f"--ingest.config.file={self.path}",
                                 "--web.enable-lifecycle"])
        except RuntimeError as error:
            if "civetweb cannot do TLS" not in str(error):
                raise
            self.assertIn("deploy/nginx", str(error))
            return None
        self.addCleanup(daemon.__exit__)
        return daemon

    def post(self, daemon, *args):
        return subprocess.run(
            ["curl", "-sS", "--cacert", self.certificates.path("servers-ca.crt"),
             "-H", "Content-Type: application/json", "-d", EVENT, *args,
             f"https://localhost:{daemon.ingest}/v1/events"],
            capture_output=True, text=True, timeout=PATIENCE)

    def test_events_come_by_tls_alone(self):
        daemon = self.start("key_file: server.key")
        if daemon is None:
            return
        done = self.post(daemon)
        self.assertIn('"accepted": 1', done.stdout, done.stderr)
        self.assertNotIn('"accepted"', self.post(daemon, "--tls-max", "1.1").stdout)
        plain = daemon.raw(b"POST /v1/events HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertNotIn(b" 200 ", plain)
        with open(self.path, "w") as f:
            f.write("{}\n")
        status, _, body = daemon.get("/-/reload", "POST")
        self.assertEqual(status, 400)
        self.assertIn(b"needs a restart", body)

    def test_those_who_do_not_agree_on_tls_take_no_thread_for_long(self):
        daemon = self.start("key_file: server.key", "limits: {connections: 4}\n")
        if daemon is None:
            return
        for _ in range(3):
            for sent in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"x", b""):
                for _ in range(8):
                    with socket.create_connection(
                            ("127.0.0.1", daemon.ingest)) as s:
                        s.sendall(sent)
            done = self.post(daemon)
            self.assertIn('"accepted": 1', done.stdout, done.stderr)

    def test_clients_show_a_certificate_where_one_is_required(self):
        daemon = self.start(
            "key_file: server.key, client_ca_file: clients-ca.crt, "
            "client_auth_type: RequireAndVerifyClientCert, min_version: TLS13")
        if daemon is None:
            return

        def status(client):
            files = [] if client is None else [
                "--cert", self.certificates.path(client + ".crt"),
                "--key", self.certificates.path(client + ".key")]
            return '"accepted": 1' in self.post(daemon, *files).stdout

        self.assertTrue(status("client"))
        self.assertFalse(status("stranger"))
        self.assertFalse(status(None))

    def test_files_that_do_not_belong_together_stop_the_start(self):
        for key in ("client.key", "server.csr.none"):
            try:
                daemon = self.start("key_file: " + key)
            except RuntimeError as error:
                self.assertRegex(str(error), "belong together|cannot be read")
            else:
                self.assertIsNone(daemon)

    def test_what_cannot_be_used_is_told(self):
        with self.assertRaises(RuntimeError) as error:
            self.start("min_version: TLS12")
        self.assertIn("cert_file and key_file", str(error.exception))


if __name__ == "__main__":
    unittest.main()
