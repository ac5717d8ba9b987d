//! What it would take to win: the table, its curves, and lines of the card.

use serde::Serialize;

use super::card::{chance, percent};
use super::chart::{Axis, CurveMarks, CurvePoint, CurveSeries, NORMAL_90, Unit, curve};
use super::results::Briefing;
use super::tables::{ColumnDoc, Record, record};
use crate::domain::Share;
use crate::domain::money::thousands;
use crate::simulation::needs::{ENOUGH_DRAWS, POLL_SAMPLE};
use crate::simulation::{DrawOutcomes, Lever, Need, Needs, Prepared, needs};

record! {
    /// What one lever would have to be to win with the wanted probability, all else alike.
    "needs" by lever => NeedRow {
        lever: String as "string", "comprehension, campaign_shift, campaign_points (the same shift in other units) or poll_lead.";
        unit: String as "string", "Unit of its values.";
        meaning: String as "string", "What it is.";
        wanted_win_probability: f64 as "number" in "share (0 to 1)", "The wanted probability of winning, as the scenario states it or a half.";
        value_needed: Option<f64> as "number" in "as the column `unit` says", "The least value at which it is reached; empty where no value reaches it, or there is no vote.";
        monte_carlo_error: Option<f64> as "number" in "as the column `unit` says", "Its standard error from the finite number of draws, by a jackknife over 20 batches of random draws or over the 16 replicates of Sobol points; empty from fewer than 200 draws or where a batch left out does not reach it.";
        value_now: Option<f64> as "number" in "as the column `unit` says", "Its value in the run: of comprehension the mean over the draws; empty where it has none.";
        win_probability_now: Option<f64> as "number" in "share (0 to 1)", "Probability of winning in the run; empty where there is no vote.";
        win_probability_now_monte_carlo_error: Option<f64> as "number" in "share (0 to 1)", "Standard error of it.";
        best_win_probability: Option<f64> as "number" in "share (0 to 1)", "Highest probability of winning on the curve of the lever (`needs_curve.csv`); of a poll that no lead is enough of, over all leads from -98 to 98 points.";
        best_at: Option<f64> as "number" in "as the column `unit` says", "Value of the lever there.";
        n_draws: Option<i64> as "integer" in "draws", "Draws that it is found from: the first so many where the electorate is held in great detail.";
        note: String as "string", "What to know before quoting it.";
    }
}

record! {
    /// The probability of winning along one lever, all else alike.
    "needs_curve" by lever, value => NeedCurveRow {
        lever: String as "string", "comprehension, campaign_shift or poll_lead, as in `needs.csv`.";
        value: f64 as "number" in "unit of the lever in needs.csv", "Value of the lever, in its unit.";
        win_probability: f64 as "number" in "share (0 to 1)", "Probability of winning there.";
        monte_carlo_error: f64 as "number" in "share (0 to 1)", "Standard error of it from the finite number of draws.";
    }
}

const LEVERS: [Lever; 4] = [
    Lever::Comprehension,
    Lever::CampaignShift,
    Lever::CampaignPoints,
    Lever::PollLead,
];

fn key(lever: Lever) -> &'static str {
    match lever {
        Lever::Comprehension => "comprehension",
        Lever::CampaignShift => "campaign_shift",
        Lever::CampaignPoints => "campaign_points",
        Lever::PollLead => "poll_lead",
    }
}

fn unit(lever: Lever) -> &'static str {
    match lever {
        Lever::Comprehension => "share of voters",
        Lever::CampaignShift => "log odds",
        Lever::CampaignPoints => "points of support about a half",
        Lever::PollLead => "points, Yes less No",
    }
}

fn meaning(lever: Lever) -> String {
    match lever {
        Lever::Comprehension => {
            "share of voters who know on the day what a Yes would cost them, the same in every draw"
                .to_owned()
        }
        Lever::CampaignShift | Lever::CampaignPoints => {
            "shift of every voter's support by the campaign, on top of what the scenario states"
                .to_owned()
        }
        Lever::PollLead => format!(
            "lead of Yes in a poll of {} by phone or online on the last day, with the question of \
             the ballot paper and nobody undecided",
            thousands(u64::from(POLL_SAMPLE))
        ),
    }
}

