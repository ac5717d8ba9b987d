"""The job *cell* in Numba: loops over draws innermost, compiled with fast mathematics.

Numba from PyPI has no vector exponential (SVML): exponentials are of groups and wards only, and the
loops over their product become vector instructions.
"""

import numba
import numpy as np

from cell import (DELTA, ETA, GAMMA, K, KAPPA, M, MOBILISATION, MOOD, OMEGA, PI, SHIFT, SIGMA, TAU,
                  collected, sample)

LANES = 64


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
