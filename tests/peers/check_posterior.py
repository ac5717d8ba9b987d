"""An independent check of what bandwise learns from ballots and surveys, in NumPy and SciPy.

Nothing here is taken from the Rust program but its data: the likelihood is written from the model's
description with full covariance matrices, and the posterior is drawn by adaptive random-walk
Metropolis, where bandwise weights draws by importance.

    check_posterior.py POSTERIOR.csv [--effective N]           compare with `bandwise calibrate`
    check_posterior.py --posterior                             print the posterior found here
    check_posterior.py --likelihood                            print log likelihoods at three points
    check_posterior.py --points [FILE]                         write log likelihoods at twenty points
                                                               (likelihood_points.csv unless given)
    check_posterior.py --backtest [BACKTEST.csv] [--effective N]
                                            leave one ballot out; compare with `bandwise backtest`

The log likelihood is the log density of the logits of the evidence, with all its constants, once the
mood of each ballot and the offset of the survey are integrated out.

A figure agrees if it lies within 4 standard errors of both programs, plus 0.01 posterior standard
deviations for rounding. The standard error here is that between independent groups of chains. That of
bandwise follows from its effective sample size: a column `effective_sample_size` if the file has one,
otherwise `--effective` (10,000 unless given, at which the tolerance of a median is some 0.06 posterior
standard deviations and of a 5% quantile some 0.1).

Exits 1 if a figure disagrees, 2 if the chains here have not converged.
"""

import argparse
import csv
import sys
import time
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.special import expit, logit

ROOT = Path(__file__).resolve().parents[2]
POINTS = Path(__file__).with_name("likelihood_points.csv")
SEED = 20261122
PARAMETERS = ["pi", "m", "k", "tau", "delta_statutory", "kappa", "omega"]
PI, M, K, TAU, DELTA, KAPPA, OMEGA = range(7)
QUANTILES = (0.05, 0.50, 0.95)
CHAINS, WARMUP, KEPT = 240, 3000, 8000
GROUPS = 24  # of chains, for standard errors
STATED_POINTS = [
    (0.57, 30.0, 1.6, 0.6, -0.3, 0.6, 0.5),
    (0.60, 43.0, 2.0, 1.0, -0.5, 0.64, 0.4),
    (0.35, 90.0, 1.2, 2.5, 0.6, 0.15, 0.9),
]


