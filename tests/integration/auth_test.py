"""Rights of users and bearer tokens, also while others guess passwords."""

import base64
import crypt
import hashlib
import json
import os
import subprocess
import tempfile
import threading
import unittest

from daemon import BIN, PATIENCE, Daemon

EVENT = '{"model":"m","prediction":1,"label":1}'
TOKENS = {"ingest": "model-server", "read": "prometheus", "admin": "operator"}


def bcrypt(password, cost=4):
    salt = crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << cost)
    return crypt.crypt(password, salt)


def basic(user, password):
    text = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": "Basic " + text}


def bearer(token):
    return {"Authorization": "Bearer " + token}


def entry(token, *rights):
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f"- {{sha256: {digest}, allow: [{', '.join(rights)}]}}\n"


def tokens():
    return "bearer_tokens:\n" + "".join(entry(token, right)
                                        for right, token in TOKENS.items())


class WithFile(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "web.yml")

    def write(self, text):
        with open(self.path, "w") as f:
            f.write(text)

    def daemon(self, text, *args):
        self.write(text)
        return Daemon("", [f"--ingest.config.file={self.path}",
                           f"--web.config.file={self.path}",
                           "--web.enable-lifecycle", "--web.enable-admin-api",
                           *args])


class TokensTest(WithFile):
    def test_a_token_may_do_what_it_is_allowed_to(self):
        with self.daemon(tokens()) as daemon:
            def ingest(token):
                return daemon.post(EVENT, headers=bearer(token))[0]

            def web(token, method, path):
                return daemon.get(path, method, bearer(token))[0]

            self.assertEqual(ingest("model-server"), 200)
            self.assertEqual(ingest("prometheus"), 403)
            self.assertEqual(ingest("operator"), 403)
            for path in ("/metrics", "/", "/api/v1/status", "/api/v1/models/m"):
                for method in ("GET", "HEAD"):
                    self.assertEqual(web("prometheus", method, path), 200, path)
                    self.assertEqual(web("model-server", method, path), 403)
                    self.assertEqual(web("operator", method, path), 403)
            for method, path, done in (
                    ("POST", "/-/reload", 200), ("PUT", "/-/reload", 200),
                    ("POST", "/api/v1/admin/snapshot", 200),
                    ("DELETE", "/api/v1/models/m", 204), ("POST", "/-/quit", 200)):
                self.assertEqual(web("prometheus", method, path), 403, path)
                self.assertEqual(web("model-server", method, path), 403, path)
                self.assertEqual(web("operator", method, path), done, path)

    def test_what_is_refused_is_told(self):
        user = f"basic_auth_users: {{alice: '{bcrypt('secret')}'}}\n"
        for text, schemes in ((user, ["Basic"]), (tokens(), ["Bearer"]),
                              (user + tokens(), ["Basic", "Bearer"])):
            with self.daemon(text) as daemon:
                for headers in ({}, bearer("unknown"), bearer(""),
                                basic("alice", "wrong"), {"Authorization": "x"}):
                    status, answer, body = daemon.get("/metrics", headers=headers)
                    self.assertEqual(status, 401, headers)
                    self.assertEqual(json.loads(body)["error"]["code"],
                                     "unauthorized")
                    challenge = ", ".join(answer.get_all("WWW-Authenticate"))
                    self.assertEqual([s for s in ("Basic", "Bearer")
                                      if s + " realm=" in challenge], schemes)
                if "Bearer" in schemes:
                    status, answer, body = daemon.get(
                        "/-/reload", "POST", bearer("prometheus"))
                    self.assertEqual(status, 403)
                    self.assertIn("insufficient_scope",
                                  answer["WWW-Authenticate"])
                    error = json.loads(body)["error"]
                    self.assertEqual(error["code"], "forbidden")
                    self.assertIn("admin", error["message"])
                    self.assertIn("read", error["message"])

    def test_users_may_do_all_beside_tokens(self):
        user = f"basic_auth_users: {{alice: '{bcrypt('secret')}'}}\n"
        with self.daemon(user + tokens()) as daemon:
            alice = basic("alice", "secret")
            self.assertEqual(daemon.post(EVENT, headers=alice)[0], 200)
            self.assertEqual(daemon.get("/metrics", headers=alice)[0], 200)
            self.assertEqual(daemon.get("/-/reload", "POST", alice)[0], 200)
            self.assertEqual(
                daemon.post(EVENT, headers=bearer("model-server"))[0], 200)

    def test_two_credentials_are_none(self):
        user = f"basic_auth_users: {{alice: '{bcrypt('secret')}'}}\n"
        with self.daemon(user + tokens()) as daemon:
            lines = [f"Authorization: {h['Authorization']}\r\n" for h in
                     (basic("alice", "secret"), bearer("prometheus"))]
            for both in (lines, lines[::-1], [lines[1]] * 2):
                answer = daemon.raw(
                    ("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" +
                     "".join(both) + "\r\n").encode(), daemon.web)
                self.assertIn(b" 400 ", answer.split(b"\r\n")[0])

    def test_probes_need_nothing(self):
        with self.daemon(tokens()) as daemon:
            for path in ("/-/healthy", "/-/ready"):
                for headers in ({}, bearer("unknown"), basic("a", "b")):
                    self.assertEqual(daemon.get(path, headers=headers)[0], 200)
                self.assertEqual(daemon.get(path, "HEAD")[0], 200)
                self.assertEqual(daemon.get(path, "POST")[0], 401)
            self.assertEqual(
                daemon.request(daemon.ingest, "GET", "/-/healthy")[0], 401)

    def test_a_reload_takes_tokens_as_they_are_then(self):
        with self.daemon(tokens()) as daemon:
            def reload(token):
                return daemon.get("/-/reload", "POST", bearer(token))

            self.write("bearer_tokens:\n" + entry("new", "ingest", "admin"))
            self.assertEqual(reload("operator")[0], 200)
            self.assertEqual(reload("operator")[0], 401)
            self.assertEqual(daemon.post(EVENT, headers=bearer("new"))[0], 200)
            for text in ("", "bearer_tokens: []\n", "basic_auth_users: {}\n"):
                self.write(text)
                status, _, body = reload("new")
                self.assertEqual(status, 400)
                self.assertIn(b"nor tokens", body)
            self.write("bearer_tokens: [{sha256: abc, allow: [read]}]\n")
            self.assertEqual(reload("new")[0], 400)
            self.assertEqual(daemon.post(EVENT)[0], 401)
            self.assertEqual(daemon.post(EVENT, headers=bearer("new"))[0], 200)

    def test_a_file_that_cannot_be_used_stops_the_start(self):
        for text, told in (("bearer_tokens: [{sha256: abc, allow: [read]}]",
                            "sha256sum"),
                           ("bearer_tokens:\n" + entry("a"), "ingest, read, admin"),
                           ("bearer_tokens:\n" + 2 * entry("a", "read"),
                            "is there twice")):
            with self.assertRaises(RuntimeError) as error:
                self.daemon(text)
            self.assertIn(told, str(error.exception))

    def test_a_listener_with_tokens_is_not_open(self):
        with self.daemon(tokens()) as daemon:
            status = json.loads(daemon.get("/api/v1/status",
                                           headers=bearer("prometheus"))[2])
            self.assertEqual([x["open"] for x in status["listeners"]],
                             [False, False])


