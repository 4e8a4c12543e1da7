"""Accounts, roles, keys, sessions."""
from _world import PASSWORD

MEMBERS = ("alice", "bob", "gwen", "eve")


def story(w):
    """Makes the people of all other stories."""
    w.play("anonymous session", "anonymous", "GET /session")
    w.play("sign-in without name", "anonymous", "POST /session", {})
    w.play("sign-in without body", "anonymous", "POST /session")
    w.play("sign-in wrong types", "anonymous", "POST /session", {"username": ["admin"], "password": 5})
    w.play("sign-in an array", "anonymous", "POST /session", [])
    w.play("sign-in no JSON", "anonymous", "POST /session", "{")
    w.play("sign-in wrong password", "anonymous", "POST /session", {"username": "admin", "password": "no"})
    w.play("sign-in unknown name", "anonymous", "POST /session", {"username": "nobody", "password": "no"})
    foreign = {"Origin": "http://evil.example"}
    w.play("sign-in foreign page", "anonymous", "POST /session", {"username": "admin", "password": "no"},
        headers=foreign)
    for _ in range(10):
        w["anonymous"].send("POST", "/session", b'{"username":"flood","password":"no"}', "application/json", None)
    wait = [(r"Wait \d+ seconds", "Wait <n> seconds"), (r'("retryAfter":)\d+', r"\1<n>"), (r'("seconds":")\d+', r"\1<n>"),
        (r"(retry-after: )\d+", r"\1<n>")]
    w.play("sign-in too often", "anonymous", "POST /session", {"username": "flood", "password": "no"}, hidden=wait)
    w.recorder.name(w.sign_in("admin", "admin", w.password).id, "admin")
    w.play("session of admin", "admin", "GET /session")
    accounts(w)
    keys(w)
    roles(w)
    sessions(w)


def accounts(w):
    """Accounts are made, found, changed, deleted."""
    for name in (*MEMBERS, "adam"):
        body = {"username": name, "firstname": name.title(), "lastname": "Li", "email": f"{name}@example.org",
                "password": PASSWORD}
        if name == "gwen":
            body["role"] = "ROLE_GUEST"
        if name == "adam":
            body |= {"role": "ROLE_ADMIN", "language": "FR", "isDeveloper": "True"}
        made = w.play(f"user {name} create", "admin", "POST /api/user.json", body, names={name: "data.id"})
        w.ids[name] = made["data"]["id"]
        w.sign_in(name, name, PASSWORD)
    w.ids |= {"user": w.ids["alice"], "member": w.ids["bob"]}
    user = f"/api/user/{w.ids['alice']}"
    for who in ("alice", "bob", "gwen", "admin", "anonymous"):
        w.play(f"user alice get as {who}", who, f"GET {user}.json")
        w.play(f"user list as {who}", who, "GET /api/user.json")
        w.play(f"user current as {who}", who, "GET /api/user/current.json")
    for name in ("alice", "ALICE", "nobody"):
        w.play(f"user get by name {name}", "bob", f"GET /api/user/{name}.json")
    body = {"username": "carol", "firstname": "Carol", "lastname": "Ng", "email": "carol@example.org",
        "password": PASSWORD}
    w.life("user", "admin", "user", body, [{"firstname": "C."}, {"lastname": None, "enabled": "false"},
        {"role": "ROLE_ADMIN"}])
    bad = {"no name": {"password": "x"}, "empty name": {"username": " ", "password": "x"},
        "taken": {"username": "alice"},
           "no mail": {"username": "d1", "email": "x"}, "unknown role": {"username": "d2", "role": "ROLE_KING"},
           "number as name": {"username": 5, "password": 6}, "long name": {"username": "x" * 300}}
    for step, body in bad.items():
        w.play(f"user create {step}", "admin", "POST /api/user.json", body)
    many = [{"username": "e1", "password": "x"}, {"username": "alice"}, {"username": "e2", "password": "x"}, 7, None]
    w.play("user create many", "admin", "POST /api/user.json", many)
    w.play("user create none", "admin", "POST /api/user.json", [])
    w.play("user create as alice", "alice", "POST /api/user.json", {"username": "mine"})
    w.play("user change own", "alice", f"PUT {user}.json", {"firstname": "Al", "isDeveloper": 1, "language": "NL"})
    w.play("user change own role", "alice", f"PUT {user}.json", {"role": "ROLE_ADMIN"})
    w.play("user change own password without the old", "alice", f"PUT {user}.json", {"password": "new"})
    w.play("user change other", "bob", f"PUT {user}.json", {"firstname": "Eve"})
    w.play("user change as admin", "admin", f"PUT {user}.json", {"firstname": "Alice", "id": w.ids["alice"]})
    w.play("user delete as bob", "bob", f"DELETE {user}.json")
    w.play("user delete oneself", "admin", f"DELETE /api/user/{w['admin'].id}.json")
    for step, query in {"like": "fullName[ilike]=al", "like encoded": "fullName%5Bilike%5D=LI",
        "unknown filter": "x[y]=1",
                        "sorted": "sort=username&order=desc", "by role": "sort=role&order=asc",
                        "by mail": "sort=email"}.items():
        w.play(f"user list {step}", "bob", f"GET /api/user.json?{query}")


