"""Compares tiles with what another library reads from the slide; runs with the interpreter that makes slides.

In: JSON with `slide` and `tiles` (level as a power of two below full size, x and y of the corner there, files of the
tile as `png` and `jpg`). Out: the same tiles with the peak signal-to-noise ratio of either file, in decibels.
"""
import json
import sys

import imagecodecs
import numpy as np
import tifffile


def box(pixels, factor):
    """Means of squares of `factor` x `factor` pixels, in double precision."""
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    squares = pixels[: height * factor, : width * factor].astype(np.float64)
    return squares.reshape(height, factor, width, factor, 3).mean(axis=(1, 3))


def decibels(tile, expected):
    """Peak signal-to-noise ratio of a tile of bytes."""
    error = np.mean((tile.astype(np.float64) - expected) ** 2)
    return 99.0 if error == 0 else float(10 * np.log10(255.0**2 / error))


def main():
    work = json.load(sys.stdin)
    with tifffile.TiffFile(work["slide"]) as file:
        stored = [level.asarray() for level in file.series[0].levels]
    full = stored[0].shape[1]
    expected = {}
    judged = []
    for tile in work["tiles"]:
        wanted = 2 ** tile["level"]
        if wanted not in expected:
            # The coarsest stored level that is at least as fine as what is wanted.
            source = max((level for level in stored if full // level.shape[1] <= wanted),
                         key=lambda level: full // level.shape[1])
            expected[wanted] = box(source, wanted * source.shape[1] // full)
        found = {"level": tile["level"]}
        for kind, decode in (("png", imagecodecs.png_decode), ("jpg", imagecodecs.jpeg_decode)):
            with open(tile[kind], "rb") as handle:
                pixels = decode(handle.read())
            there = expected[wanted][tile["y"]: tile["y"] + 256, tile["x"]: tile["x"] + 256]
            assert pixels.shape == there.shape, (tile, pixels.shape, there.shape)
            found[kind] = decibels(pixels, there)
        judged.append(found)
    json.dump(judged, sys.stdout)


if __name__ == "__main__":
    main()
