"""What photos of 12 megapixels cost: each alone, two at a time, and twenty that arrive at a server together.

The floor is plain Pillow code that makes the same files: decoded small by draft, resized, encoded, and nothing else. It
has no limits, no orientation, no colours, no metadata, no blurhash and no process of its own.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

from PIL import Image

from benchmarks.browser import Browser
from benchmarks.figures import Figure
from benchmarks.lag import longest_delays
from benchmarks.processes import Running, free_port, running
from benchmarks.world import PASSWORD, make_world
from rossgram_fed.config import LimitSettings
from rossgram_fed.demo.pictures import draw_landscape
from rossgram_fed.media.darkroom import KEPT_BLOCKS
from rossgram_fed.media.developing import develop
from rossgram_fed.media.editing import UNTOUCHED, Edits
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.media.profiles import ADOBE_RGB, P3_PRIMARIES, made
from rossgram_fed.media.stripping.stripped import exif_of
from rossgram_fed.media.studio import Studio

LIMITS = LimitSettings(picture_processes=2)
ROUNDS = 7
TOGETHER = 20
PAUSE = 0.02


async def pictures(folder: Path) -> list[Figure]:
    """Processor time a photo, photos a second, and a server that is sent twenty at once."""
    data = sample()
    return [*alone(data), await two_at_a_time(data), *await arriving(folder, data)]


def alone(data: bytes) -> list[Figure]:
    """Processor time in one process, of local photos as they come and edited, and of a stranger's."""
    Image.core.set_blocks_max(KEPT_BLOCKS)  # type: ignore[attr-defined]
    figures = []
    wide, adobe = sample(profile=made(P3_PRIMARIES)), sample(profile=ADOBE_RGB)
    look = Edits(shape="4:5", filter="harbour", exposure=20, warmth=10)
    heavy = Edits(filter="harbour", exposure=20, vignette=30, sharpness=40)
    for what, file, recipe, edits, wanted in (
        ("12 MP JPEG, every rendition", data, Recipe.PHOTO, UNTOUCHED, 220),
        ("12 MP JPEG in Display P3", wide, Recipe.PHOTO, UNTOUCHED, 220),
        (
            "12 MP JPEG in Display P3, on its side",
            sample(profile=made(P3_PRIMARIES), turned=6),
            Recipe.PHOTO,
            UNTOUCHED,
            0,
        ),
        ("12 MP JPEG in Adobe RGB", adobe, Recipe.PHOTO, UNTOUCHED, 220),
        ("12 MP JPEG, cropped, with a filter", data, Recipe.PHOTO, look, 0),
        ("12 MP JPEG, sharpened, darker corners", data, Recipe.PHOTO, heavy, 0),
        ("12 MP JPEG, straightened", data, Recipe.PHOTO, Edits(tilt=2.0), 0),
        ("12 MP JPEG of a stranger's", data, Recipe.COPY, UNTOUCHED, 0),
    ):
        anew = edits != UNTOUCHED or file not in (data, wide, adobe)
        floored = typical(partial(floor, file, recipe=recipe, anew=anew))
        ours = typical(partial(develop, file, LIMITS, recipe=recipe, edits=edits))
        bound = f"< {wanted}" if wanted else ""
        figures.append(Figure(what, ours, " ms", bound, not wanted or ours < wanted, floored, "processor time"))
    feeds = (
        ("First photo of a feed", data),
        ("A grainy one", sample(grain=60)),
        ("One as busy as leaves", sample(grain=40, coarse=8)),
    )
    for what, file in feeds:
        feed = develop(file, LIMITS).renditions["feed"].size / 1000
        figures.append(Figure(what, feed, " kB", "≤ 90", feed <= 90))
    return figures


async def two_at_a_time(data: bytes) -> Figure:
    """Photos a second through two processes, once they run."""
    studio = Studio(LIMITS)
    try:
        await asyncio.gather(studio.develop(data), studio.develop(data))
        start = time.perf_counter()
        await asyncio.gather(*[studio.develop(data) for _ in range(TOGETHER)])
        rate = TOGETHER / (time.perf_counter() - start)
    finally:
        await studio.close()
    return Figure("Two at a time", rate, "/s", "", True, None, "in real time, on as many cores as there are")