/// The rows of the table and of the curves; where there is no vote, levers without values.
pub fn rows(prepared: &Prepared, outcomes: &DrawOutcomes) -> (Vec<NeedRow>, Vec<NeedCurveRow>) {
    let wanted = prepared.scenario.campaign.wanted.value();
    let Some(found) = needs(prepared, outcomes) else {
        let empty = |lever| {
            row(
                lever,
                wanted,
                None,
                "no referendum is needed, so there is no vote",
            )
        };
        return (LEVERS.into_iter().map(empty).collect(), Vec::new());
    };
    let of_lever = |need: &Need| {
        let note = note(need);
        row(need.lever, wanted, Some((need, &found)), &note)
    };
    let curve = found.curve.iter().map(|point| NeedCurveRow {
        lever: key(point.lever).to_owned(),
        value: rounded(point.value),
        win_probability: point.win_probability,
        monte_carlo_error: point.error,
    });
    (found.needs.iter().map(of_lever).collect(), curve.collect())
}

/// To nine decimals: values of a lever are set or solved no finer.
fn rounded(value: f64) -> f64 {
    (value * 1e9).round() / 1e9 + 0.0
}

fn row(lever: Lever, wanted: f64, found: Option<(&Need, &Needs)>, note: &str) -> NeedRow {
    let need = found.map(|(need, _)| need);
    let now = found.map(|(_, needs)| needs.now);
    let best = need.and_then(|need| need.best);
    NeedRow {
        lever: key(lever).to_owned(),
        unit: unit(lever).to_owned(),
        meaning: meaning(lever),
        wanted_win_probability: wanted,
        value_needed: need.and_then(|need| need.value_needed).map(rounded),
        monte_carlo_error: need.and_then(|need| need.error),
        value_now: need.and_then(|need| need.value_now),
        win_probability_now: now.map(|(chance, _)| chance),
        win_probability_now_monte_carlo_error: now.map(|(_, error)| error),
        best_win_probability: best.map(|(chance, _)| chance),
        best_at: best.map(|(_, at)| rounded(at)),
        n_draws: need.and_then(|need| i64::try_from(need.draws).ok()),
        note: note.to_owned(),
    }
}

fn note(need: &Need) -> String {
    let mut note = match need.lever {
        Lever::Comprehension => {
            "in the run comprehension differs between draws, so that its mean does not give the \
             probability of winning in the run; the noise of the count is left out"
        }
        Lever::CampaignShift | Lever::CampaignPoints => "the noise of the count is left out",
        Lever::PollLead => {
            "what such a poll would tell, not what it would do: each draw is weighted by how likely \
             the poll is in it"
        }
    }
    .to_owned();
    if need.value_needed.is_none() {
        note.push_str("; not reached");
    } else if need.draws < ENOUGH_DRAWS {
        note.push_str(&format!(
            "; fewer than {ENOUGH_DRAWS} draws: no error stated"
        ));
    } else if need.error.is_none() {
        note.push_str(
            "; only just reached: without some of the draws it is not, so no error stated",
        );
    }
    note
}

