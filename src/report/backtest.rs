//! Tables, chart and card of a back-test.

use serde::Serialize;

pub use super::calibration::provenance;

use super::calibration::{how_little, rounded};
use super::card::{Card, in_columns, percent};
use super::chart::{CalibrationPoint, PredictedRange, calibration_plot};
use super::tables::{ColumnDoc, Record, record};
use crate::domain::Share;
use crate::domain::evidence::BallotOption;
use crate::domain::money::thousands;
use crate::simulation::Spread;
use crate::simulation::backtest::{AreaForecast, BallotForecast, OptionForecast};
use crate::simulation::learn::Effort;

record! {
    /// Every option of every past ballot, predicted from the other ballots.
    "backtest" => BacktestRow {
        ballot: String as "string", "Key of the ballot that was left out and predicted.";
        option_rise: f64 as "number" in "share of the amount before", "Rise of the option, as a share.";
        cost_2026_pounds: f64 as "number" in "pounds of 2026 a year", "What it cost a mean home over the lowest option, pounds of 2026 a year.";
        observed_share: f64 as "number" in "share (0 to 1)", "Share of votes for this option or a higher one.";
        doubtful: bool as "boolean", "Whether the sources disagree on it.";
        p05: f64 as "number" in "share (0 to 1)", "5th percentile of the predicted share.";
        p25: f64 as "number" in "share (0 to 1)", "25th percentile of the predicted share.";
        p50: f64 as "number" in "share (0 to 1)", "Median of the predicted share.";
        p75: f64 as "number" in "share (0 to 1)", "75th percentile of the predicted share.";
        p95: f64 as "number" in "share (0 to 1)", "95th percentile of the predicted share.";
        share_of_forecast_below: f64 as "number" in "share (0 to 1)", "Share of the forecast below what came: even between 0 and 1 over many ballots if the model is right.";
        inside_50: bool as "boolean", "Whether what came lies in the middle 50% of the forecast.";
        inside_90: bool as "boolean", "Whether it lies in the middle 90%.";
        crps: f64 as "number" in "share", "Continuous ranked probability score, on the scale of shares; less is better.";
        crps_of_priors: f64 as "number" in "share", "The same of a forecast from the starting beliefs alone.";
        log_score: f64 as "number" in "log density", "Log density that the forecast gave to all options of the ballot together, on the log odds scale; more is better. The same for every option of a ballot.";
        log_score_of_priors: f64 as "number" in "log density", "The same of a forecast from the starting beliefs alone.";
    }
}

record! {
    /// The statutory ballot in each billing authority, predicted from the other ballots and from the area's own bands and bills.
    "backtest_areas" by ballot, area_code => BacktestAreaRow {
        ballot: String as "string", "Key of the ballot.";
        area_code: String as "string", "ONS code of the billing authority.";
        area: String as "string", "Its name.";
        yes_votes: u32 as "integer" in "votes", "Votes for Yes.";
        no_votes: u32 as "integer" in "votes", "Votes for No.";
        observed_share: f64 as "number" in "share (0 to 1)", "Share of them for Yes.";
        p05: f64 as "number" in "share (0 to 1)", "5th percentile of the predicted share.";
        p25: f64 as "number" in "share (0 to 1)", "25th percentile of the predicted share.";
        p50: f64 as "number" in "share (0 to 1)", "Median of the predicted share.";
        p75: f64 as "number" in "share (0 to 1)", "75th percentile of the predicted share.";
        p95: f64 as "number" in "share (0 to 1)", "95th percentile of the predicted share.";
        share_of_forecast_below: f64 as "number" in "share (0 to 1)", "Share of the forecast below what came.";
        inside_50: bool as "boolean", "Whether what came lies in the middle 50% of the forecast.";
        inside_90: bool as "boolean", "Whether it lies in the middle 90%.";
        crps: f64 as "number" in "share", "Continuous ranked probability score, on the scale of shares; less is better.";
        observed_gap: f64 as "number" in "difference of shares", "Share for Yes in the area less that of the whole ballot.";
        gap_p05: f64 as "number" in "difference of shares", "5th percentile of the predicted gap: the mood of the ballot is in both shares.";
        gap_p50: f64 as "number" in "difference of shares", "Median of the predicted gap.";
        gap_p95: f64 as "number" in "difference of shares", "95th percentile of the predicted gap.";
    }
}

/// Every option with its ballot.
fn options(
    forecasts: &[BallotForecast],
) -> impl Iterator<Item = (&BallotForecast, &BallotOption, &OptionForecast)> {
    forecasts.iter().flat_map(|forecast| {
        let options = forecast.ballot.options.iter().zip(&forecast.options);
        options.map(move |(option, predicted)| (forecast, option, predicted))
    })
}

