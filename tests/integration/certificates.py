"""Certificates for a test, made by openssl."""

import os
import ssl
import subprocess


class Certificates:
    """Certificates of a server, of a client, and of an unknown client."""

    def __init__(self, folder):
        self.folder = folder
        self.authority("servers-ca")
        self.authority("clients-ca")
        self.authority("others-ca")
        self.issue("server", "servers-ca",
                   "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1")
        self.issue("client", "clients-ca", "extendedKeyUsage=clientAuth")
        self.issue("stranger", "others-ca", "extendedKeyUsage=clientAuth")

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *args):
        subprocess.run(["openssl", *args], check=True, capture_output=True,
                       cwd=self.folder)

    def request(self, name, *more):
        self.openssl("req", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                     name + ".key", "-subj", "/CN=" + name, *more)

    def authority(self, name):
        self.request(name, "-x509", "-days", "2", "-out", name + ".crt")

    def issue(self, name, authority, extension):
        self.request(name, "-out", name + ".csr")
        with open(self.path(name + ".ext"), "w") as f:
            f.write(extension + "\n")
        self.openssl("x509", "-req", "-in", name + ".csr", "-CA",
                     authority + ".crt", "-CAkey", authority + ".key",
                     "-CAcreateserial", "-days", "2", "-extfile", name + ".ext",
                     "-out", name + ".crt")

    def context(self, client):
        context = ssl.create_default_context(cafile=self.path("servers-ca.crt"))
        if client:
            context.load_cert_chain(self.path(client + ".crt"),
                                    self.path(client + ".key"))
        return context
