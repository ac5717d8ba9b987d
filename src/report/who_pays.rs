//! Who pays: the tables of groups of homes and of example households, and their part of the card.

use serde::Serialize;

use super::document::{Column, Table};
use super::results::Briefing;
use super::summary::summary_row;
use super::tables::{ColumnDoc, Record, SummaryRow, record};
use crate::data::DataError;
use crate::domain::money::thousands;
use crate::domain::{Progressivity, Warning};
use crate::simulation::who_pays::{Against, NOT_KNOWN};
use crate::simulation::{
    BillPart, GroupOfHomes, Grouping, Prepared, Spread, WhoPays, example_bills, who_pays,
};

record! {
    /// Who pays more and who pays less: liable dwellings (exempt ones left out; those whose reduction meets the whole bill not) by group, and how their bills change after a Yes.
    "deciles" by grouping, group, bill, against => DecileRow {
        grouping: String as "string", "By what dwellings are grouped: all, band, area (those of wards.csv), deprivation_decile (tenth of the lower layer areas of England by the Index of Multiple Deprivation 2025), tenure, or income_quintile (fifth of the homes of England and Wales by mean net household income of the middle layer area).";
        group: String as "string", "The group: a band, the code of an area, a number from 1 for the most deprived or the lowest income, a tenure, or not_known. The groups of a grouping hold all liable dwellings together; groups without any have no row.";
        group_name: String as "string", "The group in words.";
        bill: String as "string", "own_element for the authority's own part of the bill, whole_bill for all of it; after discounts, reduction and relief.";
        against: String as "string", "What the bill after a Yes is set against: today, or no for the bill after a No.";
        n_dwellings: f64 as "number" in "dwellings", "Liable dwellings; parts of one where dwellings are shared out over areas.";
        share_of_dwellings: f64 as "number" in "share (0 to 1)", "Their share of all liable dwellings.";
        mean_change_pounds: f64 as "number" in "pounds a year", "Mean change, pounds a year.";
        median_change_pounds: f64 as "number" in "pounds a year", "Median change, pounds a year.";
        share_gaining: f64 as "number" in "share (0 to 1)", "Share of the group that pays less by a penny or more.";
        share_unchanged: f64 as "number" in "share (0 to 1)", "Share of the group that pays the same to the penny.";
        share_losing: f64 as "number" in "share (0 to 1)", "Share of the group that pays more by a penny or more.";
        total_change_pounds: f64 as "number" in "pounds a year", "What the group pays more in all, pounds a year, at full collection.";
        share_of_total_change: Option<f64> as "number" in "share of the total, below 0 where opposite", "Its share of what all liable dwellings pay more: its share of the fall where all together pay less; negative for a group whose bills go the other way than the whole; empty where all together pay the same to the pound.";
    }
}

