"""``python -m benchmarks [NAME …]``: measure and print the table; exit 1 when a figure misses what is wanted."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import measures, pictures
from benchmarks.flood import flood
from benchmarks.listeners import listeners
from benchmarks.scale import scale
from benchmarks.searching import searching
from benchmarks.timeline import timeline

MEASURES = {
    "arrivals": measures.arrivals,
    "deliveries": measures.deliveries,
    "reads": measures.reads,
    "start": measures.start,
    "flood": flood,
    "scale": scale,
    "pictures": pictures.pictures,
    "timeline": timeline,
    "listeners": listeners,
    "search": searching,
}


async def main(names: list[str]) -> int:
    """Run the measures named, or all."""
    table = Table(
        "what", "ours", "wanted", "floor", "ratio", "", title="per second of processor time, unless it says otherwise"
    )
    kept = True
    for name in names or MEASURES:
        with tempfile.TemporaryDirectory() as folder:
            measures.prepare_floor(Path(folder))
            for figure in await MEASURES[name](Path(folder)):
                floor = f"{figure.floor:,.0f}" if figure.floor else ""
                ratio = f"{figure.ours / figure.floor:.2f}" if figure.floor else ""
                ours = f"{figure.ours:,.0f}" if figure.ours >= 100 else f"{figure.ours:.2f}"
                table.add_row(figure.what, f"{ours}{figure.unit}", figure.wanted, floor, ratio, figure.note)
                kept &= figure.kept
    Console(width=150).print(table)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
