"""What the first Helm chart for Cytomine named as its limitations, one case per row: each fails if that returns.

Rows: communication between services, sensitive data, credentials, probes, databases in Deployments, a proxy of its own.
Then what the chart promises beyond: images without a shell, file systems that cannot be written to.
"""
import base64
import http.client
import json
import re

from _capture import DATA, HANDSHAKE, SSL_REQUEST, Capture, records, tls_version
from _cluster import BINARY, NAME, Release, call, need_node, ready, restarts
from _lib import Suite, wait_until
from _people import Laboratory, Person

TLS_1_3 = (3, 4)
# Words of HTTP and SQL, and the schema's: any of them in a stream is plain text.
WORDS = [b"HTTP/1.", b"Cookie:", b"Host:", b"SELECT", b"INSERT", b"UPDATE", b"annotation", b"POLYGON", b"scram-sha", b"CMU-1"]
PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
WORKLOADS = ("deployments", "statefulsets", "daemonsets", "cronjobs", "jobs")


def template(workload):
    """The pod template of a workload."""
    spec = workload["spec"]
    return (spec["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else spec)["template"]["spec"]


def sensitive(secrets):
    """Every value that nobody may see, with the name of its key; of a private key on a curve, the lines with its secret."""
    found = {}
    for name, data in secrets.items():
        for key, value in data.items():
            if PRIVATE.search(value):
                # The last line holds the public key alone, which certificates show too.
                for line in [line for line in value.splitlines() if line and "-----" not in line][:-1]:
                    found[f"{name}/{key}, {line[:4]}"] = line
            elif "BEGIN CERTIFICATE" not in value and key != "api-admin-public":
                found[f"{name}/{key}"] = value
    return found


class Rows:
    def __init__(self, release):
        self.release = release
        self.laboratory = Laboratory(release)
        self.hidden = sensitive(release.secrets())
        assert len(self.hidden) >= 8, list(self.hidden)

    # --- communication between services ------------------------------------------------------------------------------

    def encrypted(self):
        need_node("a capture of packets")
        release = self.release
        with Capture([5432, 8443, 9090]) as capture:
            # With a new pod, the start of every connection is seen, and its signing in to the database.
            addresses = {pod["status"]["podIP"] for pod in release.pods()}
            release.kubectl("delete", "pod", "-l", "app.kubernetes.io/component=server")
            release.wait_ready()
            addresses |= {pod["status"]["podIP"] for pod in release.pods()}
            person = Person(release).sign_in(release.password())
            for _ in range(5):
                self.laboratory.annotate(person)
                assert person.get(self.laboratory.tile()).status == 200
        self.admin_port(capture, addresses)
        for port in (5432, 8443):
            sent = self.all_tls(capture, port, addresses)
            print(f"         port {port}: {sent['streams']} streams, {sent['bytes']} bytes, no plain text", flush=True)

    def all_tls(self, capture, port, addresses):
        sent = {"streams": 0, "bytes": 0}
        whole = 0
        needles = WORDS + [value.encode() for value in self.hidden.values()]
        for flow, content in capture.streams(port, addresses):
            sent["streams"] += 1
            sent["bytes"] += len(content)
            for needle in needles:
                assert needle not in content, f"plain text on port {port}: {needle[:12]!r}... in {flow}"
            if not capture.begun(flow) or not content:
                continue
            from_server = flow.source_port == port
            if port == 5432:
                if from_server:
                    assert content[:1] == b"S" or content[0] == HANDSHAKE, f"the database answers {content[:40]!r}"
                    content = content.removeprefix(b"S")
                else:
                    content = content.removeprefix(SSL_REQUEST)
            kinds = records(content)
            if DATA in kinds:
                whole += 1
                if from_server:
                    assert tls_version(content) == TLS_1_3, f"{flow}: TLS {tls_version(content)}"
        assert whole >= 2, f"port {port}: no connection was seen from its start, so this proves nothing"
        return sent

    def admin_port(self, capture, addresses):
        """Port 9090 is plain: nothing but health and figures passes there."""
        asked = set()
        for flow, content in capture.streams(9090, addresses):
            for value in self.hidden.values():
                assert value.encode() not in content, "a secret on port 9090"
            if flow.target_port == 9090:
                asked |= set(re.findall(rb"(?:GET|POST|PUT|DELETE|HEAD|PATCH|OPTIONS) (\S+) HTTP/1", content))
        assert asked, "not even the probes of the kubelet were seen"
        others = [path for path in asked if not re.match(rb"/(health/(started|live|ready)|metrics)(\?|$)", path)]
        assert not others, f"asked on port 9090: {others}"

    def admin_port_serves_nothing_else(self):
        host, port = self.release.address(f"pod/{self.release.pods('server')[0]['metadata']['name']}", 9090)
        def status(path):
            connection = http.client.HTTPConnection(host, port, timeout=10)
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            finally:
                connection.close()

        assert status("/health/ready") == 200 and status("/metrics") == 200
        for path in ("/", "/login", "/session/admin/open.json", "/api/project.json", self.laboratory.tile()):
            assert status(path) == 404, f"{path} on port 9090: {status(path)}"

    # --- sensitive data ----------------------------------------------------------------------------------------------

    def only_in_secrets(self):
        release = self.release
        kinds = "configmaps,pods,services,ingresses,networkpolicies,serviceaccounts,persistentvolumeclaims,events," + ",".join(WORKLOADS)
        manifest = release.helm("get", "manifest", NAME).stdout
        places = {
            "objects": release.kubectl("get", kinds, "-o", "yaml"),
            "notes": release.helm("get", "notes", NAME).stdout,
            "status": release.helm("status", NAME).stdout,
            "manifest": "\n---\n".join(part for part in manifest.split("\n---\n") if not re.search(r"^kind: Secret$", part, re.M)),
            **{f"log of {name}": text for name, text in release.logs().items()},
        }
        assert "kind: ConfigMap" in places["manifest"] and len(places) >= 6
        for place, text in places.items():
            assert not PRIVATE.search(text), f"a private key in {place}"
            for name, value in self.hidden.items():
                for form in (value, base64.b64encode(value.encode()).decode().rstrip("=")):
                    assert form not in text, f"{name} stands in {place}"

    def not_in_variables(self):
        """Secrets are files: no variable takes its value from a Secret."""
        for workload in self.release.objects(",".join(WORKLOADS)):
            pod = template(workload)
            for container in pod["containers"] + pod.get("initContainers", []):
                refs = [one["name"] for one in container.get("env", []) if "secretKeyRef" in one.get("valueFrom", {})]
                refs += [str(one) for one in container.get("envFrom", []) if "secretRef" in one]
                assert not refs, f"{workload['metadata']['name']}: {refs}"

    # --- credentials -------------------------------------------------------------------------------------------------

    def credentials(self):
        secrets = self.release.secrets()
        app, database = secrets[f"{NAME}-app"], secrets[f"{NAME}-database"]
        passwords = [app["admin-password"], *database.values()]
        for password in passwords:
            assert re.fullmatch(r"[0-9A-Za-z]{32}", password), "a password is not of 32 letters and digits"
            # 32 of 62 that miss a whole class, or repeat few, come up once in thousands of years of running this.
            assert len(set(password)) >= 12, "a password repeats few characters"
        assert re.fullmatch(r"[0-9a-f]{64}", app["server-key"])
        if "backup-phrase" in app:
            assert re.fullmatch(r"[0-9A-Za-z]{43}", app["backup-phrase"])
            uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
            assert re.fullmatch(uuid, app["api-admin-public"]) and re.fullmatch(uuid, app["api-admin-private"])
        everything = list(app.values()) + list(database.values())
        assert len(set(everything)) == len(everything), "two secrets are the same"
        other = self.release.folder / "other"
        other.mkdir()
        call(BINARY, "init", "--out", other, cwd=self.release.chart, check=False)
        if (other / "values.yaml").exists():
            text = (other / "values.yaml").read_text()
            assert not any(value in text for value in self.hidden.values()), "another init makes the same secret"

    def certificates(self):
        secrets = self.release.secrets()
        authority = self.release.authority()
        for name in (f"{NAME}-tls-server", f"{NAME}-tls-postgres", f"{NAME}-edge-tls", f"{NAME}-tls-maintenance"):
            if name not in secrets:
                assert name.endswith("maintenance"), f"no Secret {name}"
                continue
            leaf = secrets[name]["tls.crt"]
            text = call("openssl", "x509", "-noout", "-text", stdin=leaf).stdout
            assert "NIST CURVE: P-256" in text and "ecdsa-with-SHA256" in text, text
            assert "DNS:*" not in text, text
            # 397 days and some hours from now, not longer.
            assert call("openssl", "x509", "-noout", "-checkend", 398 * 86400, stdin=leaf, check=False).returncode == 1, name
            assert call("openssl", "x509", "-noout", "-checkend", 300 * 86400, stdin=leaf, check=False).returncode == 0, name
            call("openssl", "verify", "-CAfile", authority, "/dev/stdin", stdin=leaf)
        for workload in self.release.objects(",".join(WORKLOADS)):
            mounted = json.dumps(template(workload).get("volumes", []))
            assert f'"{NAME}-tls-ca"' not in mounted, f"{workload['metadata']['name']} mounts the key of the authority"

    # --- probes ------------------------------------------------------------------------------------------------------

    def probes(self):
        lasting = self.release.objects("deployments,statefulsets,daemonsets")
        assert len(lasting) >= 2
        for workload in lasting:
            pod = template(workload)
            sidecars = [one for one in pod.get("initContainers", []) if one.get("restartPolicy") == "Always"]
            for container in pod["containers"] + sidecars:
                name = f"{workload['metadata']['name']}/{container['name']}"
                asked = [question(container.get(f"{kind}Probe")) for kind in ("startup", "liveness", "readiness")]
                assert all(asked), f"{name} lacks a probe: {asked}"
                assert asked[1] != asked[2], f"{name}: whether it lives and whether it is ready are different questions"

    def probes_tell_the_truth(self):
        """Without its database the server is not ready, but alive; with it again it is ready by itself."""
        release = self.release
        before = restarts(release.pods("server"))
        release.kubectl("scale", f"statefulset/{NAME}-postgres", "--replicas=0")

        def is_ready():
            return ready(release.pods("server")[0])

        try:
            wait_until("the server says that it is not ready", lambda: not is_ready(), 60)
        finally:
            release.kubectl("scale", f"statefulset/{NAME}-postgres", "--replicas=1")
        wait_until("the server is ready again", is_ready, 90)
        assert restarts(release.pods("server")) == before, "the server was restarted, though its database was what failed"

    # --- databases, proxy --------------------------------------------------------------------------------------------

    def databases(self):
        for workload in self.release.objects("deployments,daemonsets"):
            images = [container["image"] for container in template(workload)["containers"]]
            named = [image for image in images if re.search(r"postg|mongo|mysql|maria|redis|valkey|elastic|rabbit", image)]
            assert not named, f"{workload['kind']} {workload['metadata']['name']} runs {named}"
        sets = self.release.objects("statefulsets")
        assert [one["metadata"]["name"] for one in sets] == [f"{NAME}-postgres"]
        assert sets[0]["spec"]["volumeClaimTemplates"], "the database has no claim of its own"

    def no_proxy(self):
        images = {container["image"] for pod in self.release.pods() for container in pod["spec"]["containers"]}
        assert len(images) <= 2, images
        named = [image for image in images if re.search(r"nginx|httpd|envoy|haproxy|traefik|caddy|varnish|oauth2-proxy", image)]
        assert not named, named
        ingress = self.release.objects("ingresses")[0]
        backends = [path["backend"]["service"]["name"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
        assert set(backends) == {NAME}, backends
        selector = self.release.objects("service", NAME)[0]["spec"]["selector"]
        assert selector.items() <= self.release.pods("server")[0]["metadata"]["labels"].items(), "the Service leads elsewhere"

    # --- beyond ------------------------------------------------------------------------------------------------------

    def no_shell(self):
        for program in ("sh", "/bin/sh", "bash", "/bin/busybox", "apt", "apk", "cat", "ls", "curl", "perl", "python3"):
            done = call(
                "kubectl", "-n", self.release.namespace, "exec", f"deploy/{NAME}", "-c", "server", "--", program, check=False
            )
            assert done.returncode != 0, f"the image has {program}"
            assert re.search(r"not found|no such file", done.stderr), done.stderr

    def read_only(self):
        for workload in self.release.objects(",".join(WORKLOADS)):
            pod = template(workload)
            for container in pod["containers"] + pod.get("initContainers", []):
                context = container["securityContext"]
                name = f"{workload['metadata']['name']}/{container['name']}"
                assert context["readOnlyRootFilesystem"] is True, name
                assert context["capabilities"] == {"drop": ["ALL"]} and context["allowPrivilegeEscalation"] is False, name
        exec_in = ["kubectl", "-n", self.release.namespace, "exec"]
        done = call(*exec_in, f"deploy/{NAME}", "-c", "server", "--", "cytomine", "init", "--no-secrets", "--out", "/", check=False)
        assert done.returncode != 0 and re.search("[Rr]ead-only", done.stderr + done.stdout), done.stderr + done.stdout
        done = call(*exec_in, f"{NAME}-postgres-0", "--", "sh", "-c", "touch /usr/x", check=False)
        assert done.returncode != 0 and "Read-only" in done.stderr, done.stderr

    def no_token(self):
        for pod in self.release.pods():
            assert pod["spec"]["automountServiceAccountToken"] is False, pod["metadata"]["name"]
            for container in pod["spec"]["containers"]:
                mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
                assert not any("serviceaccount" in mount for mount in mounts), mounts


def question(probe):
    """What a probe asks, without how often."""
    return probe and {key: probe[key] for key in ("httpGet", "exec", "tcpSocket", "grpc") if key in probe}


CASES = [
    ("communication between services is encrypted: a capture on the node shows no plain text", Rows.encrypted),
    ("communication between services is encrypted: the plain port has health and figures only", Rows.admin_port_serves_nothing_else),
    ("sensitive data is stored in Secrets: nowhere in objects, notes, manifest and logs", Rows.only_in_secrets),
    ("sensitive data is stored in Secrets: in no environment variable", Rows.not_in_variables),
    ("usernames and passwords are generated in a secure way: length, alphabet, no two alike", Rows.credentials),
    ("usernames and passwords are generated in a secure way: keys and certificates", Rows.certificates),
    ("proper liveness and readiness probes: on every container, with different questions", Rows.probes),
    ("proper liveness and readiness probes: not ready without a database, ready again with it", Rows.probes_tell_the_truth),
    ("no database in a Deployment: a StatefulSet with its claim", Rows.databases),
    ("no proxy container: Ingress rules lead to the server", Rows.no_proxy),
    ("the server's image has no shell and no tools", Rows.no_shell),
    ("no container can write to its root file system", Rows.read_only),
    ("no pod has a token of the cluster", Rows.no_token),
]


def main():
    suite = Suite()
    with Release(suite) as release:
        if suite.case("installed by the three steps", release.three_steps):
            rows = suite.case("a slide and an annotation", Rows, release)
            for name, case in CASES if rows else []:
                suite.case(name, case, rows)
    suite.finish()


if __name__ == "__main__":
    main()
