"""The rules for whole servers: a list, one rule at a time with what it would touch, and Mastodon's lists in and out."""

from __future__ import annotations

import logging

from aiohttp import web

from rossgram_fed.admin.domain_actions import lift_rule, set_rule
from rossgram_fed.admin.domain_csv import LONGEST_COMMENT, BadSheet, allows_csv, blocks_csv, host_from
from rossgram_fed.admin.domain_plans import carry_out, plan_of
from rossgram_fed.admin.domain_queries import effect_of
from rossgram_fed.admin.report_pages import staff_of
from rossgram_fed.config import Settings
from rossgram_fed.federation.domain_rules import Rule, all_rules
from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.accounts import Standing
from rossgram_fed.web.bodies import takes_uploads
from rossgram_fed.web.csrf import form_of
from rossgram_fed.web.errors import NotFound
from rossgram_fed.web.flash import see_other
from rossgram_fed.web.forms import Form
from rossgram_fed.web.rendering import render
from rossgram_fed.web.sessions import Handler, Viewer, admin_only

logger = logging.getLogger(__name__)

STANDINGS = {"limited": Standing.LIMITED, "suspended": Standing.SUSPENDED, "open": Standing.OPEN}
WORDS = {Standing.OPEN: "open", Standing.LIMITED: "limited", Standing.SUSPENDED: "suspended"}
SHOWN = 200
"""Lines of a list that the preview shows of each kind."""
LIST_BYTES = 1 << 20
PAGE = "/admin/domains"


@admin_only
async def listing(request: web.Request, viewer: Viewer) -> web.Response:
    """``GET /admin/domains``; with ``?host=``, that rule in the form, to be changed."""
    rules = await all_rules(request.app[INSTANCE].database)
    wanted = request.query.get("host", "")
    chosen = next((rule for rule in rules if rule.host == wanted), None)
    form = Form() if chosen is None else _form_of(chosen)
    return await _listing(request, form, rules, chosen=chosen)


@admin_only
async def decide(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/domains``: show what a rule would touch and, when that was shown, set it."""
    instance, form = request.app[INSTANCE], form_of(request)
    rule = _rule_from(form, instance.settings)
    if not form.ok:
        return await _listing(request, form, await all_rules(instance.database), status=422)
    if not form.flag("sure"):
        return await render(
            request,
            "admin/domain_sure.html",
            rule=rule,
            word=WORDS[rule.standing],
            form=form,
            effect=await effect_of(instance.database, rule.host),
            lifting=False,
        )
    async with instance.change() as change:
        await set_rule(change, staff_of(viewer), rule)
    logger.info("%s set the rule for %s: %s.", viewer.username, rule.host, WORDS[rule.standing])
    return see_other(PAGE, f"The rule for {rule.host} holds from now on.")


@admin_only
async def lift(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/domains/lift``: the same for taking a rule away."""
    instance, form = request.app[INSTANCE], form_of(request)
    host = form.text("host", most=255)
    rule = next((one for one in await all_rules(instance.database) if one.host == host), None)
    if rule is None:
        raise NotFound("There is no rule for that server (any more).")
    if not form.flag("sure"):
        effect = await effect_of(instance.database, host)
        return await render(
            request, "admin/domain_sure.html", rule=rule, word=WORDS[rule.standing], form=form, effect=effect,
            lifting=True,
        )  # fmt: skip
    async with instance.change() as change:
        await lift_rule(change, staff_of(viewer), host)
    logger.info("%s lifted the rule for %s.", viewer.username, host)
    return see_other(PAGE, f"There is no rule for {host} any more.")


@admin_only
@takes_uploads
async def import_list(request: web.Request, viewer: Viewer) -> web.Response:
    """``POST /admin/domains/import``: show what a list would change and, when that was shown, do it."""
    instance, form = request.app[INSTANCE], form_of(request)
    text = await _list_in(form)
    try:
        if not form.ok:
            raise BadSheet(form.errors["list"])
        if form.flag("sure"):
            async with instance.change() as change:
                plan = await carry_out(change, staff_of(viewer), text)
            logger.info("%s imported %d rules for servers.", viewer.username, len(plan.rules))
            return see_other(PAGE, f"{len(plan.rules)} rules were set or changed.")
        plan = await plan_of(instance.database, text, instance.settings)
    except BadSheet as problem:
        form.error("list", str(problem))
        return await _listing(request, form, await all_rules(instance.database), status=422)
    return await render(request, "admin/domain_import.html", plan=plan, text=text, words=WORDS, most=SHOWN)


def _export(name: str, *, allows: bool) -> Handler:
    @admin_only
    async def handler(request: web.Request, viewer: Viewer) -> web.Response:
        rules = await all_rules(request.app[INSTANCE].database)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        text = allows_csv(rules) if allows else blocks_csv(rules)
        return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)

    return handler


export_blocks = _export("domain_blocks.csv", allows=False)
export_allows = _export("domain_allows.csv", allows=True)


async def _listing(
    request: web.Request, form: Form, rules: tuple[Rule, ...], *, chosen: Rule | None = None, status: int = 200
) -> web.Response:
    return await render(
        request,
        "admin/domains.html",
        status=status,
        rules=rules,
        words=WORDS,
        form=form,
        chosen=chosen,
        most=LONGEST_COMMENT,
        allow_list=request.app[INSTANCE].settings.federation.allow_list_only,
    )


def _form_of(rule: Rule) -> Form:
    values = {"host": rule.host, "standing": WORDS[rule.standing], "comment": rule.comment,
              "public_comment": rule.public_comment}  # fmt: skip
    form = Form.starting_with(values)
    for name, ticked in (("reject_media", rule.reject_media), ("reject_reports", rule.reject_reports)):
        if ticked:
            form.values.add(name, "1")
    return form


def _rule_from(form: Form, settings: Settings) -> Rule:
    host = ""
    try:
        host = host_from(form.text("host", most=255), settings)
    except BadSheet as problem:
        form.error("host", str(problem))
    return Rule(
        host=host,
        standing=form.choice("standing", STANDINGS, Standing.LIMITED),
        reject_media=form.flag("reject_media"),
        reject_reports=form.flag("reject_reports"),
        comment=form.text("comment", most=LONGEST_COMMENT, lines=True),
        public_comment=form.text("public_comment", most=LONGEST_COMMENT),
    )


async def _list_in(form: Form) -> str:
    """Return the list that was sent as a file, or shown before."""
    uploads = form.files("list")
    if not uploads:
        if not form.value("text"):
            form.error("list", "Choose a file.")
        return form.value("text")
    if uploads[0].too_large or uploads[0].size > LIST_BYTES // 2:
        form.error("list", f"A list may be {LIST_BYTES >> 11} KiB long; this one is longer.")
        return ""
    return (await uploads[0].read()).decode("utf-8", "replace")
