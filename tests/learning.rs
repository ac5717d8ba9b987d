//! Learning from ballots, surveys and polls: the likelihood against an independent one, the engine
//! where the truth is known, and what a run does with it.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::sync::LazyLock;

use bandwise::data::{Assumptions, Catalogue, Scenario, World, evidence, scenario::Names};
use bandwise::domain::evidence::{CampaignEffect, Evidence};
use bandwise::domain::{Distribution, Learning, Liability, Poll, PollQuestion, Share};
use bandwise::report::calibration::{calibration_rows, fit_rows, fitted_normal_csv};
use bandwise::report::{csv, results};
use bandwise::simulation::calibrate::calibrate;
use bandwise::simulation::inputs::normals;
use bandwise::simulation::learn::{Effort, Learned, learn, priors};
use bandwise::simulation::quantile::Quantile;
use bandwise::simulation::{
    DrawOutcomes, NoObserver, Prepared, Weights, on_threads, prepare, run, win_probability,
    win_probability_if_known,
};
use bandwise::vote::likelihood::{expected_log_odds, log_odds_at};
use bandwise::vote::{
    Electorate, LearnedParameters, Perception, VoteParameters, expected_votes, log_likelihood,
};
use rayon::prelude::*;

static ASSUMPTIONS: LazyLock<Assumptions> = LazyLock::new(|| Assumptions::embedded().unwrap());
static EVIDENCE: LazyLock<Evidence> = LazyLock::new(|| evidence::embedded(&ASSUMPTIONS).unwrap());

fn world() -> World {
    World::embedded(Some("2026-27")).unwrap()
}

fn derby(draws: u32) -> Scenario {
    let mut scenario = Scenario::load("williamson-2018", &Names::of(&ASSUMPTIONS)).unwrap();
    scenario.draws = draws;
    scenario
}

fn simulated(scenario: &Scenario) -> (Prepared, DrawOutcomes) {
    let prepared = prepare(scenario, &world()).unwrap();
    let outcomes = run(&prepared, &NoObserver);
    (prepared, outcomes)
}

fn won(scenario: &Scenario) -> (f64, f64) {
    win_probability(&simulated(scenario).1).unwrap()
}

/// Written by `tests/peers/check_posterior.py --points`, which has the model from its
/// specification and takes densities from SciPy on full covariance matrices.
#[test]
fn the_likelihood_agrees_with_an_independent_implementation() {
    let rows = csv_rows(include_str!("peers/likelihood_points.csv"));
    assert!(rows.len() >= 20);
    for row in rows {
        let [parameters @ .., expected] = row.as_slice() else {
            unreachable!()
        };
        let parameters = LearnedParameters::of(parameters.try_into().unwrap());
        let found = log_likelihood(&EVIDENCE, &parameters);
        assert!(
            (found - expected).abs() < 1e-7,
            "{parameters:?}: {found} {expected}"
        );
    }
}

/// An embedded table as CSV.
fn held(name: &str) -> String {
    let catalogue = Catalogue::embedded().unwrap();
    catalogue.table(name).unwrap().csv().unwrap()
}

fn csv_rows(text: &str) -> Vec<Vec<f64>> {
    let row = |line: &str| {
        line.split(',')
            .map(|field| field.parse().unwrap())
            .collect()
    };
    text.lines().skip(1).map(row).collect()
}

/// The mean ratio of each ballot's area, from the dwellings of 31 March 2023.
#[test]
fn mean_band_ratios_of_ballots_are_those_of_the_dwellings() {
    let world = World::embedded(Some("2023-24")).unwrap();
    let text = held("ballots");
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let mut seen = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let proposer = world.vintage.proposer(&row[1]).unwrap();
        let proportions = world
            .law
            .proportions(proposer.record.authority.code.nation());
        let (mut homes, mut equivalents) = (0.0, 0.0);
        for (band, dwellings) in proposer.record.dwellings().iter() {
            homes += *dwellings as f64;
            equivalents += *dwellings as f64 * proportions[band].value();
        }
        let stated: f64 = row[9].parse().unwrap();
        assert!(
            (equivalents / homes - stated).abs() < 0.00005,
            "{}: {}",
            &row[0],
            equivalents / homes
        );
        seen += 1;
    }
    assert_eq!(seen, 15);
}

