"""Checks of the rendered chart: the rules of tools that cannot be installed, the tools that can, schema, secrets, score table.

    run.py --chart STAGE --marks FILE
    run.py --chart STAGE --plain COPY --rendered FOLDER --root REPOSITORY --marked FILE --notes FILE --results FILE \\
        [--kube-score PROGRAM] [--helm-unittest PROGRAM] [--table]

The first writes values with a mark in each place for a secret, which --marked and --notes hold the rendering of. STAGE is a copy of
the chart with values.yaml and COPY one without; FOLDER holds a rendering of each value set, named as the set. Ends with the line
`N passed, N failed[, N skipped]`. scripts/chart calls both.
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
    for name in ("chart", "plain", "rendered", "root", "marked", "notes", "marks", "results"):
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
    # What scripts/chart found itself, for the table: name and ok or failed, apart by a tab. It has counted them.
    for line in given.results.read_text().splitlines():
        name, result = line.split("\t")
        report.results[name] = report.results.get(name, True) and result == "ok"
    report.test("value sets are rendered", [] if "production" in manifests and "default" in manifests else ["default or production is missing"])
    run_rules(report, manifests)
    values.schema(report, given.chart)
    marks = values.given_secrets(given.chart)[1]
    values.secrets(report, manifests, Manifest.read(given.marked), marks, given.notes.read_text())
    others = tools.kubernetes(report, manifests)
    tools.extensions(report, given.root / "tools" / "extensions" / "validate.js", others)
    tools.sources(report, pathlib.Path(sys.executable).parent, given.chart, given.root)
    tools.checkov(report, pathlib.Path(sys.executable).parent / "checkov", rendered)
    if given.kube_score:
        tools.kube_score(report, given.kube_score, rendered)
    else:
        report.skip_tool("kube-score")
    if given.helm_unittest:
        tools.helm_unittest(report, given.helm_unittest, given.plain)
    else:
        report.skip_tool("helm-unittest")
    report.check_exceptions()
    table.compare(report, given.root / "docs" / "chart-scores.md", write=given.table)
    print(report.line())
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main())