async def arriving(folder: Path, data: bytes) -> list[Figure]:
    """What a server holds, and how long it is held up, while photos arrive together; and how soon one is ready."""
    port, lag = free_port(), folder / "lag"
    await make_world(folder, port=port)
    command = ("-m", "benchmarks.serving", str(folder), str(port), "9", str(lag))
    async with running(*command, port=port, folder=folder) as server, Browser(port) as browser:
        await browser.sign_in("ana", PASSWORD)
        await _sent(browser, data)
        took = [await _sent(browser, data) for _ in range(ROUNDS)]
        await longest_delays(server.pid, lag)
        watching = asyncio.ensure_future(_peak(server))
        await asyncio.gather(*[_sent(browser, data) for _ in range(TOGETHER)])
        arriving = await longest_delays(server.pid, lag)
        watching.cancel()
        peak = max(await watching)
        await asyncio.gather(*[browser.open("/places?q=berl") for _ in range(3)])
        asked = await longest_delays(server.pid, lag)
    ready = statistics.median(took)
    return [
        Figure("Ready after the upload", ready, " s", "< 0.4", ready < 0.4, None, "the whole request, over loopback"),
        Figure(
            "Peak memory, 20 arrive together", peak, " MiB", "< 350", peak < 350, None, "the server and all it starts"
        ),
        _held_up("The event loop is held up", arriving),
        _held_up("… by the first look-up of a city", asked),
    ]


def _held_up(what: str, delays: tuple[float, float]) -> Figure:
    own, clock = delays
    note = f"at most, by its own work meanwhile; {clock * 1000:.0f} ms by the clock"
    return Figure(what, own * 1000, " ms", "< 20", own < 0.02, None, note)


def sample(*, profile: bytes | None = None, turned: int = 1, grain: float = 10, coarse: int = 1) -> bytes:
    """A landscape of 4000 by 3000 pixels with a camera's grain, each of so many pixels."""
    drawn, _ = draw_landscape(3, width=4000, height=3000)
    noise = Image.effect_noise((4000 // coarse, 3000 // coarse), grain).resize((4000, 3000), Image.Resampling.NEAREST)
    picture = Image.blend(Image.open(BytesIO(drawn)), Image.merge("RGB", (noise,) * 3), 0.35)
    stream = BytesIO()
    exif = b"Exif\0\0" + exif_of(turned) if turned != 1 else b""
    picture.save(stream, "JPEG", quality=90, icc_profile=profile, exif=exif)
    return stream.getvalue()


def floor(data: bytes, *, recipe: Recipe, anew: bool) -> int:
    """Make the same files in the fewest lines, the large one ``anew`` or not at all; return their bytes."""
    image = Image.open(BytesIO(data))
    if not anew:
        image.draft(None, (1843, 1382))
    image.load()
    written = _size(image, "JPEG", quality=88) if anew else 0
    full = image.reduce(2) if anew else image
    feed = full.resize((1080, 810), Image.Resampling.LANCZOS)
    grid = feed.resize((640, 640), Image.Resampling.LANCZOS, box=(135, 0, 945, 810))
    for one, quality, method in ((grid, 75, 2), (feed, 78, 2), (full, 80, 1)):
        written += _size(one, "WEBP", quality=quality, method=method)
        if recipe is Recipe.PHOTO:
            written += _size(one, "JPEG", quality=80)
    return written


def _size(image: Image.Image, kind: str, **options: int) -> int:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return len(stream.getvalue())


def typical(work: Callable[[], object]) -> float:
    """Return the median of several runs in milliseconds of processor time."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000


async def _sent(browser: Browser, data: bytes) -> float:
    """Send a photo to the composer as a browser does; return how long the answer took, in seconds."""
    start = time.perf_counter()
    status = await browser.upload("/new", {"do": "add", "visibility": "public"}, field="files", data=data)
    if status != 200:
        raise RuntimeError(f"The composer answered {status}.")
    return time.perf_counter() - start


async def _peak(server: Running) -> list[float]:
    held: list[float] = []
    try:
        while True:
            held.append(server.tree_mebibytes)
            await asyncio.sleep(PAUSE)
    except asyncio.CancelledError:
        return held