/// Costs worked out by hand: Croydon's 2% of 2001 brought band D to 823.87, 1.35 pounds a month more,
/// so the base is 807.72 to a few pence; prices of 2001 times 1.93.
#[test]
fn costs_of_options_are_those_by_hand() {
    let croydon = &EVIDENCE.ballots[2];
    assert_eq!(croydon.key, "croydon_2001");
    assert!((807.72f64 * 1.02 - 823.87).abs() < 0.01);
    let by_hand = 0.015 * 807.72 * 1.0226 * 1.93;
    assert!((croydon.options[0].cost - by_hand).abs() < 1e-9);
    let bedfordshire = &EVIDENCE.ballots[4].options[0];
    assert!((bedfordshire.cost_of_whole_bill - 0.138 * 1577.0 * 0.9377 * 1.42).abs() < 1e-9);
}

#[test]
fn what_ships_is_what_calibration_gives_to_the_byte() {
    let effort = Effort {
        draws: 100_000,
        rounds: 5,
        seed: 1,
    };
    let calibration = calibrate(&ASSUMPTIONS, EVIDENCE.clone(), effort);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let again = "run `bandwise calibrate` and put its files into data/evidence";
    let fitted = text(fitted_normal_csv(&calibration.learned.fitted));
    assert_eq!(fitted, held("fitted_normal"), "{again}");
    assert_eq!(
        text(csv::csv(&calibration_rows(&calibration))),
        held("calibration"),
        "{again}"
    );
    assert_eq!(
        text(csv::csv(&fit_rows(&calibration).unwrap())),
        held("fit"),
        "{again}"
    );
}

/// The table of METHOD.md has the figures that ship.
#[test]
fn the_method_page_has_the_figures_that_ship() {
    let page = include_str!("../METHOD.md");
    let shown = |field: &str| {
        let value: f64 = field.parse().unwrap();
        if value.abs() >= 10.0 {
            format!("{value:.0}")
        } else {
            format!("{value:.2}")
        }
    };
    let held = held("calibration");
    let mut reader = ::csv::Reader::from_reader(held.as_bytes());
    let mut rows = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let range = |[low, middle, high]: [usize; 3]| {
            let [low, middle, high] = [low, middle, high].map(|column| shown(&row[column]));
            format!("{middle} ({low} to {high})")
        };
        let after = match &row[3] {
            "true" => range([9, 10, 11]),
            _ => "as before".to_owned(),
        };
        let cells = format!("| {} | {after} |", range([4, 5, 6]));
        let start = format!("| `{}`: {} ({})", &row[0], &row[2], &row[1]);
        let line = page.lines().find(|line| line.starts_with(&start));
        assert!(
            line.is_some_and(|line| line.contains(&cells)),
            "{start} {cells}"
        );
        rows += 1;
    }
    assert_eq!(rows, 13);
}

#[test]
fn calibration_is_the_same_on_any_number_of_threads() {
    let effort = Effort {
        draws: 5_000,
        rounds: 3,
        seed: 4,
    };
    let on = |threads| {
        on_threads(Some(threads), || {
            learn(&EVIDENCE, &priors(&ASSUMPTIONS), effort)
        })
    };
    assert_eq!(on(1), on(3));
}

/// Draws from the priors, weighted by the likelihood: no fitted normal is at work.
fn brute_force(evidence: &Evidence, draws: u32) -> Learned {
    let nothing = Effort {
        draws,
        rounds: 0,
        seed: 99,
    };
    learn(evidence, &priors(&ASSUMPTIONS), nothing)
}

#[test]
fn fitted_draws_and_prior_draws_give_the_same_posterior() {
    let effort = Effort {
        draws: 40_000,
        rounds: 4,
        seed: 2,
    };
    let fitted = learn(&EVIDENCE, &priors(&ASSUMPTIONS), effort);
    let plain = brute_force(&EVIDENCE, 300_000);
    for (place, name) in LearnedParameters::NAMES.iter().enumerate() {
        let (one, other) = (fitted.parameter(place), plain.parameter(place));
        let error = one
            .monte_carlo_error
            .unwrap()
            .hypot(other.monte_carlo_error.unwrap());
        let difference = (one.mean - other.mean).abs();
        assert!(
            difference < 4.0 * error,
            "{name}: {} {}",
            one.mean,
            other.mean
        );
    }
}