record! {
    /// What named example households would pay: the same law as in the model, to the penny.
    "example_households" by household => ExampleHouseholdRow {
        household: String as "string", "Short name.";
        name: String as "string", "Name.";
        band: String as "string", "Band on the valuation list.";
        charged_band: String as "string", "Band that it is charged at: the one below with a disabled band reduction (band A then pays 5/9 of band D).";
        liability: String as "string", "Full, a discount, exempt, empty or second home.";
        reduction: String as "string", "none, working_age (a share of any bill) or pension_age (meets a rise, loses a fall).";
        award_share: f64 as "number" in "share (0 to 1)", "Share of today's bill after discounts that the award meets.";
        premium_share: f64 as "number" in "share of the bill", "Premium on an empty or a second home, as a share of the bill.";
        disabled_reduction: bool as "boolean", "Whether the disabled band reduction applies.";
        position_in_band: f64 as "number" in "place in the band (0 to 1)", "Where its value is taken to lie between the limits of the band, from 0 to 1: for proposals by value.";
        own_bill_today_pounds: f64 as "number" in "pounds a year", "Own element today, pounds a year.";
        own_bill_yes_pounds: f64 as "number" in "pounds a year", "Own element after a Yes, pounds a year.";
        own_bill_no_pounds: f64 as "number" in "pounds a year", "Own element after a No, pounds a year.";
        own_change_yes_vs_today_pounds: f64 as "number" in "pounds a year", "Change in the own element, Yes less today, pounds a year.";
        own_change_yes_vs_no_pounds: f64 as "number" in "pounds a year", "Change in the own element, Yes less No, pounds a year.";
        total_bill_today_pounds: f64 as "number" in "pounds a year", "Whole bill today, pounds a year; of a preceptor the mean over its billing authorities by homes of the band.";
        total_bill_yes_pounds: Option<f64> as "number" in "pounds a year", "Whole bill after a Yes, pounds a year; empty where the other authorities' amounts of next year are not known.";
        total_bill_no_pounds: Option<f64> as "number" in "pounds a year", "Whole bill after a No, pounds a year; empty where the other authorities' amounts of next year are not known.";
        total_change_yes_vs_today_pounds: Option<f64> as "number" in "pounds a year", "Change in the whole bill, Yes less today, pounds a year; empty where it is not known.";
        total_change_yes_vs_no_pounds: Option<f64> as "number" in "pounds a year", "Change in the whole bill, Yes less No, pounds a year; empty where it is not known.";
        note: String as "string", "What to know of the household.";
    }
}

/// What a briefing says of who pays.
#[derive(Debug, Clone, PartialEq)]
pub struct Paying {
    /// Groups of homes.
    pub deciles: Vec<DecileRow>,
    /// Example households.
    pub example_households: Vec<ExampleHouseholdRow>,
    /// Figures of the whole.
    pub summary: Vec<SummaryRow>,
    /// Caveats.
    pub warnings: Vec<Warning>,
}

/// Works out who pays, by a part of the bill.
///
/// # Errors
/// When an embedded table is broken: a fault of the build.
pub fn paying(prepared: &Prepared, part: BillPart) -> Result<Paying, DataError> {
    let found = who_pays(prepared, part)?;
    Ok(Paying {
        deciles: decile_rows(&found),
        example_households: example_rows(prepared)?,
        summary: summary_rows(&found),
        warnings: caveats(&found),
    })
}

/// The rows of `deciles.csv`.
pub fn decile_rows(found: &WhoPays) -> Vec<DecileRow> {
    let all_homes = found.homes();
    let row = |group: &GroupOfHomes, against: Against| {
        let changes = group.against(against);
        let all: f64 = found
            .by(Grouping::All)
            .map(|all| all.against(against).total_pounds())
            .sum();
        let total = changes.total_pounds();
        Some(DecileRow {
            grouping: group.grouping.code().to_owned(),
            group: group.code.clone(),
            group_name: group.name.clone(),
            bill: found.part.code().to_owned(),
            against: against.code().to_owned(),
            n_dwellings: (group.homes * 1e6).round() / 1e6,
            share_of_dwellings: group.homes / all_homes,
            mean_change_pounds: changes.mean_pounds()?,
            median_change_pounds: changes.median_pounds()?,
            share_gaining: changes.share_gaining()?,
            share_unchanged: changes.share_unchanged()?,
            share_losing: changes.share_losing()?,
            total_change_pounds: total,
            share_of_total_change: (all.abs() >= 1.0).then(|| total / all),
        })
    };
    let rows = |group| {
        Against::ALL
            .into_iter()
            .filter_map(move |against| row(group, against))
    };
    found.groups.iter().flat_map(rows).collect()
}

