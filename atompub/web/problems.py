"""The pages that problem types resolve to (RFC 9457 section 4)."""

from dataclasses import dataclass

import falcon

from atompub.errors import AtomPubError, NotFound
from atompub.html.pages import Pages
from atompub.web import answers
from atompub.web.errors import STATUS, Status
from atompub.web.resource import Resource, known


@dataclass(frozen=True, slots=True)
class ProblemResource(Resource):
    """`/-/problems/{kind}`: what a kind of problem means."""

    pages: Pages

    def on_get(self, req: falcon.Request, resp: falcon.Response, kind: str) -> None:
        """The explanation: what the error's class says of itself."""
        for error, status in STATUS.items():
            if status.kind == kind:
                resp.set_header("Cache-Control", answers.PUBLIC)
                page = self.pages.problem(status.title, _explained(error, status), known(req).urls)
                answers.show_page(req, resp, page)
                return
        raise NotFound("there is no such kind of problem")

    on_head = on_get


def _explained(error: type[AtomPubError], status: Status) -> str:
    told = " ".join((error.__doc__ or "").replace("`", "").split())
    return f"Status {status.code}. {told}"
