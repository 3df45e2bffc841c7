"""The reference: a Falcon application that answers with fixed bytes, under the same server."""

import os

import falcon


class Constant:
    """The bytes and fields of one answer, taken from the real server."""

    def __init__(self, body, fields, not_modified):
        self._body, self._fields, self._not_modified = body, fields, not_modified

    def on_get(self, _, resp):
        """The answer."""
        for name, value in self._fields.items():
            resp.set_header(name, value)
        if self._not_modified:
            resp.status = falcon.HTTP_304
        else:
            resp.data = self._body


def application(folder):
    """`/feed` and `/entry` answer 200, `/unchanged` 304, with what a folder's files hold."""
    made = falcon.App()
    for name in ("feed", "entry", "unchanged"):
        with open(os.path.join(folder, name), "rb") as file:
            body = file.read()
        with open(os.path.join(folder, f"{name}.fields")) as file:
            fields = dict(line.rstrip("\n").split(": ", 1) for line in file)
        made.add_route(f"/{name}", Constant(body, fields, name == "unchanged"))
    return made


app = application(os.environ["CONSTANT"])