class ToolTest(WithFile):
    def tool(self, *args, **environment):
        return subprocess.run([BIN + "/plumbtool", *args], text=True,
                              capture_output=True, timeout=PATIENCE,
                              env={**os.environ, **environment})

    def test_the_tools_send_a_token_of_a_file_or_of_the_environment(self):
        with self.daemon(tokens()) as daemon:
            events = os.path.join(daemon.dir.name, "events.ndjson")
            with open(events, "w") as f:
                f.write('{"model":"m","id":"1","prediction":1,"label":1,'
                        '"timestamp":1700000000}\n')
            files = {}
            for right, token in TOKENS.items():
                files[right] = os.path.join(daemon.dir.name, right)
                with open(files[right], "w") as f:
                    f.write(token + "\n")
            url = f"http://127.0.0.1:{daemon.web}"
            to = f"http://127.0.0.1:{daemon.ingest}"
            read = ["--url", url, "--token-file", files["read"]]

            self.assertIn("401", self.tool("replay", events, "--to", to).stderr)
            done = self.tool("replay", events, "--to", to, "--token-file",
                             files["ingest"])
            self.assertEqual(done.returncode, 0, done.stderr)
            for command in (["query"], ["query", "m"], ["find", "m", "1"],
                            ["check-config", daemon.config]):
                done = self.tool(*command, *read)
                self.assertEqual(done.returncode, 0, (command, done.stderr))
                done = self.tool(*command, "--url", url,
                                 PLUMBLINE_TOKEN=TOKENS["read"])
                self.assertEqual(done.returncode, 0, (command, done.stderr))
                done = self.tool(*command, "--url", url)
                self.assertEqual(done.returncode, 1, command)
                self.assertIn("bearer token", done.stderr)
            done = self.tool("delete", "m", *read)
            self.assertEqual(done.returncode, 1)
            self.assertIn("admin", done.stderr)
            done = self.tool("delete", "m", "--url", url, "--token-file",
                             files["admin"])
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_file_without_a_token_is_told(self):
        self.write("two words\n")
        for command in (["query"], ["find", "m", "1"], ["delete", "m"]):
            done = self.tool(*command, "--token-file", self.path)
            self.assertEqual(done.returncode, 2)
            self.assertIn("must have a token", done.stderr)

    def test_no_message_has_a_password(self):
        with self.daemon(tokens()) as daemon:
            done = self.tool("query", "--url",
                             f"http://alice:hidden@127.0.0.1:{daemon.web}")
            self.assertEqual(done.returncode, 1)
            self.assertNotIn("hidden", done.stdout + done.stderr)