/// The rows of `example_households.csv`.
///
/// # Errors
/// When an embedded table is broken: a fault of the build.
pub fn example_rows(prepared: &Prepared) -> Result<Vec<ExampleHouseholdRow>, DataError> {
    let bills = example_bills(prepared)?;
    let rows = bills.iter().map(|one| {
        let (home, own, total) = (&one.household, one.bill.own, one.bill.total);
        let known = |value: f64| prepared.whole_bill_known.then_some(value);
        ExampleHouseholdRow {
            household: home.key().to_owned(),
            name: home.name().to_owned(),
            band: home.band().to_string(),
            charged_band: home.charged_band().to_string(),
            liability: home.liability().code().to_owned(),
            reduction: home.reduction().code().to_owned(),
            award_share: home.award_percent() as f64 / 100.0,
            premium_share: home.premium_percent() as f64 / 100.0,
            disabled_reduction: home.disabled(),
            position_in_band: home.position_in_band().value(),
            own_bill_today_pounds: own.today.pounds(),
            own_bill_yes_pounds: own.yes.pounds(),
            own_bill_no_pounds: own.no.pounds(),
            own_change_yes_vs_today_pounds: (own.yes - own.today).pounds(),
            own_change_yes_vs_no_pounds: (own.yes - own.no).pounds(),
            total_bill_today_pounds: total.today.pounds(),
            total_bill_yes_pounds: known(total.yes.pounds()),
            total_bill_no_pounds: known(total.no.pounds()),
            total_change_yes_vs_today_pounds: known((total.yes - total.today).pounds()),
            total_change_yes_vs_no_pounds: known((total.yes - total.no).pounds()),
            note: home.note().to_owned(),
        }
    });
    Ok(rows.collect())
}

/// The rows of the summary on progressivity.
pub fn summary_rows(found: &WhoPays) -> Vec<SummaryRow> {
    let base = format!(
        "{} middle layer areas of known mean net household income, with {:.1}% of liable dwellings",
        found.n_income_areas,
        100.0 * found.share_income_known
    );
    let row = |metric: String, value: Option<f64>, note: &str| {
        summary_row(&metric, "index", &base, value.map(Spread::exact), note)
    };
    let part = found.part.code();
    let cases = [
        ("today", found.progressivity.today),
        ("yes", found.progressivity.yes),
        ("no", found.progressivity.no),
    ];
    let mut rows: Vec<SummaryRow> = cases
        .iter()
        .map(|(case, index)| {
            let metric = format!("kakwani_{part}_{case}");
            row(metric, index.as_ref().map(Progressivity::kakwani), KAKWANI)
        })
        .collect();
    let kakwani = |index: Option<Progressivity>| index.map(|index| index.kakwani());
    let change = kakwani(found.progressivity.yes)
        .zip(kakwani(found.progressivity.no))
        .map(|(yes, no)| yes - no);
    rows.push(row(
        format!("kakwani_{part}_yes_less_no"),
        change,
        "above 0 where a Yes takes more of its share from areas of higher income than a No",
    ));
    for (case, index) in &cases {
        let metric = format!("suits_{part}_{case}");
        rows.push(row(metric, index.map(|index| index.suits), SUITS));
    }
    let gini = found.progressivity.today.map(|index| index.gini_of_income);
    rows.push(row(
        "gini_of_area_incomes".to_owned(),
        gini,
        "how unequal the areas' mean incomes are; incomes of households differ far more",
    ));
    rows
}

const KAKWANI: &str = "concentration index of the tax over areas by income, less the Gini \
                       coefficient of income: below 0 areas of lower income pay a larger share of \
                       it; ecological: households within an area are not told apart, so it is no \
                       index over households; the income is an estimate, net of council tax \
                       itself";
const SUITS: &str = "the same question with areas weighted by their income: -1 to 1, 0 for the \
                     same share of income everywhere; ecological as the Kakwani index";

/// The caveats on who pays.
pub fn caveats(found: &WhoPays) -> Vec<Warning> {
    let mut warnings = vec![Warning::GroupsOfAreas];
    let [deprivation, income] = [Grouping::DeprivationDecile, Grouping::IncomeQuintile]
        .map(|grouping| found.share_not_known(grouping));
    if deprivation > 0.0 || income > 0.0 {
        warnings.push(Warning::GroupsNotKnown {
            deprivation,
            income,
        });
    }
    warnings
}

