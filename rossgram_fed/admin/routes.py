"""The addresses of the pages for those who run the server, and of the forms on them."""

from __future__ import annotations

from rossgram_fed.admin import account_pages, domain_pages, pages, report_pages, storage_pages
from rossgram_fed.announcements import pages as announcement_pages
from rossgram_fed.relays import pages as relay_pages
from rossgram_fed.web.sessions import Handler

PAGES: tuple[tuple[str, Handler], ...] = (
    ("/admin", pages.overview),
    ("/admin/domains", domain_pages.listing),
    ("/admin/domains/blocks.csv", domain_pages.export_blocks),
    ("/admin/domains/allows.csv", domain_pages.export_allows),
    ("/admin/failed/{queue}", pages.failed),
    ("/admin/relays", relay_pages.show),
    ("/admin/announcements", announcement_pages.show),
    ("/admin/storage", storage_pages.show),
    ("/admin/reports", report_pages.queue),
    ("/admin/reports/{id}", report_pages.show),
    ("/admin/reports/{id}/photos/{photo_id}", report_pages.photo),
    ("/admin/accounts", account_pages.listing),
    ("/admin/accounts/{id}", account_pages.show),
    ("/admin/log", account_pages.log),
)

FORMS: tuple[tuple[str, Handler], ...] = (
    ("/admin/hosts/try", pages.try_host),
    ("/admin/relays", relay_pages.add),
    ("/admin/announcements", announcement_pages.write),
    ("/admin/announcements/{id}/end", announcement_pages.end),
    ("/admin/storage/share", storage_pages.give_share),
    ("/admin/relays/{id}/ask", relay_pages.ask),
    ("/admin/relays/{id}/send", relay_pages.send),
    ("/admin/relays/{id}/remove", relay_pages.remove),
    ("/admin/domains", domain_pages.decide),
    ("/admin/domains/lift", domain_pages.lift),
    ("/admin/domains/import", domain_pages.import_list),
    ("/admin/failed/{queue}/{id}/try", pages.try_again),
    ("/admin/failed/{queue}/{id}/drop", pages.drop),
    ("/admin/reports/{id}", report_pages.decide),
    ("/admin/accounts/{id}", account_pages.act),
    ("/admin/accounts/{id}/warn", account_pages.warn_them),
)
