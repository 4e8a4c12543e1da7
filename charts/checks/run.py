"""Checks of the rendered chart: the rules of tools that cannot be installed, the tools that can, schema, secrets, score table.

    run.py --chart STAGE --rendered FOLDER --root REPOSITORY [--marked FILE --notes FILE] [--kube-score P] [--helm-unittest P] [--table]

STAGE is a copy of the chart with values.yaml; FOLDER holds a rendering of each value set, named as the set. Ends with the line
`N passed, N failed[, N skipped]`. `--marks FILE` instead writes values with a mark in each place for a secret, for --marked.
"""
import argparse
import pathlib
import sys

import yaml

import table
import tools
import values
from manifest import Manifest
from report import Report, run_rules


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("chart", "rendered", "root", "marked", "notes", "marks"):
        parser.add_argument(f"--{name}", type=pathlib.Path)
    parser.add_argument("--kube-score")
    parser.add_argument("--helm-unittest")
    parser.add_argument("--table", action="store_true", help="write docs/chart-scores.md instead of comparing it")
    return parser.parse_args()


def main():
    given = arguments()
    if given.marks:
        given.marks.write_text(yaml.safe_dump(values.given_secrets(given.chart)[0]))
        return 0
    rendered = sorted(given.rendered.glob("*.yaml"))
    manifests = {path.stem: Manifest.read(path) for path in rendered}
    report = Report(list(manifests))
    report.test("value sets are rendered", [] if "production" in manifests and "default" in manifests else ["default or production is missing"])
    run_rules(report, manifests)
    values.schema(report, given.chart)
    marks = values.given_secrets(given.chart)[1]
    values.secrets(report, manifests, Manifest.read(given.marked), marks, given.notes.read_text())
    tools.kubernetes(report, manifests)
    tools.sources(report, pathlib.Path(sys.executable).parent, given.chart, given.root)
    tools.checkov(report, pathlib.Path(sys.executable).parent / "checkov", rendered)
    if given.kube_score:
        tools.kube_score(report, given.kube_score, rendered)
    else:
        report.skip("kube-score", "it could not be built on this machine: see above")
    if given.helm_unittest:
        tools.helm_unittest(report, given.helm_unittest, given.chart)
    else:
        report.skip("helm-unittest", "it could not be built on this machine: see above")
    report.check_exceptions()
    table.compare(report, given.root / "docs" / "chart-scores.md", write=given.table)
    print(report.line())
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main())
