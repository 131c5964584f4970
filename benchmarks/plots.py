"""Draw the results: bars per row, or lines over a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .results import Result
from .tables import shown

Plot = Callable[[Path], None]
INCHES = 3.6  # width and height of one panel
OURS_COLOUR, PEER_COLOUR = "#d9480f", "#868e96"


def bars(result: Result, figures: Sequence[str], *, is_log: bool = False) -> Plot:
    """Return what draws one panel of bars per figure; the first column names the bars."""

    def draw(path: Path) -> None:
        picture, panels = panels_of(result, len(figures))
        names = [str(next(iter(row.values()))) for row in result.rows]
        colours = [OURS_COLOUR if name == "ours" else PEER_COLOUR for name in names]
        for panel, figure in zip(panels, figures, strict=True):
            drawn = panel.barh(range(len(names)), [row[figure] for row in result.rows], color=colours)
            panel.bar_label(drawn, [shown(row[figure]) for row in result.rows], padding=2)
            panel.set(title=figure, yticks=range(len(names)), yticklabels=names)
            panel.margins(x=0.25)
            panel.invert_yaxis()
            if is_log:
                panel.set_xscale("log")
        picture.savefig(path)

    return draw


def lines(result: Result, *, x: str, y: Sequence[str], by: str) -> Plot:
    """Return what draws one panel per figure in `y` over the column `x`, with a line for each value of `by`."""

    def draw(path: Path) -> None:
        picture, panels = panels_of(result, len(y))
        for panel, figure in zip(panels, y, strict=True):
            for name in dict.fromkeys(row[by] for row in result.rows):
                points = [(row[x], row[figure]) for row in result.rows if row[by] == name]
                panel.plot(*zip(*points, strict=True), marker="o", label=name, **highlight(name))
            panel.set(title=figure, xlabel=x, xscale="log" if x == "queued" else "linear", ylim=(0, None))
            panel.legend()
        picture.savefig(path)

    return draw


def highlight(name: str) -> dict[str, str]:
    """Return the colour of our own line; matplotlib chooses those of the others."""
    return {"color": OURS_COLOUR} if name == "ours" else {}


def panels_of(result: Result, count: int) -> tuple[Any, Sequence[Any]]:
    """Return a picture with so many panels beside each other."""
    from matplotlib.figure import Figure

    picture = Figure(figsize=(INCHES * max(count, 2), INCHES), dpi=90, layout="constrained")
    picture.suptitle(result.title)
    return picture, picture.subplots(1, count, squeeze=False)[0]