/// Evidence as it would have come under one set of parameters.
fn imagined(truth: &LearnedParameters, luck: &mut impl FnMut() -> f64) -> Evidence {
    let mut imagined = EVIDENCE.clone();
    let share = |log_odds: f64| (1.0 / (1.0 + (-log_odds).exp())).clamp(1e-12, 1.0 - 1e-12);
    for ballot in &mut imagined.ballots {
        let mood = truth.tau * luck();
        for option in &mut ballot.options {
            let expected = expected_log_odds(option, ballot.statutory, truth);
            option.share = share(expected + mood + ballot.option_sd * luck());
        }
    }
    for survey in &mut imagined.surveys {
        let offset = imagined.survey_offset_sd * luck();
        for answer in &mut survey.answers {
            let expected = log_odds_at(answer.cost, truth);
            answer.share = share(expected + offset + answer.sd * luck());
        }
    }
    imagined
}

const BINS: usize = 8;

/// Ranks of the true parameters among the weighted draws learned from evidence that they brought
/// about, one row a set of evidence; `seen` is how the engine sees that evidence.
fn ranks(sets: usize, seen: impl Fn(Evidence) -> Evidence + Sync) -> Vec<[f64; 7]> {
    let priors = priors(&ASSUMPTIONS);
    let quantiles = priors.map(Quantile::of);
    let of_set = |set: usize| {
        let mut luck = vec![0.0; 40];
        normals(1, &format!("imagined/{set}"), 0, &mut luck);
        let mut luck = luck.into_iter();
        let mut next = || luck.next().unwrap();
        let truth = std::array::from_fn(|one| {
            let mut value = [next()];
            quantiles[one].of_scores(&mut value);
            value[0]
        });
        let evidence = seen(imagined(&LearnedParameters::of(truth), &mut next));
        let effort = Effort {
            draws: 3_000,
            rounds: 5,
            seed: set as u64,
        };
        let learned = learn(&evidence, &priors, effort);
        std::array::from_fn(|one| {
            let below: Vec<bool> = learned.values[one]
                .iter()
                .map(|value| *value < truth[one])
                .collect();
            learned.weights.share(&below).0
        })
    };
    (0..sets).into_par_iter().map(of_set).collect()
}

/// The chi-squared distance of the ranks of each parameter from uniform, of `BINS - 1` degrees of
/// freedom.
fn distances(ranks: &[[f64; 7]]) -> [f64; 7] {
    std::array::from_fn(|one| {
        let mut counts = [0.0; BINS];
        for rank in ranks {
            counts[((rank[one] * BINS as f64) as usize).min(BINS - 1)] += 1.0;
        }
        let expected = ranks.len() as f64 / BINS as f64;
        counts
            .iter()
            .map(|count: &f64| (count - expected).powi(2) / expected)
            .sum()
    })
}

/// 24.3 is the 99.9th percentile of chi-squared with 7 degrees of freedom; with seven parameters a
/// right engine stays below it for 199 seeds of 200.
const FAR: f64 = 24.32;

/// Simulation-based calibration (Talts and others 2018): the rank of a true parameter drawn from the
/// prior is uniform among draws from the posterior.
#[test]
fn where_the_truth_is_known_its_ranks_are_uniform() {
    let found = distances(&ranks(400, |evidence| evidence));
    for (name, distance) in LearnedParameters::NAMES.iter().zip(found) {
        assert!(distance < FAR, "{name}: {distance}");
    }
}

/// The same test finds an engine that takes evidence to be twice as sharp as it is.
#[test]
fn the_test_of_ranks_finds_an_engine_that_is_too_sure() {
    let too_sure = |mut evidence: Evidence| {
        for ballot in &mut evidence.ballots {
            ballot.option_sd /= 3.0;
        }
        for survey in &mut evidence.surveys {
            for answer in &mut survey.answers {
                answer.sd /= 3.0;
            }
        }
        evidence
    };
    let found = distances(&ranks(100, too_sure));
    let furthest = found.into_iter().fold(0.0, f64::max);
    assert!(furthest > 2.0 * FAR, "{found:?}");
}

