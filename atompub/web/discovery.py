"""Where programs that know the site's address alone find the rest of it."""

from collections.abc import Callable
from dataclasses import dataclass

import falcon

from atompub.formats.opensearch import DESCRIPTION_TYPE, render_description
from atompub.formats.rsd import RSD_TYPE, render_rsd
from atompub.urls import Urls
from atompub.web import answers
from atompub.web.resource import Resource, known


@dataclass(frozen=True, slots=True)
class DiscoveryResource(Resource):
    """A document that nothing but the site's address decides."""

    content_type: str
    render: Callable[[Urls], bytes]

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The document."""
        resp.set_header("Cache-Control", answers.PUBLIC)
        answers.show(req, resp, self.content_type, self.render(known(req).urls))

    on_head = on_get


def rsd() -> DiscoveryResource:
    """`/rsd.xml`."""
    return DiscoveryResource(RSD_TYPE, render_rsd)


def opensearch() -> DiscoveryResource:
    """`/opensearch.xml`."""
    return DiscoveryResource(DESCRIPTION_TYPE, render_description)
