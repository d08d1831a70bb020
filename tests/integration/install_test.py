"""The files of `cmake --install`, and the unit for systemd."""

import os
import re
import subprocess
import tempfile
import unittest

from daemon import BIN

BUILD = os.path.dirname(BIN)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


class InstallTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = directory.name

    def install(self, prefix):
        """The text of the unit for this prefix."""
        result = run("cmake", "--install", BUILD, "--prefix", prefix,
                     env={**os.environ, "DESTDIR": self.root})
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(f"{self.root}{prefix}/lib/systemd/system/plumbline.service") as f:
            return f.read()

    def check_paths(self, prefix, etc):
        unit = self.install(prefix)
        self.assertNotIn("@", unit.replace("@system-service", ""))
        program, config = re.search(
            r"^ExecStart=(\S+) --config\.file=(\S+) ", unit, re.M).groups()
        self.assertEqual(program, f"{prefix}/bin/plumbline")
        self.assertEqual(config, f"{etc}/plumbline/plumbline.yaml")
        page = re.search(r"^Documentation=file://(\S+)", unit, re.M)[1]
        self.assertEqual(page, f"{prefix}/share/doc/plumbline/README.md")
        for path in (program, config, page, f"{prefix}/bin/plumbtool",
                     f"{etc}/plumbline/plumbline.example.yaml",
                     f"{prefix}/share/doc/plumbline/docs/events.md",
                     f"{prefix}/share/plumbline/prometheus/rules.yml",
                     f"{prefix}/share/plumbline/nginx/plumbline.conf",
                     f"{prefix}/share/plumbline/envoy/plumbline.yaml"):
            self.assertTrue(os.path.isfile(self.root + path), path)
        for name in ("plumbline.yaml", "plumbline.example.yaml"):
            checked = run(f"{self.root}{prefix}/bin/plumbtool", "check-config",
                          f"{self.root}{etc}/plumbline/{name}")
            self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_the_default_prefix_has_what_the_unit_names(self):
        self.check_paths("/usr/local", "/etc")

    def test_usr_has_what_the_unit_names(self):
        self.check_paths("/usr", "/etc")

    def test_a_prefix_of_ones_own_has_its_own_etc(self):
        self.check_paths("/opt/plumbline", "/opt/plumbline/etc")

    def test_systemd_looks_where_the_unit_is(self):
        places = run("systemd-analyze", "--system", "unit-paths").stdout.split()
        self.assertIn("/usr/local/lib/systemd/system", places)
        self.assertIn("/usr/lib/systemd/system", places)

    def test_a_configuration_that_is_there_stays(self):
        self.install("/usr")
        config = self.root + "/etc/plumbline/plumbline.yaml"
        with open(config, "w") as f:
            f.write("windows: [1h]\n")
        self.install("/usr")
        with open(config) as f:
            self.assertEqual(f.read(), "windows: [1h]\n")

    def test_systemd_accepts_the_unit_and_finds_it_hardened(self):
        for prefix in ("/usr/local", "/usr"):
            text = self.install(prefix)
            unit = self.root + "/plumbline.service"
            with open(unit, "w") as f:
                f.write(text.replace("ExecStart=", "ExecStart=" + self.root))
            verify = run("systemd-analyze", "verify", "--man=no", unit)
            self.assertEqual((verify.returncode, verify.stderr), (0, ""))
            security = run("systemd-analyze", "security", "--offline=true",
                           "--no-pager", "--threshold=20", unit)
            self.assertEqual(security.returncode, 0, security.stdout)
            self.assertTrue(re.search(r"exposure level.*: 1\.\d",
                                      security.stdout), security.stdout)

    def test_the_unit_uses_flags_that_exist(self):
        flags = re.findall(r"--[a-z.-]+", self.install("/usr"))
        help_text = run(os.path.join(BIN, "plumbline"), "--help").stdout
        self.assertTrue(flags)
        for flag in flags:
            self.assertIn(flag, help_text)


if __name__ == "__main__":
    unittest.main()
