//! The figures of the whole: who is frozen, the money, the vote; each with its base and its spread.

use super::tables::SummaryRow;
use crate::domain::cells::Cell;
use crate::domain::money::{thousands, thousands_to_tenths};
use crate::domain::schedule::WHOLE;
use crate::domain::{KindOfHome, Limit, Pence};
use crate::simulation::{
    DrawOutcomes, Prepared, Spread, win_probability, win_probability_if_known,
};
use crate::tax::bill::{Moves, Part};
use crate::tax::budget::on_base;
use crate::tax::{ChargeLine, charge_lines};

/// All figures of the whole, in the order of the table.
pub fn summary(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<SummaryRow> {
    let mut rows = Summary(Vec::new());
    frozen(prepared, outcomes, &mut rows);
    money(prepared, outcomes, &mut rows);
    vote(prepared, outcomes, &mut rows);
    rows.0
}

/// One figure of the whole; empty where nothing is found.
pub(super) fn summary_row(
    metric: &str,
    unit: &str,
    base: &str,
    found: Option<Spread>,
    note: &str,
) -> SummaryRow {
    let percentile = |index: usize| found.map(|spread| spread.percentiles[index]);
    SummaryRow {
        metric: metric.to_owned(),
        unit: unit.to_owned(),
        base: base.to_owned(),
        mean: found.map(|spread| spread.mean),
        sd: found.and_then(|spread| spread.sd),
        p05: percentile(0),
        p25: percentile(1),
        p50: percentile(2),
        p75: percentile(3),
        p95: percentile(4),
        monte_carlo_error: found.and_then(|spread| spread.monte_carlo_error),
        note: note.to_owned(),
    }
}

/// Builds the rows of the summary.
struct Summary(Vec<SummaryRow>);

impl Summary {
    fn spread(&mut self, metric: &str, unit: &str, base: &str, found: Option<Spread>, note: &str) {
        self.0.push(summary_row(metric, unit, base, found, note));
    }

    fn exact(&mut self, metric: &str, unit: &str, base: &str, value: f64, note: &str) {
        self.spread(metric, unit, base, Some(Spread::exact(value)), note);
    }

    fn pounds(&mut self, metric: &str, base: &str, amount: Pence, note: &str) {
        self.exact(metric, "pounds a year", base, amount.pounds(), note);
    }
}

fn frozen(prepared: &Prepared, outcomes: &DrawOutcomes, rows: &mut Summary) {
    let dwellings = prepared.record.dwellings();
    let total: i64 = dwellings.values().iter().sum();
    let frozen = homes(prepared, |kind, part| {
        prepared.amounts.is_frozen(kind, part)
    });
    let nation = prepared.record.authority.code.nation();
    let list = if prepared.extract.is_some() {
        "in the council's own extract"
    } else {
        "on the valuation list"
    };
    let all_homes = format!(
        "{} dwellings {list}, bands {}",
        whole(total as f64),
        nation.bands_in_words()
    );
    let pays = |kind: KindOfHome| kind.liability.quarters_payable() > 0;
    let liable = homes(prepared, |kind, _| pays(kind));
    let frozen_liable = homes(prepared, |kind, part| {
        pays(kind) && prepared.amounts.is_frozen(kind, part)
    });
    rows.exact(
        "share_frozen_dwellings_own_element",
        "share of dwellings",
        &all_homes,
        frozen / total as f64,
        &frozen_note(prepared),
    );
    rows.exact(
        "share_frozen_liable_dwellings_own_element",
        "share of liable dwellings",
        &format!(
            "{} dwellings liable for council tax (estimated)",
            whole(liable)
        ),
        if liable > 0.0 {
            frozen_liable / liable
        } else {
            0.0
        },
        "as above, without exempt dwellings",
    );
    rows.exact(
        "share_frozen_electors_own_element",
        "share of electors",
        &format!(
            "{} electors ({})",
            whole(prepared.electorate.total()),
            electors_from(prepared)
        ),
        prepared.electorate.share_frozen(),
        "electors in those bands",
    );
    let cells = &prepared.cells;
    let whole_bill: f64 = cells
        .rows()
        .iter()
        .map(|cell| {
            let amounts = &prepared.amounts;
            let held = |part: usize| {
                let charge = amounts.charge(cells.area(cell), cells.kind_of(cell), part);
                charge.total.yes + charge.levy <= charge.total.today
            };
            cell.dwellings as f64 * share_of_parts(&amounts.parts[cell.band], held)
        })
        .sum();
    let known = |value: f64| prepared.whole_bill_known.then_some(Spread::exact(value));
    rows.spread(
        "share_frozen_dwellings_total_bill",
        "share of dwellings",
        &all_homes,
        known(whole_bill / total as f64),
        "dwellings in bands whose whole bill does not rise over today; empty where the other \
         authorities' amounts of next year are not known",
    );
    let bills = &prepared.bills;
    let no_dearer: f64 = (0..bills.cell.len())
        .filter(|&row| bills.total[row].yes <= bills.total[row].today)
        .map(|row| {
            let cell = &prepared.cells.rows()[bills.cell[row]];
            cell.dwellings as f64 * bills.share_millionths[row] as f64 / WHOLE as f64
        })
        .sum();
    rows.spread(
        "share_dwellings_no_higher_bill",
        "share of dwellings",
        &all_homes,
        known(no_dearer / total as f64),
        "dwellings that pay no more over all: those bands, exempt homes that pay nothing, and \
         pensioners whose award meets the rise (estimated)",
    );
    let inflation = prepared.inflation;
    rows.exact(
        "share_frozen_dwellings_real_terms",
        "share of dwellings",
        &all_homes,
        homes(prepared, |kind, part| {
            let charge = prepared.amounts.charge(0, kind, part);
            let most = charge.own.today.pounds() * (1.0 + inflation);
            (charge.own.yes + charge.levy).pounds() <= most
        }) / total as f64,
        &format!(
            "dwellings in bands whose own element rises by no more than prices ({:.1}%)",
            100.0 * inflation
        ),
    );
    rows.spread(
        "share_frozen_votes",
        "share of votes",
        "votes cast",
        outcomes
            .vote
            .as_ref()
            .and_then(|vote| vote.weights.spread(&vote.frozen_votes)),
        "votes from dwellings in bands whose own element does not rise; empty without a vote",
    );
}

/// A count as it is read: whole, with commas between thousands.
fn whole(count: f64) -> String {
    thousands(count.round() as u64)
}

/// Homes of the kinds that are chosen, by the kind and the part of its band.
fn homes(prepared: &Prepared, chosen: impl Fn(KindOfHome, usize) -> bool) -> f64 {
    let cells = &prepared.cells;
    cells
        .rows()
        .iter()
        .map(|cell| {
            let kind = cells.kind_of(cell);
            let parts = &prepared.amounts.parts[cell.band];
            cell.dwellings as f64 * share_of_parts(parts, |part| chosen(kind, part))
        })
        .sum()
}

/// The share of a band's homes that lies in the chosen parts.
fn share_of_parts(parts: &[Part], chosen: impl Fn(usize) -> bool) -> f64 {
    let all = parts.iter().enumerate();
    let held: i64 = all
        .filter(|(part, _)| chosen(*part))
        .map(|(_, part)| part.share_millionths)
        .sum();
    held as f64 / WHOLE as f64
}

/// Which homes are counted as frozen.
fn frozen_note(prepared: &Prepared) -> String {
    let terms = prepared.scenario.terms;
    let mut note =
        "dwellings in bands whose own element does not rise in cash over today".to_owned();
    if terms.protects_reduction {
        note.push_str(
            "; and homes on council tax reduction, which the proposal protects (estimated)",
        );
    }
    if terms.leaves_out_premiums {
        note.push_str("; without empty and second homes, which it leaves out (estimated)");
    }
    if prepared.scenario.proposal.needs_values() {
        note.push_str("; by the value of homes, which is worked out from their bands");
    }
    note
}

/// Where the numbers of electors come from.
fn electors_from(prepared: &Prepared) -> &'static str {
    if prepared.cells.states_electors() {
        "stated in the extract"
    } else {
        "estimated from homes"
    }
}