/// Rows of the table of options.
pub fn rows(forecasts: &[BallotForecast]) -> Vec<BacktestRow> {
    options(forecasts)
        .map(|(forecast, option, predicted)| {
            let [p05, p25, p50, p75, p95] = predicted.predicted.percentiles.map(rounded);
            BacktestRow {
                ballot: forecast.ballot.key.clone(),
                option_rise: option.rise,
                cost_2026_pounds: rounded(option.cost),
                observed_share: option.share,
                doubtful: option.doubtful,
                p05,
                p25,
                p50,
                p75,
                p95,
                share_of_forecast_below: rounded(predicted.below),
                inside_50: predicted.is_inside(0.5),
                inside_90: predicted.is_inside(0.9),
                crps: rounded(predicted.crps),
                crps_of_priors: rounded(predicted.crps_of_priors),
                log_score: rounded(forecast.log_score),
                log_score_of_priors: rounded(forecast.log_score_of_priors),
            }
        })
        .collect()
}

/// Rows of the table of areas.
pub fn area_rows(forecasts: &[AreaForecast]) -> Vec<BacktestAreaRow> {
    let row = |forecast: &AreaForecast| {
        let [p05, p25, p50, p75, p95] = forecast.predicted.percentiles.map(rounded);
        BacktestAreaRow {
            ballot: forecast.area.ballot.clone(),
            area_code: forecast.area.code.to_string(),
            area: forecast.area.authority.clone(),
            yes_votes: forecast.area.yes,
            no_votes: forecast.area.no,
            observed_share: rounded(forecast.area.share_yes()),
            p05,
            p25,
            p50,
            p75,
            p95,
            share_of_forecast_below: rounded(forecast.below),
            inside_50: forecast.is_inside(0.5),
            inside_90: forecast.is_inside(0.9),
            crps: rounded(forecast.crps),
            observed_gap: rounded(forecast.gap),
            gap_p05: rounded(forecast.predicted_gap.percentiles[0]),
            gap_p50: rounded(forecast.predicted_gap.percentiles[2]),
            gap_p95: rounded(forecast.predicted_gap.percentiles[4]),
        }
    };
    forecasts.iter().map(row).collect()
}

/// `Croydon 2001, +3.5%`.
fn label(forecast: &BallotForecast, option: &BallotOption) -> String {
    let year = forecast.ballot.date.get(..4).unwrap_or_default();
    let rise = (10_000.0 * option.rise).round() / 100.0;
    let doubtful = if option.doubtful { " (doubtful)" } else { "" };
    format!("{} {year}, +{rise}%{doubtful}", forecast.ballot.authority)
}

/// The calibration plot as SVG.
pub fn plot(forecasts: &[BallotForecast]) -> String {
    let share = |value: f64| Share::new(value.clamp(0.0, 1.0)).expect("clamped to a share");
    let range = |spread: &Spread, low: usize, high: usize| {
        let [low, high] = [low, high].map(|place| share(spread.percentiles[place]));
        PredictedRange::between(low, high)
    };
    let points: Vec<CalibrationPoint> = options(forecasts)
        .map(|(forecast, option, predicted)| CalibrationPoint {
            label: label(forecast, option),
            range_90: range(&predicted.predicted, 0, 4),
            range_50: range(&predicted.predicted, 1, 3),
            median: share(predicted.predicted.percentiles[2]),
            observed: share(option.share),
        })
        .collect();
    calibration_plot(
        &points,
        "Each past ballot predicted from the others: share of votes for an option or a higher one",
        &format!(
            "bandwise backtest, from press reports of {} ballots (bandwise data show ballots). Options of \
             one ballot share its mood: they are {} independent pieces of evidence, not {}.",
            forecasts.len(),
            forecasts.len(),
            points.len()
        ),
    )
}

/// A difference of shares in points, with its sign.
fn points(gap: f64) -> String {
    format!("{:+.1}", 100.0 * gap)
}

