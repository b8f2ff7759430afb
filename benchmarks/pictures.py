"""What a 12 megapixel JPEG costs, as a ratio to the same decodes, resizes and encodes in plain Pillow code.

Run with ``python benchmarks/pictures.py``. The floor has no limits, no orientation, no colours, no blurhash, no
process of its own; what we add to it is the price of those.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path

from PIL import Image

from rossgram_fed.config import LimitSettings
from rossgram_fed.demo.pictures import draw_landscape
from rossgram_fed.media.developing import develop
from rossgram_fed.media.pictures import Recipe
from rossgram_fed.media.studio import Studio

LIMITS = LimitSettings(picture_processes=2)
ROUNDS = 7


def sample() -> bytes:
    """A landscape of 4000 by 3000 pixels with a camera's grain."""
    drawn, _ = draw_landscape(3, width=4000, height=3000)
    grain = Image.effect_noise((4000, 3000), 10)
    picture = Image.blend(Image.open(BytesIO(drawn)), Image.merge("RGB", (grain,) * 3), 0.35)
    stream = BytesIO()
    picture.save(stream, "JPEG", quality=90)
    return stream.getvalue()


def floor(data: bytes, *, federated: bool) -> int:
    """Make the same files in the fewest lines; return their bytes."""
    image = Image.open(BytesIO(data))
    if not federated:
        image.draft(None, (1843, 1382))
    image.load()
    full = image.reduce(2) if federated else image
    left = (full.width - full.height) // 2
    grid = full.resize((640, 640), Image.Resampling.LANCZOS, box=(left, 0, left + full.height, full.height))
    feed = full.resize((1080, 810), Image.Resampling.LANCZOS)
    written = _size(grid, "WEBP", quality=75, method=2) + _size(feed, "WEBP", quality=78, method=4)
    written += _size(full, "WEBP", quality=80, method=1)
    return written + (_size(image, "JPEG", quality=85) if federated else 0)


def _size(image: Image.Image, kind: str, **options: int) -> int:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return len(stream.getvalue())


def typical(work: Callable[[], object]) -> float:
    """Return the median of several runs in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


async def typical_async(work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


async def at_once(studio: Studio, data: bytes, count: int) -> float:
    """Return pictures a second when ``count`` come together."""
    start = time.perf_counter()
    await asyncio.gather(*[studio.develop(data) for _ in range(count)])
    return count / (time.perf_counter() - start)


def _memory(process_id: int) -> str:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process_id}/status").read_text().splitlines())
    return f"idle {int(lines['VmRSS'].split()[0]) // 1024} MiB, peak {int(lines['VmHWM'].split()[0]) // 1024} MiB"


async def main() -> None:
    data = sample()
    print(f"12 megapixel JPEG of {len(data) / 1e6:.1f} MB, median of {ROUNDS} runs")
    for recipe, federated in ((Recipe.PHOTO, True), (Recipe.COPY, False)):
        floored = typical(lambda federated=federated: floor(data, federated=federated))  # type: ignore[misc]
        ours = typical(lambda recipe=recipe: develop(data, LIMITS, recipe=recipe))  # type: ignore[misc]
        print(f"{recipe:6}  floor {floored:6.0f} ms   develop {ours:6.0f} ms   ratio {ours / floored:.2f}")
    sizes = {name: one.size // 1000 for name, one in develop(data, LIMITS).renditions.items()}
    print("kilobytes: " + ", ".join(f"{name} {size}" for name, size in sizes.items()))
    studio = Studio(LIMITS)
    try:
        start = time.perf_counter()
        await studio.develop(data)
        first = (time.perf_counter() - start) * 1000
        before = time.process_time()
        through = await typical_async(lambda: studio.develop(data))
        server = (time.process_time() - before) * 1000 / ROUNDS
        print(f"studio  first {first:.0f} ms (starts a process), then {through:.0f} ms")
        print(f"studio  {server:.1f} ms of that are spent in the server's own process")
        print(f"studio  {await at_once(studio, data, 8):.1f} photos a second with {LIMITS.picture_processes} processes")
        print(f"studio  a process: {_memory(studio.process_ids[0])}")
    finally:
        await studio.close()


if __name__ == "__main__":
    asyncio.run(main())
