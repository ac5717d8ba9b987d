"""The vote and its money in NumPy, written for speed: the job *cell*. In Numba: cell_numba.py.

Both take what the Rust kernel takes: on the odds scale the mood of a ward and the willingness of a
group multiply, so that exponentials are of groups and of wards, not of their product. Draws are made in
blocks that stay in the cache, arrays are written in place, every number is a 64-bit float.

They draw as is cheapest for them, with the generator SFC64: normals by the ziggurat, betas by
rejection. The ward-level count takes two normals a ward and draw.
"""

import csv
import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
VOTE = ["pi", "m", "k", "tau", "mood", "delta_statutory", "kappa", "omega", "gamma", "sigma_ward",
        "eta", "mobilisation", "turnout_shift"]
MONEY = ["collection_a_c", "collection_d_e", "collection_f_h", "challenges", "tapered_pension_age",
         "tapered_working_age"]
(PI, M, K, TAU, MOOD, DELTA, KAPPA, OMEGA, GAMMA, SIGMA, ETA, MOBILISATION, SHIFT,
 COLLECTION, _, _, CHALLENGES, PENSION_AGE, WORKING_AGE) = range(19)
COLLECTION_CLASS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
NUMPY_BLOCK = 256  # draws; 8 groups x 17 wards x 256 draws are 280 KB an array


class Electorate:
    """What the draws need of an authority: groups, wards, electors of each, and the money."""

    def __init__(self, stated):
        array = {name: np.array(value, dtype=float) for name, value in stated.items()
                 if isinstance(value, list)}
        self.electors = np.ascontiguousarray(array["electors"])  # wards x groups
        self.n_wards, self.n_groups = self.electors.shape
        self.total = self.electors.sum()
        self.ward_electors = self.electors.sum(axis=1)
        self.deprivation = array["deprivation"]
        self.at_home = np.exp(array["ward_turnout"])
        self.usual_turnout = np.exp(array["turnout_log_odds"])
        costs = np.array([array["known"], array["own_element"], array["whole_bill"]])
        self.pays = costs > 0
        self.ln_cost = np.log(np.where(self.pays, costs, 1.0))
        self.gain = np.minimum(1.0, np.where(self.pays, 0.0, -costs) / 50)
        # Rows of group and reader that pay, and the others, for NumPy.
        self.paid, self.free = np.flatnonzero(self.pays), np.flatnonzero(~self.pays)
        self.ln_costs_paid = self.ln_cost.ravel()[self.paid, None]
        self.gains = -self.gain.ravel()[self.free, None]
        self.losing = np.where(self.pays[0], np.arcsinh(costs[0] / 100), 0.0)
        self.increment = array["increment"]
        self.money = {name: stated[name] for name in
                      ("in_lieu", "budgeted", "own_share", "pension_age", "working_age")}


def electorate(folder, name="cell"):
    return Electorate(json.loads((Path(folder) / f"{name}.json").read_text()))


def priors():
    """The distributions of the 19 inputs as (kind, first parameter, second)."""
    with open(ROOT / "data/assumptions/inputs.csv", newline="", encoding="utf-8") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    return [(rows[name]["distribution"], float(rows[name]["parameter_1"]),
             float(rows[name]["parameter_2"])) for name in VOTE + MONEY]


def sample(generator, of, n):
    """Values of the 19 inputs in n draws."""
    values = np.empty((len(of), n))
    for row, (kind, a, b) in zip(values, of):
        if kind == "beta":
            row[:] = generator.beta(a, b, n)
        elif kind == "uniform":
            generator.random(out=row)
            row *= b - a
            row += a
        else:
            generator.standard_normal(out=row)
            if kind == "logit-normal":
                row *= -b
                row -= np.log(a / (1 - a))
                np.exp(row, out=row)
                row += 1
                np.reciprocal(row, out=row)
            elif kind == "log-normal":
                row *= b
                np.exp(row, out=row)
                row *= a
            elif kind == "half-normal":
                np.abs(row, out=row)
                row *= a
                row += b
            elif kind == "normal":
                row *= b
                row += a
            else:
                raise ValueError(kind)
    return values


