"""Uninstall and install again: with the old values, with new secrets from a fresh `init`, and when nothing may be left.

Claims and the Secrets that stored data depends on stay after `helm uninstall`. A fresh `init` makes new secrets: passwords
follow, the server key goes on as it was, for clients' keys are sealed with it; where that is gone, the chart refuses.
"""
import re
import ssl
import time

from _cluster import NAME, Release, chain
from _lib import Suite, wait_until
from _people import Laboratory, Person

KEPT = {f"{NAME}-app", f"{NAME}-database", f"{NAME}-tls-ca"}
# Stored data can be read with these alone.
SEALING = ("server-key", "backup-phrase")


def known(release):
    """Whether the server shows a certificate of the release's authority."""
    try:
        return Person(release).get("/server/ping").status == 200
    except ssl.SSLCertVerificationError:
        time.sleep(1)
        return False


class Again:
    def __init__(self, release):
        self.release = release
        self.laboratory = Laboratory(release)
        for _ in range(5):
            self.laboratory.annotate()
        self.annotations = self.laboratory.annotations()
        self.tile = self.laboratory.admin.get(self.laboratory.tile(First())).body
        self.password = release.password()
        self.old_values = release.values.read_text()

    def all_there(self, password):
        """Annotations and pixels of before, for whoever signs in with this password."""
        # A node may mount a Secret of the same name as it remembers it; the server takes the new certificate up by itself.
        wait_until("the certificate of these values is served", lambda: known(self.release), 90)
        person = Person(self.release).sign_in(password)
        assert self.laboratory.annotations(person) == self.annotations
        assert person.get(self.laboratory.tile(First())).body == self.tile
        signed = Person(self.release)
        app = self.release.secret(f"{NAME}-app")
        signed.sign_with({"publicKey": app["api-admin-public"], "privateKey": app["api-admin-private"]})
        assert signed.get("/api/user/current.json").ok()["username"] == "admin"

    def what_stays(self):
        release = self.release
        before = release.secrets()
        release.uninstall()
        kinds = "deployments,statefulsets,jobs,cronjobs,services,ingresses,networkpolicies,poddisruptionbudgets,configmaps,serviceaccounts"
        label = f"app.kubernetes.io/instance={NAME}"
        left = [f"{one['kind']} {one['metadata']['name']}" for one in release.objects(kinds, "-l", label)]
        left = [name for name in left if "-test-" not in name]
        assert not left, left
        secrets = release.secrets()
        assert set(secrets) == KEPT, set(secrets)
        assert all(secrets[name] == before[name] for name in KEPT)
        claims = {one["metadata"]["name"] for one in release.objects("persistentvolumeclaims")}
        assert {f"{NAME}-slides", f"data-{NAME}-postgres-0"} <= claims, claims

    def with_old_values(self):
        self.release.install()
        self.all_there(self.password)

    def fresh(self):
        """A fresh checkout: init makes everything anew."""
        self.release.uninstall()
        self.release.values.unlink()
        self.release.init()
        self.release.edit()

    def new_secrets(self):
        """Passwords are the new ones; what data is sealed with goes on, and the notes say so."""
        before = self.release.secrets()
        self.fresh()
        done = self.release.install()
        after = self.release.secrets()
        for key in after[f"{NAME}-app"]:
            same = before[f"{NAME}-app"][key] == after[f"{NAME}-app"][key]
            assert same == (key in SEALING), f"{key} is {'the same' if same else 'another'}"
        roles = before[f"{NAME}-database"]
        assert all(roles[role] != after[f"{NAME}-database"][role] for role in roles), "a database password is the old one"
        for name in ("serverKey", "backupPhrase"):
            assert f"secrets.{name}" in done.stdout, f"nothing is said about {name}: {done.stdout}"
        password = self.release.password()
        assert password in self.release.values.read_text(), "the admin's password is not the one of values.yaml"
        self.all_there(password)
        answer = Person(self.release).post("/session", {"username": "admin", "password": self.password})
        assert answer.status == 401, f"the old password of admin: {answer.status}"

    def lost_secrets(self):
        """Claims stay and Secrets are gone: with a fresh init nothing could be read, so it is refused."""
        self.fresh()
        self.release.install()
        self.release.uninstall()
        self.release.kubectl("delete", "secrets", "-l", f"app.kubernetes.io/instance={NAME}")
        assert not set(self.release.secrets()) & KEPT
        done = self.release.helm("install", NAME, ".", check=False)
        said = done.stdout + done.stderr
        assert done.returncode != 0 and "CYTO-130" in said and "put back your old values.yaml" in said, said
        assert "server-key" in said, said
        assert not self.release.secrets() and not self.release.pods(), "a refused install made something"

    def old_values_back(self):
        self.release.values.write_text(self.old_values)
        self.release.install()
        self.all_there(self.password)

    def nothing_left(self):
        """The command that the notes name takes the rest."""
        notes = self.release.helm("get", "notes", NAME).stdout
        command = re.search(r"kubectl -n \S+ (delete pvc,secret -l \S+)", notes)
        assert command, notes
        self.release.uninstall()
        self.release.kubectl(*command[1].split(), "--wait=false")

        def left():
            kinds = "all,pvc,secrets,configmaps,ingresses,networkpolicies,poddisruptionbudgets,serviceaccounts,roles,rolebindings"
            found = self.release.objects(kinds, "-l", f"app.kubernetes.io/instance={NAME}")
            return [f"{one['kind']} {one['metadata']['name']}" for one in found if "-test-" not in one["metadata"]["name"]]

        wait_until(f"nothing is left: {left()}", lambda: not left(), 60)
        claims = [one["metadata"]["name"] for one in self.release.objects("persistentvolumeclaims")]
        assert not claims, f"claims without the label of the release are left: {claims}"


class First:
    """Dice that always show the same."""

    def randrange(self, _):
        return 2


CASES = [
    ("uninstall leaves claims and the secrets that data depends on, nothing else", Again.what_stays),
    ("install again with the old values: data and password as they were", Again.with_old_values),
    ("install again after a fresh init: new passwords, the same data, sealed with the same key", Again.new_secrets),
    ("with Secrets lost, a fresh init is refused: CYTO-130", Again.lost_secrets),
    ("with Secrets lost and the old values back: data and password as they were", Again.old_values_back),
    ("the notes' command leaves nothing of the release", Again.nothing_left),
]


def main():
    suite = Suite()
    with Release(suite) as release:
        if suite.case("installed by the three steps", release.three_steps):
            again = suite.case("a slide and annotations", Again, release)
            chain(suite, CASES, again)
    suite.finish()


if __name__ == "__main__":
    main()
