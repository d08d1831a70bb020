"""A daemon behind Envoy, configured by deploy/envoy. ENVOY is the program."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../integration"))

from proxy_test import Proxied, adapted


class EnvoyTest(Proxied, unittest.TestCase):
    def start(self):
        file = os.path.join(self.folder, "envoy.yaml")
        with open(file, "w") as f:
            f.write(adapted("envoy/plumbline.yaml", {
                "port_value: 443,": f"port_value: {self.port},",
                "port_value: 9350}": f"port_value: {self.daemon.ingest}}}",
                "port_value: 9351}": f"port_value: {self.daemon.web}}}",
                "/etc/plumbline/tls": self.folder}))
        self.run_proxy(os.environ["ENVOY"], "-c", file, "--use-dynamic-base-id",
                       "--concurrency", "1", "-l", "warn")


if __name__ == "__main__":
    unittest.main()
