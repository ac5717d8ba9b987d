"""The job *household*: the expected vote of 100,000 homes in 1,000 draws.

Home by home in NumPy and in Numba, each home with its own electors, and once homes are compressed to
groups, in NumPy, Numba and Python Polars. No count: the answer is the expected yes share of a draw.
"""

import json
from pathlib import Path

import numba
import numpy as np
import polars as pl

import cell
import cell_numba
from cell import (DELTA, ETA, GAMMA, K, KAPPA, M, MOBILISATION, MOOD, OMEGA, PI, SHIFT, SIGMA, TAU,
                  Electorate)

COLUMNS = ["ward", "band", "liability", "reduction", "electors"]
HOMES_TOGETHER = 512  # homes of one ward x draws in NumPy's cache
DRAWS_TOGETHER = 64


class Homes:
    """Homes one a row, with what is at stake for each kind."""

    def __init__(self, folder):
        folder = Path(folder)
        self.columns = {name: np.fromfile(folder / f"homes-{name}.u8", dtype=np.uint8)
                        for name in COLUMNS}
        self.stated = json.loads((folder / "household.json").read_text())
        self.group = np.full(9 * 7 * 3, -1)
        for position, (band, liability, reduction) in enumerate(
                zip(self.stated["band"], self.stated["liability"], self.stated["reduction"])):
            self.group[(band * 7 + liability) * 3 + reduction] = position
        self.n_wards = len(self.stated["deprivation"])
        self.n_groups = len(self.stated["band"])
        self.each = None

    def by_bincount(self):
        """Electors by ward and group, in NumPy."""
        c = self.columns
        kind = (c["band"].astype(np.int16) * 7 + c["liability"]) * 3 + c["reduction"]
        key = c["ward"] * np.int16(189) + kind
        counts = np.bincount(key, weights=c["electors"], minlength=self.n_wards * 189)
        return self.of_kinds(counts.reshape(self.n_wards, 189))

    def by_numba(self):
        """The same by one compiled pass."""
        c = self.columns
        return self.of_kinds(compress(c["ward"], c["band"], c["liability"], c["reduction"],
                                      c["electors"], self.n_wards))

    def by_polars(self):
        """The same by Python Polars; the frame is made beforehand."""
        found = (self.frame.lazy().group_by("ward", "band", "liability", "reduction")
                 .agg(pl.col("electors").cast(pl.Int64).sum()).collect())
        counts = np.zeros((self.n_wards, 9, 7, 3))
        counts[tuple(found[name].to_numpy() for name in COLUMNS[:4])] = found["electors"].to_numpy()
        return self.of_kinds(counts.reshape(self.n_wards, 189))

    def of_kinds(self, counts):
        electors = np.zeros((self.n_wards, self.n_groups))
        held = self.group >= 0
        electors[:, self.group[held]] = counts[:, held]
        return Electorate({**self.stated, "electors": electors.tolist()})

    def one_by_one(self):
        """Homes that hold electors in the order of wards, with what is at stake for each."""
        c = self.columns
        kind = (c["band"].astype(int) * 7 + c["liability"]) * 3 + c["reduction"]
        group = self.group[kind]
        kept = np.flatnonzero((c["electors"] > 0) & (group >= 0))
        kept = kept[np.argsort(c["ward"][kept], kind="stable")]
        e = self.by_bincount()
        group = group[kept]
        self.each = {
            "ward": c["ward"][kept].astype(np.int64), "electors": c["electors"][kept].astype(float),
            "usual_turnout": e.usual_turnout[group], "ln_cost": e.ln_cost[:, group].copy(),
            "pays": e.pays[:, group].copy(), "gain": e.gain[:, group].copy(),
            "losing": e.losing[group], "e": e,
        }


@numba.njit(nogil=True, cache=True)
def compress(ward, band, liability, reduction, electors, n_wards):
    counts = np.zeros((n_wards, 189))
    for home in range(ward.size):
        counts[ward[home], (band[home] * 7 + liability[home]) * 3 + reduction[home]] += electors[home]
    return counts


# ------------------------------------------------------------------------------------ in groups


def numpy_grouped(e, values, moods):
    n = values.shape[1]
    block = 32
    memory = cell.NumpyMemory(e, block)
    out = np.empty(n)
    for first in range(0, n, block):
        here = slice(first, min(first + block, n))
        votes, yes, *_ = cell.numpy_block(e, values[:, here], moods[:, here], memory)
        out[here] = yes.sum(axis=0) / votes.sum(axis=0)
    return out


def numba_grouped(e, values, moods):
    luck = np.zeros((3, *moods.shape))
    luck[0] = moods
    return cell_numba.numba_given(e, values, luck)[0]


# ---------------------------------------------------------------------------------- home by home


