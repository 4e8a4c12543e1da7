"""Who and what is in the scenario: people by name, and ids by the nouns of addresses."""
import urllib.parse

from _http import Client
from _record import Person, nobody

PASSWORD = "correct horse battery"


class World:
    """The people and the ids that the stories make and the tables use."""

    def __init__(self, recorder, password):
        self.recorder, self.url = recorder, recorder.url
        self.people = {"anonymous": nobody(recorder.url)}
        self.ids = {}
        self.password = password

    def __getitem__(self, name):
        return self.people[name]

    def play(self, name, who, request, body=..., **options):
        """A step; `who` is a person's name. See `Recorder.play`."""
        if body is not ...:
            options["body"] = body
        return self.recorder.play(name, self.people[who], request, **options)

    def sign_in(self, name, username, password):
        """Opens a session, as a recorded step, and keeps who has it as a person."""
        person = Person(name, Client(self.url))
        self.recorder.play(f"sign-in {name}", person, "POST /session", {"username": username, "password": password})
        answer = self.recorder.steps[-1].answer
        assert answer.status == 200, answer.body
        person.client.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.people[name] = person
        person.id = answer.json()["user"]["id"]
        return person

    def with_keys(self, name, keys, generation):
        """A person who signs requests as a generation of clients does."""
        person = Person(name, Client(self.url).sign_with(keys), generation)
        self.people[name] = person
        return person

    def life(self, noun, who, address, body, changes, *, undo=True, name=None):
        """A thing from its making to its end, with every step undone and done again."""
        step = name or noun
        made = self.play(f"{step} create", who, f"POST /api/{address}.json", body)
        thing = f"/api/{address}/{made['data']['id']}"
        self.play(f"{step} get", who, f"GET {thing}.json")
        for number, change in enumerate(changes, 1):
            self.play(f"{step} change {number}", who, f"PUT {thing}.json", change)
        if undo:
            self.there_and_back(f"{step} change", who, thing)
        gone = self.play(f"{step} delete", who, f"DELETE {thing}.json")
        self.play(f"{step} get deleted", who, f"GET {thing}.json")
        self.play(f"{step} change deleted", who, f"PUT {thing}.json", changes[0] if changes else {})
        self.play(f"{step} delete again", who, f"DELETE {thing}.json")
        if undo:
            self.there_and_back(f"{step} delete", who, thing)
            command = gone["command"]
            for what in ("undo", "undo again", "redo", "redo again"):
                self.play(f"{step} delete {what} by number", who, f"GET /api/command/{command}/{what.split()[0]}.json")
            command = made["command"]
            for what in ("undo", "redo"):
                self.play(f"{step} create {what} by number", who, f"GET /api/command/{command}/{what}.json")
            self.play(f"{step} get at the end", who, f"GET {thing}.json")

    def there_and_back(self, step, who, thing):
        """Undo, look, redo, look."""
        for what in ("undo", "redo"):
            self.play(f"{step} {what}", who, f"GET /api/command/{what}.json")
            self.play(f"{step} get after {what}", who, f"GET {thing}.json")

    def path(self, template, first=None, second=None):
        """The address of a route with ids in its gaps: `{id}` is of the noun before it. The first two may be given."""
        noun, filled, given = "", [], [second, first]
        for segment in template.split("/"):
            if not segment.startswith("{"):
                noun = segment
                filled.append(segment)
                continue
            value = given.pop() if given else None
            if value is None and segment == "{property}":
                value = self.ids[f"property of {template.split('/')[2]}"]
            filled.append(urllib.parse.quote(str(self.gap(segment[1:-1], noun) if value is None else value)))
        return "/".join(filled)

    def gap(self, name, noun):
        """What stands in a gap of an address after a noun."""
        if name in ("id", "key", "role"):
            return self.ids[noun]
        if name == "picture":
            return "crop.png" if "annotation" in noun else "thumb.png"
        fixed = {"user": self.ids["member"], "term": self.ids["term"], "term1": self.ids["term"],
            "term2": self.ids["child"],
                 "class": "be.cytomine.domain.project.Project", "image": self.ids["imageinstance"],
                 "relation": "parent", "file": "macro.png", "tile": "0_0.jpg", "ty": "0.jpg"}
        return fixed.get(name, 0)

    def query(self, template):
        """The parameters without which a list cannot be read."""
        if template.endswith("/included"):
            return "?geometry=" + urllib.parse.quote("POLYGON ((0 0, 0 2000, 2000 2000, 2000 0, 0 0))")
        if template in ("/api/annotation", "/api/userannotation", "/api/annotation/search"):
            return f"?project={self.ids['project']}"
        if template.endswith("/property/key"):
            return f"?idProject={self.ids['project']}"
        if template.endswith("/annotationposition"):
            return "?key=grade"
        if template == "/api/signature":
            return "?method=GET&date=now"
        return ""
