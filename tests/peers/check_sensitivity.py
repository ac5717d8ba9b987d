"""Compares Sobol indices with those of SALib on the same draws.

Usage: check_sensitivity.py evaluations.csv indices.csv

evaluations.csv: block (A, B or AB_<factor>), row, then one column an output. Every block has the
same rows; AB_<factor> is A with the factor's values of B. The factors are independent.
indices.csv: factor, output, first, first_error, total, total_error; an empty error is not compared.

The indices must agree to 1e-9. Standard errors come from resamples of the rows that differ here and
there, 200 each, and must agree within a third (their own error is 5% each). Ends with 1 otherwise.
"""

import csv
import sys

import numpy as np
from SALib.analyze import sobol

TOLERANCE = 1e-9
ERROR_TOLERANCE = 1 / 3
RESAMPLES = 200


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def evaluations(rows):
    """The outputs' names, the factors, and output -> block -> values by row."""
    outputs = [name for name in rows[0] if name not in ("block", "row")]
    blocks = {}
    for row in rows:
        blocks.setdefault(row["block"], []).append((int(row["row"]), row))
    factors = [name.removeprefix("AB_") for name in blocks if name.startswith("AB_")]
    by_output = {output: {} for output in outputs}
    for block, found in blocks.items():
        found.sort(key=lambda pair: pair[0])
        if [number for number, _ in found] != list(range(len(blocks["A"]))):
            sys.exit(f"block {block}: its rows are not 0 to {len(blocks['A']) - 1}, each once")
        for output in outputs:
            by_output[output][block] = np.array([float(row[output]) for _, row in found])
    return outputs, factors, by_output


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    outputs, factors, values = evaluations(read(sys.argv[1]))
    ours = {(row["factor"], row["output"]): row for row in read(sys.argv[2])}
    if set(ours) != {(factor, output) for factor in factors for output in outputs}:
        sys.exit("the indices are not those of every factor and output of the evaluations")
    problem = {
        "num_vars": len(factors),
        "names": factors,
        "bounds": [[0.0, 1.0]] * len(factors),
    }
    compared, worst, failed = 0, 0.0, False
    for output in outputs:
        blocks = values[output]
        # SALib reads, row by row, A, then A with each factor of B, then B.
        order = [blocks["A"], *(blocks[f"AB_{factor}"] for factor in factors), blocks["B"]]
        theirs = sobol.analyze(
            problem,
            np.stack(order, axis=1).ravel(),
            calc_second_order=False,
            num_resamples=RESAMPLES,
            conf_level=0.6826894921370859,  # one standard error each way
            seed=1,
        )
        for place, factor in enumerate(factors):
            row = ours[factor, output]
            for name, key in (("first", "S1"), ("total", "ST")):
                found, expected = float(row[name]), theirs[key][place]
                difference = abs(found - expected)
                compared, worst = compared + 1, max(worst, difference)
                if not difference <= TOLERANCE:
                    failed = True
                    print(f"{name} of {factor} for {output}: {found}; SALib {expected}")
                error = row[f"{name}_error"]
                expected = theirs[f"{key}_conf"][place]
                if error and abs(float(error) - expected) > ERROR_TOLERANCE * expected:
                    failed = True
                    print(f"error of {name} of {factor} for {output}: {error}; SALib {expected}")
    if failed:
        sys.exit(1)
    print(f"{compared} indices agree with SALib; largest difference {worst:.1e}")


if __name__ == "__main__":
    main()