fn money(prepared: &Prepared, outcomes: &DrawOutcomes, rows: &mut Summary) {
    let budgets = &prepared.budgets;
    let amounts = &prepared.amounts;
    let base = format!(
        "{} band D equivalents: tax base for setting {} at budgeted collection of {:.1}%",
        thousands_to_tenths(prepared.record.tax_base.tax_base_for_setting),
        prepared.base_year,
        100.0 * prepared.record.tax_base.collection_rate
    );
    rows.exact(
        "headline_rise",
        "share of today's amount",
        &format!(
            "relevant basic amount {} ({})",
            amounts.band_d.today, prepared.base_year
        ),
        prepared.schedule.headline().value(),
        "the percentage on the ballot paper, before relief",
    );
    rows.exact(
        "no_rise",
        "share of today's amount",
        &format!(
            "relevant basic amount {} ({})",
            amounts.band_d.today, prepared.base_year
        ),
        amounts.no_rise.value(),
        &match prepared.principle.limit {
            Limit::Unlimited => "no principle applies and no vote is held: a freeze stands in, to \
                                 set figures against"
                .to_owned(),
            Limit::Pounds(_) => format!(
                "what a No brings in, {}: a No is not a freeze",
                amounts.band_d.no
            ),
            Limit::Percent(_) | Limit::PercentAndPounds(..) => format!(
                "what a No brings in, {}: a No is not a freeze; a percentage limit is taken one \
                 basis point below the trigger, as councils do, though some pennies more would be \
                 lawful",
                amounts.band_d.no
            ),
        },
    );
    rows.pounds(
        "gross_yield_pounds",
        &base,
        budgets.gross_yield(),
        if prepared.schedule.is_local() {
            "headline rise before relief"
        } else {
            "what the change brings this authority on its own element, with its rise"
        },
    );
    rows.pounds(
        "contributions_in_lieu_pounds",
        &format!(
            "{} band D equivalents of contributions in lieu",
            thousands_to_tenths(prepared.base.in_lieu_thousandths as f64 / 1_000.0)
        ),
        budgets.in_lieu_yes,
        "of it: paid for armed forces' homes, in no band and no ward",
    );
    rows.pounds(
        "relief_cost_pounds",
        &base,
        budgets.relief_cost(),
        "reductions under s.13A(1)(c), paid by the billing authority's general fund alone",
    );
    rows.pounds(
        "net_yield_vs_today_pounds",
        &base,
        budgets.net_yield_vs_today(),
        "after relief, over today's council tax",
    );
    rows.pounds(
        "no_yield_vs_today_pounds",
        &base,
        budgets.no_yield(),
        "what a No raises over today",
    );
    rows.pounds(
        "net_yield_vs_no_pounds",
        &base,
        budgets.net_yield_vs_no(),
        "after relief, over the budget that a No brings: what the vote is worth",
    );
    revenue(prepared, &base, rows);
    beyond_the_council(prepared, &base, rows);
    let finance = &prepared.finance;
    rows.spread(
        "collected_pounds",
        "pounds a year",
        "Yes less No, first year",
        outcomes.alike().spread(&outcomes.collected),
        &format!(
            "what the council has over a No, after uncertain collection, challenges and reductions; \
             it bears {:.1}% of what the collection fund is short of, its part of the bill",
            100.0 * finance.own_share
        ),
    );
    rows.spread(
        "preceptors_loss_pounds",
        "pounds a year",
        "Yes less No, first year",
        outcomes.alike().spread(&outcomes.preceptors_loss),
        "what the other authorities on the bill lose through the tax base and the collection fund: \
         their part of what is not collected, of challenges and of awards beyond the tax base; \
         negative where they gain",
    );
    if prepared.schedule.levy_is_asked() {
        rows.spread(
            "contributions_pounds",
            "pounds a year",
            &format!(
                "{} if all who are asked gave",
                prepared
                    .budgets
                    .levy
                    .values()
                    .iter()
                    .copied()
                    .sum::<Pence>()
            ),
            outcomes.alike().spread(&outcomes.contributions),
            "voluntary contributions at an uncertain take-up; part of what the council has",
        );
    }
    reductions(prepared, outcomes, rows);
    let costs = |values: &[f64]| {
        outcomes
            .vote
            .as_ref()
            .and_then(|_| outcomes.alike().spread(values))
    };
    rows.spread(
        "poll_cost_pounds",
        "pounds, once",
        &prepared.day_words,
        costs(&outcomes.poll_cost),
        "paid whether won or lost; empty without a vote",
    );
    rows.spread(
        "loss_cost_pounds",
        "pounds, once",
        "if lost",
        costs(&outcomes.loss_cost),
        "billing again, and stopping services where the scenario states a cost; empty without a \
         vote",
    );
}

