"""compare.py BEFORE AFTER: what differs between two recordings, a line for each difference.

A recording is a folder that `run.py --keep` wrote (`FOLDER/sqlite`, `FOLDER/postgresql`), or `golden`.
"""
import argparse
import collections
import pathlib
import re
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent),
    str(pathlib.Path(__file__).resolve().parents[1] / "robustness")]

from _compare import DATABASES, Expected, differences
from run import EXPECTED, read


def main():
    """Prints the differences; fails when there are any that nobody expects."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("before", type=pathlib.Path)
    options.add_argument("after", type=pathlib.Path)
    options.add_argument("--expected", type=pathlib.Path, default=EXPECTED)
    options.add_argument("--database", choices=DATABASES, default=DATABASES[0], help="whose lines of the list count")
    options.add_argument("--count", action="store_true",
        help="print kinds of differences, places without numbers, with how often they are")
    chosen = options.parse_args()
    expected = Expected(chosen.expected)
    found = [line for line in differences(read(chosen.before), read(chosen.after))
        if not expected.covers(chosen.database, line)]
    if chosen.count:
        kinds = collections.Counter(kind(line) for line in found)
        found = [f"{count:6} {what}" for what, count in kinds.most_common()]
    print(*found, sep="\n")
    raise SystemExit(1 if found else 0)


def kind(line):
    """The difference without its step, places of lists, and values."""


    what = line.split("  as ", 1)[1].partition(": ")[2]
    return re.sub(r"\[\d+\]", "[]", what if what.startswith("~ status") else what.partition(": ")[0])


if __name__ == "__main__":
    main()
