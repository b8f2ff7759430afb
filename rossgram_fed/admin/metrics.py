"""``GET /metrics``: the server's figures for Prometheus, for the networks that the admin named and for nobody else.

Queues and hosts come from the database, the same whichever process is asked; requests and streams are those of this
process.
"""

from __future__ import annotations

from itertools import accumulate

from aiohttp import web

from rossgram_fed.admin.exposition import CONTENT_TYPE, Metric, Sample, exposition
from rossgram_fed.admin.queries import deliveries_by_state, hosts_in_trouble, queue_figures, sizes
from rossgram_fed.database import Database
from rossgram_fed.instance import INSTANCE
from rossgram_fed.models.federation import WorkState
from rossgram_fed.software import VERSION
from rossgram_fed.streaming.life import STREAMING
from rossgram_fed.web.addresses import comes_from
from rossgram_fed.web.errors import Forbidden
from rossgram_fed.web.measuring import BOUNDS, MEASURES, Durations, Measures

_QUEUES = {"inbox_items": "arrivals", "deliveries": "deliveries", "jobs": "jobs"}
_OUTCOMES = {WorkState.DONE: "arrived", WorkState.WAITING: "waiting", WorkState.FAILED: "given_up"}


async def get_metrics(request: web.Request) -> web.Response:
    """Answer with every figure; 403 for whoever asks from elsewhere or through a proxy that nobody named."""
    instance = request.app[INSTANCE]
    if not comes_from(request, instance.settings.server.metrics_networks):
        raise Forbidden("This address is for the networks named in server.metrics_networks.")
    metrics = [
        *await _stored(instance.database, now=instance.clock()),
        *_measured(request.app[MEASURES]),
        *_open(request.app),
    ]
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    return web.Response(body=exposition(metrics).encode(), headers=headers)


async def _stored(database: Database, *, now: int) -> list[Metric]:
    figures = await queue_figures(database, now=now)
    hosts, bytes_kept = await hosts_in_trouble(database, now=now), await sizes(database)
    states = await deliveries_by_state(database)
    rows = [
        Sample(value, {"queue": _QUEUES[one.queue], "state": state})
        for one in figures
        for state, value in (
            ("waiting", one.waiting),
            ("due", one.due),
            ("failing", one.failing),
            ("given_up", one.failed),
        )
    ]
    ages = [
        Sample(0 if one.oldest is None else max(0, now - one.oldest) / 1000, {"queue": _QUEUES[one.queue]})
        for one in figures
    ]
    outcomes = [Sample(states.get(int(state), 0), {"outcome": name}) for state, name in _OUTCOMES.items()]
    kept = [Sample(bytes_kept.own_media, {"origin": "here"}), Sample(bytes_kept.remote_media, {"origin": "elsewhere"})]
    engine = "postgresql" if database.postgresql else "sqlite"
    about = Sample(1, {"version": VERSION, "engine": engine})
    return [
        _gauge("rossgram_info", "What runs.", about),
        _gauge(
            "rossgram_queue_rows",
            "Rows of a queue: all that wait, of these those that are due and those that failed before; and given up.",
            *rows,
        ),
        _gauge("rossgram_queue_oldest_seconds", "How long what waits longest has waited.", *ages),
        _gauge("rossgram_deliveries", "Deliveries by outcome; arrived ones of the last week, others of 30.", *outcomes),
        _gauge("rossgram_hosts_in_trouble", "Servers that do not answer or asked for a rest.", Sample(hosts.total, {})),
        _gauge("rossgram_hosts_paused", "Servers that nothing is sent to now.", Sample(hosts.paused, {})),
        _gauge("rossgram_database_bytes", "Size of the database.", Sample(bytes_kept.database, {})),
        _gauge("rossgram_media_bytes", "Size of the files kept.", *kept),
    ]


def _measured(measures: Measures) -> list[Metric]:
    answers = [
        Sample(count, {"method": method, "route": route, "status": str(status)})
        for (method, route, status), count in sorted(measures.answers.items())
    ]
    durations = [sample for route, one in sorted(measures.durations.items()) for sample in _classes(route, one)]
    return [
        Metric("rossgram_requests_total", "counter", "Requests answered by this process.", tuple(answers)),
        Metric("rossgram_request_seconds", "histogram", "Seconds until an answer was ready.", tuple(durations)),
    ]


def _open(app: web.Application) -> list[Metric]:
    streams = app.get(STREAMING)
    count = 0 if streams is None else streams.count
    return [_gauge("rossgram_streams", "Connections of apps that listen to this process.", Sample(count, {}))]


def _classes(route: str, durations: Durations) -> list[Sample]:
    upto = list(accumulate(durations.classes))
    ends = [f"{bound:g}" for bound in BOUNDS] + ["+Inf"]
    samples = [Sample(count, {"route": route, "le": end}, "_bucket") for end, count in zip(ends, upto, strict=True)]
    return [*samples, Sample(durations.seconds, {"route": route}, "_sum"), Sample(upto[-1], {"route": route}, "_count")]


def _gauge(name: str, help: str, *samples: Sample) -> Metric:
    return Metric(name, "gauge", help, samples)