def keys(w):
    """Key pairs, and requests signed with them by both generations of clients."""
    pair = w.play("keys own", "alice", "GET /api/user/current/keys.json")
    w.ids["userkey"] = pair["publicKey"]
    for who in ("alice", "bob", "admin"):
        w.play(f"keys of alice by id as {who}", who, f"GET /api/user/{w.ids['alice']}/keys.json")
        w.play(f"keys of alice by name as {who}", who, "GET /api/user/alice/keys.json")
        w.play(f"keys of alice by key as {who}", who, f"GET /api/userkey/{pair['publicKey']}/keys.json")
    w.play("keys by unknown key", "admin", "GET /api/userkey/nothing/keys.json")
    for step, query in {"plain": "method=GET&date=now", "all": "method=POST&date=now&content-type=a/b&content-MD5=c",
                        "path": "method=GET&date=now&forwardURI=/api/x&queryString=a=b", "nothing": ""}.items():
        signed = [(r'("signature":")[^"]+', r"\1<signature>")]
        w.play(f"signature {step}", "alice", f"GET /api/signature.json?{query}", hidden=signed)
    for generation in (3, 4):
        name = f"alice by key, {generation}.x"
        w.with_keys(name, pair, generation)
        w.play(f"signed {generation}.x get", name, "GET /api/user/current.json?max=0")
        w.play(f"signed {generation}.x post", name, "POST /api/storage.json", {"name": f"By key {generation}"})
        w.play(f"signed {generation}.x session", name, "GET /session")
    w.with_keys("forger", pair | {"privateKey": "0b2b0c9d-0000-4000-8000-000000000000"}, 4)
    w.play("signed forged", "forger", "GET /api/user/current.json")
    w.with_keys("stranger", {"publicKey": "x", "privateKey": "y"}, 4)
    w.play("signed by nobody", "stranger", "GET /api/user/current.json")
    w.play("keys rotate", "bob", "POST /api/user/current/keys.json")
    w.play("keys rotate anonymous", "anonymous", "POST /api/user/current/keys.json")


def roles(w):
    """Roles and who has them."""
    w.play("role list", "bob", "GET /api/role.json")
    for role in (1, 3, 9, "x"):
        w.play(f"role get {role}", "bob", f"GET /api/role/{role}.json")
    w.ids["role"] = 2
    of_bob, of_eve = f"/api/user/{w.ids['bob']}/role", f"/api/user/{w.ids['eve']}/role"
    w.play("roles of bob", "eve", f"GET {of_bob}.json")
    w.play("roles of adam highest", "eve", f"GET /api/user/{w.ids['adam']}/role.json?highest=true")
    w.play("roles of nobody", "eve", "GET /api/user/999999999999/role.json")
    for step, body in {"admin": {"user": w.ids["eve"], "role": 3}, "as text": {"roleId": "3"}, "super": {"role": 4},
                       "unknown": {"role": 99}, "missing": {}, "wrong": {"role": "king"}, "again": {"role": 2}}.items():
        w.play(f"role grant {step}", "admin", f"POST {of_eve}.json", body)
    w.play("role grant as bob", "bob", f"POST {of_bob}.json", {"role": 3})
    w.play("role of eve", "bob", f"GET {of_eve}/3.json")
    w.play("role revoke", "admin", f"DELETE {of_eve}/3.json")
    w.play("role revoke undo", "admin", "GET /api/command/undo.json")
    w.play("role revoke redo", "admin", "GET /api/command/redo.json")
    w.play("role revoke again", "admin", f"DELETE {of_eve}/3.json")
    for role in ("ROLE_ADMIN", "1", "2", "KING", "99"):
        w.play(f"role define {role}", "admin", f"PUT {of_eve}/{role}/define.json")
    w.play("role define as bob", "bob", f"PUT {of_bob}/3/define.json")
    w.play("role define own", "admin", f"PUT /api/user/{w['admin'].id}/role/1/define.json")


def sessions(w):
    """Admin sessions, passwords, signing out."""
    for prefix in ("/api", ""):
        for ending in ("", ".json"):
            for what in ("info", "close", "open"):
                for who in ("admin", "bob", "gwen", "anonymous"):
                    w.play(f"admin session {prefix}{what}{ending} {who}", who,
                        f"GET {prefix}/session/admin/{what}{ending}")
    w.play("adam closes", "adam", "GET /session/admin/close.json")
    password = f"/api/user/{w.ids['eve']}/password.json"
    for step, who, body in (("without the old", "eve", {"password": "n"}),
        ("wrong old", "eve", {"oldPassword": "x", "password": "n"}),
                            ("missing", "eve", {"oldPassword": PASSWORD}), ("of another", "bob", {"password": "n"}),
                            ("empty", "eve", {"oldPassword": PASSWORD, "password": ""}),
                            ("as adam closed", "adam", {"password": "n"}),
                            ("right", "eve", {"oldPassword": PASSWORD, "password": "second"}),
                            ("as admin", "admin", {"password": "third"})):
        w.play(f"password {step}", who, f"PUT {password}", body)
    w.play("session ended by password", "eve", "GET /session")
    w.sign_in("eve again", "eve", "third")
    w.play("sign-out foreign page", "eve again", "DELETE /session", headers={"Origin": "http://evil.example"})
    w.play("sign-out", "eve again", "DELETE /session")
    w.play("sign-out again", "eve again", "DELETE /session")
    w.people["eve"] = w.sign_in("eve once more", "eve", "third")
    w.people["eve"].name = "eve"
