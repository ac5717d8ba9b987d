"""Where the notebooks find result files, and how their charts look. It works out nothing of the model."""

import json
import os
import pathlib

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.collections import PolyCollection

ROOT = next(
    folder
    for folder in [pathlib.Path.cwd(), *pathlib.Path.cwd().parents]
    if (folder / "Cargo.toml").exists()
)
RESULTS = ROOT / os.environ.get("BANDWISE_RESULTS", "bandwise-out/notebooks")
DATA = ROOT / "data"

# Colours that the colour-blind tell apart (Okabe and Ito), and that differ in grey.
BLUE, ORANGE, GREEN, SKY, PURPLE = "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#CC79A7"
DARK, GREY, PALE = "#222222", "#767676", "#D9D9D9"

plt.rcParams.update(
    {
        "figure.figsize": (8.5, 4.2),
        "figure.dpi": 100,
        "font.size": 10,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.constrained_layout.use": True,
    }
)
pd.set_option("display.max_colwidth", 120)
pd.set_option("display.max_rows", 60)


def folder(name):
    """A folder of results; says what makes it where it is missing."""
    place = RESULTS / name
    if not place.is_dir():
        raise FileNotFoundError(f"{place} is missing [run notebooks/prepare.sh]")
    return place


def table(place, name):
    """A table of results. Only an empty cell is a missing one."""
    return pd.read_csv(place / f"{name}.csv", keep_default_na=False, na_values=[""])


def provenance(place):
    """What a result is a function of, but for the long list of tables."""
    held = json.loads((place / "provenance.json").read_text(encoding="utf-8"))
    return {key: value for key, value in held.items() if key not in ("tables", "authority_codes")}


def source(place):
    """The source line of a chart: program, scenario, figures, draws and seed."""
    held = provenance(place)
    words = [f"{held['program']} {held['version']}"]
    swept = held.get("scenarios", [])
    words.append(held["scenario"] if "scenario" in held else ", ".join(one["scenario"] for one in swept))
    words.append(f"figures of {held['vintage']}")
    lucky = held if "draws" in held else swept[0]
    words.append(f"{lucky['draws']:,} draws, seed {lucky['seed']}")
    return "Source: " + "; ".join(words)


def finish(figure, title, line):
    """Puts the title above a chart and its source below it, and shows it."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    figure.supxlabel(line, x=0.01, ha="left", fontsize=8, color=GREY)
    plt.show()


def pounds(value):
    """Whole pounds in words: thousands apart, millions with one decimal."""
    sign = "-" if value < 0 else ""
    size = abs(value)
    return f"{sign}£{size / 1e6:.1f}m" if size >= 1e6 else f"{sign}£{size:,.0f}"


def hexagons(axis, places, colours):
    """Draws authorities as hexagons of one size; `places` has a column and a row for each.

    Odd rows lie half a hexagon to the east.
    """
    corners = []
    for column, row in zip(places["column"], places["row"]):
        x, y = column + 0.5 * (row % 2), row * 0.866
        corners.append(
            [(x, y + 0.577), (x + 0.5, y + 0.289), (x + 0.5, y - 0.289),
             (x, y - 0.577), (x - 0.5, y - 0.289), (x - 0.5, y + 0.289)]
        )
    axis.add_collection(
        PolyCollection(corners, facecolors=list(colours), edgecolors="white", linewidths=0.8)
    )
    axis.autoscale_view()
    axis.set_aspect("equal")
    axis.axis("off")
