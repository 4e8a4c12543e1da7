"""What a run found: tests counted, findings set against the exceptions, facts for the score table."""
import fnmatch
import pathlib
import sys

import yaml

from manifest import name_of

EXCEPTIONS = pathlib.Path(__file__).with_name("exceptions.yaml")


class Report:
    """Counts tests by name. A finding fails its rule's test unless an exception with a reason covers it."""

    def __init__(self, sets):
        self.sets = sets
        self.passed = self.failed = self.skipped = 0
        self.exceptions = yaml.safe_load(EXCEPTIONS.read_text())
        self.used = set()
        self.excused = {}
        self.judged = set()
        self.results = {}
        self.skipped_tools = []

    def test(self, name, faults):
        """Count a test; `faults` are lines that say what is wrong."""
        faults = [str(fault) for fault in faults]
        self.results[name] = not faults
        if faults:
            self.failed += 1
            print(f"failed: {name}", *(f"  {fault}" for fault in faults[:12]), sep="\n", file=sys.stderr)
            if len(faults) > 12:
                print(f"  and {len(faults) - 12} more", file=sys.stderr)
        else:
            self.passed += 1
        return not faults

    def skip(self, name, why):
        self.skipped += 1
        print(f"skipped: {name}: {why}")

    def skip_tool(self, name):
        self.skipped_tools.append(name)
        self.skip(name, "it is not on this machine and could not be built: see above")

    def reason(self, rule, set_name, obj):
        """The reason of the exception that covers a finding, or None."""
        for number, entry in enumerate(self.exceptions):
            sets = entry.get("sets") or [f for f in self.sets if f not in (entry.get("all sets but") or [])]
            if (
                any(fnmatch.fnmatchcase(rule, pattern) for pattern in entry["rules"])
                and set_name in sets
                and fnmatch.fnmatchcase(obj, entry.get("objects", "*"))
            ):
                self.used.add(number)
                return entry["reason"]
        return None

    def judge(self, rule, findings):
        """Count the test of a rule from its findings (set, object's name, text)."""
        self.judged.add(rule.split(" ")[0])
        left = []
        for set_name, obj, text in findings:
            if self.reason(rule, set_name, obj):
                self.excused.setdefault(rule, set()).add((set_name, obj))
            else:
                left.append(f"{set_name}: {obj}: {text}")
        return self.test(rule, left)

    def check_exceptions(self):
        """An exception that covers nothing is stale; those of tools that did not run are left alone."""
        stale = []
        for number, entry in enumerate(self.exceptions):
            if number not in self.used and {pattern.split(" ")[0] for pattern in entry["rules"]} <= self.judged:
                stale.append(f"{', '.join(entry['rules'])}: {entry['reason']}")
            if len(entry.get("reason", "")) < 20:
                stale.append(f"no reason is given: {entry['rules']}")
        self.test("exceptions: each has a reason and covers a finding", stale)

    def line(self):
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


IGNORE = "ignore-check.kube-linter.io/"


def run_rules(report, manifests):
    """One test per rule over all sets, and one that the rule can fail."""
    import rules  # noqa: F401
    from rule import RULES, selftest

    for made in RULES.values():
        report.test(f"{made.key}: can fail", selftest(made))
        findings = []
        for set_name, manifest in manifests.items():
            for obj, text in made.findings(manifest):
                # The tool's own way to accept a finding: an annotation that must give a reason.
                note = (obj["metadata"].get("annotations") or {}).get(f"{IGNORE}{made.name}") if made.tool == "kube-linter" else None
                if note and len(note) >= 10:
                    report.excused.setdefault(made.key, set()).add((set_name, name_of(obj)))
                else:
                    findings.append((set_name, name_of(obj), text))
        report.judge(made.key, findings)