/// Revenue of the four budgets, without parishes.
fn revenue(prepared: &Prepared, base: &str, rows: &mut Summary) {
    let budgets = &prepared.budgets;
    let today = budgets.requirement.today;
    for (metric, amount, note) in [
        (
            "revenue_today_pounds",
            today,
            "council tax of the year of the figures",
        ),
        (
            "revenue_yes_pounds",
            budgets.requirement.yes - budgets.relief_cost(),
            "if the proposal is carried: the requirement less relief",
        ),
        (
            "revenue_no_pounds",
            budgets.requirement.no,
            "if it is not: the substitute calculations, or a freeze where no vote is held and no \
             principle applies",
        ),
        (
            "revenue_freeze_pounds",
            today,
            "if the amount stays as it is: today's, for the tax base is carried forward; what a \
             freeze costs in later years is in medium_term.csv",
        ),
    ] {
        rows.pounds(metric, base, amount, note);
    }
    let empty = |cell: &&Cell| cell.liability.is_nobodys_main_home();
    let cells = prepared.cells.rows().iter().filter(empty);
    let lines = charge_lines(&prepared.amounts, &prepared.cells, cells);
    let net = |line: &ChargeLine| {
        on_base(line.net, line.tax_base_thousandths) - on_base(line.no, line.tax_base_thousandths)
    };
    let held: i64 = lines.iter().map(|line| line.tax_base_thousandths).sum();
    rows.pounds(
        "empty_and_second_homes_net_yield_vs_no_pounds",
        &format!(
            "{} band D equivalents of empty and second homes (estimated)",
            thousands_to_tenths(held as f64 / 1_000.0)
        ),
        lines.iter().map(net).sum(),
        "of the net yield over a No: homes that may be charged a premium; premiums themselves lie in \
         the tax base of every band",
    );
}