def numpy_each(homes, values, moods):
    """Chunks of homes x draws that stay in the cache. Costs, odds and shares are worked out for every
    home: nothing is shared between homes."""
    h, e = homes.each, homes.each["e"]
    n = values.shape[1]
    votes, yes = np.zeros(n), np.zeros(n)
    ends = np.searchsorted(h["ward"], np.arange(e.n_wards + 1))
    shape = (HOMES_TOGETHER, DRAWS_TOGETHER)
    one, two, three = np.empty(shape), np.empty(shape), np.empty(shape)
    for begin in range(0, n, DRAWS_TOGETHER):
        draws = slice(begin, min(begin + DRAWS_TOGETHER, n))
        v = values[:, draws]
        size = v.shape[1]
        ln_m, kappa, omega = np.log(v[M]), v[KAPPA], v[OMEGA]
        mood = np.exp(v[DELTA] + v[TAU] * v[MOOD] + v[SIGMA] * moods[:, draws]
                      + v[ETA] * e.deprivation[:, None])
        swing = np.exp(v[SHIFT])
        for ward in range(e.n_wards):
            for first in range(ends[ward], ends[ward + 1], HOMES_TOGETHER):
                here = slice(first, min(first + HOMES_TOGETHER, ends[ward + 1]))
                rows = here.stop - here.start
                a, b, c = one[:rows, :size], two[:rows, :size], three[:rows, :size]
                electors = h["electors"][here]

                def yes_share(reader, out):
                    pays = h["pays"][reader, here]
                    np.subtract(h["ln_cost"][reader, here][:, None], ln_m, out=out)
                    out *= v[K]
                    np.exp(out, out=out)
                    out += 1 - v[PI]
                    if not pays.all():
                        free = ~pays
                        gain = h["gain"][reader, here][free]
                        out[free] = np.exp(-v[GAMMA] * gain[:, None]) * (1 - v[PI])
                    out /= v[PI] * mood[ward]
                    out += 1
                    np.reciprocal(out, out=out)

                np.multiply(h["losing"][here][:, None], v[MOBILISATION], out=a)
                np.exp(a, out=a)
                a *= swing * e.at_home[ward]
                a *= h["usual_turnout"][here][:, None]
                np.reciprocal(a, out=a)
                a += 1
                np.reciprocal(a, out=a)
                yes_share(0, b)
                b *= a
                votes[draws] += kappa * (electors @ a)
                yes[draws] += kappa * (electors @ b)
                np.multiply(h["usual_turnout"][here][:, None], swing * e.at_home[ward], out=a)
                np.reciprocal(a, out=a)
                a += 1
                np.reciprocal(a, out=a)
                yes_share(1, b)
                yes_share(2, c)
                b *= 1 - omega
                c *= omega
                b += c
                b *= a
                votes[draws] += (1 - kappa) * (electors @ a)
                yes[draws] += (1 - kappa) * (electors @ b)
    return yes / votes


@numba.njit(fastmath=True, nogil=True, error_model="numpy", cache=True)
def numba_each_draws(values, moods, ward, electors, usual_turnout, pays, ln_cost, gain, losing,
                     deprivation, at_home, out):
    n = values.shape[1]
    lanes = 32
    votes, yes = np.empty(lanes), np.empty(lanes)
    odds = np.empty((3, lanes))
    mood = np.empty(lanes)
    more = np.empty(lanes)
    v = np.empty((13, lanes))
    ln_m = np.empty(lanes)
    swing = np.empty(lanes)
    for first in range(0, n, lanes):
        held = min(lanes, n - first)
        for row in range(13):
            for d in range(lanes):
                v[row, d] = values[row, first + min(d, held - 1)]
        for d in range(lanes):
            ln_m[d] = np.log(v[M, d])
            swing[d] = np.exp(v[SHIFT, d])
        votes[:] = 0.0
        yes[:] = 0.0
        last = -1
        for home in range(ward.size):
            w = ward[home]
            if w != last:
                last = w
                for d in range(lanes):
                    z = moods[w, first + min(d, held - 1)]
                    mood[d] = np.exp(v[DELTA, d] + v[TAU, d] * v[MOOD, d] + v[SIGMA, d] * z
                                     + v[ETA, d] * deprivation[w])
            for reader in range(3):
                if pays[reader, home]:
                    cost = ln_cost[reader, home]
                    for d in range(lanes):
                        odds[reader, d] = np.exp(v[K, d] * (cost - ln_m[d]))
                    for d in range(lanes):
                        odds[reader, d] = mood[d] * v[PI, d] / (1 + odds[reader, d] - v[PI, d])
                else:
                    size = gain[reader, home]
                    for d in range(lanes):
                        odds[reader, d] = np.exp(v[GAMMA, d] * size)
                    for d in range(lanes):
                        odds[reader, d] *= mood[d] * v[PI, d] / (1 - v[PI, d])
            loses = losing[home]
            if loses > 0:
                for d in range(lanes):
                    more[d] = np.exp(v[MOBILISATION, d] * loses)
            else:
                more[:] = 1.0
            usual = usual_turnout[home] * at_home[w]
            m = electors[home]
            for d in range(lanes):
                c = usual * swing[d]
                a = c * more[d]
                b, p, q = odds[0, d], odds[1, d], odds[2, d]
                know = m * v[KAPPA, d] * a / (1 + a)
                read = m * (1 - v[KAPPA, d]) * c / (1 + c)
                votes[d] += know + read
                yes[d] += (know * b / (1 + b)
                           + read * ((1 - v[OMEGA, d]) * p / (1 + p) + v[OMEGA, d] * q / (1 + q)))
        for d in range(held):
            out[first + d] = yes[d] / votes[d]


def numba_each(homes, values, moods):
    h, e = homes.each, homes.each["e"]
    out = np.empty(values.shape[1])
    numba_each_draws(values, moods, h["ward"], h["electors"], h["usual_turnout"], h["pays"],
                     h["ln_cost"], h["gain"], h["losing"], e.deprivation, e.at_home, out)
    return out


def on_threads(pool, threads, given, of, values, moods):
    """The draws divided among threads."""
    n = values.shape[1]
    ends = [n * part // threads for part in range(threads + 1)]
    if threads == 1:
        return given(of, values, moods)
    work = [pool.submit(given, of, np.ascontiguousarray(values[:, begin:end]),
                        np.ascontiguousarray(moods[:, begin:end]))
            for begin, end in zip(ends, ends[1:])]
    return np.concatenate([one.result() for one in work])
