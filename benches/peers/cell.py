"""The vote and its money in NumPy and in Numba, written for speed: the job *cell*.

Both take what the Rust kernel takes: on the odds scale the mood of a ward and the willingness of a
group multiply, so that exponentials are of groups and of wards, not of their product. Draws are made in
blocks that stay in the cache, arrays are written in place, every number is a 64-bit float.

They draw as is cheapest for them, with the generator SFC64: normals by the ziggurat, betas by
rejection. The ward-level count takes two normals a ward and draw.
"""

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
VOTE = ["pi", "m", "k", "tau", "mood", "delta_statutory", "kappa", "omega", "gamma", "sigma_ward",
        "eta", "mobilisation", "turnout_shift"]
MONEY = ["collection_a_c", "collection_d_e", "collection_f_h", "challenges", "tapered_pension_age",
         "tapered_working_age"]
(PI, M, K, TAU, MOOD, DELTA, KAPPA, OMEGA, GAMMA, SIGMA, ETA, MOBILISATION, SHIFT,
 COLLECTION, _, _, CHALLENGES, PENSION_AGE, WORKING_AGE) = range(19)
COLLECTION_CLASS = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
NUMPY_BLOCK = 64  # draws; 8 groups x 17 wards x 64 draws are 70 KB an array


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
        self.costs = costs
        self.pays = costs > 0
        self.ln_cost = np.log(np.where(self.pays, costs, 1.0))
        self.gain = np.minimum(1.0, np.where(self.pays, 0.0, -costs) / 50)
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


# ------------------------------------------------------------------------------------------ NumPy


class NumpyMemory:
    """Arrays of a block of draws, made once."""

    def __init__(self, e, block):
        cells = (e.n_wards, e.n_groups, block)
        (self.turnout, self.yes, self.both, self.one, self.other) = (np.empty(cells) for _ in range(5))
        self.sums = np.empty((5, e.n_wards, 1, block))
        self.part = np.empty((e.n_wards, 1, block))


def share(odds, factor, out):
    """odds * factor / (1 + odds * factor), over wards, in place."""
    np.multiply(odds, factor, out=out)  # 1 / odds
    out += 1
    np.reciprocal(out, out=out)


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
    inverse = np.empty((3, e.n_groups, n))
    for reader in range(3):
        pays = e.pays[reader]
        if pays.all():
            rows = inverse[reader]
            np.subtract(e.ln_cost[reader][:, None], ln_m, out=rows)
            rows *= v[K]
            np.exp(rows, out=rows)
            rows += 1 - v[PI]
            rows /= v[PI]
        else:
            for group in range(e.n_groups):
                row = inverse[reader, group]
                if pays[group]:
                    np.subtract(e.ln_cost[reader, group], ln_m, out=row)
                    row *= v[K]
                    np.exp(row, out=row)
                    row += 1 - v[PI]
                else:
                    np.multiply(v[GAMMA], -e.gain[reader, group], out=row)
                    np.exp(row, out=row)
                    row *= 1 - v[PI]
                row /= v[PI]
    mood = moods * v[SIGMA]
    mood += e.deprivation[:, None] * v[ETA]
    mood += v[DELTA] + v[TAU] * v[MOOD]
    np.negative(mood, out=mood)
    np.exp(mood, out=mood)
    mood = mood[:, None, :]
    reading = np.exp(-v[SHIFT]) / e.usual_turnout[:, None]
    knowing = reading * np.exp(-v[MOBILISATION] * e.losing[:, None])
    at_home = (1 / e.at_home)[:, None, None]

    # Who knows.
    kappa = v[KAPPA]
    share(knowing, at_home, turnout)
    share(inverse[0], mood, yes)
    np.multiply(turnout, yes, out=both)
    np.matmul(electors, turnout, out=sums[0])
    np.matmul(electors, both, out=sums[1])
    np.multiply(turnout, turnout, out=one)
    np.matmul(electors, one, out=sums[2])
    np.multiply(both, both, out=one)
    np.matmul(electors, one, out=sums[3])
    np.multiply(both, turnout, out=one)
    np.matmul(electors, one, out=sums[4])
    sums *= kappa
    # Who reads the percentages, of her own part or of the whole bill.
    share(reading, at_home, turnout)
    share(inverse[1], mood, yes)
    share(inverse[2], mood, other)
    yes *= turnout
    other *= turnout
    np.multiply(yes, yes, out=one)
    np.multiply(other, other, out=both)
    one *= 1 - v[OMEGA]
    both *= v[OMEGA]
    one += both
    yes *= 1 - v[OMEGA]
    other *= v[OMEGA]
    yes += other
    reads = 1 - kappa

    def add(into, values):
        np.matmul(electors, values, out=part)
        np.multiply(part, reads, out=part)
        sums[into] += part

    add(0, turnout)
    add(1, yes)
    add(3, one)
    np.multiply(turnout, turnout, out=one)
    add(2, one)
    np.multiply(yes, turnout, out=one)
    add(4, one)
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


