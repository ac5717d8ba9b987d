//! The rows of the result tables, with what every column means: names here are a contract.

use serde::Serialize;
use serde_json::Value;

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnDoc {
    /// Its name.
    pub name: &'static str,
    /// `string`, `integer`, `number` or `boolean`, as in a Frictionless Table Schema.
    pub kind: &'static str,
    /// The unit of its numbers; empty for words and flags.
    pub unit: &'static str,
    /// Whether every row has a number or a flag in it; words may be empty anywhere.
    pub required: bool,
    /// What it says.
    pub description: &'static str,
}

/// The unit of a share that cannot be below 0 or above 1.
pub const SHARE: &str = "share (0 to 1)";

impl ColumnDoc {
    /// Its name and its kind.
    pub(super) const fn name_and_kind(&self) -> (&'static str, &'static str) {
        (self.name, self.kind)
    }

    /// A column of numbers, some of which may be missing.
    pub const fn number(name: &'static str, unit: &'static str, description: &'static str) -> Self {
        Self {
            name,
            kind: "number",
            unit,
            required: false,
            description,
        }
    }
}

/// A row of a result table.
pub trait Record: Serialize {
    /// The name of the table: its file name without the ending.
    const TABLE: &'static str;
    /// What the table holds.
    const TITLE: &'static str;
    /// The columns that tell its rows apart; none where rows may be alike in all of them.
    const KEY: &'static [&'static str];
    /// Its columns in order.
    const COLUMNS: &'static [ColumnDoc];
}

/// The values of a row in the order of its columns; missing ones, and empty words, are null.
pub(super) fn values<R: Record>(row: &R) -> Vec<Value> {
    let mut held = serde_json::to_value(row).expect("a row holds words, numbers and flags");
    let value = |column: &ColumnDoc| match held[column.name].take() {
        Value::String(text) if text.is_empty() => Value::Null,
        value => value,
    };
    R::COLUMNS.iter().map(value).collect()
}

/// Whether a column of this type of Rust has a number or a flag in every row.
pub(super) const fn is_required(kind: &str, schema: &str) -> bool {
    let text = matches!(schema.as_bytes(), [b's', ..]);
    !text && !matches!(kind.as_bytes(), [b'O', b'p', b't', ..])
}

