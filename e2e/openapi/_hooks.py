"""What schemathesis loads: who signs requests, things made for those that use them up, and the statuses seen."""
import base64
import hashlib
import hmac
import json
import os
import time

import schemathesis
from _http import Client
from _world import Things, load
from schemathesis.core.parameters import ParameterLocation

STATE = load(os.environ["CYTOMINE_OPENAPI_STATE"])
THINGS = Things(STATE)
SEEN = open(os.environ["CYTOMINE_OPENAPI_SEEN"], "a", buffering=1)
# Requests that end a session or replace a key, and those about the admin session, are sent by an account that nothing
# else uses.
ENDING = ("/session", "/api/user/current/keys")
CREDENTIAL = os.environ["CYTOMINE_OPENAPI_CREDENTIAL"]


def signed(keys, method):
    """Headers as a client of the 4.x generation signs, without a content type."""
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
    digest = hmac.new(keys["privateKey"].encode(), f"{method}\n\n\n{date}".encode(), hashlib.sha1).digest()
    return {"Authorization": f"CYTOMINE {keys['publicKey']}:{base64.b64encode(digest).decode()}", "Date": date}


def cookie(name):
    """A new session of an account."""
    client = Client(STATE["url"]).sign_in(STATE["passwords"][name], name)
    client.close()
    return client.cookie.split("=", 1)


SESSION = cookie("schemathesis") if CREDENTIAL == "session" else None


@schemathesis.auth(refresh_interval=None)
class Account:
    """Signs each request, or gives it a session."""

    def get(self, case, context):
        """Whose request it is: the account's name."""
        path = case.operation.path
        return "spare" if "/admin/" in path or path in ENDING and case.method != "GET" else "schemathesis"

    def set(self, case, who, context):
        """Adds the credential."""
        if who == "spare" or SESSION:
            name, token = cookie(who) if who == "spare" else SESSION
            case.cookies = {**(case.cookies or {}), name: token}
            case.headers["Origin"] = STATE["url"]
        else:
            case.headers.update(signed(STATE["keys"][who], case.method))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts new things into requests that may use them up, unless the request is meant to be wrong at that place."""
    method, path = case.method.upper(), case.operation.path
    if method != case.operation.method.upper():
        return
    meta, gaps = case.meta, {}

    def right(place):
        return not (meta and meta.is_negative_at(place))

    if right(ParameterLocation.PATH):
        gaps = THINGS.for_path(method, path)
        here = {gap: value for gap, value in gaps.items() if "{" + gap + "}" in path}
        if here:
            case.path_parameters = {**case.path_parameters, **here}
    if right(ParameterLocation.QUERY) and (query := THINGS.for_query(method, path, gaps)):
        case.query = {**(case.query or {}), **query}
    if isinstance(case.body, dict) and right(ParameterLocation.BODY) and (body := THINGS.for_body(method, path, gaps)):
        case.body = {**case.body, **body}


@schemathesis.hook
def after_call(context, case, response):
    """Notes the status for the table."""
    if case.method.upper() == case.operation.method.upper():
        SEEN.write(json.dumps([case.operation.label, response.status_code]) + "\n")
