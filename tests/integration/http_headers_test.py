"""Unusual headers of clients and proxies, byte by byte."""

import gzip
import json
import re
import socket
import unittest

from daemon import PATIENCE, Daemon


class HeadersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__()

    BODY = json.dumps({"model": "m", "prediction": "UP", "label": "UP"}).encode()

    def send(self, lines, body=BODY, version=b"1.1", pieces=1):
        """Statuses of this request and of the next on its connection; the second shows
        whether both sides agree on the end of the first."""
        head = b"POST /v1/events HTTP/" + version + b"\r\nHost: x\r\n"
        sent = head + lines + b"\r\n" + body
        with socket.create_connection(("127.0.0.1", self.daemon.ingest)) as s:
            s.settimeout(PATIENCE)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for i in range(0, len(sent), -(-len(sent) // pieces)):
                s.sendall(sent[i:i + -(-len(sent) // pieces)])
            s.sendall(b"POST /nowhere HTTP/1.1\r\nConnection: close\r\n"
                      b"Content-Length: 0\r\n\r\n")
            answer = b""
            while piece := s.recv(65536):
                answer += piece
        return [int(n) for n in re.findall(rb"HTTP/1.1 (\d+) ", answer)]

    def test_white_space_around_values_is_ignored(self):
        length = b"%d" % len(self.BODY)
        chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(self.BODY), self.BODY)
        packed = gzip.compress(self.BODY)
        for space in (b" ", b"\t", b" \t  ", b""):
            for lines, body in (
                    (b"Content-Length:@%s@\r\n" % length, self.BODY),
                    (b"Transfer-Encoding:@chunked@\r\n", chunks),
                    (b"Content-Type:@application/x-ndjson@;@charset=utf-8@\r\n"
                     b"Content-Length:%s\r\n" % length, self.BODY),
                    (b"Content-Encoding:@x-gzip@\r\nContent-Length:@%d@\r\n"
                     % len(packed), packed),
                    (b"Connection:@keep-alive@\r\nX-Other:@a@b@\r\n"
                     b"Content-Length:%s@\r\n" % length, self.BODY)):
                lines = lines.replace(b"@", space)
                with self.subTest(lines=lines):
                    self.assertEqual(self.send(lines, body), [200, 404])
                    self.assertEqual(self.send(lines, body, pieces=9),
                                     [200, 404])

    def test_chunks_may_have_extensions_and_trailers(self):
        half = len(self.BODY) // 2
        body = (b"%x;ext=1\r\n%s\r\n%X ; name=\"a;b\"\r\n%s\r\n"
                b"0;last\r\nExpires:\tnever\r\nX-Sum: 1\r\n\r\n" %
                (half, self.BODY[:half], len(self.BODY) - half,
                 self.BODY[half:]))
        for pieces in (1, 2, 17, len(body)):
            self.assertEqual(self.send(b"Transfer-Encoding: chunked\r\n", body,
                                       pieces=pieces), [200, 404])

    def test_broken_chunks_are_400(self):
        for size in (b"5\n", b"5;a\n", b";a", b"-1", b"zz"):
            self.assertEqual(
                self.send(b"Transfer-Encoding: chunked\r\n",
                          size + b"\r\n12345\r\n0\r\n\r\n"), [400])

    def test_expect_and_http_1_0(self):
        length = b"Content-Length: %d\r\n" % len(self.BODY)
        self.assertEqual(self.send(b"Expect:\t100-Continue \r\n" + length),
                         [100, 200, 404])
        self.assertEqual(self.send(length, version=b"1.0"), [200])
        self.assertEqual(self.send(b"Connection: Keep-Alive\r\n" + length,
                                   version=b"1.0"), [200, 404])


if __name__ == "__main__":
    unittest.main()
