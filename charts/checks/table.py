"""The score table docs/chart-scores.md, made from what the run found: a run compares it, `scripts/chart --table` writes it.

It holds no figure that changes with every test that is added, so that it changes when a score does.
"""
import textwrap

OWN = "own rules"
HEAD = """\
# Scores of the chart

Made by `scripts/chart --table` from a run of the checks; each run of the tests compares it. The value sets are those of
`charts/cytomine/ci/`: {sets}.

**measured** means that the tool itself ran. **own rules** means that the tool cannot be installed from package registries: its rules
are restated in `charts/checks/rules/`, one test per rule and named after it, each shown to fail on a bad example; the workflow
`.github/workflows/release.yml` runs the tool itself before anything is published.

| # | check | on | gives | how |
|---|---|---|---|---|
"""


def word(report, *prefixes):
    """`ok` when every test whose name begins so passed, else what is wrong."""
    names = [name for name in report.results if name.startswith(prefixes)]
    if not names:
        return "did not run"
    failed = sum(not report.results[name] for name in names)
    return "ok" if not failed else f"{failed} failed"


def rules_of(report, tool, set_name=None, groups=None):
    """How many rules of a tool have findings that are left, and which are accepted, in a set."""
    from rule import RULES

    own = [made for made in RULES.values() if made.tool == tool and (groups is None or made.groups & set(groups))]
    failed = [made.key for made in own if not report.results.get(made.key, False)]
    accepted = sorted({made.name for made in own for found in report.excused.get(made.key, ()) if set_name in (None, found[0])})
    text = f"{len(own)} rules, " + ("0 findings" if not failed else f"findings of {len(failed)}")
    return text + (f"; accepted: {', '.join(accepted)}" if accepted else "")


def score(report, tool, set_name):
    left = [key for key, good in report.results.items() if key.startswith(f"{tool} ") and not good]
    accepted = sorted({key.split(" ", 1)[1] for key, found in report.excused.items() if key.startswith(f"{tool} ") for own in found if own[0] == set_name})
    return ("nothing found" if not left else f"{len(left)} found") + (f"; accepted: {', '.join(accepted)}" if accepted else "")


def rows(report):
    ok = lambda *prefixes: word(report, *prefixes)  # noqa: E731
    yield 1, "`helm lint --strict`, Helm 4 and Helm 3", "all", ok("lint "), "measured"
    yield 1, "yamllint, shellcheck, check-jsonschema", "sources", ok("yamllint", "shellcheck", "check-jsonschema"), "measured"
    yield 1, "`ct lint`", "all", "", "release workflow"
    yield 2, "rendered twice with given secrets: equal to the byte, no empty value; Helm 3 renders the same", "all", ok("render"), "measured"
    yield 3, "kubernetes-validate strict, 1.33 to 1.37", "all", ok("kubernetes-validate"), "measured"
    yield 3, "kinds of Gateway API, cert-manager, Prometheus, Traefik, External Secrets: types, and no unknown field", "all", ok("schemas of extensions"), "measured, by the schemas in `tools/extensions/`"
    yield 3, "kubectl, strict validation by the API server", "all", "", "end to end on a cluster: `scripts/chart --server`"
    yield 4, "kube-linter, default checks", "all", rules_of(report, "kube-linter", None, ["default"]), OWN
    yield 5, "kube-linter, all built-in checks", "production", rules_of(report, "kube-linter", "production"), OWN
    yield 6, "kube-score, with seccomp, ports, requests-equal-limits", "production", score(report, "kube-score", "production"), "measured"
    yield 6, "kube-score", "default", score(report, "kube-score", "default"), "measured"
    yield 7, "polaris, stock configuration: dangers", "all", rules_of(report, "polaris", None, ["danger"]), OWN
    yield 7, "polaris, stock configuration: warnings", "production", rules_of(report, "polaris", "production", ["warning"]), OWN
    for framework, name in (("NSA", "NSA"), ("MITRE", "MITRE"), ("CIS", "CIS 1.12, workloads")):
        yield 8, f"kubescape {name}", "production", rules_of(report, "kubescape", "production", [framework]), OWN
    yield 9, "checkov, kubernetes", "production", f"{score(report, 'checkov', 'production')}: {ok('checkov on production')}", "measured"
    yield 9, "checkov, kubernetes", "default", f"97 % or more: {ok('checkov on default')}; {score(report, 'checkov', 'default')}", "measured"
    yield 10, "trivy config, MEDIUM and above", "all", rules_of(report, "trivy", None, ["MEDIUM", "HIGH", "CRITICAL"]), OWN
    yield 10, "trivy config, LOW", "production", rules_of(report, "trivy", "production", ["LOW"]), OWN
    yield 10, "trivy image", "the image", "", "release workflow"
    yield 11, "Pod Security restricted, enforced, with all parts", "a cluster", "", "end to end"
    yield 12, "helm-unittest, 200 asserts or more", "keys, codes, schema lines, snapshot", ok("helm-unittest"), "measured"
    yield 13, "schema: each key both ways, 500 wrong types refused, all sets accepted", "all", ok("schema", "lint "), "measured"
    yield 14, "secrets over upgrades: none changes, nothing restarts, a rotation changes its own", "a stand-in of the API server", ok("upgrade"), "measured; end to end on a cluster"
    yield 23, "no secret outside of Secret objects and none in NOTES", "all", ok("secret scan"), "measured; end to end on a cluster"


def accepted(report):
    yield "\n## Accepted findings\n\nEach with its reason, from `charts/checks/exceptions.yaml`; one that covers nothing any more fails the run.\n\n| rules | where | reason |\n|---|---|---|"
    for entry in report.exceptions:
        where = ", ".join(entry.get("sets") or []) or ("all sets but " + ", ".join(entry["all sets but"]) if entry.get("all sets but") else "all sets")
        objects = f", `{entry['objects']}`" if entry.get("objects") else ""
        yield f"| {', '.join(entry['rules'])} | {where}{objects} | {entry['reason']} |"
    yield "| kube-linter no-liveness-probe, no-readiness-probe | Jobs and CronJobs, by annotation | Their pods run to their end, so nothing asks whether they live or are ready. |"


def text(report):
    sets = textwrap.fill(", ".join(report.sets), 120)
    lines = [f"| {number} | {check} | {on} | {gives or 'not run here'} | {how} |" for number, check, on, gives, how in rows(report)]
    return HEAD.format(sets=sets) + "\n".join([*lines, *accepted(report)]) + "\n"


def compare(report, path, write):
    made = text(report)
    if write:
        path.write_text(made)
    elif report.skipped_tools:
        report.skip("the score table", "a tool that it names did not run")
    else:
        held = path.read_text() if path.exists() else ""
        faults = [line for line in made.splitlines() if line not in held.splitlines()] or (["order or lines that are too many"] if made != held else [])
        report.test("docs/chart-scores.md is what this run finds: else run scripts/chart --table", faults)
