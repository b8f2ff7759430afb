"""Every address of the server in one readable table.

Handlers for other servers are wrapped in ``machine``: they read no form and no session. Where people and servers share
an address, ``negotiated`` sends each to theirs by the Accept header.
"""

from __future__ import annotations

from functools import wraps

from aiohttp import web

from rossgram_fed.about import pages as about_pages
from rossgram_fed.accounts import photo_preference_pages, preference_pages, settings_pages, sign_in_pages
from rossgram_fed.admin import metrics
from rossgram_fed.admin import routes as admin_routes
from rossgram_fed.announcements import pages as announcement_pages
from rossgram_fed.api import description
from rossgram_fed.deliveries import pages as delivery_pages
from rossgram_fed.federation import discovery, endpoints, listed_followers
from rossgram_fed.feeds import pages as feed_pages
from rossgram_fed.filters import pages as filter_pages
from rossgram_fed.follows import more_pages as more_follow_pages
from rossgram_fed.follows import pages as follow_pages
from rossgram_fed.interact import pages as interact_pages
from rossgram_fed.moderation import pages as warning_pages
from rossgram_fed.moving import pages as move_pages
from rossgram_fed.notifications import pages as notification_pages
from rossgram_fed.oauth import app_pages, authorize_pages
from rossgram_fed.posts import (
    activity_endpoints,
    archive_pages,
    arriving_endpoints,
    compose_pages,
    draft_pages,
    edit_pages,
    history_pages,
    media_pages,
    pin_pages,
    place_pages,
    poll_pages,
    profile_pages,
    proof_pages,
)
from rossgram_fed.posts import pages as post_pages
from rossgram_fed.quotes import endpoints as quote_endpoints
from rossgram_fed.quotes import pages as quote_pages
from rossgram_fed.reactions import pages as reaction_pages
from rossgram_fed.reports import pages as report_form_pages
from rossgram_fed.search import pages as search_pages
from rossgram_fed.setup import pages as setup_pages
from rossgram_fed.timelines import list_pages, news_pages
from rossgram_fed.timelines import pages as timeline_pages
from rossgram_fed.web.csrf import machine
from rossgram_fed.web.negotiation import wants_activity
from rossgram_fed.web.sessions import Handler

OUR_NAME = "{username:[a-z0-9_]{1,30}}"
"""A username of ours; whatever else follows an @ is somebody on another server, or nobody."""

WELL_KNOWN: tuple[tuple[str, Handler], ...] = (
    ("/.well-known/webfinger", discovery.get_webfinger),
    ("/.well-known/host-meta", discovery.get_host_meta),
    ("/.well-known/host-meta.json", discovery.get_host_meta_json),
    ("/.well-known/nodeinfo", discovery.get_nodeinfo_links),
    ("/nodeinfo/{version}", discovery.get_nodeinfo),
)

ACTIVITYPUB: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/inbox", endpoints.post_shared_inbox),
    ("GET", "/actor", endpoints.get_server_actor),
    ("POST", "/actor/inbox", endpoints.post_shared_inbox),
    ("GET", "/actor/outbox", activity_endpoints.server_outbox),
    ("GET", "/users/{username}", endpoints.get_actor),
    ("POST", "/users/{username}/inbox", endpoints.post_inbox),
    ("GET", "/users/{username}/outbox", activity_endpoints.outbox),
    ("GET", "/users/{username}/followers", endpoints.get_followers),
    ("GET", "/users/{username}/followers_synchronization", listed_followers.get_followers_synchronization),
    ("GET", "/users/{username}/following", endpoints.get_following),
    ("GET", "/users/{username}/collections/featured", activity_endpoints.featured),
    ("GET", "/users/{username}/collections/tags", activity_endpoints.tags_on_profile),
    ("GET", "/p/{id}/activity", activity_endpoints.create_activity),
    ("GET", "/p/{id}/again/{times}/activity", activity_endpoints.create_activity),
    ("GET", "/p/{id}/replies", activity_endpoints.replies),
    ("GET", "/p/{id}/likes", activity_endpoints.likes),
    ("GET", "/p/{id}/shares", activity_endpoints.shares),
    ("GET", "/boosts/{id}", activity_endpoints.announce_activity),
    ("GET", "/contexts/{id}", activity_endpoints.context),
    ("GET", "/authorizations/{id}", quote_endpoints.authorization),
)

FEEDS: tuple[tuple[str, Handler], ...] = (
    (f"/users/{OUR_NAME}.atom", feed_pages.account_feed),
    ("/tags/{name}.atom", feed_pages.tag_feed),
)
"""Before the addresses that begin alike."""

PICTURES: tuple[tuple[str, Handler], ...] = (
    ("/media/{key}", media_pages.serve_media),
    ("/photos/{photo_id}/proof", proof_pages.proof),
    ("/photos/{photo_id}/{rendition}", media_pages.serve_photo),
    ("/avatars/{account_id}", media_pages.serve_avatar),
    ("/headers/{account_id}", media_pages.serve_header),
)

