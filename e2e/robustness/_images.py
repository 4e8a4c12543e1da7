"""Images made from nothing, for uploads: PNG and striped TIFF. Standard library only."""
import random
import struct
import zlib


def pixels(width, height, seed):
    """RGB bytes with soft structure, different for each seed."""
    dice = random.Random(seed)
    a, b, c = (dice.randrange(1, 9) for _ in range(3))
    rows = []
    for y in range(height):
        row = bytearray(width * 3)
        row[0::3] = bytes((x * a + y + seed) & 0xFF for x in range(width))
        row[1::3] = bytes((x + y * b) & 0xFF for x in range(width))
        row[2::3] = bytes((x * c // 2 + y * 3) & 0xFF for x in range(width))
        rows.append(bytes(row))
    return rows


def png(width, height, seed=1):
    """A PNG of RGB pixels."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in pixels(width, height, seed)), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def promising_png(width, height):
    """A PNG whose header promises more than its few bytes hold."""
    whole = png(64, 64)
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return whole[:12] + header + struct.pack(">I", zlib.crc32(header)) + whole[33:]


def promising_jpeg(width, height, progressive):
    """A JPEG of a few bytes whose frame header promises much; progressive ones are decoded as a whole."""
    tables = b"\xff\xdb" + struct.pack(">H", 67) + b"\0" + b"\1" * 64
    frame = struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
    scan = b"\xff\xda" + struct.pack(">HB", 12, 3) + bytes([1, 0, 2, 0, 3, 0, 0, 0 if progressive else 63, 0])
    return b"\xff\xd8" + tables + (b"\xff\xc2" if progressive else b"\xff\xc0") + frame + scan + bytes(100) + b"\xff\xd9"


def striped_tiff(width, height, seed=1, rows_per_strip=64):
    """An uncompressed TIFF in strips: readable, but nothing to serve tiles from."""
    rows = pixels(width, height, seed)
    strips = [b"".join(rows[top : top + rows_per_strip]) for top in range(0, height, rows_per_strip)]
    count = len(strips)
    entries = 10
    directory = 8 + 2 + entries * 12 + 4
    offsets_at = directory + 6
    counts_at = offsets_at + 4 * count
    first = counts_at + 4 * count
    offsets, position = [], first
    for strip in strips:
        offsets.append(position)
        position += len(strip)

    def entry(tag, kind, number, value):
        return struct.pack("<HHI", tag, kind, number) + (struct.pack("<HH", value, 0) if kind == 3 and number == 1 else struct.pack("<I", value))

    lists = (offsets[0], len(strips[0])) if count == 1 else (offsets_at, counts_at)
    ifd = struct.pack("<H", entries) + b"".join(
        [
            entry(256, 4, 1, width),
            entry(257, 4, 1, height),
            entry(258, 3, 3, directory),
            entry(259, 3, 1, 1),
            entry(262, 3, 1, 2),
            entry(273, 4, count, lists[0]),
            entry(277, 3, 1, 3),
            entry(278, 4, 1, rows_per_strip),
            entry(279, 4, count, lists[1]),
            entry(284, 3, 1, 1),
        ]
    )
    return b"".join(
        [
            b"II*\0" + struct.pack("<I", 8),
            ifd + struct.pack("<I", 0),
            struct.pack("<HHH", 8, 8, 8),
            struct.pack(f"<{count}I", *offsets),
            struct.pack(f"<{count}I", *map(len, strips)),
            *strips,
        ]
    )


def png_pixels(content):
    """Width, height, channels and rows of an 8-bit PNG that is not interlaced."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n", content[:16]
    position, body = 8, b""
    width = height = channels = 0
    palette = None
    while position < len(content):
        length, kind = struct.unpack(">I4s", content[position : position + 8])
        data = content[position + 8 : position + 8 + length]
        if kind == b"IHDR":
            width, height, bits, colour, _, _, interlace = struct.unpack(">IIBBBBB", data)
            assert (bits, interlace) == (8, 0), f"{bits} bits, interlace {interlace}"
            channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
        elif kind == b"PLTE":
            palette = data
        elif kind == b"IDAT":
            body += data
        position += 12 + length
    assert palette is None, "a palette"
    return width, height, channels, unfiltered(zlib.decompress(body), width, height, channels)


def unfiltered(raw, width, height, channels):
    """The rows behind PNG's filters (RFC 2083, 6)."""
    stride = width * channels
    rows, before = [], bytes(stride)
    for y in range(height):
        kind = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for i in range(stride):
            left = row[i - channels] if i >= channels else 0
            up = before[i]
            corner = before[i - channels] if i >= channels else 0
            if kind == 1:
                row[i] = (row[i] + left) & 0xFF
            elif kind == 2:
                row[i] = (row[i] + up) & 0xFF
            elif kind == 3:
                row[i] = (row[i] + (left + up) // 2) & 0xFF
            elif kind == 4:
                guess = left + up - corner
                distances = (abs(guess - left), abs(guess - up), abs(guess - corner))
                nearest = (left, up, corner)[distances.index(min(distances))]
                row[i] = (row[i] + nearest) & 0xFF
        before = bytes(row)
        rows.append(before)
    return rows


def jpeg_size(content):
    """Width and height from the frame header of a JPEG."""
    assert content[:2] == b"\xff\xd8", content[:8]
    position = 2
    while position < len(content):
        marker, length = content[position + 1], struct.unpack(">H", content[position + 2 : position + 4])[0]
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    raise AssertionError("no frame header")
