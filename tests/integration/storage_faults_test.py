"""Storage faults are logged, counted and shown, and stop only the work that needs
the faulty part.
"""

import glob
import json
import os
import subprocess
import tempfile
import time
import unittest

from daemon import BIN, Daemon, wait_for

SHIM = os.environ.get("EIO_SHIM_LIBRARY", os.path.join(
    BIN, "../tests/integration/libeio_shim.so"))
# Pairs leave memory soon.
CONFIG = "join: {memory_bytes: 64KiB}\n"


def log_lines(daemon, text):
    with open(daemon.log.name) as f:
        return [line for line in f.read().splitlines() if text in line]


def await_lines(daemon, text):
    """Waits for lines: a fault is logged after it is counted, perhaps by another
    thread."""
    wait_for(lambda: log_lines(daemon, text))
    return log_lines(daemon, text)


def errors(daemon):
    metrics = daemon.metrics()
    return {operation: metrics["plumbline_storage_errors_total",
                               frozenset({("operation", operation)})]
            for operation in ("append", "checkpoint", "read")}


def predictions(first, count, prefix="id"):
    return [{"model": "m", "id": f"{prefix}{i}", "prediction": "UP"}
            for i in range(first, first + count)]


def labels(first, count):
    return [{"model": "m", "id": f"id{i}", "label": "UP"}
            for i in range(first, first + count)]


def storage(daemon):
    return json.loads(daemon.get("/api/v1/status")[2])["storage"]


def tool(*arguments):
    return subprocess.run([os.path.join(BIN, "plumbtool"), *arguments],
                          capture_output=True, text=True)