PAGES: tuple[tuple[str, Handler], ...] = (
    ("/", timeline_pages.home),
    ("/explore", timeline_pages.explore),
    ("/people", timeline_pages.people),
    ("/newer", timeline_pages.newer),
    ("/saved", timeline_pages.saved),
    ("/lists", list_pages.index),
    ("/lists/{id}", list_pages.show),
    ("/lists/{id}/people", list_pages.members),
    ("/notifications", news_pages.notifications),
    ("/search", search_pages.search),
    ("/tags/{name}", profile_pages.show_tag),
    ("/@{username}/followers", profile_pages.show_followers),
    ("/@{username}/following", profile_pages.show_following),
    ("/@{username}/tagged", place_pages.tagged),
    ("/places", place_pages.find),
    ("/places/{id}", place_pages.show),
    ("/new", compose_pages.new),
    ("/drafts", draft_pages.drafts),
    ("/drafts/{id}", compose_pages.open_draft),
    ("/scheduled", draft_pages.scheduled),
    ("/archive", archive_pages.archive),
    ("/p/{id}/edit", edit_pages.edit),
    ("/p/{id}/history", history_pages.show),
    ("/p/{id}/archive", archive_pages.ask),
    ("/p/{id}/delete", post_pages.ask_delete),
    ("/p/{id}/deliveries", delivery_pages.show),
    ("/p/{id}/quotes", quote_pages.show),
    ("/report", report_form_pages.report_page),
    ("/report/sent", report_form_pages.sent_page),
    ("/interact", interact_pages.ask),
    ("/authorize_interaction", interact_pages.authorize),
    ("/about", about_pages.show),
    ("/about/photos", about_pages.photos),
    ("/api", description.page),
    ("/sign-in", sign_in_pages.sign_in_page),
    ("/oauth/authorize", authorize_pages.ask),
    ("/sign-up", sign_in_pages.sign_up_page),
    ("/setup", setup_pages.setup_page),
    ("/settings", settings_pages.settings_page),
    ("/settings/profile", settings_pages.profile_page),
    ("/settings/posts", preference_pages.show),
    ("/settings/photos", photo_preference_pages.show),
    ("/settings/account", settings_pages.account_page),
    ("/settings/sessions", settings_pages.sessions_page),
    ("/settings/apps", app_pages.listing),
    ("/settings/invites", settings_pages.invites_page),
    ("/settings/blocks", profile_pages.show_blocks),
    ("/settings/tags", more_follow_pages.show_tags),
    ("/settings/filters", filter_pages.show),
    ("/settings/notifications", notification_pages.show),
    ("/settings/move", move_pages.show),
    ("/warnings", warning_pages.warnings),
    *admin_routes.PAGES,
)

