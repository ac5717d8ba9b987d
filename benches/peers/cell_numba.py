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


@numba.njit(fastmath=True, nogil=True, error_model="numpy", cache=True)
def logistic_draws(values, luck, electors, deprivation, at_home, usual_turnout, pays, ln_cost, gain,
                   losing, ward_electors, out):
    """The same draw by draw as the model is written down: a logistic for every turnout and every
    reader's yes in every ward and group."""
    n = values.shape[1]
    n_wards, n_groups = electors.shape
    willing = np.empty((3, n_groups))
    total = ward_electors.sum()
    for d in range(n):
        pi, kappa, omega = values[PI, d], values[KAPPA, d], values[OMEGA, d]
        ln_m = np.log(values[M, d])
        for reader in range(3):
            for g in range(n_groups):
                if pays[reader, g]:
                    cost = np.exp(values[K, d] * (ln_cost[reader, g] - ln_m))
                    willing[reader, g] = np.log(pi / (1 + cost - pi))
                else:
                    willing[reader, g] = np.log(pi / (1 - pi)) + values[GAMMA, d] * gain[reader, g]
        national = values[DELTA, d] + values[TAU, d] * values[MOOD, d]
        cast_all, yes_all, expected_cast, expected_yes = 0.0, 0.0, 0.0, 0.0
        for w in range(n_wards):
            mood = national + values[SIGMA, d] * luck[0, w, d] + values[ETA, d] * deprivation[w]
            ln_home = np.log(at_home[w])
            votes, yes, var_votes, var_yes, covariance = 0.0, 0.0, 0.0, 0.0, 0.0
            for g in range(n_groups):
                usual = np.log(usual_turnout[g]) + ln_home + values[SHIFT, d]
                more = values[MOBILISATION, d] * losing[g] if losing[g] > 0 else 0.0
                t = 1 / (1 + np.exp(-usual - more))
                r = 1 / (1 + np.exp(-usual))
                y = 1 / (1 + np.exp(-willing[0, g] - mood))
                p = 1 / (1 + np.exp(-willing[1, g] - mood))
                q = 1 / (1 + np.exp(-willing[2, g] - mood))
                know = electors[w, g] * kappa * t
                own = electors[w, g] * (1 - kappa) * (1 - omega) * r
                whole = electors[w, g] * (1 - kappa) * omega * r
                votes += know + own + whole
                yes += know * y + own * p + whole * q
                var_votes += know * (1 - t) + (own + whole) * (1 - r)
                var_yes += know * y * (1 - t * y) + own * p * (1 - r * p) + whole * q * (1 - r * q)
                covariance += know * y * (1 - t) + (own * p + whole * q) * (1 - r)
            expected_cast += votes
            expected_yes += yes
            cast = np.rint(votes + np.sqrt(var_votes) * luck[1, w, d])
            cast = min(max(cast, 0.0), np.ceil(ward_electors[w]))
            slope = covariance / var_votes
            left = max(var_yes - slope * covariance, 0.0)
            says_yes = np.rint(yes + slope * (cast - votes) + np.sqrt(left) * luck[2, w, d])
            cast_all += cast
            yes_all += min(max(says_yes, 0.0), cast)
        out[0, d] = expected_yes / expected_cast
        out[1, d] = yes_all / cast_all
        out[2, d] = cast_all / total
        out[3, d] = 1.0 if yes_all > cast_all - yes_all else 0.0


def logistic_given(e, values, luck):
    """As `numba_given`, a logistic a cell."""
    return numba_given(e, values, luck, logistic_draws)


def logistic_sampled(e, of, seed, n):
    """As `numba_sampled`, a logistic a cell."""
    return numba_sampled(e, of, seed, n, logistic_draws)


def numba_given(e, values, luck, draws=numba_draws):
    """The job with stated values: expected yes share, yes share, turnout, won, collected."""
    out = np.empty((5, values.shape[1]))
    draws(values, luck, e.electors, e.deprivation, e.at_home, e.usual_turnout, e.pays, e.ln_cost,
          e.gain, e.losing, e.ward_electors, out)
    out[4] = collected(e, values)
    return out


def numba_sampled(e, of, seed, n, draws=numba_draws):
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
        draws(values, luck, e.electors, e.deprivation, e.at_home, e.usual_turnout, e.pays,
                    e.ln_cost, e.gain, e.losing, e.ward_electors, here)
        here[4] = collected(e, values)
        out[:, first:first + held] = here
    return out[1:]