class Switch:
    """Selects the operations that the shim makes fail."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "eio")
        self.environment = {"LD_PRELOAD": SHIM, "EIO_SHIM": self.path}

    def on(self, what):
        with open(self.path + ".new", "w") as f:
            f.write(what)
        os.rename(self.path + ".new", self.path)

    def off(self):
        if os.path.exists(self.path):
            os.remove(self.path)


class WritesTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.switch = Switch(directory.name)
        self.addCleanup(self.switch.off)

    def daemon(self, config="", args=()):
        daemon = Daemon(config, args, environment=self.switch.environment)
        self.addCleanup(daemon.__exit__)
        return daemon

    def test_nothing_is_at_fault_at_the_start(self):
        for config in ("", "storage: {durability: memory}"):
            with self.subTest(config):
                daemon = self.daemon(config)
                self.assertEqual(errors(daemon),
                                 {"append": 0, "checkpoint": 0, "read": 0})
                self.assertEqual(daemon.metric("plumbline_store_damaged"), 0)
                self.assertEqual(daemon.metric("plumbline_ready"), 1)
                self.assertEqual(storage(daemon), {
                    "stores": True, "refuses": "", "damaged": False,
                    "errors": {"append": 0, "checkpoint": 0, "read": 0},
                    "faults": []})

    def test_appends_that_fail_are_told_and_end_readiness_until_they_do_not(self):
        daemon = self.daemon()
        self.assertEqual(daemon.post(predictions(0, 1))[0], 200)
        self.switch.on("write")
        for i in range(40):
            status, answer = daemon.post(predictions(i + 1, 1))
            self.assertEqual(status, 503)
            self.assertEqual(answer["error"]["code"], "storage_failed")
        self.assertGreaterEqual(errors(daemon)["append"], 40)
        self.assertEqual(daemon.metric("plumbline_ready"), 0)
        status, _, body = daemon.get("/-/ready")
        self.assertEqual(status, 503)
        self.assertIn(b"Input/output error", body)
        self.assertEqual(daemon.get("/-/healthy")[0], 200)
        told = await_lines(daemon, "operation=append")
        # One line about the fault, and one that the daemon is not ready.
        told = [line for line in told
                if "the journal could not be written" in line]
        self.assertLessEqual(len(told), 2)
        self.assertIn("/journal-", told[0])
        self.assertIn("offset=", told[0])
        self.assertIn("Input/output error", told[0])
        self.assertTrue(wait_for(
            lambda: log_lines(daemon, "nothing can be stored: not ready")))
        fault = storage(daemon)["faults"][0]
        self.assertEqual(fault["operation"], "append")
        self.assertIn("/journal-", fault["file"])
        self.assertGreater(fault["offset"], 0)
        self.assertFalse(storage(daemon)["stores"])
        # Without any traffic.
        self.switch.off()
        self.assertTrue(wait_for(daemon.ready))
        self.assertEqual(daemon.metric("plumbline_ready"), 1)
        self.assertEqual(storage(daemon)["refuses"], "")
        self.assertTrue(wait_for(lambda: log_lines(daemon, "again: ready")))
        self.assertEqual(daemon.post(predictions(0, 41))[1]["accepted"], 40)
        self.assertEqual(daemon.metric("plumbline_store_damaged"), 0)

    def test_a_start_takes_nothing_before_what_is_there_is_synced(self):
        """What `process` has answered must be on the disk before `power` answers."""
        daemon = self.daemon("storage: {durability: process}")
        self.assertEqual(daemon.post(predictions(0, 10))[0], 200)
        daemon.process.kill()
        daemon.process.wait()
        daemon.write_config("storage: {durability: power}")
        self.switch.on("resync")
        daemon.start_only()
        # From the start on: not only once it has been found out later.
        await_lines(daemon, "msg=recovered")
        status, _, why = daemon.get("/-/ready")
        self.assertEqual((status, b"could not be synced" in why), (503, True), why)
        self.assertIn("journal-", await_lines(daemon, "operation=append")[0])
        status, answer = daemon.post(predictions(10, 10))
        self.assertEqual((status, answer["error"]["code"]),
                         (503, "storage_failed"))
        self.assertGreater(errors(daemon)["append"], 0)
        self.switch.off()
        self.assertTrue(wait_for(daemon.ready))
        self.assertEqual(daemon.post(predictions(10, 10))[0], 200)
        self.assertEqual(daemon.metric(
            "plumbline_predictions_total", model="m", version=""), 20)

    def test_a_disk_that_fails_is_noticed_without_traffic(self):
        daemon = self.daemon()
        self.switch.on("write")
        self.assertTrue(wait_for(lambda: not daemon.ready()))
        self.switch.off()
        self.assertTrue(wait_for(daemon.ready))

    def test_checkpoints_that_fail_are_told_and_ingest_goes_on(self):
        daemon = self.daemon(args=["--storage.checkpoint-bytes=64KiB"])
        self.switch.on("table")
        self.assertTrue(wait_for(lambda: (
            daemon.post(predictions(int(time.time() * 1000), 200)),
            errors(daemon)["checkpoint"] >= 4)[1]))
        told = await_lines(daemon, "a checkpoint could not be written")
        self.assertGreaterEqual(len(told), 1)
        self.assertIn("operation=checkpoint", told[0])
        self.assertIn("/data/checkpoint.tmp/", told[0])
        self.assertIn("Input/output error", told[0])
        self.assertEqual(daemon.post(predictions(0, 1))[0], 200)
        self.assertEqual(daemon.get("/-/ready")[0], 200)
        self.assertEqual(errors(daemon)["append"], 0)

    def test_where_checkpoints_fail_for_too_long_nothing_is_ready(self):
        daemon = self.daemon(CONFIG, ["--storage.checkpoint-bytes=64KiB"])
        self.switch.on("table")
        base = 0

        def refused():
            nonlocal base
            base += 500
            return daemon.post(predictions(base, 500))[0] == 503

        self.assertTrue(wait_for(refused))
        self.assertTrue(wait_for(lambda: not daemon.ready()))
        self.assertIn(b"checkpoint", daemon.get("/-/ready")[2])
        self.switch.off()
        self.assertTrue(wait_for(daemon.ready))
        self.assertTrue(wait_for(
            lambda: daemon.post(predictions(base, 500))[0] == 200))

    def test_a_copy_that_cannot_be_written_is_told(self):
        daemon = self.daemon(args=["--web.enable-admin-api"])
        daemon.post(predictions(0, 10))
        with open(os.path.join(daemon.dir.name, "data/snapshots"), "w"):
            pass  # blocks the folder's name
        status = daemon.get("/api/v1/admin/snapshot", "POST")[0]
        self.assertEqual(status, 503)
        self.assertTrue(log_lines(daemon, "a copy of the store could not be made"))
        self.assertEqual(errors(daemon)["checkpoint"], 1)


class DamageTest(unittest.TestCase):
    COUNT = 4000

    # Offsets in a table: in its data, and, from its end, in the index and in
    # the footer. Without index or footer it cannot be opened.
    DATA = (60_000, 120_000)
    INDEX = -1700
    FOOTER = -3

    def damaged(self, at):
        """A stopped daemon with a flipped bit in its largest table of pairs."""
        daemon = Daemon(CONFIG)
        self.addCleanup(daemon.__exit__)
        # In one request, so that one table has them all.
        self.assertEqual(daemon.post(predictions(0, self.COUNT))[0], 200)
        self.assertEqual(daemon.stop(), 0)
        tables = glob.glob(os.path.join(daemon.dir.name, "data/db/*.sst"))
        table = max(tables, key=os.path.getsize)
        self.assertGreater(os.path.getsize(table), 150_000)
        self.flip(table, at % os.path.getsize(table))
        return daemon, table

    @staticmethod
    def flip(path, at):
        with open(path, "r+b") as f:
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ 4]))

    def test_a_flipped_bit_stops_only_what_needs_its_block(self):
        for at in self.DATA:
            with self.subTest(at):
                daemon, table = self.damaged(at)
                daemon.start()
                # New ids: the damaged table is not needed to know that.
                refused = sum(
                    daemon.post(predictions(i, 100, "new"))[0] != 200
                    for i in range(0, 4000, 100))
                self.assertLessEqual(refused, 2)
                # Known ids, one per request.
                answers = [daemon.post(labels(i, 1)) for i in range(500)]
                served = [a for status, a in answers if status == 200]
                lost = [a for status, a in answers if status != 200]
                self.assertEqual(sum(a["accepted"] for a in served), len(served))
                for answer in lost:
                    self.assertEqual(answer["error"]["code"], "storage_failed")
                self.assertGreater(len(lost), 0)
                self.assertLess(len(lost), 100)
                self.assertEqual(daemon.get("/-/ready")[0], 200)
                self.assertEqual(daemon.metric("plumbline_store_damaged"), 1)
                self.assertGreater(errors(daemon)["read"], 0)
                told = await_lines(daemon, "operation=read")
                self.assertIn(table, told[0])
                self.assertIn("offset=", told[0])
                self.assertIn("check-storage", told[0])
                self.assertTrue(storage(daemon)["damaged"])
                self.assertEqual(daemon.stop(), 0)

    def test_one_event_of_a_damaged_block_refuses_no_other_request(self):
        daemon, _ = self.damaged(self.DATA[1])
        daemon.start()
        lost = [i for i in range(1000)
                if daemon.post(labels(i, 1))[0] == 503]
        self.assertTrue(lost)
        good = next(i for i in range(1000, self.COUNT)
                    if daemon.post(labels(i, 1))[0] == 200)
        status, answer = daemon.post(
            predictions(0, 2, "other") + labels(lost[0], 1) + labels(good, 1))
        self.assertEqual(status, 503)
        self.assertIn("those of events 2;", answer["error"]["message"])
        # No event of it was accepted.
        self.assertEqual(
            daemon.post(predictions(0, 2, "other"))[1]["accepted"], 2)

    def test_a_table_that_cannot_be_opened_stops_only_what_needs_it(self):
        for at in (self.INDEX, self.FOOTER):
            with self.subTest(at):
                daemon, table = self.damaged(at)
                daemon.start()
                # Its filter is lost, too: every id may be in it.
                status, answer = daemon.post(labels(0, 1))
                self.assertEqual(
                    (status, answer["error"]["code"]), (503, "storage_failed"))
                # Figures go on, and events without an id.
                self.assertEqual(daemon.metric(
                    "plumbline_predictions_total", model="m", version=""),
                    self.COUNT)
                self.assertEqual(daemon.post(
                    [{"model": "m", "prediction": "UP", "label": "UP"}])[0], 200)
                self.assertEqual(daemon.metric("plumbline_store_damaged"), 1)
                told = await_lines(daemon, "operation=read")
                self.assertIn(table, told[0])
                self.assertIn("check-storage", told[0])
                self.assertEqual(daemon.stop(), 0)
                daemon.start()
                self.assertEqual(daemon.metric(
                    "plumbline_predictions_total", model="m", version=""),
                    self.COUNT + 1)
                self.assertEqual(daemon.stop(), 0)

    def test_a_manifest_that_is_cut_has_no_table_removed(self):
        def contents(path):
            files = {}
            for name in glob.glob(path + "/db/*"):
                with open(name, "rb") as f:
                    files[name] = f.read()
            return files

        for cut in (1, 100, 300):
            with self.subTest(cut):
                daemon = Daemon(CONFIG, ["--storage.checkpoint-bytes=64KiB"])
                self.addCleanup(daemon.__exit__)
                path = os.path.join(daemon.dir.name, "data")
                # Until some checkpoints have dropped the journal before them.
                for i in range(4):
                    segments = glob.glob(path + "/journal-*")
                    self.assertEqual(daemon.post(
                        predictions(i * self.COUNT, self.COUNT))[0], 200)
                    self.assertTrue(wait_for(lambda: not set(segments) & set(
                        glob.glob(path + "/journal-*"))))
                self.assertEqual(daemon.stop(), 0)
                (manifest,) = glob.glob(path + "/db/MANIFEST-*")
                os.truncate(manifest, os.path.getsize(manifest) - cut)
                before = contents(path)
                for _ in range(2):
                    with self.assertRaisesRegex(RuntimeError,
                                                "its MANIFEST is damaged"):
                        daemon.start()
                for args in (["check-storage"], ["set-clock"],
                             ["check-storage", "--drop-damaged"]):
                    found = tool(*args, path)
                    self.assertNotEqual(found.returncode, 0)
                    self.assertIn("its MANIFEST is damaged", found.stderr)
                daemon.args.append("--storage.accept-loss")
                with self.assertRaisesRegex(RuntimeError, "Nothing was changed"):
                    daemon.start()
                self.assertEqual(contents(path), before)

    def test_what_tools_make_belongs_to_the_owner_of_the_store(self):
        daemon, _ = self.damaged(self.DATA[0])
        path = os.path.join(daemon.dir.name, "data")
        owner = 65534 if os.geteuid() == 0 else os.geteuid()
        os.chmod(daemon.dir.name, 0o755)
        for name in [path, *glob.glob(path + "/**", recursive=True)]:
            os.chown(name, owner, os.stat(name).st_gid)
        dropped = tool("check-storage", "--drop-damaged", path)
        self.assertEqual(dropped.returncode, 0, dropped.stderr)
        self.assertEqual(tool("set-clock", path).returncode, 0)
        for name in glob.glob(path + "/**", recursive=True):
            self.assertEqual(os.stat(name).st_uid, owner, name)

    def test_check_storage_names_damaged_tables_and_drops_them_if_told_to(self):
        for at in (self.DATA[0], self.INDEX, self.FOOTER):
            with self.subTest(at):
                daemon, table = self.damaged(at)
                path = os.path.join(daemon.dir.name, "data")
                found = tool("check-storage", path)
                self.assertEqual(found.returncode, 1)
                self.assertIn(table, found.stderr)
                self.assertIn("a table of pairs", found.stderr)
                self.assertIn("--drop-damaged", found.stderr)
                dropped = tool("check-storage", "--drop-damaged", path)
                self.assertEqual(dropped.returncode, 0, dropped.stderr)
                self.assertIn("db.damaged-1", dropped.stdout)
                self.assertEqual(tool("check-storage", path).returncode, 0)
                daemon.start()
                self.assertEqual(daemon.post(labels(0, 500))[0], 200)
                self.assertEqual(daemon.metric("plumbline_store_damaged"), 0)
                self.assertEqual(daemon.metric(
                    "plumbline_predictions_total", model="m", version=""),
                    self.COUNT)
                self.assertEqual(daemon.stop(), 0)
                again = tool("check-storage", "--drop-damaged", path)
                self.assertIn("nothing was dropped", again.stdout)

    def test_without_the_figures_there_is_nothing_to_drop_the_damage_from(self):
        daemon, largest = self.damaged(self.DATA[0])
        self.flip(largest, self.DATA[0])  # back again
        for table in glob.glob(os.path.join(daemon.dir.name, "data/db/*.sst")):
            if table != largest:
                self.flip(table, 40)  # in its first block
        path = os.path.join(daemon.dir.name, "data")
        found = tool("check-storage", path)
        self.assertEqual(found.returncode, 1)
        self.assertIn("a table of state", found.stderr)
        self.assertIn("--drop-damaged refuses", found.stderr)
        before = sorted(os.listdir(path))
        dropped = tool("check-storage", "--drop-damaged", path)
        self.assertEqual(dropped.returncode, 1)
        self.assertEqual(dropped.stderr, found.stderr)
        self.assertEqual(sorted(os.listdir(path)), before)


if __name__ == "__main__":
    unittest.main()