# ------------------------------------------------------------------------------------------ Numba

LANES = 32


@numba.njit(fastmath=True, nogil=True, error_model="numpy", cache=True)
def numba_block(v, moods, electors, deprivation, at_home, usual_turnout, pays, ln_cost, gain, losing,
                odds, turnouts, sums):
    """Moments of votes and yes votes, 5 x wards x draws, of LANES draws: the draws stand innermost,
    so that every loop over them becomes vector instructions."""
    n_wards, n_groups = electors.shape
    ln_m = np.empty(LANES)
    national = np.empty(LANES)
    swing = np.empty(LANES)
    mood = np.empty(LANES)
    for d in range(LANES):
        ln_m[d] = np.log(v[M, d])
        national[d] = v[DELTA, d] + v[TAU, d] * v[MOOD, d]
        swing[d] = np.exp(v[SHIFT, d])
    for reader in range(3):
        for g in range(n_groups):
            if pays[reader, g]:
                for d in range(LANES):
                    odds[reader, g, d] = np.exp(v[K, d] * (ln_cost[reader, g] - ln_m[d]))
                for d in range(LANES):
                    odds[reader, g, d] = v[PI, d] / (1 + odds[reader, g, d] - v[PI, d])
            else:
                for d in range(LANES):
                    odds[reader, g, d] = np.exp(v[GAMMA, d] * gain[reader, g])
                for d in range(LANES):
                    odds[reader, g, d] *= v[PI, d] / (1 - v[PI, d])
    for g in range(n_groups):
        for d in range(LANES):
            turnouts[1, g, d] = usual_turnout[g] * swing[d]
        if losing[g] > 0:
            for d in range(LANES):
                turnouts[0, g, d] = turnouts[1, g, d] * np.exp(v[MOBILISATION, d] * losing[g])
        else:
            for d in range(LANES):
                turnouts[0, g, d] = turnouts[1, g, d]
    for w in range(n_wards):
        for d in range(LANES):
            mood[d] = np.exp(national[d] + v[SIGMA, d] * moods[w, d] + v[ETA, d] * deprivation[w])
        here = at_home[w]
        sums[:, w, :] = 0.0
        for g in range(n_groups):
            n = electors[w, g]
            if n == 0.0:
                continue
            for d in range(LANES):
                kappa, omega = v[KAPPA, d], v[OMEGA, d]
                # One division serves turnout and yes.
                a = turnouts[0, g, d] * here
                b = odds[0, g, d] * mood[d]
                both = 1 / ((1 + a) * (1 + b))
                t = a * (1 + b) * both
                ty = a * b * both
                know = n * kappa
                c = turnouts[1, g, d] * here
                p = odds[1, g, d] * mood[d]
                q = odds[2, g, d] * mood[d]
                all_three = 1 / ((1 + c) * (1 + p) * (1 + q))
                r = c * (1 + p) * (1 + q) * all_three
                rp = c * p * (1 + q) * all_three
                rq = c * q * (1 + p) * all_three
                read = n * (1 - kappa)
                ry = (1 - omega) * rp + omega * rq
                votes = know * t + read * r
                yes = know * ty + read * ry
                sums[0, w, d] += votes
                sums[1, w, d] += yes
                sums[2, w, d] += know * t * (1 - t) + read * r * (1 - r)
                sums[3, w, d] += (know * ty * (1 - ty)
                                  + read * (ry - (1 - omega) * rp * rp - omega * rq * rq))
                sums[4, w, d] += know * ty * (1 - t) + read * ry * (1 - r)


