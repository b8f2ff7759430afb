"""Everything that an application needs for pages, put in at one place."""

from __future__ import annotations

from aiohttp import web

from rossgram_fed.secrets_file import Secrets
from rossgram_fed.web.csrf import guard_forms
from rossgram_fed.web.error_pages import answer_errors
from rossgram_fed.web.expectations import know_expectations
from rossgram_fed.web.headers import finish
from rossgram_fed.web.measuring import MEASURES, Measures, measure
from rossgram_fed.web.rendering import environment
from rossgram_fed.web.secrets import SECRETS
from rossgram_fed.web.static import serve_static, static_files


def install(app: web.Application, *, secrets: Secrets) -> None:
    """Put middlewares, headers and static files into an application; ``app[INSTANCE]`` is the caller's to set.

    Call it before other middlewares are added, so that their refusals become pages too.
    """
    know_expectations()
    environment()
    static_files()
    app[SECRETS] = secrets
    app[MEASURES] = Measures()
    app.middlewares.append(measure)
    app.middlewares.append(answer_errors)
    app.middlewares.append(guard_forms)
    app.on_response_prepare.append(finish)
    app.router.add_get("/static/{name:.+}", serve_static)
