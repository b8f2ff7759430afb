"""Videos with a wide range of light (HDR: PQ and HLG, as phones record them) made into what every screen shows.

Without this they come out grey and dull, because their numbers mean other light than a plain screen's. First the bright
end is bent, in the terms in which eyes see light (as ITU-R BT.2390 does), so that 1,000 candelas come out as white;
then light and colours are converted exactly (ITU-R BT.2100 to BT.709).
"""

from __future__ import annotations

from fractions import Fraction

import av
from av import VideoFrame
from av.filter import Graph
from av.filter.context import FilterContext

PQ, HLG = 16, 18
"""Transfer characteristics as in ITU-T H.273."""
_BENDS = {PQ: (0.41, 0.75, 0.58), HLG: (0.5, 1.0, 0.75)}
"""Of the signal: from where it is bent, what comes out as white, and the signal of white (203 candelas) itself."""
_TO_SDR = "out_color_matrix=bt709:out_range=tv:out_primaries=bt709:out_transfer=bt709:intent=relative_colorimetric"


def is_wide(transfer: int) -> bool:
    """Say whether the transfer characteristics of a picture are those of HDR."""
    return transfer in _BENDS


def narrowing(graph: Graph, transfer: int) -> list[FilterContext]:
    """Return the filters that make such pictures into plain ones, to be linked in this order."""
    knee, top, white = _BENDS[transfer]
    # A parabola that begins with the slope of what it goes on from, and ends level.
    power = (top - knee) / (white - knee)
    bent = f"{knee}+{white - knee}*(1-pow(1-min(1,(ld(0)-{knee})/{top - knee}),{power}))"
    curve = f"st(0,(val-minval)/(maxval-minval));minval+(maxval-minval)*if(lt(ld(0),{knee}),ld(0),{bent})"
    return [graph.add("lutyuv", f"y='{curve}'"), graph.add("scale", _TO_SDR), graph.add("format", "yuv420p")]


def narrowed(frame: VideoFrame) -> VideoFrame:
    """Return one such picture as a plain one; any other as it is."""
    if not is_wide(frame.color_trc):
        return frame
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, 1000)
    )
    graph.link_nodes(source, *narrowing(graph, frame.color_trc), graph.add("buffersink")).configure()
    graph.push(frame)
    made = graph.pull()
    if not isinstance(made, VideoFrame):
        raise av.InvalidDataError(0, "no picture came out")
    return made
