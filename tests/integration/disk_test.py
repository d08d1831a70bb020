"""A full disk and a failing one: nothing answered is lost, nothing refused is
counted, and ingest recovers by itself.

ROUNDS=100 disk_test.py   the long form
"""

import ctypes
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import crash_test
from crash_test import CONFIG
from daemon import BIN, PATIENCE, Daemon, wait_for

ROUNDS = int(os.environ.get("ROUNDS", "15"))
SIZE = 16 << 20
SHIM = os.environ.get("EIO_SHIM_LIBRARY", os.path.join(
    BIN, "../tests/integration/libeio_shim.so"))


def works(*command):
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def mount_tmpfs(path, _):
    return works("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", path)


def mount_ext4(path, image):
    with open(image, "wb") as f:
        f.truncate(SIZE)
    return (works("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-m", "0", image)
            and works("mount", "-o", "loop", image, path))


def probe(daemon, key="probe"):
    """The status of one more post; None without an answer."""
    body = json.dumps({"model": "probe", "id": key, "prediction": "UP"})
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ingest,
                                            timeout=PATIENCE)
    try:
        connection.request("POST", "/v1/events", body)
        response = connection.getresponse()
        response.read()
        if response.status == 503:
            assert response.headers["Retry-After"]
        return response.status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def fill(path):
    """Takes all free space."""
    with open(path, "ab") as f:
        free = os.fstatvfs(f.fileno())
        size = free.f_bavail * free.f_frsize
        while size > 0 and ctypes.CDLL(None).posix_fallocate64(
                f.fileno(), ctypes.c_int64(f.tell()), ctypes.c_int64(size)):
            size -= 4096


