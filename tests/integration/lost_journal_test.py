"""A start is refused if answered events are missing in the journal. Ingest stops
if the store is removed while the daemon runs."""

import glob
import hashlib
import os
import shutil
import subprocess
import unittest

from daemon import BIN, Daemon, wait_for


def check(path):
    return subprocess.run([os.path.join(BIN, "plumbtool"), "check-storage", path],
                          capture_output=True, text=True)


def contents(path):
    """{file: hash} of all files below it."""
    files = {}
    for name in glob.glob(path + "/**", recursive=True):
        if os.path.isfile(name):
            with open(name, "rb") as f:
                files[name] = hashlib.sha256(f.read()).hexdigest()
    return files


def predictions(begin, count=1):
    return [{"model": "m", "version": "1", "id": str(begin + i), "prediction": "UP"}
            for i in range(count)]


def cut_in_half(store):
    last = sorted(glob.glob(store + "/journal-*"))[-1]
    os.truncate(last, os.path.getsize(last) // 2)
    return os.path.basename(last)


def remove_all(store):
    for segment in glob.glob(store + "/journal-*"):
        os.remove(segment)
    return "journal"


class LostJournalTest(unittest.TestCase):
    def log_of(self, daemon):
        daemon.log.seek(0)
        text = daemon.log.read()
        daemon.log.seek(0, os.SEEK_END)
        return text

    def lose(self, damage, first_checkpoint=False):
        with Daemon() as daemon:
            store = daemon.dir.name + "/data"
            if first_checkpoint:
                daemon.post(predictions(0, 100))
                daemon.stop()
                daemon.start()
            for i in range(50):
                self.assertEqual(daemon.post(predictions(1000 + i))[0], 200)
            daemon.process.kill()
            daemon.process.wait()
            self.assertEqual(check(store).returncode, 0)
            name = damage(store)
            before = contents(store)
            checked = check(store)
            self.assertEqual(checked.returncode, 1)
            self.assertIn(name, checked.stderr)
            self.assertRegex(checked.stderr, r"\d+ groups of answered events")
            self.assertIn("--storage.accept-loss", checked.stderr)
            # Twice, because a refused start changes nothing.
            for _ in range(2):
                with self.assertRaisesRegex(RuntimeError,
                                            "--storage.accept-loss"):
                    daemon.start()
                self.assertEqual(daemon.process.returncode, 1)
            after = contents(store)
            for file, value in before.items():
                if "/db/" not in file:
                    self.assertEqual(after[file], value, file)
            args = list(daemon.args)
            daemon.args.append("--storage.accept-loss")
            daemon.start()
            self.assertIn("answered events are lost", self.log_of(daemon))
            lost = daemon.metric("plumbline_storage_lost_groups_total")
            self.assertGreater(lost, 20)
            self.assertEqual(daemon.metric("plumbline_store_damaged"), 1)
            kept = daemon.metric("plumbline_predictions_total", model="m",
                                 version="1") or 0
            # Sent again, lost events count, and the others do not.
            _, answer = daemon.post(predictions(1000, 50))
            old = 100 if first_checkpoint else 0
            self.assertEqual(answer.get("duplicates", 0), kept - old)
            self.assertEqual(daemon.metric("plumbline_predictions_total",
                                           model="m", version="1"), 50 + old)
            daemon.process.kill()
            daemon.process.wait()
            daemon.args = args
            daemon.start()
            self.assertEqual(daemon.metric("plumbline_storage_lost_groups_total"), 0)
            self.assertEqual(daemon.metric("plumbline_store_damaged"), 0)
            self.assertEqual(daemon.metric("plumbline_predictions_total",
                                           model="m", version="1"), 50 + old)
            daemon.stop()
            self.assertEqual(check(store).returncode, 0)

    def test_a_last_segment_cut_in_half(self):
        self.lose(cut_in_half)

    def test_all_segments_removed(self):
        self.lose(remove_all)

    def test_all_segments_behind_a_checkpoint_removed(self):
        self.lose(remove_all, first_checkpoint=True)

    def restart(self, daemon):
        """Starts it as if the machine had been restarted."""
        boot = daemon.dir.name + "/boot"
        with open(boot, "w") as f:
            f.write("11111111-2222-3333-4444-555555555555\n")
        bind = ["unshare", "--mount", "sh", "-c",
                f"mount --bind {boot} /proc/sys/kernel/random/boot_id && exec \"$@\"",
                "sh"]
        if subprocess.run([*bind, "true"], capture_output=True).returncode != 0:
            self.skipTest("needs the right to mount")
        args = daemon.args
        daemon.args = [*bind, *args]
        try:
            daemon.start()
        finally:
            daemon.args = args

    def test_after_a_restart_of_the_machine(self):
        for durability in ("process", "power"):
            with self.subTest(durability), Daemon(
                    f"storage: {{durability: {durability}}}\n") as daemon:
                store = daemon.dir.name + "/data"
                for i in range(50):
                    self.assertEqual(daemon.post(predictions(i))[0], 200)
                daemon.process.kill()
                daemon.process.wait()
                cut_in_half(store)
                if durability == "power":
                    with self.assertRaisesRegex(RuntimeError,
                                                "--storage.accept-loss"):
                        self.restart(daemon)
                    continue
                self.restart(daemon)
                self.assertRegex(self.log_of(daemon),
                                 "level=error.*answered events are lost")
                self.assertGreater(
                    daemon.metric("plumbline_storage_lost_groups_total"), 20)
                self.assertEqual(daemon.metric("plumbline_store_damaged"), 1)
                daemon.stop()
                self.restart(daemon)
                self.assertEqual(
                    daemon.metric("plumbline_storage_lost_groups_total"), 0)

    def test_a_store_that_is_removed_or_replaced_takes_nothing(self):
        def gone(store, away):
            os.rename(store, away)

        def replaced(store, away):
            os.rename(store, away)
            shutil.copytree(away, store)

        def without_segments(store, away):
            os.mkdir(away)
            for segment in glob.glob(store + "/journal-*"):
                shutil.move(segment, away)

        def without_page(store, away):
            os.rename(store + "/answered", away)

        def with_cut_page(store, away):
            shutil.copy(store + "/answered", away)
            os.truncate(store + "/answered", 0)

        def back(store, away):
            if os.path.exists(away + "/PLUMBLINE"):
                shutil.rmtree(store, ignore_errors=True)
                os.rename(away, store)
            elif os.path.isdir(away):
                for segment in os.listdir(away):
                    shutil.move(f"{away}/{segment}", store)
                os.rmdir(away)
            elif os.path.exists(store + "/answered"):
                with open(away, "rb") as page, open(store + "/answered", "r+b") as f:
                    f.write(page.read())
                os.remove(away)
            else:
                os.rename(away, store + "/answered")

        with Daemon() as daemon:
            store = daemon.dir.name + "/data"
            away = daemon.dir.name + "/away"
            for i, remove in enumerate((gone, replaced, without_segments,
                                        with_cut_page, without_page)):
                self.assertEqual(daemon.post(predictions(i))[0], 200)
                remove(store, away)
                self.assertTrue(wait_for(lambda: not daemon.ready()))
                status, answer = daemon.post(predictions(100 + i))
                self.assertEqual(status, 503)
                self.assertEqual(answer["error"]["code"], "storage_failed")
                self.assertGreater(daemon.metric("plumbline_storage_errors_total",
                                                 operation="append"), i)
                self.assertEqual(daemon.metric("plumbline_ready"), 0)
                self.assertIn(b"removed or replaced", daemon.get("/-/ready")[2])
                self.assertEqual(
                    self.log_of(daemon).count("nothing can be stored: not ready"),
                    i + 1)
                back(store, away)
                self.assertTrue(wait_for(daemon.ready))
            self.assertEqual(daemon.post(predictions(200))[0], 200)
            daemon.process.kill()
            daemon.process.wait()
            daemon.start()
            self.assertEqual(daemon.metric("plumbline_predictions_total",
                                           model="m", version="1"), 6)

    def test_a_stop_without_its_store_says_that_all_is_lost(self):
        with Daemon() as daemon:
            self.assertEqual(daemon.post(predictions(0))[0], 200)
            os.rename(daemon.dir.name + "/data", daemon.dir.name + "/away")
            shutil.rmtree(daemon.dir.name + "/away")
            self.assertTrue(wait_for(lambda: not daemon.ready()))
            self.assertIn("in this process alone", self.log_of(daemon))
            self.assertEqual(daemon.stop(), 1)
            self.assertIn("what was answered is lost", self.log_of(daemon))
            # And the log tells of a new store.
            self.assertEqual(
                self.log_of(daemon).count("a new one was created"), 1)
            daemon.start()
            self.assertEqual(
                self.log_of(daemon).count("a new one was created"), 2)
            self.assertEqual(daemon.stop(), 0)
            daemon.start()
            self.assertEqual(
                self.log_of(daemon).count("a new one was created"), 2)

    def test_leave_to_lose_that_is_not_needed_is_told(self):
        with Daemon(args=["--storage.accept-loss"]) as daemon:
            self.assertIn("nothing is lost: remove it", self.log_of(daemon))

    def test_a_store_without_its_identity_is_not_taken_for_another(self):
        with Daemon() as daemon:
            store = daemon.dir.name + "/data"
            self.assertEqual(daemon.post(predictions(0))[0], 200)
            self.assertEqual(daemon.stop(), 0)
            shutil.copytree(store, daemon.dir.name + "/other/copy")
            os.rename(store + "/PLUMBLINE", daemon.dir.name + "/identity")
            with self.assertRaisesRegex(RuntimeError, "no PLUMBLINE"):
                daemon.start()
            with self.assertRaisesRegex(RuntimeError, "has one in .*/other/copy"):
                Daemon(storage=daemon.dir.name + "/other")


if __name__ == "__main__":
    unittest.main()
