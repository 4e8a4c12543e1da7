"""The tools that can be installed: each runs on what was rendered, its findings become findings of rules named after it."""
import json
import pathlib
import re
import subprocess
import tempfile

import kubernetes_validate
import yaml

from manifest import name_of

VERSIONS = ("1.33", "1.34", "1.35", "1.36", "1.37")
OPTIONAL = ("container-seccomp-profile", "container-ports-check", "container-resource-requests-equal-limits")


def call(*command, **more):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)


def kubernetes(report, manifests):
    """Strict schemas of each Kubernetes version; equal objects of several sets are looked at once."""
    missing, seen = set(), {}
    for set_name, manifest in manifests.items():
        for obj in manifest.objects:
            seen.setdefault(json.dumps(obj, sort_keys=True), (set_name, obj))
    for version in VERSIONS:
        faults = []
        for set_name, obj in seen.values():
            try:
                kubernetes_validate.validate(obj, version, strict=True)
            except kubernetes_validate.SchemaNotFoundError:
                missing.add(f"{obj['kind']} ({obj['apiVersion']})")
            except kubernetes_validate.ValidationError as fault:
                faults.append(f"{set_name}: {name_of(obj)}: {fault.message}")
        report.test(f"kubernetes-validate strict {version}", faults)
    bad = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"port": 1}}
    try:
        kubernetes_validate.validate(bad, VERSIONS[-1], strict=True)
        report.test("kubernetes-validate: can fail", ["an unknown field is accepted"])
    except kubernetes_validate.ValidationError:
        report.test("kubernetes-validate: can fail", [])
    return [(set_name, obj) for set_name, obj in seen.values() if f"{obj['kind']} ({obj['apiVersion']})" in missing]


def extensions(report, program, objects):
    """Kinds of extensions, which kubernetes-validate does not know, by the schemas and types that tools/extensions holds."""
    bad = json.loads(json.dumps(next(obj for _, obj in objects if obj["kind"] == "HTTPRoute")))
    bad["spec"]["unknown"] = 1
    wrong = json.loads(json.dumps(bad))
    wrong["spec"] = {"hostnames": 1}
    result = call("node", program, input=json.dumps([obj for _, obj in objects] + [bad, wrong]))
    try:
        *answers, unknown, mistyped = json.loads(result.stdout)
    except ValueError:
        report.test("schemas of extensions", [result.stderr[-500:] or "no answer"])
        return
    report.test("schemas of extensions: can fail", [] if unknown and mistyped else ["an unknown field or a wrong type is accepted"])
    kinds = {}
    for (set_name, obj), answer in zip(objects, answers, strict=True):
        kinds.setdefault(f"{obj['kind']} ({obj['apiVersion']})", []).append((set_name, obj, answer))
    for kind, found in sorted(kinds.items()):
        if all(answer is False for _, _, answer in found):
            report.skip(f"schema of {kind}", "no package holds it")
        else:
            report.test(f"schemas of extensions: {kind}", [f"{set_name}: {name_of(obj)}: {answer}" for set_name, obj, answer in found if answer])


def kube_score(report, program, rendered):
    """All checks on each set; `production` with the optional ones that the reference names."""
    by_rule = {}
    for path in rendered:
        set_name = path.stem
        optional = [part for name in OPTIONAL for part in ("--enable-optional-test", name)] if set_name == "production" else []
        result = call(program, "score", "--kubernetes-version", "v1.37", "-o", "json", *optional, path)
        try:
            objects = json.loads(result.stdout)
        except ValueError:
            report.test(f"kube-score on {set_name}", [result.stderr or "no answer"])
            return
        for obj in objects:
            for check in obj["checks"]:
                key = f"kube-score {check['check']['id']}"
                found = by_rule.setdefault(key, [])
                if not check["skipped"] and check["grade"] < 10:
                    severity = "CRITICAL" if check["grade"] == 1 else "WARNING"
                    found.append((set_name, f"{obj['type_meta']['kind']}/{obj['object_meta']['name']}", severity))
    for key in sorted(by_rule):
        report.judge(key, by_rule[key])
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as bad:
        bad.write("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a}]}}")
        bad.flush()
        report.test("kube-score: can fail", [] if call(program, "score", bad.name).returncode else ["a bare Pod is accepted"])


