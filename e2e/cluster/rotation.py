"""Each kind of secret made anew by `init --rotate`, then `helm upgrade`: it alone changes, the old one is worth nothing.

The system answers after each, over connections that are made anew. The authority goes in three stages, during which a
client that trusts what the ConfigMap holds is never refused.
"""
import time

from _cluster import BINARY, NAME, Release, call, chain, restarts
from _lib import Suite, wait_until
from _people import Laboratory, Person, Worker

# A changed Secret reaches running pods within about 20 s on the test cluster and 90 s elsewhere; then files are read anew.
REACHES_PODS = 150
LEAVES = {f"{NAME}-tls-{leaf}" for leaf in ("server", "postgres", "maintenance")}


class Rotations:
    def __init__(self, release):
        self.release = release
        self.laboratory = Laboratory(release)
        self.laboratory.annotate()
        self.annotations = self.laboratory.annotations()

    def rotate(self, what):
        """Makes it anew and upgrades; returns Secrets before and after, and the names of keys that differ."""
        before = self.release.secrets()
        done = call(BINARY, "init", "--rotate", what, "--namespace", self.release.namespace, cwd=self.release.chart)
        self.release.upgrade()
        self.release.wait_ready()
        after = self.release.secrets()
        assert set(before) == set(after), set(before) ^ set(after)
        changed = {(name, key) for name in after for key in {*before[name], *after[name]} if before[name].get(key) != after[name].get(key)}
        return before, after, changed, done.stdout + done.stderr

    def works(self, password=None):
        """Sign in, read, write, look at pixels."""
        person = Person(self.release).sign_in(password or self.release.password())
        one, shape = self.laboratory.annotate(person)
        self.annotations[one] = shape
        assert self.laboratory.annotations(person) == self.annotations
        assert person.get(self.laboratory.tile()).status == 200
        return person

    def refuses(self, password):
        answer = Person(self.release).post("/session", {"username": "admin", "password": password})
        assert answer.status == 401, f"the old password: {answer.status}"

    def admin_password(self):
        database = restarts(self.release.pods("postgres"))
        before, after, changed, _ = self.rotate("admin-password")
        assert changed == {(f"{NAME}-app", "admin-password")}, changed
        self.works(after[f"{NAME}-app"]["admin-password"])
        self.refuses(before[f"{NAME}-app"]["admin-password"])
        assert restarts(self.release.pods("postgres")) == database, "the database restarted for the admin's password"

    def signed(self, keys):
        """Status of a request signed with the keys of a Secret."""
        person = Person(self.release)
        person.sign_with({"publicKey": keys["api-admin-public"], "privateKey": keys["api-admin-private"]})
        return person.get("/api/user/current.json").status

    def api_keys(self):
        assert self.signed(self.release.secret(f"{NAME}-app")) == 200, "the keys of the Secret do not work at all"
        before, after, changed, _ = self.rotate("api-keys")
        assert changed == {(f"{NAME}-app", f"api-admin-{half}") for half in ("public", "private")}, changed
        assert self.signed(after[f"{NAME}-app"]) == 200
        assert self.signed(before[f"{NAME}-app"]) == 401, "the old keys still work"
        self.works()

    def role_signs_in(self, role, password):
        """Whether a role of the database signs in with a password, over the network's rules."""
        script = (
            'bin=$(ls -d /usr/lib/postgresql/*/bin /usr/local/bin | head -n 1); IFS= read -r PGPASSWORD; export PGPASSWORD; '
            f"exec $bin/psql 'host=127.0.0.1 user={role} dbname=cytomine sslmode=require' -wAtc 'SELECT 1'"
        )
        command = ("kubectl", "-n", self.release.namespace, "exec", "-i", f"{NAME}-postgres-0", "-c", "postgres", "--", "sh", "-c", script)
        done = call(*command, stdin=password + "\n", check=False)
        assert done.returncode == 0 or "password authentication failed" in done.stderr, done.stderr
        return done.returncode == 0

    def database(self):
        roles = {"owner": "cytomine", "app": "cytomine_app", "readonly": "cytomine_readonly"}
        before, after, changed, _ = self.rotate("database")
        assert changed == {(f"{NAME}-database", key) for key in (*roles, "backup")}, changed
        for key, role in roles.items():
            assert self.role_signs_in(role, after[f"{NAME}-database"][key]), f"{role}: the new password is refused"
            assert not self.role_signs_in(role, before[f"{NAME}-database"][key]), f"{role}: the old password still works"
        self.works()

    def edge(self):
        pods = restarts(self.release.pods())
        before, after, changed, _ = self.rotate("edge")
        assert {name for name, _ in changed} == {f"{NAME}-edge-tls"}, changed
        assert restarts(self.release.pods()) == pods, "pods restarted for the edge's certificate"
        self.verified(after[f"{NAME}-edge-tls"]["tls.crt"])
        self.works()

    def verified(self, leaf):
        call("openssl", "verify", "-CAfile", self.release.authority(), "/dev/stdin", stdin=leaf)

    # --- the authority, in stages ------------------------------------------------------------------------------------

    def served(self):
        """The certificate that the server shows now."""
        person = Person(self.release)
        connection = person.connect()
        connection.connect()
        try:
            return connection.sock.getpeercert(binary_form=True)
        finally:
            connection.close()

    def stage(self, number):
        """One run of init and an upgrade. Somebody who trusts the ConfigMap's authorities connects all the while."""
        seen = self.served()
        with Caller(self.release) as caller:
            before, after, changed, said = self.rotate("ca")
            assert f"{number} of 3" in said, said
            if number == 2:
                assert before[f"{NAME}-tls-server"]["tls.crt"] != after[f"{NAME}-tls-server"]["tls.crt"]
                wait_until("the server shows its new certificate", lambda: self.served() != seen, REACHES_PODS)
            self.wait_for_files()
            if number == 2:
                # The database looks at its files every 20 s.
                time.sleep(22)
            self.reconnect()
        assert not caller.failures, caller.failures[:3]
        assert caller.done >= 5, f"only {caller.done} connections: that proves little"
        self.works()
        return before, after, changed

    def wait_for_files(self):
        """Until the pods have the new bundle: what init advises to wait for."""
        bundle = self.release.secret(f"{NAME}-tls-postgres")

        def arrived():
            found = self.release.kubectl("exec", f"{NAME}-postgres-0", "-c", "postgres", "--", "cat", "/run/cytomine/tls/ca.crt", "/run/cytomine/tls/tls.crt")
            return found.split() == (bundle["ca.crt"] + bundle["tls.crt"]).split()

        wait_until("the database's pod has the new files", arrived, REACHES_PODS)

    def reconnect(self):
        """Ends the servers' connections to the database: they must make new ones, and check its certificate again."""
        self.release.rows("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'cytomine'")
        wait_until("the server has its database again", lambda: self.answers(), 30)

    def answers(self):
        return Person(self.release).get("/server/ping").status == 200 and self.signed(self.release.secret(f"{NAME}-app")) == 200

    def authority_1(self):
        self.old_authority = self.release.authority().read_text()
        pods = restarts(self.release.pods())
        before, after, changed = self.stage(1)
        trusted = self.release.authority().read_text()
        assert trusted.count("BEGIN CERTIFICATE") == 2 and self.old_authority.strip() in trusted
        assert {name for name, key in changed if key != "ca.crt"} <= {f"{NAME}-tls-ca"}, changed
        assert restarts(self.release.pods()) == pods, "pods restarted"

    def authority_2(self):
        pods = restarts(self.release.pods())
        before, after, changed = self.stage(2)
        renewed = {name for name, key in changed if key == "tls.crt"}
        assert renewed == LEAVES & set(after) | {f"{NAME}-tls-ca", f"{NAME}-edge-tls"}, renewed
        assert restarts(self.release.pods()) == pods, "pods restarted"

    def authority_3(self):
        before, after, changed = self.stage(3)
        trusted = self.release.authority().read_text()
        assert trusted.count("BEGIN CERTIFICATE") == 1 and trusted.strip() != self.old_authority.strip()
        for name in LEAVES & set(after):
            self.verified(after[name]["tls.crt"])
            old = self.release.folder / "old.crt"
            old.write_text(self.old_authority)
            done = call("openssl", "verify", "-CAfile", old, "/dev/stdin", stdin=after[name]["tls.crt"], check=False)
            assert done.returncode != 0, f"{name} is still of the old authority"

    def sealing(self):
        """What stored data is sealed with survives `--rotate all`."""
        app = self.release.secret(f"{NAME}-app")
        call(BINARY, "init", "--rotate", "all", "--namespace", self.release.namespace, cwd=self.release.chart)
        text = self.release.values.read_text()
        assert app["server-key"] in text and app["backup-phrase"] in text, "a key that seals data was made anew"
        assert app["admin-password"] not in text


class Caller(Worker):
    """Connects anew each time, trusting what the ConfigMap holds at that moment."""

    def __init__(self, release):
        super().__init__(0.2)
        self.release, self.address = release, release.address()

    def act(self):
        status = Person(self.release, self.address).get("/server/ping").status
        assert status == 200, status


CASES = [
    ("admin-password: it alone changes, the old one is refused", Rotations.admin_password),
    ("api-keys: they alone change, requests signed with the old ones are refused", Rotations.api_keys),
    ("database: the roles' passwords change, the old ones are refused", Rotations.database),
    ("edge: its certificate alone changes, and no pod restarts", Rotations.edge),
    ("ca, stage 1: the coming authority is trusted", Rotations.authority_1),
    ("ca, stage 2: it signs; servers show new certificates without a restart", Rotations.authority_2),
    ("ca, stage 3: the old authority is trusted no more", Rotations.authority_3),
    ("all: what seals stored data stays", Rotations.sealing),
]


def main():
    suite = Suite()
    with Release(suite) as release:
        if suite.case("installed by the three steps", release.three_steps):
            rotations = suite.case("a slide and an annotation", Rotations, release)
            chain(suite, CASES, rotations)
    suite.finish()


if __name__ == "__main__":
    main()
