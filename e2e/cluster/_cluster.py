"""The cluster: kubectl and helm, a release of the chart in a namespace of its own, and what to print when a case fails.

`CYTOMINE_CLUSTER` says how the cluster is reached: `service` (this process is in the node's network) or `forward`
(by port-forwarding). `lib.sh` sets it.
"""
import base64
import contextlib
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "robustness"))

from _lib import BINARY, Skip, wait_until  # noqa: E402

CHART = pathlib.Path(os.environ.get("CYTOMINE_CHART", HERE.parents[1] / "charts" / "cytomine"))
IN_NODE = os.environ.get("CYTOMINE_CLUSTER") == "service"
POSTGRES_IMAGE = os.environ.get("CYTOMINE_POSTGRES_IMAGE")
KEEP = os.environ.get("CYTOMINE_E2E_KEEP") == "1"
NAME = "cytomine"
HOST = "cytomine.test"
RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}{suffix}": value
    for mode in ("enforce", "warn")
    for suffix, value in (("", "restricted"), ("-version", "latest"))
}


def need_node(what):
    """Skips a case that only works inside of the node's network."""
    if not IN_NODE:
        raise Skip(f"{what} needs the node's network: run it on kube/kube.sh, without KUBECONFIG")


def call(*command, check=True, timeout=300, stdin=None, cwd=None, environment=None):
    """Runs a program to its end; output is text."""
    done = subprocess.run(
        [str(word) for word in command],
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def kubectl(*arguments, **how):
    """Runs kubectl; returns what it prints."""
    return call("kubectl", *arguments, **how).stdout


def objects(*arguments):
    """The items that `kubectl get` finds."""
    found = json.loads(kubectl("get", *arguments, "-o", "json"))
    return found["items"] if "items" in found else [found]


def make_namespace(name, labels=None):
    """A namespace where Pod Security refuses and warns."""
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {**RESTRICTED, **(labels or {})}}}
    kubectl("create", "-f", "-", stdin=json.dumps(body))


def chain(suite, cases, subject):
    """Runs cases that build on each other: what comes after a failure would be its echo, and would wash away its traces."""
    for name, case in cases:
        if suite.failed:
            suite.skip(name, "a case before it failed")
        else:
            suite.case(name, case, subject)