#[test]
fn a_run_draws_what_calibration_learned() {
    let (prepared, outcomes) = simulated(&derby(10_000));
    let vote = outcomes.vote.as_ref().unwrap();
    assert!(
        vote.weights.effective() > 7_500.0,
        "{}",
        vote.weights.effective()
    );
    let held = held("calibration");
    for line in held.lines().skip(1).filter(|line| line.contains(",true,")) {
        let fields: Vec<&str> = line.split(",true,").collect();
        let name = line.split(',').next().unwrap();
        let numbers: Vec<f64> = fields[1]
            .split(',')
            .map(|field| field.parse().unwrap())
            .collect();
        let at = prepared.inputs.position(name);
        let found = vote.weights.spread(&outcomes.inputs[at]).unwrap();
        let (mean, error) = (numbers[3], found.monte_carlo_error.unwrap());
        assert!(
            (found.mean - mean).abs() < 5.0 * error,
            "{name}: {} {mean}",
            found.mean
        );
    }
}

#[test]
fn without_evidence_every_draw_counts_alike() {
    let mut scenario = derby(500);
    scenario.learning = Learning::PriorsOnly;
    let (prepared, outcomes) = simulated(&scenario);
    assert_eq!(outcomes.vote.as_ref().unwrap().weights, Weights::alike(500));
    let codes: Vec<&str> = prepared
        .warnings
        .iter()
        .map(bandwise::domain::Warning::code)
        .collect();
    assert!(codes.contains(&"priors_only") && !codes.contains(&"few_ballots"));
}

/// A stated median willingness to pay replaces its prior; the other parameters are learned in the
/// light of it, as prior draws weighted by the likelihood have them.
#[test]
fn a_replaced_parameter_is_given_and_the_others_are_learned_with_it() {
    let mut scenario = derby(10_000);
    scenario
        .inputs
        .insert("m".to_owned(), Distribution::Fixed(25.0));
    let (prepared, outcomes) = simulated(&scenario);
    let weights = &outcomes.vote.as_ref().unwrap().weights;
    let mut given = priors(&ASSUMPTIONS);
    given[1] = Distribution::Fixed(25.0);
    let plain = learn(
        &EVIDENCE,
        &given,
        Effort {
            draws: 400_000,
            rounds: 0,
            seed: 5,
        },
    );
    for (place, name) in LearnedParameters::NAMES.iter().enumerate() {
        let found = weights
            .spread(&outcomes.inputs[prepared.inputs.position(name)])
            .unwrap();
        let expected = plain.parameter(place);
        let error = found
            .monte_carlo_error
            .unwrap()
            .hypot(expected.monte_carlo_error.unwrap());
        let difference = (found.mean - expected.mean).abs();
        assert!(
            difference <= 4.0 * error + 1e-12,
            "{name}: {} {}",
            found.mean,
            expected.mean
        );
    }
}

#[test]
fn a_ballot_left_out_says_nothing() {
    let mut scenario = derby(10_000);
    let keys = EVIDENCE.ballots.iter().map(|ballot| ballot.key.clone());
    scenario.learning = Learning::FromEvidence {
        leave_out: keys.collect(),
    };
    let (prepared, outcomes) = simulated(&scenario);
    let mut survey_only = EVIDENCE.clone();
    survey_only.ballots.clear();
    let plain = brute_force(&survey_only, 200_000);
    let weights = &outcomes.vote.as_ref().unwrap().weights;
    // No survey speaks of moods: tau is as first believed.
    for (place, name) in [(1, "m"), (3, "tau")] {
        let drawn = &outcomes.inputs[prepared.inputs.position(name)];
        let found = weights.spread(drawn).unwrap();
        let expected = plain.parameter(place);
        let errors = (
            found.monte_carlo_error.unwrap(),
            expected.monte_carlo_error.unwrap(),
        );
        let difference = (found.mean - expected.mean).abs();
        assert!(
            difference < 4.0 * errors.0.hypot(errors.1),
            "{name}: {} {}",
            found.mean,
            expected.mean
        );
    }
    assert!(weights.effective() > 6_000.0, "{}", weights.effective());
}