/// The charts as SVG, each with the lever that it is of and its name; none where there is no vote.
pub fn charts(briefing: &Briefing) -> Vec<(&'static str, &'static str, String)> {
    let levers = [
        (
            "needs-comprehension",
            Lever::Comprehension,
            "how likely a win is by what voters know",
            "share of voters who know on the day what a Yes would cost them (%)",
            Unit::Share,
            1.0,
        ),
        (
            "needs-campaign",
            Lever::CampaignShift,
            "how likely a win is by what the campaign moves",
            "shift of every voter's support by the campaign (log odds; 1 turns an even split into 73%)",
            Unit::Number,
            1.0,
        ),
        (
            "needs-poll",
            Lever::PollLead,
            "how likely a win is by a poll on the last day",
            "lead of Yes in a poll of 1,000 on the last day (points)",
            Unit::Points,
            0.01,
        ),
    ];
    let share = |value: f64| Share::new(value.clamp(0.0, 1.0)).expect("clamped to a share");
    let mut charts = Vec::new();
    for (name, lever, shows, label, unit, scale) in levers {
        let points: Vec<CurvePoint> = (briefing.needs_curve.iter())
            .filter(|row| row.lever == key(lever))
            .map(|row| CurvePoint {
                at: scale * row.value,
                probability: share(row.win_probability),
                low: share(row.win_probability - NORMAL_90 * row.monte_carlo_error),
                high: share(row.win_probability + NORMAL_90 * row.monte_carlo_error),
            })
            .collect();
        let row = briefing.needs.iter().find(|row| row.lever == key(lever));
        let (Some(row), false) = (row, points.is_empty()) else {
            continue;
        };
        let marks = CurveMarks {
            wanted: Some(share(row.wanted_win_probability)),
            // In the run comprehension differs between draws: its mean is no point of this curve.
            scenario_at: row.value_now.filter(|_| lever != Lever::Comprehension),
        };
        let label = Axis::new(label, unit);
        let title = format!(
            "{}, {}: {shows}, all else alike",
            briefing.authority, briefing.vote_year
        );
        let source = format!(
            "bandwise run {}, {} draws, seed {}. Band: 90% range from chance alone. The noise of the count, which the run has, is left out.",
            briefing.provenance.scenario,
            thousands(u64::from(briefing.provenance.draws)),
            briefing.provenance.seed
        );
        let series = CurveSeries {
            label: "probability of winning".to_owned(),
            points,
        };
        let upright = "probability of winning (%)";
        charts.push((
            key(lever),
            name,
            curve(&[series], marks, &title, &label, upright, &source),
        ));
    }
    charts
}

/// The lines of the card; none where there is no vote.
pub(super) fn card_lines(rows: &[NeedRow]) -> Vec<String> {
    let found = |lever: Lever| {
        rows.iter()
            .find(|row| row.lever == key(lever) && row.win_probability_now.is_some())
    };
    let (Some(knows), Some(shift), Some(poll)) = (
        found(Lever::Comprehension),
        found(Lever::CampaignPoints),
        found(Lever::PollLead),
    ) else {
        return Vec::new();
    };
    let wanted = percent(knows.wanted_win_probability, 0);
    let is_won = knows.win_probability_now >= Some(knows.wanted_win_probability);
    vec![
        if is_won {
            format!("It stays at {wanted} or above, each alone and all else alike, as long as:")
        } else {
            format!(
                "What it would take to win with a probability of {wanted}, each alone and all else alike:"
            )
        },
        format!("  {}", of_comprehension(knows)),
        format!("  {}", of_shift(shift)),
        format!("  {}", of_poll(poll)),
    ]
}

fn of_comprehension(row: &NeedRow) -> String {
    let now = row.value_now.map_or(String::new(), |now| {
        format!("; {} are taken to", percent(now, 0))
    });
    match (row.value_needed, row.best_win_probability) {
        (Some(0.0), _) => {
            "comprehension is no hurdle: it is reached even if no voter knows her own bill"
                .to_owned()
        }
        (Some(share), _) => format!(
            "{} of voters know their own bill on the day ({}{now})",
            percent(share, 1),
            give_or_take(row.monte_carlo_error.map(|error| 100.0 * error)),
        ),
        (None, Some(_)) if row.best_at == Some(1.0) => {
            str::to_owned("knowing would not be enough, even if every voter knew her own bill")
        }
        (None, Some(best)) => format!(
            "knowing would not be enough: {} at best{}",
            chance(best),
            row.best_at.map_or(String::new(), |at| format!(
                ", if {} of voters knew their own bill",
                percent(at, 0)
            )),
        ),
        (None, None) => {
            "with so few draws it is not known whether knowing would be enough".to_owned()
        }
    }
}

fn of_shift(row: &NeedRow) -> String {
    let Some(points) = row.value_needed else {
        return "no campaign would be enough: some voters would never say Yes".to_owned();
    };
    let error = give_or_take(row.monte_carlo_error);
    if points >= 0.0 {
        format!(
            "the campaign moves every voter so far that a group split evenly would come out {} for Yes \
             ({error})",
            percent(0.5 + points / 100.0, 1)
        )
    } else {
        format!(
            "the campaign loses no more than would bring a group split evenly to {} for Yes ({error})",
            percent(0.5 + points / 100.0, 1)
        )
    }
}

