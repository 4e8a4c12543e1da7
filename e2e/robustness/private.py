"""What others on the machine may read of the data: nothing, whatever the umask and the folder were before."""
import os
import stat

from _http import Client
from _lib import SLIDE, Place, Server, Suite, databases, run


def modes(folder):
    """Path and permissions of a folder and of all below it."""
    found = {str(folder): stat.S_IMODE(folder.lstat().st_mode)}
    for path in folder.rglob("*"):
        found[str(path)] = stat.S_IMODE(path.lstat().st_mode)
    return found


def nobody_else_reads_the_data(place):
    """A server started with no umask on an open folder closes it, and what it writes is its own."""
    before = os.umask(0)
    try:
        place.data.mkdir(mode=0o777)
        with Server(place) as server:
            admin = Client(server.url).sign_in(server.password)
            storage = admin.get("/api/storage.json").ok()["collection"][0]["id"]
            admin.upload(SLIDE.name, SLIDE.read_bytes(), f"?idStorage={storage}").ok()
            found = modes(place.data)
    finally:
        os.umask(before)
    assert len(found) > 3, found
    open_to_others = {path: oct(mode) for path, mode in found.items() if mode & 0o077}
    assert not open_to_others, open_to_others


def an_open_key_is_refused(place):
    """A key that others can have read seals nothing."""
    key = place.folder / "open.key"
    key.write_text(os.urandom(32).hex() + "\n")
    key.chmod(0o644)
    done = run("user", "list", "--data", str(place.folder / "other"), "--key-file", str(key), check=False)
    assert done.returncode and "chmod 600" in done.stderr, done.stderr


def main():
    suite = Suite()
    for kind in databases(suite):
        with Place(kind) as place:
            suite.case(f"{kind}: nobody else reads the data", nobody_else_reads_the_data, place)
            suite.case(f"{kind}: a key that others can read is refused", an_open_key_is_refused, place)
    suite.finish()


if __name__ == "__main__":
    main()