fn poll(yes: f64, no: f64) -> Poll {
    Poll {
        question: PollQuestion::BallotPaper,
        sample: 1_000,
        yes: Share::new(yes).unwrap(),
        no: Share::new(no).unwrap(),
        undecided: Share::new(1.0 - yes - no).unwrap(),
        date: "2027-04-20".parse().unwrap(),
        mode: "phone".to_owned(),
        house_sd: 0.2,
        source: String::new(),
    }
}

#[test]
fn a_poll_moves_the_same_draws_its_own_way() {
    let plain = derby(4_000);
    let with = |polls: Vec<Poll>| {
        let mut scenario = plain.clone();
        scenario.polls = polls;
        scenario
    };
    let (none, _) = won(&plain);
    let (high, _) = won(&with(vec![poll(0.55, 0.40)]));
    let (low, _) = won(&with(vec![poll(0.20, 0.75)]));
    assert!(low < none && none < high, "{low} {none} {high}");
    // The draws are the same, only their weights differ.
    let (_, without) = simulated(&plain);
    let (_, polled) = simulated(&with(vec![poll(0.55, 0.40)]));
    assert_eq!(without.inputs, polled.inputs);
    assert!(polled.vote.unwrap().weights.effective() < without.vote.unwrap().weights.effective());
    // A poll that may lie off by anything says nothing.
    let mut vague = poll(0.55, 0.40);
    vague.house_sd = 1e6;
    let (vaguely, _) = won(&with(vec![vague]));
    assert!((vaguely - none).abs() < 1e-6);
    // The order of polls does not matter.
    let one = won(&with(vec![poll(0.55, 0.40), poll(0.20, 0.75)]));
    let other = won(&with(vec![poll(0.20, 0.75), poll(0.55, 0.40)]));
    assert!((one.0 - other.0).abs() < 1e-9);
}

#[test]
fn a_poll_of_after_the_vote_is_refused() {
    let mut scenario = derby(100);
    let mut late = poll(0.5, 0.4);
    late.date = "2027-05-07".parse().unwrap();
    scenario.polls = vec![late];
    let error = prepare(&scenario, &world()).unwrap_err().to_string();
    assert_eq!(
        error,
        "poll.date: 2027-05-07 is after polling day, 2027-05-06 (allowed: up to that day)"
    );
}

#[test]
fn a_campaign_that_reaches_everybody_is_comprehension_of_one() {
    let plain = derby(3_000);
    let mut reached = plain.clone();
    reached.campaign.comprehension = Some(Distribution::Fixed(1.0));
    let (_, outcomes) = simulated(&plain);
    assert_eq!(won(&reached), win_probability_if_known(&outcomes).unwrap());
    // What is learned from past ballots is not touched by what this campaign reaches.
    let (_, same) = simulated(&reached);
    assert_eq!(same.vote.unwrap().weights, outcomes.vote.unwrap().weights);
}

#[test]
fn a_named_effect_shifts_every_voter() {
    let plain = derby(3_000);
    let mut helped = plain.clone();
    helped.campaign.effects.push(CampaignEffect {
        name: "a leaflet to every home".to_owned(),
        log_odds: 0.5,
        sd: 0.1,
        source: String::new(),
    });
    let (prepared, outcomes) = simulated(&helped);
    assert!(won(&helped).0 > won(&plain).0);
    let at = prepared.inputs.find("campaign_1").unwrap();
    let mean = outcomes.inputs[at].iter().sum::<f64>() / 3_000.0;
    assert!((mean - 0.5).abs() < 0.01, "{mean}");
}

#[test]
fn weighted_results_do_not_depend_on_threads() {
    let mut scenario = derby(1_500);
    scenario.polls = vec![poll(0.45, 0.45)];
    let prepared = prepare(&scenario, &world()).unwrap();
    let on = |threads| on_threads(Some(threads), || run(&prepared, &NoObserver));
    assert_eq!(on(1), on(4));
}

#[test]
fn few_effective_draws_are_a_warning() {
    let mut scenario = derby(2_000);
    scenario.polls = (0..4).map(|_| poll(0.60, 0.35)).collect();
    let (prepared, outcomes) = simulated(&scenario);
    let effective = outcomes.vote.as_ref().unwrap().weights.effective();
    assert!(effective < 1_000.0, "{effective}");
    let codes = results::warnings(&prepared, &outcomes);
    assert!(
        codes
            .iter()
            .any(|row| row.warning == "low_effective_sample")
    );
}

