"""The service document and the category documents."""

from dataclasses import dataclass

import falcon

from atompub.atom.service import (
    CATEGORIES_TYPE,
    SERVICE_TYPE,
    render_categories,
    render_service,
)
from atompub.errors import NotFound, Unauthenticated
from atompub.publishing import Publishing
from atompub.web import answers
from atompub.web.conditional import Validators
from atompub.web.resource import Resource, known


@dataclass(frozen=True, slots=True)
class ServiceResource(Resource):
    """`/atom/`: what the account sees of the workspaces (RFC 5023 section 8)."""

    publishing: Publishing

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The service document; 401 when there is nothing for an anonymous request."""
        context = known(req)
        site, workspaces = self.publishing.overview(context.account)
        if context.account is None and not any(found for _, found in workspaces):
            raise Unauthenticated("sign in to see the collections")
        # A token may see less than its account.
        who = (context.account.token or context.account.id) if context.account else "r"
        view = f"{who}-{answers.fingerprint(context.urls.base)}"
        validators = Validators(f"{site.epoch}-{site.sequence}", view, site.modified)
        if answers.is_fresh(req, resp, validators, cache=answers.PRIVATE, vary="Authorization"):
            return
        answers.show(req, resp, SERVICE_TYPE, render_service(workspaces, context.urls))

    on_head = on_get


@dataclass(frozen=True, slots=True)
class CategoriesResource(Resource):
    """`/atom/-/categories/{collection}`: a collection's categories (RFC 5023 section 7)."""

    publishing: Publishing

    def on_get(self, req: falcon.Request, resp: falcon.Response, collection: str) -> None:
        """The category document."""
        context = known(req)
        found, _ = self.publishing.collection(context.account, collection)
        if found.settings.categories is None:
            raise NotFound(f"{found.name} offers no categories")
        view = f"c-{answers.fingerprint(context.urls.base)}"
        validators = Validators(f"{found.epoch}-{found.sequence}", view, found.modified)
        if answers.is_fresh(req, resp, validators, cache=answers.PRIVATE, vary="Authorization"):
            return
        answers.show(req, resp, CATEGORIES_TYPE, render_categories(found.settings.categories))

    on_head = on_get