/// The card of a back-test; `place` is where its files are.
pub fn card(
    forecasts: &[BallotForecast],
    areas: &[AreaForecast],
    effort: Effort,
    place: &str,
) -> String {
    let mut card = Card::new("How well each past ballot is predicted from the others");
    card.line(
        "Each ballot is left out in turn; the model learns from the rest and says what share of votes \
         to expect for each option or a higher one.",
    );
    card.blank();
    let yes = |inside: bool| if inside { "yes" } else { "no" }.to_owned();
    let lines = options(forecasts).map(|(forecast, option, predicted)| {
        let p = predicted.predicted.percentiles;
        vec![
            label(forecast, option),
            percent(option.share, 1),
            percent(p[2], 0),
            format!("{} to {}", percent(p[0], 0), percent(p[4], 0)),
            yes(predicted.is_inside(0.5)),
            yes(predicted.is_inside(0.9)),
            format!("{:.3}", predicted.crps),
            format!("{:.3}", predicted.crps_of_priors),
        ]
    });
    let header = vec![
        "Ballot and option",
        "Came",
        "Median",
        "90% range",
        "In 50%",
        "In 90%",
        "CRPS",
        "CRPS before",
    ];
    card.block(&in_columns(header, lines));
    card.item(
        "In 50%, in 90%: whether what came lies in the middle of the forecast. CRPS: the distance \
         between forecast and outcome in shares of votes, 0 is perfect; before: of a forecast from the \
         starting beliefs alone, which were partly drawn from the same ballots.",
    );
    card.blank();
    let lines = forecasts.iter().map(|forecast| {
        vec![
            forecast.ballot.key.clone(),
            format!("{:.2}", forecast.log_score),
            format!("{:.2}", forecast.log_score_of_priors),
            thousands(forecast.effective.round() as u64),
        ]
    });
    let header = vec!["Ballot", "Log score", "Log score before", "Effective draws"];
    card.block(&in_columns(header, lines));
    let sum = |of: fn(&BallotForecast) -> f64| forecasts.iter().map(of).sum::<f64>();
    let (after, before) = (sum(|one| one.log_score), sum(|one| one.log_score_of_priors));
    card.item(&format!(
        "Log score: the logarithm of the density given to what came, more is better; together {after:.2}, \
         against {before:.2} from the starting beliefs. {}",
        if after > before + 2.0 {
            "The other ballots helped to predict the one left out."
        } else if after > before - 2.0 {
            "So the other ballots predicted the one left out about as well as the starting beliefs did, \
             and no better."
        } else {
            "So the other ballots misled: the starting beliefs predicted better."
        }
    ));
    card.section("What that shows");
    let count = |range: f64| {
        let inside = options(forecasts).filter(|(_, _, one)| one.is_inside(range));
        inside.count()
    };
    let n = options(forecasts).count();
    card.item(&format!(
        "{} of {n} options lie in the middle 50% of their forecast, {} of {n} in the middle 90%; if the \
         model were right, about {} and {} would on average. Options of one ballot share its mood, so \
         these are {} independent pieces, not {n}.",
        count(0.5),
        count(0.9),
        (n as f64 / 2.0).round(),
        (n as f64 * 0.9).round(),
        forecasts.len(),
    ));
    card.item(&how_little(
        forecasts.iter().map(|forecast| &forecast.ballot),
    ));
    if let Some(first) = areas.first() {
        card.section("The statutory ballot, area by area");
        card.line(&format!(
            "{} left out of what is learned; each area's own bands and bills.",
            first.area.ballot
        ));
        card.blank();
        let lines = areas.iter().map(|forecast| {
            let p = forecast.predicted.percentiles;
            vec![
                forecast.area.authority.clone(),
                percent(forecast.area.share_yes(), 1),
                percent(p[2], 1),
                format!("{} to {}", percent(p[0], 0), percent(p[4], 0)),
                yes(forecast.is_inside(0.9)),
                points(forecast.gap),
                points(forecast.predicted_gap.percentiles[2]),
                format!(
                    "{} to {}",
                    points(forecast.predicted_gap.percentiles[0]),
                    points(forecast.predicted_gap.percentiles[4])
                ),
            ]
        });
        let header = vec![
            "Area",
            "Yes came",
            "Median",
            "90% range",
            "In 90%",
            "Gap came",
            "Gap median",
            "Gap 90% range",
        ];
        card.block(&in_columns(header, lines));
        card.item(
            "The areas share one mood, so they are one piece of evidence on how many said Yes. What they \
             test is the gap: points of the share for Yes above the whole ballot.",
        );
        let within = areas.iter().filter(|one| {
            let [low, .., high] = one.predicted_gap.percentiles;
            (low..=high).contains(&one.gap)
        });
        card.item(&format!(
            "{} of {} gaps lie in their 90% range.",
            within.count(),
            areas.len()
        ));
        let in_order = |of: &dyn Fn(&AreaForecast) -> f64| {
            let mut order: Vec<&AreaForecast> = areas.iter().collect();
            order.sort_by(|one, other| of(other).total_cmp(&of(one)));
            let names: Vec<&str> = order
                .iter()
                .map(|one| one.area.authority.as_str())
                .collect();
            names.join(", ")
        };
        let came = in_order(&|one| one.gap);
        let predicted = in_order(&|one| one.predicted_gap.percentiles[2]);
        card.item(&if came == predicted {
            format!("The model has the areas in the order that came: {came}.")
        } else {
            format!(
                "The model has the areas in another order ({predicted}) than came ({came}): what \
                 differs between areas beside bands and bills it does not know."
            )
        });
    }
    card.blank();
    card.line(&format!(
        "{} draws a round, {} rounds, seed {}.",
        thousands(u64::from(effort.draws)),
        effort.rounds,
        effort.seed
    ));
    card.end(place)
}