def collected(e, values):
    """Pounds really collected over a No."""
    rate = np.zeros((3,))
    flat = 0.0
    for band, more in enumerate(e.increment):
        if more > 0:
            rate[COLLECTION_CLASS[band]] += more
        else:
            flat += more
    into_fund = rate @ values[COLLECTION:COLLECTION + 3]
    into_fund *= 1.0 - values[CHALLENGES]
    into_fund += flat + e.money["in_lieu"]
    into_fund -= e.money["pension_age"] * values[PENSION_AGE]
    into_fund -= e.money["working_age"] * values[WORKING_AGE]
    short = e.money["budgeted"] - into_fund
    return e.money["budgeted"] - e.money["own_share"] * short


class NumpyMemory:
    """Arrays of a block of draws, made once."""

    def __init__(self, e, block):
        cells = (e.n_wards, e.n_groups, block)
        (self.turnout, self.yes, self.both, self.one, self.other) = (np.empty(cells) for _ in range(5))
        self.sums = np.empty((5, e.n_wards, 1, block))
        self.part = np.empty((e.n_wards, 1, block))


def numpy_block(e, v, moods, memory):
    """Moments of votes and yes votes, wards x draws, of a block of draws: votes, yes, variance of
    both, covariance."""
    n = v.shape[1]
    whole = memory.part.shape[2] == n
    at = (lambda a: a) if whole else (lambda a: a[..., :n])
    turnout, yes, both, one, other = map(
        at, (memory.turnout, memory.yes, memory.both, memory.one, memory.other))
    sums, part = at(memory.sums), at(memory.part)
    electors = e.electors[:, None, :]
    # Inverse odds throughout: 1 / (1 + 1 / odds).
    ln_m = np.log(v[M])
    inverse = np.empty((3 * e.n_groups, n))
    rows = e.ln_costs_paid - ln_m
    rows *= v[K]
    np.exp(rows, out=rows)
    rows += 1 - v[PI]
    inverse[e.paid] = rows
    rows = e.gains * v[GAMMA]
    np.exp(rows, out=rows)
    rows *= 1 - v[PI]
    inverse[e.free] = rows
    inverse *= 1 / v[PI]
    inverse = inverse.reshape(3, e.n_groups, n)
    mood = moods * v[SIGMA]
    mood += e.deprivation[:, None] * v[ETA]
    mood += v[DELTA] + v[TAU] * v[MOOD]
    np.negative(mood, out=mood)
    np.exp(mood, out=mood)
    mood = mood[:, None, :]
    reading = np.exp(-v[SHIFT]) / e.usual_turnout[:, None]
    knowing = reading * np.exp(-v[MOBILISATION] * e.losing[:, None])
    at_home = (1 / e.at_home)[:, None, None]

    # Who knows. Of inverse odds a and b: turnout 1 / (1 + a), yes 1 / (1 + b), by one division.
    kappa = v[KAPPA]
    np.multiply(knowing, at_home, out=one)
    one += 1
    np.multiply(inverse[0], mood, out=yes)
    yes += 1
    np.multiply(one, yes, out=both)
    np.reciprocal(both, out=both)
    np.multiply(both, yes, out=turnout)
    np.matmul(electors, turnout, out=sums[0])
    np.matmul(electors, both, out=sums[1])
    np.multiply(both, turnout, out=one)
    np.matmul(electors, one, out=sums[4])
    np.multiply(turnout, turnout, out=turnout)
    np.matmul(electors, turnout, out=sums[2])
    np.multiply(both, both, out=both)
    np.matmul(electors, both, out=sums[3])
    sums *= kappa
    # Who reads the percentages, of her own part or of the whole bill: three shares, one division.
    np.multiply(reading, at_home, out=one)
    one += 1
    np.multiply(inverse[1], mood, out=yes)
    yes += 1
    np.multiply(inverse[2], mood, out=other)
    other += 1
    np.multiply(yes, other, out=both)
    one *= both
    np.reciprocal(one, out=one)  # turnout, and yes of either reader
    np.multiply(both, one, out=turnout)
    yes *= one  # turnout and yes of the whole bill
    other *= one  # turnout and yes of her own part
    omega, reads = v[OMEGA], 1 - kappa

    def add(into, values, factor):
        np.matmul(electors, values, out=part)
        np.multiply(part, factor, out=part)
        sums[into] += part

    add(0, turnout, reads)
    np.multiply(other, other, out=both)
    add(3, both, reads * (1 - omega))
    np.multiply(yes, yes, out=both)
    add(3, both, reads * omega)
    other *= 1 - omega
    yes *= omega
    yes += other
    add(1, yes, reads)
    yes *= turnout
    add(4, yes, reads)
    turnout *= turnout
    add(2, turnout, reads)
    votes, says_yes = sums[0, :, 0], sums[1, :, 0]
    return (votes, says_yes, votes - sums[2, :, 0], says_yes - sums[3, :, 0],
            says_yes - sums[4, :, 0])