/// The table of the card: fifths by income of the area, with the share of homes, the mean change
/// and the share that pays more; against a No where there is a vote, else against today.
pub fn card_table(briefing: &Briefing) -> String {
    let vote = briefing.has_vote();
    let against = if vote { Against::No } else { Against::Today };
    let columns: Vec<&DecileRow> = briefing
        .deciles
        .iter()
        .filter(|row| row.grouping == Grouping::IncomeQuintile.code())
        .filter(|row| row.against == against.code())
        .collect();
    let line = |label: &str, cell: &dyn Fn(&DecileRow) -> String| {
        let mut line = format!("  {label:<30}");
        for row in &columns {
            line.push_str(&format!(" {:>9}", cell(row)));
        }
        line
    };
    let mean = match against {
        Against::No => "Mean change, Yes less No",
        Against::Today => "Mean change over today",
    };
    [
        line("National fifth by area income", &|row| heading(row)),
        line("Of liable dwellings", &|row| {
            whole_percent(row.share_of_dwellings)
        }),
        line(mean, &|row| whole_pounds(row.mean_change_pounds)),
        line("Pay more", &|row| whole_percent(row.share_losing)),
    ]
    .join("\n")
}

/// The same as a table of a paper: one row a fifth. Empty where no income is known.
pub(super) fn fifths(briefing: &Briefing) -> Table {
    let vote = briefing.has_vote();
    let against = if vote { Against::No } else { Against::Today };
    let rows = briefing
        .deciles
        .iter()
        .filter(|row| row.grouping == Grouping::IncomeQuintile.code())
        .filter(|row| row.against == against.code());
    let (change, more) = match against {
        Against::No => ("Mean change, Yes less No", "Pay more than after a No"),
        Against::Today => ("Mean change over today", "Pay more than today"),
    };
    Table {
        caption: "Who pays, by mean income of the area: fifths of the homes of England and Wales"
            .to_owned(),
        columns: vec![
            Column::words("Fifth"),
            Column::figures("Homes liable here"),
            Column::figures("Share of them"),
            Column::figures(format!("{change}, pounds a year")),
            Column::figures(format!("{more}, of the fifth")),
        ],
        rows: rows
            .map(|row| {
                vec![
                    heading(row),
                    thousands(row.n_dwellings.round() as u64),
                    whole_percent(row.share_of_dwellings),
                    whole_pounds(row.mean_change_pounds),
                    whole_percent(row.share_losing),
                ]
            })
            .collect(),
        note: "After discounts and reduction. A fifth without homes here has no row.".to_owned(),
    }
}

/// The sentence of the card on progressivity; nothing where incomes are not known.
pub fn card_sentence(briefing: &Briefing) -> Option<String> {
    let vote = briefing.has_vote();
    let bill = &briefing.deciles.first()?.bill;
    let index = |case: &str| {
        let metric = briefing.figure(&format!("kakwani_{bill}_{case}"))?;
        // Adding 0.0 turns a rounded -0 into 0.
        Some(format!("{:.3}", (metric.mean? * 1e3).round() / 1e3 + 0.0))
    };
    let (today, yes, no) = (index("today")?, index("yes")?, index("no")?);
    let cases = if vote {
        format!("{today} today, {no} after a No, {yes} after a Yes")
    } else {
        format!("{today} today, {yes} as proposed")
    };
    Some(format!(
        "Between areas by their mean income (Kakwani index: 0 where all pay the same share of it, \
         above 0 where areas of higher income pay a larger one): {cases}. Households within an area \
         are not told apart: this is no index over households."
    ))
}

fn heading(row: &DecileRow) -> String {
    match row.group.as_str() {
        "1" => "Lowest".to_owned(),
        "2" => "Second".to_owned(),
        "3" => "Middle".to_owned(),
        "4" => "Fourth".to_owned(),
        "5" => "Highest".to_owned(),
        NOT_KNOWN => "Not known".to_owned(),
        other => other.to_owned(),
    }
}

fn whole_percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

fn whole_pounds(value: f64) -> String {
    let whole = value.abs().round() as u64;
    let sign = match (whole, value > 0.0) {
        (0, _) => "",
        (_, true) => "+",
        (_, false) => "-",
    };
    format!("{sign}£{}", thousands(whole))
}