FORMS: tuple[tuple[str, Handler], ...] = (
    ("/new", compose_pages.compose),
    ("/drafts/{id}/delete", draft_pages.delete),
    ("/drafts/{id}/cancel", draft_pages.cancel),
    ("/drafts/{id}/publish", draft_pages.publish),
    ("/p/{id}/edit", edit_pages.save),
    ("/p/{id}/archive", archive_pages.hide),
    ("/p/{id}/unarchive", archive_pages.bring_back),
    ("/p/{id}/delete", post_pages.delete),
    ("/p/{id}/comment", post_pages.comment),
    ("/p/{id}/deliveries/try", delivery_pages.try_now),
    ("/p/{id}/quotes/{authorization}/revoke", quote_pages.revoke),
    ("/p/{id}/pin", pin_pages.pin),
    ("/p/{id}/unpin", pin_pages.unpin),
    ("/p/{id}/vote", poll_pages.vote),
    ("/p/{id}/untag", place_pages.take_name_off),
    ("/p/{id}/like", reaction_pages.like),
    ("/p/{id}/unlike", reaction_pages.unlike),
    ("/p/{id}/boost", reaction_pages.boost),
    ("/p/{id}/unboost", reaction_pages.unboost),
    ("/p/{id}/bookmark", reaction_pages.bookmark),
    ("/p/{id}/unbookmark", reaction_pages.unbookmark),
    ("/lists", list_pages.create),
    ("/lists/{id}", list_pages.save),
    ("/lists/{id}/delete", list_pages.delete),
    ("/lists/{id}/add", list_pages.add),
    ("/lists/{id}/take-out", list_pages.take_out),
    ("/accounts/{id}/follow", follow_pages.follow),
    ("/accounts/{id}/unfollow", follow_pages.unfollow),
    ("/accounts/{id}/accept", follow_pages.accept),
    ("/accounts/{id}/decline", follow_pages.decline),
    ("/accounts/{id}/remove", follow_pages.remove),
    ("/accounts/{id}/block", follow_pages.block),
    ("/accounts/{id}/unblock", follow_pages.unblock),
    ("/accounts/{id}/mute", follow_pages.mute),
    ("/accounts/{id}/unmute", follow_pages.unmute),
    ("/accounts/{id}/notify", more_follow_pages.notify),
    ("/accounts/{id}/be-quiet", more_follow_pages.be_quiet),
    ("/accounts/{id}/show-boosts", more_follow_pages.show_boosts),
    ("/accounts/{id}/hide-boosts", more_follow_pages.hide_boosts),
    ("/accounts/{id}/note", more_follow_pages.note),
    ("/tags/{name}/follow", more_follow_pages.follow_tag),
    ("/tags/{name}/unfollow", more_follow_pages.unfollow_tag),
    ("/tags/{name}/feature", more_follow_pages.feature_tag),
    ("/tags/{name}/unfeature", more_follow_pages.unfeature_tag),
    ("/settings/blocks/servers", more_follow_pages.mute_host),
    ("/settings/blocks/servers/show", more_follow_pages.unmute_host),
    ("/report", report_form_pages.send_report),
    ("/interact", interact_pages.send),
    ("/sign-in", sign_in_pages.sign_in),
    ("/oauth/authorize", authorize_pages.answer),
    ("/sign-up", sign_in_pages.sign_up),
    ("/sign-out", sign_in_pages.sign_out),
    ("/setup", setup_pages.set_up),
    ("/settings/profile", settings_pages.save_profile),
    ("/settings/posts", preference_pages.save),
    ("/settings/photos", photo_preference_pages.save),
    ("/settings/account/password", settings_pages.change_password),
    ("/settings/account/delete", settings_pages.delete_account),
    ("/settings/sessions/{id}/end", settings_pages.end_session),
    ("/settings/sessions/end-all", settings_pages.end_all_sessions),
    ("/settings/apps/remove-all", app_pages.remove_all),
    ("/settings/apps/{id}/remove", app_pages.remove),
    ("/settings/notifications", notification_pages.save),
    ("/settings/notifications/{id}/accept", notification_pages.accept),
    ("/settings/notifications/{id}/dismiss", notification_pages.dismiss),
    ("/settings/filters", filter_pages.add),
    ("/settings/filters/{id}/remove", filter_pages.remove),
    ("/settings/move", move_pages.move),
    ("/settings/move/aliases", move_pages.add_alias),
    ("/settings/move/aliases/remove", move_pages.remove_alias),
    ("/settings/move/cancel", move_pages.cancel),
    ("/settings/invites", settings_pages.create_invite),
    ("/settings/invites/{id}/withdraw", settings_pages.withdraw_invite),
    ("/announcements/{id}/dismiss", announcement_pages.dismiss),
    *admin_routes.FORMS,
)


UPLOADS: tuple[tuple[str, str, Handler], ...] = (
    ("OPTIONS", "/uploads", arriving_endpoints.options),
    ("POST", "/uploads", arriving_endpoints.create),
    ("HEAD", "/uploads/{id}", arriving_endpoints.head),
    ("GET", "/uploads/{id}", arriving_endpoints.outcome),
    ("PATCH", "/uploads/{id}", arriving_endpoints.append),
    ("DELETE", "/uploads/{id}", arriving_endpoints.remove),
)
"""For programs of people who are signed in: no form, and a header of their protocol in place of its token."""


def negotiated(*, page: Handler, activity: Handler) -> Handler:
    """Show the page to people and the ActivityPub document to servers."""

    @wraps(page)
    async def either(request: web.Request) -> web.StreamResponse:
        return await (activity if wants_activity(request) else page)(request)

    return either


def add_routes(app: web.Application) -> None:
    """Put the whole table into an application."""
    router = app.router
    for path, handler in WELL_KNOWN:
        router.add_get(path, machine(handler))
    for path, handler in FEEDS:
        router.add_get(path, machine(handler))
    router.add_get("/metrics", machine(metrics.get_metrics))
    for method, path, handler in ACTIVITYPUB:
        router.add_route(method, path, machine(handler))
    for method, path, handler in UPLOADS:
        router.add_route(method, path, machine(handler))
    for path, handler in PICTURES:
        router.add_get(path, handler)
    router.add_get(f"/@{OUR_NAME}", negotiated(page=profile_pages.show, activity=endpoints.get_actor))
    router.add_get("/@{username}", profile_pages.show)
    router.add_get("/p/{id}", negotiated(page=post_pages.show, activity=activity_endpoints.note))
    again = negotiated(page=post_pages.show_again, activity=activity_endpoints.note)
    router.add_get("/p/{id}/again/{times}", again)
    for path, handler in PAGES:
        router.add_get(path, handler)
    for path, handler in FORMS:
        router.add_post(path, handler)