def checkov(report, program, rendered):
    """checkov's Kubernetes checks; per set the share that passes."""
    with tempfile.TemporaryDirectory() as folder:
        for path in rendered:
            (pathlib.Path(folder) / path.name).write_text(path.read_text())
        (pathlib.Path(folder) / "bad.yaml").write_text("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a}]}}")
        result = call(program, "-d", folder, "--framework", "kubernetes", "-o", "json", "--compact", "--skip-download", cwd=folder)
    try:
        results = json.loads(result.stdout)["results"]
    except (ValueError, KeyError):
        report.test("checkov", [result.stderr[-500:] or "no answer"])
        return
    by_rule, passed, failed = {}, {}, {}
    for check in results["passed_checks"]:
        set_name = pathlib.Path(check["file_path"]).stem
        passed[set_name] = passed.get(set_name, 0) + 1
    for check in results["failed_checks"]:
        set_name = pathlib.Path(check["file_path"]).stem
        failed[set_name] = failed.get(set_name, 0) + 1
        if set_name != "bad":
            kind, *_, name = check["resource"].split(".")
            by_rule.setdefault(f"checkov {check['check_id']}", []).append((set_name, f"{kind}/{name}", check["check_name"]))
    report.test("checkov: can fail", [] if failed.get("bad") else ["a bare Pod is accepted"])
    report.judged.add("checkov")
    for key in sorted(by_rule):
        report.judge(key, by_rule[key])
    shares = {path.stem: passed.get(path.stem, 0) / max(1, passed.get(path.stem, 0) + failed.get(path.stem, 0)) for path in rendered}
    report.test("checkov on production: all pass, none is skipped", [] if shares["production"] == 1 and not results["skipped_checks"] else [f"{shares['production']:.1%}"])
    report.test("checkov on default: 97 % or more", [] if shares["default"] >= 0.97 else [f"{shares['default']:.1%}"])


def helm_unittest(report, program, chart):
    """The chart's suites, in the tree as it is: one of them tries it without values.yaml."""
    suites = sorted((chart / "tests").glob("*_test.yaml"))
    result = call(program, chart)
    report.test("helm-unittest", [] if result.returncode == 0 else re.sub(r"\x1b\[[0-9;]*m", "", result.stdout + result.stderr).splitlines()[-60:])
    tests = [test for suite in suites for doc in yaml.safe_load_all(suite.read_text()) if doc for test in doc.get("tests") or []]
    asserts = sum(len(test.get("asserts") or []) for test in tests)
    report.test("helm-unittest: 200 asserts or more", [] if asserts >= 200 else [f"{asserts} in {len(tests)} tests"])


def sources(report, binaries, chart, root):
    """YAML style of the chart's sources, JSON schemas of what has one."""
    style = "{extends: default, rules: {line-length: disable, comments: {min-spaces-from-content: 1}, document-start: disable, braces: disable, truthy: {check-keys: false}}}"
    files = [chart / "Chart.yaml", chart / "values.template.yaml", chart / "ci", *sorted((chart / "tests").glob("*_test.yaml")), *sorted((root / ".github/workflows").glob("*.yml"))]
    result = call(binaries / "yamllint", "--strict", "-d", style, *files)
    report.test("yamllint", result.stdout.splitlines() if result.returncode else [])
    result = call(binaries / "check-jsonschema", "--check-metaschema", chart / "values.schema.json")
    report.test("check-jsonschema: the values' schema is one", result.stdout.splitlines() if result.returncode else [])
    workflows = sorted((root / ".github/workflows").glob("*.yml"))
    result = call(binaries / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    report.test("check-jsonschema: workflows", result.stdout.splitlines() if result.returncode else [])