/// What goes to others than the council.
fn beyond_the_council(prepared: &Prepared, base: &str, rows: &mut Summary) {
    let budgets = &prepared.budgets;
    if prepared.amounts.moves == Moves::WholeBill {
        rows.pounds(
            "other_authorities_yield_vs_no_pounds",
            base,
            budgets.others,
            "what the change brings the other authorities on the bill",
        );
    }
    let levy = budgets.levy.values().iter().copied().sum::<Pence>();
    let schedule = &prepared.schedule;
    if levy > Pence::ZERO && !schedule.levy_is_own() && !schedule.levy_is_asked() {
        rows.pounds(
            "exchequer_yield_pounds",
            "homes that owe a bill, by worked-out value",
            levy,
            "what a surcharge in this area brings the Exchequer; the council has nothing of it",
        );
    }
}

/// What awards of council tax reduction grow by.
fn reductions(prepared: &Prepared, outcomes: &DrawOutcomes, rows: &mut Summary) {
    let finance = &prepared.finance;
    let (pension, working) = (
        &outcomes.pension_age_beyond_base,
        &outcomes.working_age_beyond_base,
    );
    let with = |within: f64, beyond: &[f64]| -> Vec<f64> {
        beyond.iter().map(|beyond| within + beyond).collect()
    };
    let beyond: Vec<f64> = pension.iter().zip(working).map(|(a, b)| a + b).collect();
    let within = finance.awards_pension_age + finance.awards_working_age;
    rows.spread(
        "council_tax_reduction_cost_pounds",
        "pounds a year",
        "awards of the October return at the own element, Yes less No",
        outcomes.alike().spread(&with(within, &beyond)),
        "extra awards over a No; most of it lies outside the tax base already; negative where \
         bills are lower than under a No",
    );
    for (metric, within, beyond, note) in [
        (
            "council_tax_reduction_cost_pension_age_pounds",
            finance.awards_pension_age,
            pension,
            "of it: pension age, under the prescribed scheme, whose awards meet nearly all of a rise",
        ),
        (
            "council_tax_reduction_cost_working_age_pounds",
            finance.awards_working_age,
            working,
            "of it: working age, under the council's own scheme: mostly a share of the bill",
        ),
    ] {
        rows.spread(
            metric,
            "pounds a year",
            "awards of the October return at the own element, Yes less No",
            outcomes.alike().spread(&with(within, beyond)),
            note,
        );
    }
    rows.spread(
        "council_tax_reduction_beyond_base_pounds",
        "pounds a year",
        "recipients' part of the tax base, Yes less No",
        outcomes.alike().spread(&beyond),
        "of the whole: awards that grow by more than the bill's share (tapered awards); they lower \
         the tax base, so all authorities on the bill bear them",
    );
}