class GuessingTest(WithFile):
    """Many clients guess passwords, always a new one, also for the right user."""

    GUESSERS = 100

    def guess(self, daemon, over, answers):
        def run(n):
            i = 0
            while not over.is_set():
                i += 1
                user = "alice" if n % 2 else f"user{n}"
                try:
                    status = daemon.get("/metrics", headers=basic(
                        user, f"{n}-{i}"))[0]
                except OSError:
                    continue
                with lock:
                    answers[status] = answers.get(status, 0) + 1

        lock = threading.Lock()
        threads = [threading.Thread(target=run, args=(n,), daemon=True)
                   for n in range(self.GUESSERS)]
        for thread in threads:
            thread.start()
        return threads

    def test_guessers_keep_nobody_out(self):
        users = "".join(f"  {user}: {bcrypt(password, 10)}\n" for user, password
                        in (("alice", "right"), ("bob", "right too")))
        with self.daemon("basic_auth_users:\n" + users) as daemon:
            alice = basic("alice", "right")
            self.assertEqual(daemon.get("/metrics", headers=alice)[0], 200)
            over = threading.Event()
            answers = {}
            threads = self.guess(daemon, over, answers)
            try:
                # Starts when all places are taken.
                while answers.get(503, 0) < 100:
                    self.assertFalse(over.wait(0.01))
                for _ in range(50):
                    self.assertEqual(daemon.get("/metrics", headers=alice)[0], 200)
                # A client with the right password that is not known yet retries
                # as told, from the same address as all.
                tries = 0
                status = None
                while status != 200:
                    status, headers, _ = daemon.get(
                        "/metrics", headers=basic("bob", "right too"))
                    tries += 1
                    if status != 200:
                        self.assertEqual(status, 503)
                        self.assertEqual(headers["Retry-After"], "1")
                        over.wait(1)
                self.assertLess(tries, 20)
            finally:
                over.set()
                for thread in threads:
                    thread.join()
            self.assertEqual(set(answers), {401, 503})
            self.assertEqual(
                daemon.get("/-/reload", "POST", headers=alice)[0], 200)
            with open(os.path.join(daemon.dir.name, "log")) as log:
                told = [line for line in log if "more passwords" in line]
            self.assertGreaterEqual(len(told), 1)


if __name__ == "__main__":
    unittest.main()