fn of_poll(row: &NeedRow) -> String {
    let Some(lead) = row.value_needed else {
        return match row.best_win_probability {
            Some(best) => format!("no opinion poll would be enough: {} at best", chance(best)),
            None => "with so few draws it is not known whether any opinion poll would be enough"
                .to_owned(),
        };
    };
    let error = give_or_take(row.monte_carlo_error);
    let asked = thousands(u64::from(POLL_SAMPLE));
    let place = if lead >= 0.0 {
        format!("Yes ahead by {lead:.1} points")
    } else {
        format!("Yes behind by no more than {:.1} points", -lead)
    };
    format!(
        "an opinion poll of {asked} with the question of the ballot paper on the last day shows {place} \
         ({error})"
    )
}

fn give_or_take(error: Option<f64>) -> String {
    match error {
        Some(error) => format!("give or take {error:.1} points from chance alone"),
        None => "no error stated".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::scenario::Names;
    use crate::data::{Scenario, World};
    use crate::domain::{Distribution, Learning};
    use crate::report::csv::csv;
    use crate::simulation::{NoObserver, prepare, run};

    fn rows_of(key: &str, change: impl FnOnce(&mut Scenario)) -> (Vec<NeedRow>, Vec<NeedCurveRow>) {
        let world = World::embedded(Some("2023-24")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load(key, &names).expect("a built-in scenario");
        scenario.draws = 300;
        change(&mut scenario);
        let prepared = prepare(&scenario, &world).expect("a scenario");
        let outcomes = run(&prepared, &NoObserver);
        rows(&prepared, &outcomes)
    }

    #[test]
    fn without_a_vote_levers_have_no_values() {
        let (rows, curve) = rows_of("max-without-vote", |_| ());
        assert_eq!((rows.len(), curve.len()), (4, 0));
        for row in &rows {
            assert_eq!((row.value_needed, row.win_probability_now), (None, None));
            assert_eq!(row.note, "no referendum is needed, so there is no vote");
        }
        assert!(card_lines(&rows).is_empty());
    }

    #[test]
    fn a_vote_that_nothing_can_win_has_empty_cells_and_no_other_than_numbers() {
        let (rows, curve) = rows_of("uniform-15", |scenario| {
            scenario.learning = Learning::PriorsOnly;
            for (name, value) in [("m", 0.01), ("k", 100.0), ("sigma_ward", 10.0)] {
                let fixed = Distribution::Fixed(value);
                scenario.inputs.insert(name.to_owned(), fixed);
            }
        });
        let text = [csv(&rows), csv(&curve)].concat();
        let text = String::from_utf8(text).expect("text");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        assert_eq!(rows[0].value_needed, None);
        assert!(rows[0].note.ends_with("not reached"), "{}", rows[0].note);
    }

    #[test]
    fn what_few_draws_do_not_tell_is_said_to_be_not_known() {
        let (mut rows, _) = rows_of("uniform-15", |_| ());
        for row in [0, 3] {
            rows[row].value_needed = None;
            rows[row].best_win_probability = None;
            rows[row].best_at = None;
        }
        let lines = card_lines(&rows).join("\n");
        assert!(!lines.contains("- at best"), "{lines}");
        assert_eq!(
            lines.matches("with so few draws it is not known").count(),
            2
        );
        rows[3].best_win_probability = Some(0.0);
        let lines = card_lines(&rows).join("\n");
        assert!(lines.contains("no opinion poll would be enough: below 0.1% at best"));
    }

    #[test]
    fn the_card_says_in_words_what_is_needed() {
        let (mut rows, _) = rows_of("uniform-15", |_| ());
        rows[0].value_needed = Some(0.841);
        rows[0].monte_carlo_error = Some(0.02);
        rows[0].value_now = Some(0.6);
        rows[2].value_needed = Some(-3.0);
        rows[2].monte_carlo_error = None;
        rows[3].value_needed = Some(9.04);
        rows[3].monte_carlo_error = Some(1.5);
        assert_eq!(
            card_lines(&rows),
            [
                "What it would take to win with a probability of 50%, each alone and all else alike:",
                "  84.1% of voters know their own bill on the day (give or take 2.0 points from \
                 chance alone; 60% are taken to)",
                "  the campaign loses no more than would bring a group split evenly to 47.0% for Yes \
                 (no error stated)",
                "  an opinion poll of 1,000 with the question of the ballot paper on the last day shows Yes \
                 ahead by 9.0 points (give or take 1.5 points from chance alone)",
            ]
        );
    }
}
