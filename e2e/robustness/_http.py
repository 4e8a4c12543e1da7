"""A small client of the API: sessions or signed requests, JSON, uploads. Standard library only."""
import base64
import hashlib
import hmac
import http.client
import io
import json
import ssl
import time
import urllib.parse
import uuid


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        """The body as JSON."""
        try:
            return json.loads(self.body)
        except ValueError as cause:
            raise AssertionError(f"status {self.status}, no JSON: {self.body[:300]!r}") from cause

    def ok(self):
        """The JSON of a success."""
        assert self.status == 200, f"status {self.status}: {self.body[:500]!r}"
        return self.json()


class Client:
    """Speaks to one server over one kept connection; not for several threads at once."""

    def __init__(self, url, timeout=60):
        self.url = url.rstrip("/")
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port, self.tls = parts.hostname, parts.port, parts.scheme == "https"
        self.timeout = timeout
        self.cookie, self.keys, self.connection = None, None, None

    def sign_in(self, password, username="admin"):
        """Opens a session by password."""
        answer = self.send("POST", "/session", {"username": username, "password": password})
        answer.ok()
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return self

    def sign_with(self, keys):
        """Signs every request from now on with `{"publicKey", "privateKey"}`."""
        self.keys = (keys["publicKey"], keys["privateKey"])
        return self

    def again(self, url=None):
        """The same person on a connection of its own, perhaps to another server."""
        other = Client(url or self.url, self.timeout)
        other.cookie, other.keys = self.cookie, self.keys
        return other

    def connect(self):
        """A new connection."""
        if self.tls:
            context = ssl._create_unverified_context()  # noqa: S323 - certificates of tests are self-signed
            return http.client.HTTPSConnection(self.host, self.port, timeout=self.timeout, context=context)
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)

    def headers(self, method, content_type):
        """Credentials and the headers that they need."""
        headers = {"Origin": self.url}
        if content_type:
            headers["Content-Type"] = content_type
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.keys:
            headers["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
            text = f"{method}\n\n{content_type}\n{headers['Date']}"
            digest = hmac.new(self.keys[1].encode(), text.encode(), hashlib.sha1).digest()
            headers["Authorization"] = f"CYTOMINE {self.keys[0]}:{base64.b64encode(digest).decode()}"
        return headers

    def send(self, method, path, body=None, content_type=None, headers=None):
        """Sends a request; `body` is JSON unless it is bytes or has a content type."""
        if body is not None and content_type is None:
            body, content_type = json.dumps(body), "application/json"
        all_headers = {**self.headers(method, content_type or ""), **(headers or {})}
        for attempt in (1, 2):
            if self.connection is None:
                self.connection, fresh = self.connect(), True
            else:
                fresh = False
            try:
                self.connection.request(method, path, body, all_headers)
                response = self.connection.getresponse()
                return Answer(response.status, response.headers, response.read())
            except (OSError, http.client.HTTPException):
                self.close()
                # A kept connection may have been closed by the other side meanwhile; a fresh one may not.
                if fresh or attempt == 2 or method != "GET":
                    raise
        raise AssertionError("unreachable")

    def get(self, path):
        """GET."""
        return self.send("GET", path)

    def post(self, path, body):
        """POST of JSON."""
        return self.send("POST", path, body)

    def put(self, path, body):
        """PUT of JSON."""
        return self.send("PUT", path, body)

    def delete(self, path):
        """DELETE."""
        return self.send("DELETE", path)

    def upload(self, name, content, query="", path="/upload", pause=None):
        """Uploads bytes under a name; `pause(sent, all)` is called between the pieces of 64 KiB."""
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="files[]"; filename="{name}"\r\n'
        body = f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
        content_type = f"multipart/form-data; boundary={boundary}"
        headers = {**self.headers("POST", content_type), "Content-Length": str(len(body))}
        # On a connection of its own: a refusal may come before the last byte is sent.
        connection = self.connect()
        try:
            connection.putrequest("POST", f"{path}?{query}")
            for header, value in headers.items():
                connection.putheader(header, value)
            connection.endheaders()
            reader, sent = io.BytesIO(body), 0
            while piece := reader.read(65536):
                connection.send(piece)
                sent += len(piece)
                if pause:
                    pause(sent, len(body))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def close(self):
        """Closes the kept connection."""
        if self.connection:
            self.connection.close()
            self.connection = None


def message(answer):
    """The text of an error, in any of the forms that the API has."""
    body = answer.json()
    if isinstance(body, list):
        return body[0]["error"]
    errors = body["errors"]
    return errors["message"] if isinstance(errors, dict) else errors