def rows(name):
    with open(ROOT / "data" / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------------------------------- priors


class Prior:
    """One marginal prior: its density, quantiles and the map to the unconstrained scale."""

    def __init__(self, row):
        self.kind = row["distribution"]
        self.a, self.b = float(row["parameter_1"]), float(row["parameter_2"])
        self.lowest, self.highest = float(row["lowest"]), float(row["highest"])
        assert self.kind in ("logit-normal", "log-normal", "half-normal", "normal", "beta"), self.kind

    def quantile(self, p):
        if self.kind == "logit-normal":
            return expit(logit(self.a) + self.b * stats.norm.ppf(p))
        if self.kind == "log-normal":
            return self.a * np.exp(self.b * stats.norm.ppf(p))
        if self.kind == "half-normal":
            return self.b + self.a * stats.halfnorm.ppf(p)
        if self.kind == "normal":
            return self.a + self.b * stats.norm.ppf(p)
        return stats.beta.ppf(p, self.a, self.b)

    def value(self, z):
        """The parameter from the unconstrained scale."""
        if self.kind in ("logit-normal", "beta"):
            return expit(z)
        if self.kind == "log-normal":
            return np.exp(z)
        if self.kind == "half-normal":
            return self.b + np.exp(z)
        return z

    def unconstrained(self, value):
        if self.kind in ("logit-normal", "beta"):
            return logit(value)
        if self.kind == "log-normal":
            return np.log(value)
        if self.kind == "half-normal":
            return np.log(value - self.b)
        return value

    def log_density(self, z):
        """Log density of z on the unconstrained scale, up to a constant."""
        if self.kind == "logit-normal":
            log = -0.5 * ((z - logit(self.a)) / self.b) ** 2
        elif self.kind == "log-normal":
            log = -0.5 * ((z - np.log(self.a)) / self.b) ** 2
        elif self.kind == "half-normal":
            log = -0.5 * (np.exp(z) / self.a) ** 2 + z
        elif self.kind == "normal":
            log = -0.5 * ((z - self.a) / self.b) ** 2
        else:  # beta(a, b) and the Jacobian p (1 - p)
            log = -self.a * np.logaddexp(0, -z) - self.b * np.logaddexp(0, z)
        value = self.value(z)
        return np.where((value >= self.lowest) & (value <= self.highest), log, -np.inf)


def read_priors():
    by_name = {row["name"]: row for row in rows("assumptions/inputs.csv")}
    return [Prior(by_name[name]) for name in PARAMETERS]


# -------------------------------------------------------------------------------------- evidence


class Item:
    """A ballot or a survey: observed logits, what they were asked of, and how they are scattered."""

    def __init__(self, name, shares, cost, cost_whole, is_survey, is_statutory, shared_sd, own_variance, labels):
        self.name, self.shares, self.labels = name, np.array(shares), labels
        self.observed = logit(self.shares)
        self.cost = np.array(cost)
        self.cost_whole = np.array(cost_whole) if is_statutory else None
        self.is_survey, self.is_statutory = is_survey, is_statutory
        self.shared_sd = shared_sd  # None: tau
        self.own_variance = np.array(own_variance)

    def expected(self, theta):
        """Expected logits, one row per parameter point."""
        theta = np.atleast_2d(theta)
        if not self.is_statutory:
            return logit_support(theta, self.cost)
        shift = theta[:, [DELTA]]
        reads_whole = (1 - theta[:, [KAPPA]]) * theta[:, [OMEGA]]
        own = expit(logit_support(theta, self.cost) + shift)
        whole = expit(logit_support(theta, self.cost_whole) + shift)
        return logit((1 - reads_whole) * own + reads_whole * whole)

    def covariance(self, tau):
        shared = tau if self.shared_sd is None else self.shared_sd
        size = len(self.observed)
        return shared**2 * np.ones((size, size)) + np.diag(self.own_variance)

    def log_likelihood_exact(self, point):
        """At one point, by SciPy."""
        return stats.multivariate_normal.logpdf(
            self.observed, self.expected(point)[0], self.covariance(point[TAU])
        )

    def log_likelihood(self, theta):
        """At many points: the same density by a Cholesky factor of each full covariance matrix."""
        residual = self.observed - self.expected(theta)
        size = len(self.observed)
        if self.shared_sd is None:
            covariance = theta[:, TAU, None, None] ** 2 * np.ones((size, size)) + np.diag(self.own_variance)
        else:
            covariance = self.covariance(None)[None]
        factor = np.linalg.cholesky(covariance)
        log_determinant = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        whitened = np.linalg.solve(factor, residual[:, :, None])[:, :, 0]
        return -0.5 * (size * np.log(2 * np.pi) + log_determinant + (whitened**2).sum(axis=1))


def logit_support(theta, cost):
    """logit of pi / (1 + (x / m)^k): log pi - log(1 - pi + (x / m)^k)."""
    pi, m, k = theta[:, [PI]], theta[:, [M]], theta[:, [K]]
    return np.log(pi) - np.log(1 - pi + (cost / m) ** k)


def read_evidence():
    constant = {row["name"]: float(row["value"]) for row in rows("assumptions/constants.csv")}
    to_2026 = {row["year"]: float(row["times_to_2026"]) for row in rows("assumptions/price_index.csv")}
    items = []

    ballots = {}
    for row in rows("evidence/ballots.csv"):
        ballots.setdefault(row["ballot"], []).append(row)
    for name, options in ballots.items():
        options.sort(key=lambda row: float(row["option_rise"]))
        lowest, above = options[0], options[1:]
        assert float(lowest["share_choosing_at_least"]) == 1, name
        prices = to_2026[lowest["financial_year"][:4]] * float(lowest["mean_band_ratio"])
        rises = [float(row["option_rise"]) - float(lowest["option_rise"]) for row in above]
        is_statutory = lowest["statutory"] == "1"
        sd = constant["ballot_yes_no_sd" if len(above) == 1 else "ballot_option_sd"]
        items.append(Item(
            name,
            [float(row["share_choosing_at_least"]) for row in above],
            [rise * float(lowest["base_band_d_pounds"]) * prices for rise in rises],
            [rise * float(lowest["whole_bill_band_d_pounds"]) * prices for rise in rises] if is_statutory else None,
            is_survey=False,
            is_statutory=is_statutory,
            shared_sd=None,
            own_variance=[sd**2] * len(above),
            labels=[row["option_rise"] for row in above],
        ))

    surveys = {}
    for row in rows("evidence/surveys.csv"):
        if row["learned_from"] == "1":
            surveys.setdefault(row["survey"], []).append(row)
    for name, answers in surveys.items():
        shares = np.array([float(row["support"]) for row in answers])
        asked = np.array([float(row["sample"]) for row in answers])
        items.append(Item(
            name,
            shares,
            [float(row["threshold_pounds"]) * to_2026[row["prices_of"][:4]] for row in answers],
            None,
            is_survey=True,
            is_statutory=False,
            shared_sd=constant["survey_offset_sd"],
            own_variance=constant["survey_answer_sd"] ** 2 + 1 / (asked * shares * (1 - shares)),
            labels=[row["threshold_pounds"] for row in answers],
        ))
    return items


def exact_log_likelihood(items, point):
    return sum(item.log_likelihood_exact(np.array(point)) for item in items)


# --------------------------------------------------------------------------------------- sampler


class Posterior:
    """Draws of the posterior: parameters by chain, step and name, in their own units."""

    def __init__(self, priors, items, seed):
        self.priors, self.items = priors, items
        rng = np.random.default_rng(seed)
        z = np.column_stack([
            prior.unconstrained(prior.quantile(rng.uniform(0.02, 0.98, CHAINS))) for prior in priors
        ])
        log = self.log_density(z)
        # Warming up: the proposal's covariance is that of all chains over the last tenth, and its
        # scale is led to an acceptance of 0.25. Both are then kept, so that the chains are Markov.
        scale, factor = 2.38 / np.sqrt(len(priors)), np.linalg.cholesky(np.cov(z.T))
        recent, accepted = [], 0.0
        stage = WARMUP // 10
        for step in range(1, WARMUP + 1):
            z, log, rate = self.move(rng, z, log, scale * factor)
            recent.append(z)
            accepted += rate
            if step % stage == 0:
                factor = np.linalg.cholesky(np.cov(np.concatenate(recent[stage // 3:]).T))
                scale *= np.exp(accepted / stage - 0.25)
                recent, accepted = [], 0.0
        kept = np.empty((CHAINS, KEPT, len(priors)))
        accepted = 0.0
        for step in range(KEPT):
            z, log, rate = self.move(rng, z, log, scale * factor)
            kept[:, step] = z
            accepted += rate
        self.acceptance = accepted / KEPT
        # Convergence is judged on the unconstrained scale, where tails are light.
        self.r_hat = [split_r_hat(kept[:, :, i]) for i in range(len(priors))]
        self.effective = [effective_sample_size(kept[:, :, i]) for i in range(len(priors))]
        self.draws = np.stack([prior.value(kept[:, :, i]) for i, prior in enumerate(priors)], axis=2)

    def log_density(self, z):
        log = sum(prior.log_density(z[:, i]) for i, prior in enumerate(self.priors))
        inside = np.isfinite(log)
        theta = np.column_stack([prior.value(z[inside, i]) for i, prior in enumerate(self.priors)])
        log[inside] += sum(item.log_likelihood(theta) for item in self.items)
        return log

    def move(self, rng, z, log, factor):
        proposed = z + rng.standard_normal(z.shape) @ factor.T
        proposed_log = self.log_density(proposed)
        accept = np.log(rng.uniform(size=len(z))) < proposed_log - log
        return np.where(accept[:, None], proposed, z), np.where(accept, proposed_log, log), accept.mean()

    def summary(self, i):
        """Quantiles of one parameter with their standard errors, and its standard deviation."""
        draws = self.draws[:, :, i]
        groups = draws.reshape(GROUPS, -1)
        errors = np.quantile(groups, QUANTILES, axis=1).std(axis=1, ddof=1) / np.sqrt(GROUPS)
        return np.quantile(draws, QUANTILES), errors, draws.std()

    def has_converged(self):
        return max(self.r_hat) < 1.01 and min(self.effective) > 4000


def split_r_hat(chains):
    """Gelman and others 2013: each chain in halves."""
    half = chains.shape[1] // 2
    halves = np.concatenate([chains[:, :half], chains[:, -half:]])
    within = halves.var(axis=1, ddof=1).mean()
    between = half * halves.mean(axis=1).var(ddof=1)
    return np.sqrt(((half - 1) / half * within + between / half) / within)


def effective_sample_size(chains):
    """Geyer's initial monotone sequence on the autocorrelation pooled over the chains."""
    n_chains, length = chains.shape
    centred = chains - chains.mean()
    spectrum = np.abs(np.fft.rfft(centred, n=2 * length, axis=1)) ** 2
    autocovariance = np.fft.irfft(spectrum, axis=1)[:, :length].mean(axis=0) / length
    correlation = autocovariance / autocovariance[0]
    pairs = correlation[: length // 2 * 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs < 0)
    pairs = np.minimum.accumulate(pairs[: ends[0] if len(ends) else len(pairs)])
    return n_chains * length / (2 * pairs.sum() - 1)


def check_densities(items, priors):
    """The density of the chains is SciPy's."""
    theta = np.array(STATED_POINTS)
    for item in items:
        ours = item.log_likelihood(theta)
        exact = [item.log_likelihood_exact(point) for point in theta]
        assert np.allclose(ours, exact, rtol=1e-11, atol=1e-11), item.name
    for prior in priors:  # a density and a quantile function that belong together
        edges = prior.unconstrained(prior.quantile(np.array([0.1, 0.5, 0.9])))
        mass = []
        for low, high in zip(edges, edges[1:]):
            grid = np.linspace(low, high, 2001)
            mass.append(np.trapezoid(np.exp(prior.log_density(grid)), grid))
        assert abs(mass[0] / mass[1] - 1) < 1e-5, prior.kind


# --------------------------------------------------------------------------------------- backtest


class Prediction:
    """What the other evidence says of one ballot."""

    def __init__(self, ballot, posterior, seed):
        rng = np.random.default_rng(seed)
        thin = max(1, int(CHAINS * KEPT / min(posterior.effective)))
        theta = posterior.draws[:, ::thin].reshape(-1, len(PARAMETERS))
        self.ballot, self.n_draws = ballot, len(theta)
        size = len(ballot.shares)
        mood = theta[:, [TAU]] * rng.standard_normal((len(theta), 1))
        errors = rng.standard_normal((len(theta), size)) * np.sqrt(ballot.own_variance)
        self.shares = expit(ballot.expected(theta) + mood + errors)
        self.density = np.exp(ballot.log_likelihood(theta))
        self.figures = self.of(0, self.n_draws)
        bounds = np.linspace(0, self.n_draws, GROUPS + 1).astype(int)  # whole chains: they come one by one
        groups = np.array([self.of(first, last) for first, last in zip(bounds, bounds[1:])])
        self.errors = groups.std(axis=0, ddof=1) / np.sqrt(GROUPS)

    def of(self, first, last):
        """p05, p25, p50, p75, p95, log score and CRPS for each option, from a part of the draws."""
        shares = self.shares[first:last]
        quantiles = np.quantile(shares, (0.05, 0.25, 0.50, 0.75, 0.95), axis=0).T
        log_score = np.full((len(self.ballot.shares), 1), np.log(self.density[first:last].mean()))
        return np.hstack([quantiles, log_score, crps(shares, self.ballot.shares)[:, None]])


def crps(shares, observed):
    """E|X - y| - E|X - X'| / 2 from draws, by column (Gneiting and Raftery 2007)."""
    ordered = np.sort(shares, axis=0)
    n = len(ordered)
    weight = (2 * np.arange(1, n + 1) - n - 1)[:, None]
    half_difference = (weight * ordered).sum(axis=0) / (n * (n - 1))
    return np.abs(shares - observed).mean(axis=0) - half_difference


def backtest(priors, items, file, effective):
    names = ["p05", "p25", "p50", "p75", "p95", "log_score", "crps"]
    theirs = {}
    if file:
        with open(file, newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                theirs[row["ballot"], round(float(row["option_rise"]), 9)] = row
    failures, converged, n_predicted = 0, True, 0
    print(f"{'ballot':<22}{'rise':>7}{'observed':>9}" + "".join(f"{name:>10}" for name in names))
    for number, ballot in enumerate(items):
        if ballot.is_survey:
            continue
        rest = [item for item in items if item is not ballot]
        posterior = Posterior(priors, rest, SEED + 1 + number)
        converged &= posterior.has_converged()
        predicted = Prediction(ballot, posterior, SEED + 101 + number)
        for option, (label, share) in enumerate(zip(ballot.labels, ballot.shares)):
            n_predicted += 1
            figures, errors = predicted.figures[option], predicted.errors[option]
            print(f"{ballot.name:<22}{label:>7}{share:>9.4f}" + "".join(f"{f:>10.4f}" for f in figures))
            print(f"{'  standard error':<38}" + "".join(f"{e:>10.4f}" for e in errors))
            if not file:
                continue
            row = theirs.pop((ballot.name, round(float(label), 9)), None)
            if row is None:
                failures += 1
                print("  is not in the file")
                continue
            stated = np.array([float(row[name]) for name in names])
            size = float(row.get("effective_sample_size") or effective)
            tolerance = 4 * errors * np.sqrt(1 + predicted.n_draws / size) + 0.001
            wrong = np.abs(stated - figures) > tolerance
            wrong_share = abs(float(row["observed_share"]) - share) > 1e-6
            failures += int(wrong.sum()) + int(wrong_share)
            print(f"{'  bandwise':<29}{float(row['observed_share']):>9.4f}" + "".join(f"{f:>10.4f}" for f in stated))
            print(f"{'  tolerance':<38}" + "".join(f"{t:>10.4f}" for t in tolerance))
            for name in np.array(names)[wrong]:
                print(f"  DISAGREES: {name}")
            if wrong_share:
                print("  DISAGREES: observed_share")
    for left in theirs:
        failures += 1
        print(f"{left[0]} {left[1]}: is in the file, but is no option of a ballot above its lowest")
    return finish(failures, converged, f"{n_predicted} options of ballots left out", compared=bool(file))


# ------------------------------------------------------------------------------------ comparisons


def print_points(items):
    print(",".join(PARAMETERS) + ",log_likelihood")
    for point in STATED_POINTS:
        print(",".join(str(value) for value in point) + f",{exact_log_likelihood(items, point):.12g}")


def write_points(priors, items, file):
    rng = np.random.default_rng(SEED)
    with open(file, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(PARAMETERS + ["log_likelihood"])
        for _ in range(20):
            written = [f"{prior.quantile(rng.uniform()):.12g}" for prior in priors]
            # The likelihood is that of the figures as written.
            log = exact_log_likelihood(items, [float(value) for value in written])
            writer.writerow(written + [f"{log:.12g}"])


def stale_points(items):
    """How many points of likelihood_points.csv no longer hold, as after a change of the evidence."""
    with open(POINTS, newline="", encoding="utf-8") as lines:
        points = list(csv.DictReader(lines))
    return sum(
        not np.isclose(
            exact_log_likelihood(items, [float(row[name]) for name in PARAMETERS]),
            float(row["log_likelihood"]),
            rtol=1e-9,
        )
        for row in points
    )


def print_posterior(posterior, seconds):
    print(f"{'parameter':<17}{'prior p05':>10}{'p50':>10}{'p95':>10}{'p05':>10}{'p50':>10}{'p95':>10}{'mean':>10}"
          f"{'sd':>10}{'se p05':>9}{'se p50':>9}{'se p95':>9}{'R-hat':>8}{'effective':>10}")
    for i, name in enumerate(PARAMETERS):
        prior = posterior.priors[i].quantile(np.array(QUANTILES))
        quantiles, errors, sd = posterior.summary(i)
        print(f"{name:<17}" + "".join(f"{value:>10.4f}" for value in (*prior, *quantiles))
              + f"{posterior.draws[:, :, i].mean():>10.4f}{sd:>10.4f}" + "".join(f"{value:>9.4f}" for value in errors)
              + f"{posterior.r_hat[i]:>8.4f}{posterior.effective[i]:>10.0f}")
    print(f"{CHAINS} chains of {KEPT} steps after {WARMUP} of warming up, {posterior.acceptance:.2f} accepted, "
          f"{seconds:.0f} s")


def compare(posterior, file, effective):
    with open(file, newline="", encoding="utf-8") as lines:
        theirs = {row["parameter"]: row for row in csv.DictReader(lines)}
    failures = stale_points(posterior.items)
    if failures:
        print(f"{POINTS.name} is not of today's evidence in {failures} points (write it anew with --points)")
    print(f"\n{'':<24}{'here':>12}{'bandwise':>12}{'difference':>12}{'tolerance':>12}  (the last two in posterior sd)")
    for i, name in enumerate(PARAMETERS):
        if name not in theirs:
            print(f"{name}: is not in the file")
            failures += 1
            continue
        row = theirs[name]
        size = float(row.get("effective_sample_size") or effective)
        quantiles, errors, sd = posterior.summary(i)
        tolerances = 4 * errors * np.sqrt(1 + posterior.effective[i] / size) / sd + 0.01
        # The priors are known exactly here and are drawn or known there: the same rule, in prior sd.
        points = np.linspace(0.0005, 0.9995, 1000)
        prior = posterior.priors[i]
        prior_sd = prior.quantile(points).std()
        checks = []
        for p, here, tolerance in zip(QUANTILES, quantiles, tolerances):
            checks.append((f"p{round(100 * p):02}", here, sd, tolerance))
        for p in QUANTILES:
            slope = (prior.quantile(p + 0.005) - prior.quantile(p - 0.005)) / 0.01
            tolerance = 4 * np.sqrt(p * (1 - p) / size) * slope / prior_sd + 0.01
            checks.append((f"prior_p{round(100 * p):02}", prior.quantile(p), prior_sd, tolerance))
        for column, here, unit, tolerance in checks:
            there = float(row[column])
            difference = (there - here) / unit
            agrees = abs(difference) <= tolerance  # not a number: does not agree
            failures += not agrees
            print(f"{name + ' ' + column:<24}{here:>12.4f}{there:>12.4f}{difference:>12.3f}{tolerance:>12.3f}"
                  + ("" if agrees else "  DISAGREES"))
    return finish(failures, posterior.has_converged(), f"posterior of {len(PARAMETERS)} parameters", compared=True)


def finish(failures, converged, what, compared):
    if not converged:
        print("the chains here have not converged: R-hat above 1.01 or fewer than 4,000 effective draws")
        return 2
    if compared:
        print(f"{what}: " + ("all figures agree" if failures == 0 else f"{failures} figures disagree"))
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posterior_csv", nargs="?", help="written by `bandwise calibrate`")
    parser.add_argument("--posterior", action="store_true")
    parser.add_argument("--likelihood", action="store_true")
    parser.add_argument("--points", nargs="?", const=POINTS)
    parser.add_argument("--backtest", nargs="?", const="")
    parser.add_argument("--effective", type=float, default=10_000, help="effective sample size of the file")
    asked = parser.parse_args()
    priors, items = read_priors(), read_evidence()
    check_densities(items, priors)
    if asked.likelihood:
        print_points(items)
        return 0
    if asked.points:
        write_points(priors, items, asked.points)
        return 0
    if asked.backtest is not None:
        return backtest(priors, items, asked.backtest, asked.effective)
    if not asked.posterior and not asked.posterior_csv:
        parser.error("give a file of `bandwise calibrate`, or --posterior, --likelihood, --points or --backtest")
    start = time.monotonic()
    posterior = Posterior(priors, items, SEED)
    print_posterior(posterior, time.monotonic() - start)
    if asked.posterior_csv:
        return compare(posterior, asked.posterior_csv, asked.effective)
    return finish(0, posterior.has_converged(), "", compared=False)


if __name__ == "__main__":
    sys.exit(main())