/// Parameters in the middle of what is learned.
fn middling(n_wards: usize) -> VoteParameters {
    VoteParameters {
        pi: 0.6,
        m: 45.0,
        k: 2.0,
        gamma: 0.35,
        kappa: 1.0,
        ..VoteParameters::none(n_wards)
    }
}

fn yes_share_where_all_see(electorate: &Electorate, x: f64) -> f64 {
    let mut changed = electorate.clone();
    for group in &mut changed.groups {
        group.perception = Perception {
            known: x,
            own_element: x,
            whole_bill: x,
        };
    }
    let votes = expected_votes(&changed, &middling(changed.n_wards()));
    votes.yes.iter().sum::<f64>() / votes.votes.iter().sum::<f64>()
}

/// vote-model.md section 7.6: nobody pays more, so support rises with the gains, from the spike.
#[test]
fn where_nobody_pays_more_support_rises_with_the_gains() {
    let electorate = prepare(&derby(1), &world()).unwrap().electorate;
    assert!(
        electorate
            .groups
            .iter()
            .any(|group| group.liability == Liability::SingleAdult)
    );
    let shares: Vec<f64> = [0.0, -10.0, -25.0, -50.0, -200.0]
        .map(|x| yes_share_where_all_see(&electorate, x))
        .into();
    assert!((shares[0] - 0.6).abs() < 1e-9, "{shares:?}");
    assert!(
        shares.is_sorted() && shares[3] > shares[0] + 0.05,
        "{shares:?}"
    );
    // A gain of 50 pounds has its whole effect.
    assert!((shares[4] - shares[3]).abs() < 1e-12);
    // By hand: logit 0.6 + 0.35.
    let by_hand = 1.0 / (1.0 + (-(0.6f64 / 0.4).ln() - 0.35).exp());
    assert!((shares[3] - by_hand).abs() < 1e-9);
}

/// Section 7.6: everything unknown gives a wide answer with a warning, not a confident one.
#[test]
fn where_everything_is_unknown_the_answer_is_wide_and_says_so() {
    let mut scenario = derby(4_000);
    scenario.learning = Learning::PriorsOnly;
    for (name, form, parameters) in [
        ("pi", "logit-normal", [0.5, 2.0]),
        ("m", "log-normal", [100.0, 3.0]),
        ("k", "log-normal", [1.5, 1.0]),
        ("tau", "half-normal", [3.0, 0.5]),
        ("delta_statutory", "normal", [0.0, 2.0]),
        ("kappa", "beta", [1.0, 1.0]),
        ("omega", "beta", [1.0, 1.0]),
    ] {
        let distribution = Distribution::from_parameters(form, &parameters).unwrap();
        scenario.inputs.insert(name.to_owned(), distribution);
    }
    let (prepared, outcomes) = simulated(&scenario);
    let (won, _) = win_probability(&outcomes).unwrap();
    assert!((0.1..0.9).contains(&won), "{won}");
    let vote = outcomes.vote.as_ref().unwrap();
    let [low, .., high] = vote.weights.spread(&vote.yes_share).unwrap().percentiles;
    assert!(low < 0.05 && high > 0.8, "{low} {high}");
    let codes = results::warnings(&prepared, &outcomes);
    let codes: Vec<&str> = codes.iter().map(|row| row.warning.as_str()).collect();
    assert!(
        codes.contains(&"wide_outcome") && codes.contains(&"priors_only"),
        "{codes:?}"
    );
}

/// Section 7.6: an authority without a principle holds no referendum, and no vote is invented.
#[test]
fn where_there_is_no_principle_there_is_no_vote() {
    let (mut scenario, _) = derby(200).for_authority("Cardiff");
    scenario.draws = 200;
    let (prepared, outcomes) = simulated(&scenario);
    assert!(outcomes.vote.is_none() && win_probability(&outcomes).is_none());
    let codes: Vec<&str> = prepared
        .warnings
        .iter()
        .map(bandwise::domain::Warning::code)
        .collect();
    assert!(
        codes.contains(&"no_principle") && !codes.contains(&"few_ballots"),
        "{codes:?}"
    );
}