@numba.njit(fastmath=True, nogil=True, error_model="numpy", cache=True)
def numba_draws(values, luck, electors, deprivation, at_home, usual_turnout, pays, ln_cost, gain,
                losing, ward_electors, out):
    """Expected yes share, yes share, turnout, won of every draw; draws beyond the last block are
    made with it."""
    n = values.shape[1]
    n_wards, n_groups = electors.shape
    odds = np.empty((3, n_groups, LANES))
    turnouts = np.empty((2, n_groups, LANES))
    sums = np.empty((5, n_wards, LANES))
    v = np.empty((13, LANES))
    z = np.empty((3, n_wards, LANES))
    total = ward_electors.sum()
    for first in range(0, n, LANES):
        held = min(LANES, n - first)
        for row in range(13):
            for d in range(held):
                v[row, d] = values[row, first + d]
            for d in range(held, LANES):
                v[row, d] = values[row, n - 1]
        z[:, :, held:] = 0.0
        for kind in range(3):
            for w in range(n_wards):
                for d in range(held):
                    z[kind, w, d] = luck[kind, w, first + d]
        numba_block(v, z[0], electors, deprivation, at_home, usual_turnout, pays, ln_cost, gain,
                    losing, odds, turnouts, sums)
        cast_all = np.zeros(LANES)
        yes_all = np.zeros(LANES)
        expected_cast = np.zeros(LANES)
        expected_yes = np.zeros(LANES)
        for w in range(n_wards):
            most = np.ceil(ward_electors[w])
            for d in range(LANES):
                votes, yes = sums[0, w, d], sums[1, w, d]
                expected_cast[d] += votes
                expected_yes[d] += yes
                cast = np.rint(votes + np.sqrt(sums[2, w, d]) * z[1, w, d])
                cast = min(max(cast, 0.0), most)
                slope = sums[4, w, d] / sums[2, w, d]
                left = max(sums[3, w, d] - slope * sums[4, w, d], 0.0)
                says_yes = np.rint(yes + slope * (cast - votes) + np.sqrt(left) * z[2, w, d])
                says_yes = min(max(says_yes, 0.0), cast)
                cast_all[d] += cast
                yes_all[d] += says_yes
        for d in range(held):
            out[0, first + d] = expected_yes[d] / expected_cast[d]
            out[1, first + d] = yes_all[d] / cast_all[d]
            out[2, first + d] = cast_all[d] / total
            out[3, first + d] = 1.0 if yes_all[d] > cast_all[d] - yes_all[d] else 0.0


def numba_given(e, values, luck):
    """The job with stated values: expected yes share, yes share, turnout, won, collected."""
    out = np.empty((5, values.shape[1]))
    numba_draws(values, luck, e.electors, e.deprivation, e.at_home, e.usual_turnout, e.pays,
                e.ln_cost, e.gain, e.losing, e.ward_electors, out)
    out[4] = collected(e, values)
    return out


def numba_sampled(e, of, seed, n):
    """The job with values of its own: yes share, turnout, won, collected. NumPy's generators are as
    fast from Python as compiled, so they fill the arrays, 1,024 draws at a time."""
    generator = np.random.Generator(np.random.SFC64(seed))
    out = np.empty((5, n))
    size = 1024
    luck = np.empty((3, e.n_wards, size))
    for first in range(0, n, size):
        held = min(size, n - first)
        values = sample(generator, of, held)
        generator.standard_normal(out=luck)
        here = np.empty((5, held))
        numba_draws(values, luck, e.electors, e.deprivation, e.at_home, e.usual_turnout, e.pays,
                    e.ln_cost, e.gain, e.losing, e.ward_electors, here)
        here[4] = collected(e, values)
        out[:, first:first + held] = here
    return out[1:]


# ---------------------------------------------------------------------------------------- threads


def on_threads(pool, threads, sampled, e, of, seed, n):
    """The job divided among threads, each with a generator of its own."""
    if threads == 1:
        return sampled(e, of, seed, n)
    ends = [n * part // threads for part in range(threads + 1)]
    seeds = np.random.SeedSequence(seed).spawn(threads)
    work = [pool.submit(sampled, e, of, one, end - begin)
            for one, begin, end in zip(seeds, ends, ends[1:])]
    return np.concatenate([one.result() for one in work], axis=1)


def threads_for(threads):
    return ThreadPoolExecutor(threads)