class DiskTest(unittest.TestCase):
    check = crash_test.CrashTest.check
    window = "24h"

    def trouble(self, daemon, begin, end, kills):
        """One disk in trouble, from begin() to end()."""
        # Repeatedly: compaction frees space.
        self.assertTrue(wait_for(lambda: begin() or probe(daemon) != 200))
        self.assertIn(("plumbline_ready", frozenset()), daemon.metrics())
        self.assertIsNone(daemon.process.poll())
        if kills:
            daemon.process.send_signal(signal.SIGKILL)
            daemon.process.wait()
            # It may have to wait for space to start.
            daemon.start_only()
            time.sleep(0.3)
            self.assertIsNone(daemon.process.poll())
        time.sleep(0.05)
        end()
        back = time.time()
        self.assertTrue(wait_for(lambda: probe(daemon) == 200))
        return time.time() - back

    def rounds(self, daemon, begin, end, count, kill_share):
        chance = random.Random(count)
        with crash_test.traffic(self, daemon) as clients:
            try:
                resumed = [self.trouble(daemon, begin, end,
                                        chance.random() < kill_share)
                           for _ in range(count)]
            finally:
                end()
        self.check(daemon, clients)
        daemon.process.send_signal(signal.SIGKILL)
        daemon.process.wait()
        daemon.start()
        self.check(daemon, clients)
        return max(resumed)

    def test_a_full_tmpfs(self):
        self.full(mount_tmpfs)

    def test_a_full_ext4(self):
        self.full(mount_ext4)

    def full(self, mount):
        with tempfile.TemporaryDirectory() as disk, \
                tempfile.NamedTemporaryFile() as image:
            if not mount(disk, image.name):
                print(f"{mount.__name__} is not possible here: ENOSPC by the "
                      "shim instead")
                self.fail_with("process", "full")
                return
            ballast = disk + "/ballast"
            try:
                with Daemon(CONFIG.format(durability="process"),
                            ["--storage.checkpoint-bytes=256KiB"],
                            storage=disk + "/data") as daemon:
                    longest = self.rounds(
                        daemon, lambda: fill(ballast),
                        lambda: os.path.exists(ballast) and os.remove(ballast),
                        ROUNDS, 0.3)
                    print(f"full disk ({mount.__name__}): {ROUNDS} rounds, "
                          f"resumed in at most {longest:.3f} s")
            finally:
                subprocess.run(["umount", disk])

    def test_what_checkpoints_replace_does_not_fill_a_small_disk(self):
        """Ingest goes on with space for a few times the state."""
        with tempfile.TemporaryDirectory() as disk:
            if not mount_tmpfs(disk, None):
                self.skipTest("mount_tmpfs is not possible here")
            try:
                with Daemon("windows: [24h, last_50000]",
                            ["--storage.checkpoint-bytes=64KiB"],
                            storage=disk + "/data") as daemon:
                    self.replace_state(daemon, disk + "/ballast")
            finally:
                subprocess.run(["umount", disk])

    def replace_state(self, daemon, ballast):
        events = [{"model": "m", "prediction": str(i % 2), "label": str(i % 3)}
                  for i in range(1000)]

        def posted():
            return daemon.post(events)[0] == 200

        for _ in range(50):  # some 800 KiB
            self.assertTrue(wait_for(posted))
        with open(ballast, "wb") as f:
            free = os.fstatvfs(f.fileno())
            size = free.f_bavail * free.f_frsize - (4 << 20)
            ctypes.CDLL(None).posix_fallocate64(
                f.fileno(), ctypes.c_int64(0), ctypes.c_int64(size))
        for _ in range(300):
            self.assertTrue(wait_for(posted))

    def fail_with(self, durability, what):
        with tempfile.TemporaryDirectory() as directory:
            switch = directory + "/eio"

            def begin():
                with open(switch + ".new", "w") as f:
                    f.write(what)
                os.rename(switch + ".new", switch)

            environment = {"LD_PRELOAD": SHIM,
                           "EIO_SHIM": switch}
            with Daemon(CONFIG.format(durability=durability),
                        ["--storage.checkpoint-bytes=256KiB"],
                        environment=environment) as daemon:
                self.rounds(daemon, begin,
                            lambda: os.path.exists(switch) and os.remove(switch),
                            max(ROUNDS // 4, 3), 0)

    def test_writes_that_fail(self):
        for durability in ("process", "power"):
            for what in ("write", "short"):
                with self.subTest(durability=durability, what=what):
                    self.fail_with(durability, what)

    def test_syncs_that_fail(self):
        self.fail_with("power", "sync")

    def fail_checkpoint(self, daemon, switch, what, chance):
        """Ends with a restarted daemon on a working disk."""
        def errors():
            return daemon.metric("plumbline_storage_errors_total",
                                 operation="checkpoint")

        # Soon after the start, the filter is complete: a new id needs no read
        # of the store. Nothing shows when, so the test retries.
        for wait in (chance.uniform(0.5, 0.8), 5, 50):
            time.sleep(wait)
            before = errors()
            with open(switch, "w") as f:
                f.write(what)
            self.assertTrue(wait_for(lambda: errors() > before))
            # An event that needs no pair of the store.
            status = probe(daemon, f"new {time.time()}")
            if status == 200:
                break
            os.remove(switch)
        self.assertEqual(status, 200)
        time.sleep(chance.uniform(0, 0.4))
        if chance.random() < 0.5:
            os.remove(switch)
            time.sleep(chance.uniform(0, 1))
        daemon.process.kill()
        daemon.process.wait()
        if os.path.exists(switch):
            os.remove(switch)
        daemon.start()

    def test_checkpoints_that_fail(self):
        """Ingest goes on, and the store opens, at once and after a kill."""
        chance = random.Random(ROUNDS)
        for what in ("manifest", "table"):
            with self.subTest(what), tempfile.TemporaryDirectory() as directory:
                switch = directory + "/eio"
                # Memory has room for the dirty pairs meanwhile.
                with Daemon(CONFIG.format(durability="process").replace(
                        "64KiB", "64MiB"),
                            ["--storage.checkpoint-bytes=64KiB"],
                            environment={"LD_PRELOAD": SHIM,
                                         "EIO_SHIM": switch}) as daemon:
                    with crash_test.traffic(self, daemon) as clients:
                        try:
                            for _ in range(max(ROUNDS // 3, 4)):
                                self.fail_checkpoint(daemon, switch, what, chance)
                        finally:
                            # Else the clients would retry forever.
                            if os.path.exists(switch):
                                os.remove(switch)
                    self.check(daemon, clients)


if __name__ == "__main__":
    # Users who may not mount often may in their own namespace.
    if os.geteuid() != 0 and works("unshare", "-rm", "true"):
        os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])
    unittest.main()