macro_rules! record {
    (
        $(#[doc = $title:literal])+
        $table:literal $(by $($key:ident),+)? => $name:ident {
            $($column:ident: $kind:ty as $schema:literal $(in $unit:literal)?, $doc:literal;)+
        }
    ) => {
        $(#[doc = $title])+
        #[derive(Debug, Clone, PartialEq, Serialize)]
        pub struct $name {
            $(#[doc = $doc] pub $column: $kind,)+
        }

        impl Record for $name {
            const TABLE: &'static str = $table;
            const TITLE: &'static str = concat!($($title),+);
            const KEY: &'static [&'static str] = &[$($(stringify!($key)),+)?];
            const COLUMNS: &'static [ColumnDoc] = &[
                $(ColumnDoc {
                    name: stringify!($column),
                    kind: $schema,
                    unit: concat!($($unit)?),
                    required: $crate::report::tables::is_required(stringify!($kind), $schema),
                    description: $doc,
                },)+
            ];
        }
    };
}

pub(super) use record;

record! {
    /// One figure of the whole result with its base and its spread.
    "summary" by metric => SummaryRow {
        metric: String as "string", "Name of the figure.";
        unit: String as "string", "Its unit.";
        base: String as "string", "What it is measured on: denominator, tax base and year.";
        mean: Option<f64> as "number" in "as the column `unit` says", "Mean over the draws; the value itself where it is not uncertain.";
        sd: Option<f64> as "number" in "as the column `unit` says", "Standard deviation over the draws; 0 where it is not uncertain.";
        p05: Option<f64> as "number" in "as the column `unit` says", "5th percentile over the draws.";
        p25: Option<f64> as "number" in "as the column `unit` says", "25th percentile over the draws.";
        p50: Option<f64> as "number" in "as the column `unit` says", "Median over the draws.";
        p75: Option<f64> as "number" in "as the column `unit` says", "75th percentile over the draws.";
        p95: Option<f64> as "number" in "as the column `unit` says", "95th percentile over the draws.";
        monte_carlo_error: Option<f64> as "number" in "as the column `unit` says", "Standard error of the mean from the finite number of draws.";
        note: String as "string", "What to know before quoting it.";
    }
}

record! {
    /// One valuation band: homes, bills, relief, yield and votes.
    "bands" by band => BandRow {
        band: String as "string", "Valuation band.";
        n_dwellings: i64 as "integer" in "dwellings", "Dwellings on the valuation list.";
        tax_base: f64 as "number" in "band D equivalents", "Tax base for setting, band D equivalents after discounts, reduction and collection.";
        own_bill_today_pounds: f64 as "number" in "pounds a year", "Own element of a full bill today, pounds a year.";
        own_bill_yes_pounds: f64 as "number" in "pounds a year", "Own element of a full bill after relief under Yes, pounds a year.";
        own_bill_no_pounds: f64 as "number" in "pounds a year", "Own element of a full bill under No, pounds a year.";
        own_change_yes_vs_today_pounds: f64 as "number" in "pounds a year", "Change in the own element of a full bill, Yes less today, pounds a year.";
        own_change_yes_vs_no_pounds: f64 as "number" in "pounds a year", "Change in the own element of a full bill, Yes less No, pounds a year.";
        total_bill_today_pounds: f64 as "number" in "pounds a year", "Whole full bill today, pounds a year; of a preceptor the mean over the homes of its billing authorities.";
        total_bill_yes_pounds: f64 as "number" in "pounds a year", "Whole full bill under Yes, pounds a year; of a preceptor the mean over the homes of its billing authorities.";
        total_bill_no_pounds: f64 as "number" in "pounds a year", "Whole full bill under No, pounds a year; of a preceptor the mean over the homes of its billing authorities.";
        frozen: bool as "boolean", "Whether the own element of no full bill in the band rises in cash, once phased in; homes that the proposal leaves out of relief apart.";
        relief_share: Option<f64> as "number" in "share (0 to 1)", "Share of the increase given back in the first year; empty where nothing rises.";
        gross_yield_pounds: f64 as "number" in "pounds a year", "Headline rise on the band's tax base before relief, pounds a year.";
        relief_pounds: f64 as "number" in "pounds a year", "Relief under s.13A(1)(c), pounds a year.";
        net_yield_vs_today_pounds: f64 as "number" in "pounds a year", "Yield after relief over today, pounds a year.";
        net_yield_vs_no_pounds: f64 as "number" in "pounds a year", "Yield after relief over a No, pounds a year.";
        n_electors: f64 as "number" in "electors", "Electors, estimated from homes or stated in the extract.";
        turnout: Option<f64> as "number" in "share (0 to 1)", "Mean turnout of its electors; empty where there is no vote or no elector.";
        share_votes: Option<f64> as "number" in "share (0 to 1)", "Mean share of all votes that the band casts; empty where there is no vote.";
        yes_share: Option<f64> as "number" in "share (0 to 1)", "Mean share of the band's votes for Yes; empty where there is no vote.";
    }
}

record! {
    /// One ward, or other small area, or billing authority: homes, money and votes.
    "wards" => WardRow {
        area_kind: String as "string", "ward, lsoa, msoa, extract (an area that only the council's own extract knows), or authority where each billing authority is one area.";
        area_code: String as "string", "ONS code of the area.";
        area: String as "string", "Name.";
        n_dwellings: i64 as "integer" in "dwellings", "Dwellings, scaled to the authority's row.";
        deprivation_score: Option<f64> as "number" in "score", "Index of multiple deprivation 2025, higher for more deprived; empty where unknown.";
        share_owned: Option<f64> as "number" in "share (0 to 1)", "Share of households that own their home outright, with a mortgage or shared, Census 2021; empty where unknown.";
        share_social_rent: Option<f64> as "number" in "share (0 to 1)", "Share of households in social rent, Census 2021; empty where unknown.";
        share_private_rent: Option<f64> as "number" in "share (0 to 1)", "Share of households in private rent or rent free, Census 2021; empty where unknown.";
        mean_net_income_pounds: Option<f64> as "number" in "pounds a year", "Estimated mean net household income a year; held for middle layer areas only.";
        share_frozen_dwellings: f64 as "number" in "share (0 to 1)", "Share of dwellings in bands whose own element is frozen.";
        tax_base: f64 as "number" in "band D equivalents", "Tax base for setting, band D equivalents.";
        relief_pounds: f64 as "number" in "pounds a year", "Relief under s.13A(1)(c), pounds a year.";
        net_yield_vs_today_pounds: f64 as "number" in "pounds a year", "Yield after relief over today, pounds a year.";
        net_yield_vs_no_pounds: f64 as "number" in "pounds a year", "Yield after relief over a No, pounds a year.";
        mean_change_vs_no_pounds: f64 as "number" in "pounds a year", "Mean change in the own element of the bills of liable dwellings, Yes less No, pounds a year.";
        n_electors: f64 as "number" in "electors", "Electors, estimated from homes, or as the council's own extract states them.";
        turnout: Option<f64> as "number" in "share (0 to 1)", "Mean turnout; empty where there is no vote.";
        yes_share: Option<f64> as "number" in "share (0 to 1)", "Mean yes share; empty where there is no vote.";
        yes_share_p05: Option<f64> as "number" in "share (0 to 1)", "5th percentile of the yes share.";
        yes_share_p95: Option<f64> as "number" in "share (0 to 1)", "95th percentile of the yes share.";
        chance_yes_majority: Option<f64> as "number" in "share (0 to 1)", "Share of draws in which most votes of the ward are Yes.";
    }
}

record! {
    /// One way to carry the proposal out: what it takes, what it costs whom, how far it goes.
    "routes" by route => RouteRow {
        route: String as "string", "no-vote, voluntary, referendum, order or act.";
        way: String as "string", "The way in words.";
        modelled: bool as "boolean", "Whether the figures of the other tables are of this way.";
        verdict: String as "string", "What the law says to it.";
        standing: String as "string", "How far it has been tried.";
        headline_rise: f64 as "number" in "share of today's amount", "Rise in the authority's own band D amount before relief, share of today's.";
        band_rises: String as "string", "Rise of each band's own element in this version, once phased in; pounds are of the first year.";
        relief_pounds: f64 as "number" in "pounds a year", "Relief under s.13A(1)(c), pounds a year, paid by the billing authority alone.";
        net_yield_vs_today_pounds: f64 as "number" in "pounds a year", "Yield after relief over today, pounds a year at budgeted collection.";
        net_yield_vs_no_pounds: f64 as "number" in "pounds a year", "Yield after relief over a No, pounds a year at budgeted collection.";
        other_authorities_yield_vs_no_pounds: f64 as "number" in "pounds a year", "What the other authorities on the bill gain over a No, pounds a year.";
        who_pays: String as "string", "Who bears what.";
        dates: String as "string", "By when.";
        reasons: String as "string", "Why, with statutes.";
    }
}

record! {
    /// One caveat on the results.
    "warnings" => WarningRow {
        warning: String as "string", "Short name.";
        message: String as "string", "The caveat in a sentence.";
    }
}

record! {
    /// One input and how much it drives the probability of winning.
    "drivers" by input => DriverRow {
        input: String as "string", "Name of the uncertain input.";
        meaning: String as "string", "What it says.";
        effect_on_win_probability: f64 as "number" in "difference of probabilities", "P(win) in the draws above its median less P(win) below it.";
        monte_carlo_error: f64 as "number" in "difference of probabilities", "Standard error of that difference.";
    }
}

record! {
    /// One figure of two proposals on the same luck.
    "compare" by metric, first, second => CompareRow {
        metric: String as "string", "Name of the figure.";
        unit: String as "string", "Its unit.";
        first: String as "string", "Key of the first proposal.";
        second: String as "string", "Key of the second proposal.";
        first_mean: f64 as "number" in "as the column `unit` says", "Mean of the first.";
        second_mean: f64 as "number" in "as the column `unit` says", "Mean of the second.";
        difference_mean: f64 as "number" in "as the column `unit` says", "Mean of the first less the second, draw by draw.";
        difference_p05: Option<f64> as "number" in "as the column `unit` says", "5th percentile of the difference; empty for a probability.";
        difference_p50: Option<f64> as "number" in "as the column `unit` says", "Median of the difference; empty for a probability.";
        difference_p95: Option<f64> as "number" in "as the column `unit` says", "95th percentile of the difference; empty for a probability.";
        monte_carlo_error: Option<f64> as "number" in "as the column `unit` says", "Standard error of the mean difference; far below that of either mean, for the luck is shared.";
        first_larger: f64 as "number" in "share (0 to 1)", "Share of draws in which the first is the larger.";
        alike: f64 as "number" in "share (0 to 1)", "Share of draws in which both are alike.";
    }
}