def numpy_count(e, moments, z_cast, z_yes):
    """Votes cast and yes votes of all wards, with the noise of the count."""
    votes, yes, votes_variance, yes_variance, covariance = moments
    cast = np.sqrt(votes_variance)
    cast *= z_cast
    cast += votes
    np.rint(cast, out=cast)
    np.clip(cast, 0, np.ceil(e.ward_electors)[:, None], out=cast)
    slope = covariance / votes_variance
    left = yes_variance - slope * covariance
    np.maximum(left, 0, out=left)
    np.sqrt(left, out=left)
    left *= z_yes
    left += yes
    left += slope * (cast - votes)
    np.rint(left, out=left)
    np.clip(left, 0, cast, out=left)
    return cast.sum(axis=0), left.sum(axis=0)


def numpy_given(e, values, luck, block=NUMPY_BLOCK):
    """The job with stated values: expected yes share, yes share, turnout, won, collected."""
    n = values.shape[1]
    memory = NumpyMemory(e, block)
    out = np.empty((5, n))
    for first in range(0, n, block):
        here = slice(first, min(first + block, n))
        v = values[:, here]
        moments = numpy_block(e, v, luck[0][:, here], memory)
        out[0, here] = moments[1].sum(axis=0) / moments[0].sum(axis=0)
        cast, yes = numpy_count(e, moments, luck[1][:, here], luck[2][:, here])
        out[1, here] = yes / cast
        out[2, here] = cast / e.total
        out[3, here] = yes > cast - yes
        out[4, here] = collected(e, v)
    return out


def numpy_sampled(e, of, seed, n, block=NUMPY_BLOCK):
    """The job with values of its own: yes share, turnout, won, collected."""
    generator = np.random.Generator(np.random.SFC64(seed))
    memory = NumpyMemory(e, block)
    luck = np.empty((3, e.n_wards, block))
    values = sample(generator, of, n)
    out = np.empty((4, n))
    for first in range(0, n, block):
        here = slice(first, min(first + block, n))
        size = here.stop - here.start
        v = values[:, here]
        generator.standard_normal(out=luck)
        z = luck[..., :size]
        moments = numpy_block(e, v, z[0], memory)
        cast, yes = numpy_count(e, moments, z[1], z[2])
        np.divide(yes, cast, out=out[0, here])
        np.divide(cast, e.total, out=out[1, here])
        out[2, here] = yes > cast - yes
    out[3] = collected(e, values)
    return out


def on_threads(pool, threads, sampled, e, of, seed, n):
    """The job divided among threads, each with a generator of its own."""
    if threads == 1:
        return sampled(e, of, seed, n)
    ends = [n * part // threads for part in range(threads + 1)]
    seeds = np.random.SeedSequence(seed).spawn(threads)
    work = [pool.submit(sampled, e, of, one, end - begin)
            for one, begin, end in zip(seeds, ends, ends[1:])]
    return np.concatenate([one.result() for one in work], axis=1)
