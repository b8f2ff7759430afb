"""The question whether an app may act for somebody: asked in plain words, answered by a form of ours.

Nobody is sent on before they are signed in and only ever to an address that the app registered, so that this page is
no way to send people anywhere (RFC 9700, section 4.11). It cannot be framed, and its form leads to that address alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from multidict import MultiDict

from rossgram_fed.config import Settings
from rossgram_fed.instance import INSTANCE
from rossgram_fed.oauth.authorizing import PARAMETERS, Client, client_from, question_from
from rossgram_fed.oauth.codes import give_code
from rossgram_fed.oauth.redirects import Mode, form_target, shown, with_answer
from rossgram_fed.oauth.refusals import OAuthRefusal
from rossgram_fed.oauth.words import in_words
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import BadRequest
from rossgram_fed.web.forms import Form
from rossgram_fed.web.headers import CONTENT_SECURITY_POLICY, WITH_OWN_SCRIPTS
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Viewer, signed_in, viewer_of
from rossgram_fed.web.throttle import Limit, count_try

BY_USER = Limit("authorize:user", tries=60, minutes=15)
_YES = frozenset({"1", "t", "true", "yes", "on"})


async def ask(request: web.Request) -> web.StreamResponse:
    """``GET /oauth/authorize``: who asks, what for, and as whom you would answer; after signing in, if need be."""
    client = await client_from(request.app[INSTANCE].database, request.query)
    viewer = await viewer_of(request)
    again = request.query.get("force_login", "").lower() in _YES
    if viewer is None or again:
        return await _sign_in(request, client)
    try:
        question = question_from(client, request.query, admin=viewer.is_admin)
    except OAuthRefusal as refusal:
        return await _answer(request, client, {"error": refusal.error, "error_description": refusal.sentence})
    response = await render(
        request,
        "oauth/authorize.html",
        app=client.app,
        permissions=in_words(question.scopes),
        carried=_carried(request.query),
        goal="" if client.out_of_band else shown(client.redirect_uri),
        other=str(request.rel_url.update_query(force_login="true")),
    )
    if not client.out_of_band:
        response.headers["Content-Security-Policy"] = _leading_to(CONTENT_SECURITY_POLICY, client)
    return response


@signed_in
async def answer(request: web.Request, viewer: Viewer) -> web.StreamResponse:
    """``POST /oauth/authorize``: the answer, yes or no."""
    instance, form = request.app[INSTANCE], form_of(request)
    client = await client_from(instance.database, form.values)
    try:
        question = question_from(client, form.values, admin=viewer.is_admin)
    except OAuthRefusal as refusal:
        return await _answer(request, client, {"error": refusal.error, "error_description": refusal.sentence})
    if form.value("answer") != "allow":
        refused = {"error": "access_denied", "error_description": "The person said no."}
        return await _answer(request, client, refused)
    await count_try(instance, BY_USER, subject=str(viewer.user_id))
    async with instance.change() as change:
        code = await give_code(
            change,
            app_id=client.app.id,
            user_id=viewer.user_id,
            redirect_uri=client.redirect_uri,
            scopes=question.scopes,
            challenge=question.challenge,
        )
    if client.out_of_band:
        return _not_kept(await render(request, "oauth/code.html", app=client.app, code=code))
    return await _answer(request, client, {"code": code})


async def _sign_in(request: web.Request, client: Client) -> web.StreamResponse:
    """Show the form to sign in right here: as a parameter of another address, this one could become too long."""
    goal = str(request.rel_url.update_query(MultiDict(_carried(request.query))).without_query_params("force_login"))
    return await render(request, "oauth/sign_in.html", form=Form(), next=goal, app=client.app)


def _carried(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in PARAMETERS if name in given}


async def _answer(request: web.Request, client: Client, answer: dict[str, str]) -> web.StreamResponse:
    """Send somebody back to the app with an answer, to an address that it registered."""
    if client.out_of_band:
        if answer["error"] == "access_denied":
            return await render(request, "oauth/refused.html", app=client.app)
        raise BadRequest(f"The app that sent you here made a mistake: {answer['error_description']}")
    answer = {
        **answer,
        **({"state": client.state} if client.state else {}),
        "iss": issuer(request.app[INSTANCE].settings),
    }
    if client.mode is Mode.FORM_POST:
        page = await render(request, "oauth/post.html", app=client.app, action=client.redirect_uri, answer=answer)
        page.headers["Content-Security-Policy"] = _leading_to(WITH_OWN_SCRIPTS, client)
        return _not_kept(page)
    goal = with_answer(client.redirect_uri, answer, mode=client.mode)
    headers = {"Location": goal, "Content-Security-Policy": _leading_to(CONTENT_SECURITY_POLICY, client)}
    return _not_kept(web.Response(status=303, headers=headers))


def _leading_to(policy: str, client: Client) -> str:
    """Return a policy whose forms may also lead to the app: Chromium asks it about redirects that follow a form."""
    return policy.replace("form-action 'self'", f"form-action 'self' {form_target(client.redirect_uri)}")


def _not_kept(response: web.Response) -> web.Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def issuer(settings: Settings) -> str:
    """Return who we are to apps (RFC 8414, section 2; RFC 9207)."""
    return f"{settings.base_url}/"
