"""Uninstall and install again: with the old values, with new secrets from a fresh `init`, and when nothing may be left.

Claims and the Secrets that stored data depends on stay after `helm uninstall`. A fresh `init` makes new secrets: the
database's passwords and the admin's follow, the server key must not (CYTO-130), for clients' keys are sealed with it.
"""
import re

from _cluster import NAME, Release
from _lib import Suite, wait_until
from _people import Laboratory, Person

KEPT = {f"{NAME}-app", f"{NAME}-database", f"{NAME}-tls-ca"}
# Of these, stored data can be read with the old value only.
SEALING = ("serverKey", "backupPhrase")


class Again:
    def __init__(self, release):
        self.release = release
        self.laboratory = Laboratory(release)
        for _ in range(5):
            self.laboratory.annotate()
        self.annotations = self.laboratory.annotations()
        self.tile = self.laboratory.admin.get(self.laboratory.tile(First())).body
        self.keys = self.laboratory.admin.get("/api/user/current.json").ok()
        self.password = release.password()
        self.old_values = release.values.read_text()

    def all_there(self, password):
        """Annotations and pixels of before, for whoever signs in with this password."""
        person = Person(self.release).sign_in(password)
        assert self.laboratory.annotations(person) == self.annotations
        assert person.get(self.laboratory.tile(First())).body == self.tile
        current = person.get("/api/user/current.json").ok()
        for key in ("id", "publicKey", "privateKey"):
            assert current.get(key) == self.keys.get(key), f"{key} of the admin changed"

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

    def refused(self):
        self.fresh()
        done = self.release.install(check=False)
        said = done.stdout + done.stderr
        assert done.returncode != 0 and "CYTO-130" in said and "put back your old values.yaml" in said, said
        assert "server-key" in said, said
        secrets = self.release.secrets()
        assert secrets[f"{NAME}-app"]["admin-password"] == self.password, "a refused install changed a Secret"
        assert not self.release.pods(), "a refused install started pods"

    def new_secrets(self):
        """The new values with the old key put back: other passwords, the same data."""
        text = self.release.values.read_text()
        for key in SEALING:
            old = re.search(rf"^  {key}: (\S+)", self.old_values, re.M)
            if old:
                text, count = re.subn(rf"^(  {key}: )\S+", rf"\g<1>{old[1]}", text, flags=re.M)
                assert count == 1, key
        self.release.values.write_text(text)
        before = self.release.secret(f"{NAME}-database")
        self.release.install()
        after = self.release.secret(f"{NAME}-database")
        assert all(before[role] != after[role] for role in before), "the database's passwords are the old ones"
        password = self.release.password()
        assert password != self.password, "the admin's password is the old one"
        self.all_there(password)
        answer = Person(self.release).post("/session", {"username": "admin", "password": self.password})
        assert answer.status == 401, f"the old password of admin: {answer.status}"

    def lost_secrets(self):
        """Claims stay, Secrets are gone, and the old values are put back."""
        password = self.release.password()
        self.release.uninstall()
        self.release.kubectl("delete", "secrets", "-l", f"app.kubernetes.io/instance={NAME}")
        assert not set(self.release.secrets()) & KEPT
        self.release.install()
        self.all_there(password)

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
    ("install again after a fresh init: the server key cannot change, CYTO-130 says so", Again.refused),
    ("with the old key put back: new passwords, the same data", Again.new_secrets),
    ("with Secrets lost and values kept: data and password as they were", Again.lost_secrets),
    ("the notes' command leaves nothing of the release", Again.nothing_left),
]


def main():
    suite = Suite()
    with Release(suite) as release:
        if suite.case("installed by the three steps", release.three_steps):
            again = suite.case("a slide and annotations", Again, release)
            for name, case in CASES if again else []:
                suite.case(name, case, again)
    suite.finish()


if __name__ == "__main__":
    main()
