"""A capture of packets on the node, and what can be said about the streams in it.

Every packet of every interface is seen by a raw socket in the node's network, so connections between pods are seen at
both ends; copies are dropped by sequence number. Streams whose start was seen are taken apart into TLS records.
"""
import collections
import socket
import struct
import threading
import time

EVERY_PROTOCOL = 3
# What PostgreSQL is asked first: eight bytes, whether it speaks TLS.
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
HANDSHAKE, DATA = 22, 23
RECORDS = {20: "change cipher", 21: "alert", HANDSHAKE: "handshake", DATA: "data"}

Flow = collections.namedtuple("Flow", "source source_port target target_port")


class Capture:
    """Packets to and from some ports of some addresses, while the block lasts."""

    def __init__(self, ports):
        self.ports = set(ports)
        self.segments = collections.defaultdict(dict)  # Flow -> sequence number -> bytes
        self.begins = {}  # Flow -> sequence number of its first byte
        self.ending = threading.Event()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY_PROTOCOL))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        self.socket.settimeout(0.2)
        self.thread = threading.Thread(target=self.listen, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        time.sleep(0.3)
        self.ending.set()
        self.thread.join()
        self.socket.close()

    def listen(self):
        while not self.ending.is_set():
            try:
                self.take(self.socket.recv(65535))
            except TimeoutError:
                continue

    def take(self, packet):
        """Keeps what a packet of IPv4 and TCP carries."""
        if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_TCP:
            return
        header = (packet[0] & 15) * 4
        length = int.from_bytes(packet[2:4], "big")
        source_port, target_port, sequence = struct.unpack_from("!HHI", packet, header)
        if not self.ports & {source_port, target_port}:
            return
        flow = Flow(socket.inet_ntoa(packet[12:16]), source_port, socket.inet_ntoa(packet[16:20]), target_port)
        if packet[header + 13] & 2:
            self.begins[flow] = (sequence + 1) % 2**32
            self.segments[flow].clear()
        content = packet[header + (packet[header + 12] >> 4) * 4: length]
        if content:
            self.segments[flow].setdefault(sequence, content)

    def streams(self, port, addresses):
        """Bytes of each direction of each connection to this port of these addresses; None first if its start is unknown."""
        for flow, segments in list(self.segments.items()):
            server = (flow.source_port == port and flow.source in addresses) or (
                flow.target_port == port and flow.target in addresses
            )
            if server:
                yield flow, self.joined(flow, segments)

    def joined(self, flow, segments):
        """What was sent, from the start of the connection on or from where the capture began, as far as it is whole."""
        start = self.begins.get(flow, min(segments, default=0))
        whole, expected = bytearray(), start
        for sequence in sorted(segments, key=lambda one: (one - start) % 2**32):
            skip = (expected - sequence) % 2**32
            if skip >= 2**31:  # a gap: the socket dropped packets
                break
            fresh = segments[sequence][skip:]
            whole += fresh
            expected = (expected + len(fresh)) % 2**32
        return bytes(whole)

    def begun(self, flow):
        """Whether the start of the connection was seen."""
        return flow in self.begins


def records(content):
    """Types of the TLS records that a stream consists of; raises when it is anything else."""
    found, place = [], 0
    while place + 5 <= len(content):
        kind, major, _minor, size = struct.unpack_from("!BBBH", content, place)
        if kind not in RECORDS or major != 3 or size > 2**14 + 256:
            raise AssertionError(f"no TLS at byte {place} of the stream: {content[place:place + 40]!r}")
        found.append(kind)
        place += 5 + size
    return found


def tls_version(hello):
    """Version that a ServerHello, the first record of a server, chooses: (3, 4) is TLS 1.3."""
    size = int.from_bytes(hello[3:5], "big")
    body = hello[5: 5 + size]
    # Type, length, version, random; then the session's id, the cipher, compression, extensions.
    place = 4 + 2 + 32
    place += 1 + body[place]
    place += 3
    end = place + 2 + int.from_bytes(body[place: place + 2], "big")
    place += 2
    while place + 4 <= end:
        kind, length = struct.unpack_from("!HH", body, place)
        if kind == 43:
            return tuple(body[place + 4: place + 6])
        place += 4 + length
    return tuple(body[4:6])