class Release:
    """A copy of the chart's folder and a fresh namespace to install it into: `with Release(suite) as release:`."""

    def __init__(self, suite, *settings):
        self.suite, self.settings = suite, list(settings)
        self.namespace = f"cytomine-e2e-{secrets.token_hex(3)}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="chart-"))
        self.chart = self.folder / "cytomine"
        self.failed_before = suite.failed
        self.forwards = {}

    def __enter__(self):
        # A run that takes too long is ended by a signal; the namespace goes all the same.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        shutil.copytree(CHART, self.chart, ignore=shutil.ignore_patterns("values.yaml", "ci", "tests", "__pycache__"))
        make_namespace(self.namespace)
        return self

    def __exit__(self, kind, *_):
        if kind or self.suite.failed > self.failed_before:
            with contextlib.suppress(Exception):
                self.explain()
        self.drop_forwards()
        if KEEP:
            print(f"         kept: namespace {self.namespace}, chart {self.chart}", flush=True)
            return
        with contextlib.suppress(Exception):
            kubectl("delete", "namespace", self.namespace, "--wait=false", timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- the three steps ---------------------------------------------------------------------------------------------

    def init(self, *flags, program=None):
        """Step 1, by the binary or by init.sh."""
        command = [program] if program else [BINARY, "init"]
        return call(*command, *flags, "--namespace", self.namespace, cwd=self.chart)

    @property
    def values(self):
        return self.chart / "values.yaml"

    def edit(self):
        """Step 2: the database's image, where the test cluster has another one than the chart's."""
        if POSTGRES_IMAGE:
            text, count = re.subn(r"docker\.io/library/postgres:[\w.-]+", POSTGRES_IMAGE, self.values.read_text())
            assert count == 1, f"the image of PostgreSQL stands {count} times in values.yaml"
            self.values.write_text(text)

    def helm(self, *arguments, **how):
        """Runs helm in the chart's folder and in the namespace."""
        return call("helm", *arguments, "--namespace", self.namespace, cwd=self.chart, **how)

    def sets(self, settings):
        return [word for setting in [*self.settings, *settings] for word in ("--set", setting)]

    def install(self, *settings, timeout=180, check=True):
        """Step 3. Returns what helm said and how many seconds it took until everything was ready."""
        begun = time.monotonic()
        done = self.helm("install", NAME, ".", "--wait", "--timeout", f"{timeout}s", *self.sets(settings), check=check)
        done.seconds = time.monotonic() - begun
        if not done.returncode:
            self.await_service()
        return done

    def await_service(self):
        """A pod that is ready is reached through its Service some moments later, when the node's rules have followed."""

        def answers():
            with contextlib.suppress(OSError), socket.create_connection(self.address(), 1):
                return True

        wait_until("the Service leads to the server", answers, 15)

    def upgrade(self, *settings, timeout=180, check=True):
        return self.helm("upgrade", NAME, ".", "--wait", "--timeout", f"{timeout}s", *self.sets(settings), check=check)

    def uninstall(self):
        self.helm("uninstall", NAME, "--wait")
        self.drop_forwards()

    def three_steps(self, *settings):
        """All of them, for files that test what comes after."""
        self.init()
        self.edit()
        done = self.install(*settings)
        print(f"         all pods ready after {done.seconds:.1f} s", flush=True)
        return self

    # --- what is there -----------------------------------------------------------------------------------------------

    def kubectl(self, *arguments, **how):
        return kubectl("-n", self.namespace, *arguments, **how)

    def objects(self, *arguments):
        return objects("-n", self.namespace, *arguments)

    def pods(self, component=None):
        """Pods of the release that are not on their way out, without those of Jobs."""
        label = f"app.kubernetes.io/instance={NAME}" + (f",app.kubernetes.io/component={component}" if component else "")
        found = self.objects("pods", "-l", label)
        lasting = [pod for pod in found if not owned_by(pod, "Job") and "deletionTimestamp" not in pod["metadata"]]
        return sorted(lasting, key=lambda pod: pod["metadata"]["name"])

    def secret(self, name):
        """Keys and values of a Secret, decoded."""
        return decoded(self.objects("secret", name)[0])

    def secrets(self):
        """All Secrets of the release by name, without Helm's own."""
        found = self.objects("secrets")
        return {one["metadata"]["name"]: decoded(one) for one in found if not one["type"].startswith("helm.sh")}

    def password(self):
        return self.secret(f"{NAME}-app")["admin-password"]

    def authority(self):
        """The file of certificates to trust, from the ConfigMap that everybody may read."""
        file = self.folder / "ca.crt"
        # Threads read it meanwhile.
        new = self.folder / f"ca.{threading.get_ident()}"
        new.write_text(self.objects("configmap", f"{NAME}-ca")[0]["data"]["ca.crt"])
        new.replace(file)
        return file

    def address(self, target=f"service/{NAME}", port=443):
        """Address and port of a Service or a pod, from here."""
        kind, name = target.split("/")
        if IN_NODE:
            if kind == "service":
                return self.objects("service", name)[0]["spec"]["clusterIP"], port
            return self.objects("pod", name)[0]["status"]["podIP"], port
        if (target, port) not in self.forwards:
            self.forwards[target, port] = Forward(self.namespace, target, port)
        return "127.0.0.1", self.forwards[target, port].local

    def drop_forwards(self):
        while self.forwards:
            self.forwards.popitem()[1].close()

    def wait_ready(self, seconds=120):
        """Waits until every Deployment and StatefulSet has what it wants."""
        for kind in ("deployment", "statefulset"):
            for one in self.objects(kind):
                name = f"{kind}/{one['metadata']['name']}"
                self.kubectl("rollout", "status", name, f"--timeout={seconds}s", timeout=seconds + 10)

    def run_job(self, cronjob, name, seconds=180):
        """Runs a CronJob now; returns whether it succeeded."""
        self.kubectl("create", "job", f"--from=cronjob/{cronjob}", name)
        return self.finished(name, seconds)

    def finished(self, job, seconds=180):
        """Waits for the end of a Job; returns whether it succeeded."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.objects("job", job)[0].get("status", {})
            for condition in status.get("conditions", []):
                if condition["type"] in ("Complete", "Failed") and condition["status"] == "True":
                    return condition["type"] == "Complete"
            time.sleep(0.5)
        raise AssertionError(f"not within {seconds} s: the end of job {job}")

    def rows(self, statement):
        """What the bundled database answers, as its owner of the container asks."""
        shell = "exec $(ls -d /usr/lib/postgresql/*/bin /usr/local/bin | head -n 1)/psql -h /run/postgresql -U postgres -d cytomine -Atc \"$0\""
        return self.kubectl("exec", f"{NAME}-postgres-0", "-c", "postgres", "--", "sh", "-c", shell, statement).strip()

    def logs(self):
        """Everything that containers of the namespace wrote, by pod; also of containers that ended."""
        found = {}
        for pod in self.objects("pods"):
            name = pod["metadata"]["name"]
            for flags in ([], ["--previous"]):
                text = call(
                    "kubectl", "-n", self.namespace, "logs", name, "--all-containers", "--prefix", *flags, check=False
                ).stdout
                if text:
                    found[f"{name}{' '.join(flags)}"] = text
        return found

    def previous(self, pod):
        """Last words of a container that ended."""
        return self.kubectl("logs", pod["metadata"]["name"], "--previous", "--tail=10", check=False)

    def explain(self):
        """Prints pods, events and the ends of logs: what one would ask for first."""
        print(f"\n--- namespace {self.namespace}", flush=True)
        for what in (
            ["get", "pods,jobs,pvc", "-o", "wide"],
            ["get", "events", "--sort-by=.lastTimestamp", "-o", "custom-columns=:.lastTimestamp,:.involvedObject.name,:.reason,:.message"],
        ):
            print("\n".join(self.kubectl(*what, check=False).splitlines()[-25:]), flush=True)
        for name, text in self.logs().items():
            print(f"--- log of {name}\n" + "\n".join(line[:300] for line in text.splitlines()[-15:]), flush=True)


class Forward(threading.Thread):
    """A port of this machine that leads to a Service or a pod; begun anew when the pod behind it goes."""

    def __init__(self, namespace, target, port):
        super().__init__(daemon=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.local = free.getsockname()[1]
        self.command = ["kubectl", "-n", namespace, "port-forward", target, f"{self.local}:{port}"]
        self.process, self.ending = None, threading.Event()
        self.start()
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.local), 1):
                return
            assert time.monotonic() < end, f"no port is forwarded to {target}"
            time.sleep(0.1)

    def run(self):
        while not self.ending.is_set():
            self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.process.wait()
            self.ending.wait(0.3)

    def close(self):
        self.ending.set()
        if self.process:
            self.process.kill()
        self.join()


def owned_by(one, kind):
    return any(owner["kind"] == kind for owner in one["metadata"].get("ownerReferences", []))


def decoded(secret):
    return {key: base64.b64decode(value).decode() for key, value in secret.get("data", {}).items()}


def ready(pod):
    """Whether the cluster holds it to be ready."""
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", []))


def restarts(pods):
    """Identity of each pod and how often its containers started anew."""
    return {
        pod["metadata"]["uid"]: [state["restartCount"] for state in pod["status"].get("containerStatuses", [])] for pod in pods
    }
