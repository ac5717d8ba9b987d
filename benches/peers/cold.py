"""The job *cell* as a Python process from its start to a written CSV: for *cold start*.

    cold.py FOLDER OUT.csv
"""

import sys

import numpy as np
import polars as pl
import scipy.stats  # noqa: F401  (what a script of this kind begins with)

import cell

e = cell.electorate(sys.argv[1])
outcomes = cell.numpy_sampled(e, cell.priors(), 1, 10_000)
quantiles = [0.05, 0.25, 0.5, 0.75, 0.95]
frame = pl.DataFrame({
    "metric": ["yes_share", "turnout", "win_probability", "collected"],
    "mean": outcomes.mean(axis=1),
    **{f"p{round(100 * q):02}": np.quantile(outcomes, q, axis=1) for q in quantiles},
})
frame.write_csv(sys.argv[2])
