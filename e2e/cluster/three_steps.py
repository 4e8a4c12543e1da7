"""The three steps, as a user does them; then the first slide, by the API and in a browser.

`init` in the chart's folder, a look at values.yaml, `helm install`: everything is ready soon, small, admitted by Pod
Security without a warning, and works through its Service with certificates checked.
"""
import base64
import hashlib
import os
import re
import stat

from _cluster import HERE, HOST, NAME, Release, call
from _figures import idle
from _images import png
from _lib import Skip, Suite
from _people import Laboratory

# The goal is 20 s with the images present; what fails the test leaves room for a busy machine.
READY_WITHIN = 60
# The goals are 300 MiB and 0.05 cores.
MEMORY, CORES = 400, 0.2


class Steps:
    def __init__(self, release):
        self.release = release

    def init(self):
        script = self.release.chart / "init.sh"
        done = self.release.init(program=script if script.exists() else None)
        mode = stat.S_IMODE(self.release.values.stat().st_mode)
        assert mode == 0o600, f"values.yaml has mode {mode:o}"
        again = self.release.init()
        assert "nothing changed" in again.stdout + again.stderr, again.stdout + again.stderr
        for value in re.findall(r'(?:Password|Key|owner|app|readonly|backup): "?([0-9A-Za-z]{32,})', self.release.values.read_text()):
            assert value not in done.stdout + done.stderr, "init prints a secret"

    def install(self):
        self.release.edit()
        done = self.release.install()
        print(f"         all pods ready {done.seconds:.1f} s after helm install (goal: 20)", flush=True)
        assert done.seconds <= READY_WITHIN, f"{done.seconds:.0f} s"
        said = done.stdout + done.stderr
        assert "PodSecurity" not in said, said
        self.notes = done.stdout

    def pods(self):
        pods = self.release.pods()
        names = [pod["metadata"]["name"] for pod in pods]
        assert len(pods) == 2, names
        for pod in pods:
            assert all(state["ready"] for state in pod["status"]["containerStatuses"]), names
            restarts = [state["restartCount"] for state in pod["status"]["containerStatuses"]]
            assert restarts == [0], f"{pod['metadata']['name']} restarted: {restarts}\n{self.release.previous(pod)}"

    def helm_test(self):
        self.release.helm("test", NAME, "--timeout", "120s")

    def first_slide(self):
        self.laboratory = Laboratory(self.release)
        answer = self.laboratory.admin.get(self.laboratory.tile())
        assert answer.status == 200, (answer.status, answer.body[:200])
        assert answer.headers["Content-Type"] == "image/jpeg", answer.headers["Content-Type"]
        one, shape = self.laboratory.annotate()
        assert self.laboratory.annotations() == {one: shape}

    def conversion(self):
        image = self.laboratory.upload("picture.png", png(2500, 2000, 1))
        plane = self.laboratory.admin.get(f"/api/imageinstance/{image}/sliceinstance/reference.json").ok()["id"]
        answer = self.laboratory.admin.get(f"/api/sliceinstance/{plane}/tile/level/0/tx/1/ty/1.jpg")
        assert answer.status == 200, (answer.status, answer.body[:200])
        found = self.laboratory.admin.get(f"/api/imageinstance/{image}.json").ok()
        assert (found["width"], found["height"]) == (2500, 2000), found

    def browser(self):
        chromium = os.environ.get("CYTOMINE_CHROMIUM")
        folder = HERE.parent / "browser"
        if not chromium or not (folder / "node_modules").exists():
            raise Skip("the browser suite is not installed: scripts/setup test")
        address, port = self.release.address()
        environment = {
            "CYTOMINE_URL": f"https://{HOST}",
            "CYTOMINE_ADDRESS": f"{address}:{port}",
            "CYTOMINE_PIN": self.pin(),
            "CYTOMINE_PASSWORD": self.release.password(),
            "CYTOMINE_IMAGE_PATH": f"/project/{self.laboratory.project}/image/{self.laboratory.image}",
        }
        done = call(
            "npx", "--no-install", "playwright", "test", "--config", "cluster.config.ts",
            cwd=folder, environment=environment, check=False, timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def pin(self):
        """The browser trusts the key of this one certificate, nothing else."""
        public = call("openssl", "x509", "-pubkey", "-noout", stdin=self.release.secret(f"{NAME}-tls-server")["tls.crt"]).stdout
        body = "".join(line for line in public.splitlines() if "-----" not in line)
        return base64.b64encode(hashlib.sha256(base64.b64decode(body)).digest()).decode()

    def small(self):
        figures = idle(self.release)
        memory, cores = (sum(figure[i] for figure in figures.values()) for i in (0, 1))
        each = ", ".join(f"{name} {mib:.0f} MiB {share:.3f}" for name, (mib, share) in figures.items())
        print(f"         idle: {memory:.0f} MiB, {cores:.3f} cores (goal: 300, 0.05): {each}", flush=True)
        assert memory <= MEMORY and cores <= CORES, each


def walk(suite, steps):
    suite.case("step 1: init makes values.yaml for its owner alone, and never twice", steps.init)
    suite.case("steps 2 and 3: helm install, everything ready, no warning of Pod Security", steps.install)
    if suite.failed:
        return
    suite.case("two pods, ready, never restarted", steps.pods)
    suite.case("helm test is green", steps.helm_test)
    suite.case("sign in, upload, look and annotate through the Service with its certificate checked", steps.first_slide)
    suite.case("a picture is converted", steps.conversion)
    suite.case("a browser signs in, shows the slide, draws and finds it again", steps.browser)
    suite.case("memory and CPU when everybody has gone", steps.small)


def main():
    suite = Suite()
    with Release(suite) as release:
        walk(suite, Steps(release))
    suite.finish()


if __name__ == "__main__":
    main()