fn vote(prepared: &Prepared, outcomes: &DrawOutcomes, rows: &mut Summary) {
    let vote = outcomes.vote.as_ref();
    let none = "no referendum is needed, so there is no vote";
    let note = |text: &'static str| if vote.is_some() { text } else { none };
    let electors = format!(
        "{} electors ({})",
        whole(prepared.electorate.total()),
        electors_from(prepared)
    );
    rows.spread(
        "turnout",
        "share of electors",
        &electors,
        vote.and_then(|vote| vote.weights.spread(&vote.turnout)),
        note("votes cast over electors"),
    );
    rows.spread(
        "yes_share",
        "share of votes",
        "votes cast",
        vote.and_then(|vote| vote.weights.spread(&vote.yes_share)),
        note("more than half is needed; a tie is lost"),
    );
    rows.spread(
        "effective_draws",
        "draws",
        &format!("{} draws", outcomes.len()),
        vote.map(|vote| Spread::exact(vote.weights.effective())),
        note(
            "draws that count alike and would be as sharp (Kish), after each draw is weighted by past \
             ballots, surveys and polls",
        ),
    );
    for (metric, won, text) in [
        (
            "win_probability",
            win_probability(outcomes),
            "read it with the range of yes_share, never alone",
        ),
        (
            "win_probability_if_all_know",
            win_probability_if_known(outcomes),
            "the same draws if every voter knew what a Yes costs her: what the ballot paper hides",
        ),
    ] {
        rows.0.push(SummaryRow {
            metric: metric.to_owned(),
            unit: "probability".to_owned(),
            base: format!("{} draws", outcomes.len()),
            mean: won.map(|(mean, _)| mean),
            // A probability has no spread over its own draws: only the error of its estimate.
            sd: None,
            p05: None,
            p25: None,
            p50: None,
            p75: None,
            p95: None,
            monte_carlo_error: won.map(|(_, error)| error),
            note: note(text).to_owned(),
        });
    }
    rows.spread(
        "expected_value_pounds",
        "pounds, first year",
        "Yes less No if won, less the costs of losing if lost, less the poll",
        outcomes
            .value()
            .zip(vote)
            .and_then(|(value, vote)| vote.weights.spread(&value)),
        note("what holding the vote is worth on average, before later years"),
    );
}
