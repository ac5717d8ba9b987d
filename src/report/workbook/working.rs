//! The working: the yield worked out again by live formulas from the tax base, to the penny.
//!
//! Formulas round where the program rounds, and in whole pence, thousandths of a band D equivalent and
//! millionths of a rise, all of which a spreadsheet holds exactly. `ROUND(100*x,0)` turns pounds into
//! pence; a half that is left over a division is exact, so that it is rounded up as in the program.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Workbook, XlsxError};

use super::page::{Look, Page, Role, Value, at, fixed};
use crate::domain::{
    Band, ByBand, Design, KindOfHome, Liability, Nation, Pence, Proportion, Proposal, Reduction,
    apportion,
};
use crate::report::results::Briefing;
use crate::simulation::Prepared;
use crate::tax::ChargeLine;
use crate::tax::bill::band_amount;
use crate::tax::budget::on_base;

/// The name of the sheet.
const SHEET: &str = "Working";
/// What a check says where formula and program agree.
pub(super) const EQUAL: &str = "equal to the penny";
/// What it says where they do not.
const DIFFERS: &str = "differs: an input was changed";
/// How it begins.
const ALARMING: &str = "differs";

/// How what the homes of a band are charged under Yes is worked out on the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// All homes of a band alike, by headline and relief.
    Alike,
    /// Terms tell homes of a band apart: a line for each kind.
    Terms,
    /// Other proportions between bands: a line for each part of a band.
    Ratios,
    /// By the value of homes, or terms on a change of the law: what a line is charged is the program's.
    Stated,
}

impl Kind {
    fn of(prepared: &Prepared) -> Self {
        let terms = prepared.schedule.terms();
        let tells_apart =
            terms.protects_reduction || terms.cap.is_some() || terms.leaves_out_premiums;
        match prepared.schedule.design() {
            Design::Local if tells_apart => Self::Terms,
            // A surcharge comes on top, and no term moves what is below it.
            Design::Local | Design::Levy { .. } => Self::Alike,
            Design::Proportions(_) if !tells_apart => Self::Ratios,
            Design::Proportions(_) | Design::ShareOfValue { .. } => Self::Stated,
        }
    }
}

/// What the reader may change of each band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByBandInput {
    /// The share of the increase that is given back.
    Relief,
    /// The rise that the band is to pay.
    Rise,
    /// The pounds that the band is to pay.
    Amount,
    /// Nothing: all bands alike.
    None,
}

impl ByBandInput {
    fn of(proposal: &Proposal) -> Self {
        match proposal {
            Proposal::HeadlineWithRelief { .. } => Self::Relief,
            Proposal::BandRises(_) | Proposal::FreezeTarget { .. } => Self::Rise,
            Proposal::BandAmounts(_) => Self::Amount,
            Proposal::Uniform(_)
            | Proposal::NationalRatios { .. }
            | Proposal::ExtraBands { .. }
            | Proposal::Proportional { .. }
            | Proposal::Surcharge { .. } => Self::None,
        }
    }
}

/// The limit that a term sets to what a home may pay more than today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Allowed {
    /// None.
    Any,
    /// Nothing more: the home is protected.
    Nothing,
    /// The cap, for homes that pay so much of a bill: parts in four million.
    Cap(i64),
}

/// Homes of a band that terms treat alike, with one of them.
struct Group {
    left_out: bool,
    allowed: Allowed,
    home: KindOfHome,
    base: i64,
}

/// A line of homes that are charged alike, with its cells up to what they count as at band D.
struct Line {
    band: Band,
    net: Pence,
    base: i64,
    cells: Vec<(Value, Role)>,
}

/// Writes the sheet, and gives its key inputs their names.
pub(super) fn write(
    book: &mut Workbook,
    prepared: &Prepared,
    briefing: &Briefing,
) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    let mut working = Working::new(sheet, prepared, briefing)?;
    working.inputs()?;
    working.bills()?;
    match working.kind {
        Kind::Alike => {}
        Kind::Terms => working.lines_of_terms()?,
        Kind::Ratios => working.lines_of_ratios()?,
        Kind::Stated => working.stated_lines()?,
    }
    working.yields()?;
    working.checks()?;
    for (name, cell) in working.names {
        book.define_name(name, &format!("={SHEET}!{cell}"))?;
    }
    Ok(())
}

struct Working<'a> {
    page: Page<'a>,
    prepared: &'a Prepared,
    kind: Kind,
    by_band: ByBandInput,
    bands: &'static [Band],
    /// Names of cells.
    names: Vec<(&'static str, String)>,
    /// The first row of the table of bills.
    bills: u32,
    /// The first and the last row of the lines.
    lines: Option<(u32, u32)>,
    /// The row of the totals.
    totals: u32,
}

/// Columns of the table of bills.
mod bill {
    pub(super) const NUMERATOR: u16 = 1;
    pub(super) const DENOMINATOR: u16 = 2;
    pub(super) const STATED: u16 = 3;
    pub(super) const RISE: u16 = 4;
    pub(super) const FIRST_RISE: u16 = 5;
    pub(super) const TODAY: u16 = 6;
    pub(super) const HEADLINE: u16 = 8;
    pub(super) const YES: u16 = 9;
    pub(super) const COUNTS_AS: u16 = 10;
}

/// Columns of the lines.
mod line {
    pub(super) const BASE: u16 = 2;
    pub(super) const COUNTS_AS: u16 = 8;
    pub(super) const RAISED: u16 = 9;
}

/// Columns of the table of yields.
mod raised {
    pub(super) const BASE: u16 = 1;
    pub(super) const TODAY: u16 = 2;
    pub(super) const HEADLINE: u16 = 3;
    pub(super) const YES: u16 = 4;
    pub(super) const NO: u16 = 5;
    pub(super) const GROSS: u16 = 6;
    pub(super) const RELIEF: u16 = 7;
    pub(super) const NET: u16 = 8;
    pub(super) const NO_NET: u16 = 9;
    pub(super) const OVER_NO: u16 = 10;
    pub(super) const PROGRAM: u16 = 11;
    pub(super) const CHECK: u16 = 12;
    pub(super) const SURCHARGE: u16 = 13;
}

const WIDTHS: [f64; 14] = [
    13.0, 22.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 24.0, 18.0,
];

/// Pounds of a cell in whole pence.
fn pence(cell: &str) -> String {
    format!("ROUND(100*{cell},0)")
}

/// A share or a rise of a cell in millionths.
fn millionths(cell: &str) -> String {
    format!("ROUND(1000000*{cell},0)")
}

/// An amount of a cell after the rise of another, to the penny.
fn risen(amount: &str, rise: &str) -> String {
    format!(
        "ROUND({}*(1000000+{})/1000000,0)/100",
        pence(amount),
        millionths(rise)
    )
}

/// An amount at band D of a cell on the tax base of another, to the penny.
fn on_the_base(amount: &str, base: &str) -> String {
    format!("ROUND({}*ROUND(1000*{base},0)/1000,0)/100", pence(amount))
}

/// An amount of a cell times a fraction, to the penny.
fn times(amount: &str, numerator: &str, denominator: &str) -> String {
    format!("ROUND({}*{numerator}/{denominator},0)/100", pence(amount))
}

fn money(formula: &str, amount: Pence) -> Value {
    Value::Formula(format!("={formula}"), amount.pounds(), Look::Pence)
}

fn base_of(thousandths: i64) -> f64 {
    thousandths as f64 / 1_000.0
}

impl<'a> Working<'a> {
    fn new(
        sheet: &'a mut rust_xlsxwriter::Worksheet,
        prepared: &'a Prepared,
        briefing: &Briefing,
    ) -> Result<Self, XlsxError> {
        let kind = Kind::of(prepared);
        let about = format!(
            "{}, {}: {}. Yellow cells are inputs: change one and every figure below follows. The \
             formulas use the tax base for setting of {} at budgeted collection; what is really \
             collected, the vote and later years are on the other sheets and do not follow.",
            briefing.authority, briefing.vote_year, briefing.title, briefing.base_year
        );
        let rounding = "Amounts are rounded to the penny, halves up, at each step where the law or the \
             program rounds. ROUND(100*x,0) turns pounds into whole pence, ROUND(1000*x,0) band D \
             equivalents into whole thousandths: so nothing is lost between steps.";
        let notes: Vec<&str> = [about.as_str(), rounding]
            .into_iter()
            .chain(limits(kind, prepared))
            .collect();
        let page = Page::new(
            sheet,
            SHEET,
            &WIDTHS,
            "Working: the yield from the tax base, by formulas",
            &notes,
        )?;
        Ok(Self {
            page,
            prepared,
            kind,
            by_band: ByBandInput::of(&prepared.scenario.proposal),
            bands: prepared.schedule.bands(),
            names: Vec::new(),
            bills: 0,
            lines: None,
            totals: 0,
        })
    }

    /// A labelled cell: the value in column D, what it is in the columns before and after.
    fn labelled(
        &mut self,
        label: &str,
        name: Option<&'static str>,
        value: &Value,
        role: Role,
        note: &str,
    ) -> Result<(), XlsxError> {
        let row = self.page.row();
        self.page.overflowing(row, 0, label)?;
        self.page.put(row, 3, value, role)?;
        self.page.overflowing(row, 4, note)?;
        if let Some(name) = name {
            self.names.push((name, fixed(row, 3)));
        }
        self.page.skip();
        Ok(())
    }

    fn inputs(&mut self) -> Result<(), XlsxError> {
        let prepared = self.prepared;
        let band_d = prepared.amounts.band_d;
        let headline = prepared.schedule.headline();
        self.page.part("1. Inputs for all bands")?;
        self.labelled(
            "Own amount at band D today",
            Some("band_d_today"),
            &Value::Figure(band_d.today.pounds(), Look::Pence),
            Role::Input,
            match prepared.record.authority.code.nation() {
                Nation::England => {
                    "relevant basic amount of the year of the figures, without parishes (LGFA 1992 s.52ZX)"
                }
                Nation::Wales => {
                    "basic amount of the year of the figures, without community councils"
                }
            },
        )?;
        if matches!(self.by_band, ByBandInput::Rise | ByBandInput::Amount) {
            // The table of bills follows the inputs: its place is known when it is written.
            let column = bill::RISE;
            let first = self.page.row() + self.rows_to_bills();
            let last = first + self.n_bands() - 1;
            let range = format!("{}:{}", at(first, column), at(last, column));
            self.labelled(
                "Headline rise",
                Some("headline_rise"),
                &Value::Formula(format!("=MAX({range})"), headline.value(), Look::Rise),
                Role::Result,
                "the highest rise of any band, below: the percentage on the ballot paper",
            )?;
        } else {
            self.labelled(
                "Headline rise",
                Some("headline_rise"),
                &Value::Figure(headline.value(), Look::Rise),
                Role::Input,
                "the rise in the amount at band D, before relief",
            )?;
        }
        self.labelled(
            "Rise after a No",
            Some("no_rise"),
            &Value::Figure(prepared.amounts.no_rise.value(), Look::Rise),
            Role::Input,
            "substitute calculations; where no vote is held, what the figures are set against",
        )?;
        self.labelled(
            "Years in which the change comes",
            Some("phase_in_years"),
            &Value::Figure(
                f64::from(prepared.schedule.terms().phase_in_years),
                Look::Count,
            ),
            if self.kind == Kind::Stated {
                Role::Program
            } else {
                Role::Input
            },
            "1: all at once; the table shows the first year",
        )?;
        if let Some(cap) = self.shown_cap() {
            self.labelled(
                "Most that a home's payment may rise",
                Some("cap_pounds"),
                &Value::Figure(cap.pounds(), Look::Pence),
                Role::Input,
                "pounds a year, after discounts and reduction",
            )?;
        }
        self.labelled(
            "Collection rate, inside the tax base already",
            None,
            &Value::Figure(prepared.record.tax_base.collection_rate, Look::Percent),
            Role::Program,
            "share of what is due; the tax bases below are after it, so it is shown and not used",
        )?;
        self.labelled(
            "Amount at band D under Yes, before relief",
            Some("band_d_headline"),
            &money(&risen("band_d_today", "headline_rise"), band_d.yes),
            Role::Result,
            "today's times the headline rise, to the penny",
        )?;
        self.labelled(
            "Amount at band D after a No",
            Some("band_d_no"),
            &money(&risen("band_d_today", "no_rise"), band_d.no),
            Role::Result,
            "today's times the rise after a No, to the penny",
        )?;
        self.page.skip();
        Ok(())
    }

    /// Rows from the headline rise to the first row of the table of bills.
    fn rows_to_bills(&self) -> u32 {
        // Six inputs with the headline itself and a cap, a gap, the heading of the part, a note, the head.
        6 + u32::from(self.shown_cap().is_some()) + 4
    }

    /// The cap on what a home's payment may rise, where the formulas hold it.
    fn shown_cap(&self) -> Option<Pence> {
        let cap = self.prepared.schedule.terms().cap;
        cap.filter(|_| self.kind == Kind::Terms)
    }

    fn n_bands(&self) -> u32 {
        u32::try_from(self.bands.len()).unwrap_or(u32::MAX)
    }

    /// What a full bill of each band would be.
    fn bills(&mut self) -> Result<(), XlsxError> {
        let one_of_each = matches!(self.kind, Kind::Alike | Kind::Terms);
        self.page
            .part("2. The own part of a full bill of each band, pounds a year")?;
        self.page.paragraph(match (self.kind, self.by_band) {
            (Kind::Ratios | Kind::Stated, _) => {
                "Today, after a No, and at the headline rise without the change of the law; what homes \
                 pay with it stands in the lines below. A band pays its fraction of the amount at \
                 band D (LGFA 1992 s.5)."
            }
            (_, ByBandInput::Relief) => {
                "A band pays its fraction of the amount at band D (LGFA 1992 s.5). Relief gives back a \
                 share of the increase; the rise that is left is applied to band D, to the penny, and \
                 the band pays its fraction of that."
            }
            _ => {
                "A band pays its fraction of the amount at band D (LGFA 1992 s.5): of today's, of that \
                 after a No, of the headline, and of band D after the rise that the band is to pay."
            }
        })?;
        let stated = match self.by_band {
            ByBandInput::Relief => "Share of the increase given back",
            ByBandInput::Rise => "Rise of the band",
            ByBandInput::Amount => "Amount of the band",
            ByBandInput::None => "",
        };
        let mut heads = vec![
            "Band",
            "Fraction of band D: upper number",
            "Fraction of band D: lower number",
            stated,
            "Rise in all",
            "Rise in the first year",
            "Today",
            "If No",
            "At the headline, before relief",
            if self.kind == Kind::Terms {
                "If Yes, before terms for some homes"
            } else {
                "If Yes"
            },
            "If Yes, counts as at band D",
        ];
        if !one_of_each {
            for name in heads.iter_mut().skip(usize::from(bill::STATED)).take(3) {
                *name = "";
            }
            heads.truncate(usize::from(bill::YES));
        }
        self.page.head(&heads)?;
        self.bills = self.page.row();
        for &band in self.bands {
            let row = self.page.row();
            let mut values = self.todays_bills(row, band);
            if one_of_each {
                values.extend(self.yes_of_band(row, band));
            } else {
                for value in values.iter_mut().skip(usize::from(bill::STATED)).take(3) {
                    *value = (Value::Empty, Role::Result);
                }
            }
            self.page.line_of(&values)?;
        }
        self.page.skip();
        Ok(())
    }

    /// The cells of a band up to its bill at the headline.
    fn todays_bills(&self, row: u32, band: Band) -> Vec<(Value, Role)> {
        let prepared = self.prepared;
        let (amounts, schedule) = (&prepared.amounts, &prepared.schedule);
        let ratio = amounts.proportions[band];
        let (n, d) = (at(row, bill::NUMERATOR), at(row, bill::DENOMINATOR));
        let (stated, rise) = (at(row, bill::STATED), at(row, bill::RISE));
        let today = at(row, bill::TODAY);
        let of = |name: &str| times(name, &n, &d);
        let input = |value: f64, look: Look| (Value::Figure(value, look), Role::Input);
        let result = |value: Value| (value, Role::Result);
        let rise_value = schedule.band_rise(band).value();
        let rise_formula = |formula: String| {
            result(Value::Formula(
                format!("={formula}"),
                rise_value,
                Look::Rise,
            ))
        };
        let (stated_cell, rise_cell) = match (self.by_band, &prepared.scenario.proposal) {
            (ByBandInput::Relief, Proposal::HeadlineWithRelief { relief, .. }) => (
                input(relief[band].value(), Look::Rise),
                rise_formula(format!(
                    "INT({}*(1000000-{})/1000000+0.5)/1000000",
                    millionths("headline_rise"),
                    millionths(&stated)
                )),
            ),
            (ByBandInput::Amount, _) => (
                input(
                    schedule.stated_amount(band).map_or(0.0, Pence::pounds),
                    Look::Pence,
                ),
                rise_formula(format!(
                    "INT({}*1000000/{}+0.5)/1000000",
                    pence(&format!("({stated}-{today})")),
                    pence(&today)
                )),
            ),
            (ByBandInput::Rise, _) => (input(rise_value, Look::Rise), rise_formula(stated.clone())),
            _ => (
                result(Value::Empty),
                rise_formula("headline_rise".to_owned()),
            ),
        };
        let first_rise = match (self.by_band, schedule.is_local()) {
            // Stated pounds are phased in as pounds.
            (ByBandInput::Amount, _) => Value::Empty,
            // A surcharge is phased in, what stands below it is not.
            (_, false) => Value::Formula(format!("={rise}"), rise_value, Look::Rise),
            _ => Value::Formula(
                format!("=INT({}/phase_in_years+0.5)/1000000", millionths(&rise)),
                schedule.first_year_rise(band).value(),
                Look::Rise,
            ),
        };
        let own = amounts.own[band];
        vec![
            result(Value::words(band.to_string())),
            input(ratio.numerator() as f64, Look::Count),
            input(ratio.denominator() as f64, Look::Count),
            stated_cell,
            rise_cell,
            result(first_rise),
            result(money(&of("band_d_today"), own.today)),
            result(money(&of("band_d_no"), own.no)),
            result(money(&of("band_d_headline"), amounts.headline[band])),
        ]
    }

    /// The cells of a band that all homes pay alike, or would but for the terms.
    fn yes_of_band(&self, row: u32, band: Band) -> [(Value, Role); 2] {
        let amounts = &self.prepared.amounts;
        let (n, d) = (at(row, bill::NUMERATOR), at(row, bill::DENOMINATOR));
        let (today, headline) = (at(row, bill::TODAY), at(row, bill::HEADLINE));
        let yes = at(row, bill::YES);
        let main = amounts.parts[band][0].main;
        let after_rise = risen("band_d_today", &at(row, bill::FIRST_RISE));
        let bill = if self.by_band == ByBandInput::Amount {
            let stated = at(row, bill::STATED);
            let step = format!(
                "INT({}/phase_in_years+0.5)",
                pence(&format!("({stated}-{today})"))
            );
            format!("({}+{step})/100", pence(&today))
        } else {
            times(&format!("({after_rise})"), &n, &d)
        };
        let otherwise = if self.by_band == ByBandInput::Amount {
            let equivalent = times(&yes, &d, &n);
            format!("MIN({equivalent},band_d_headline)")
        } else {
            after_rise
        };
        let counts_as = format!(
            "IF({yes}={today},band_d_today,IF({yes}={headline},band_d_headline,{otherwise}))"
        );
        let equivalent = amounts.band_d_equivalent(band, 0, main.own);
        [
            (money(&bill, main.own), Role::Result),
            (money(&counts_as, equivalent), Role::Result),
        ]
    }

    /// The row of a band in the table of bills.
    fn bill_row(&self, band: Band) -> u32 {
        let position = self.bands.iter().position(|&one| one == band);
        self.bills + u32::try_from(position.unwrap_or(0)).unwrap_or(0)
    }

    /// The heading of the table of lines, and where its rows begin.
    fn start_lines(&mut self, note: &str, heads: [&str; 5]) -> Result<u32, XlsxError> {
        self.page
            .part("3. Homes of a band that are charged differently")?;
        self.page.paragraph(note)?;
        let [one, two, three, four, five] = heads;
        self.page.head(&[
            "Band",
            "Homes",
            "Tax base, band D equivalents",
            one,
            two,
            three,
            four,
            five,
            "Counts as at band D",
            "Raised if Yes, with lines of the band above that pay alike",
        ])?;
        Ok(self.page.row())
    }

    /// What a line raises: lines of a band that pay alike are one, so that rounding does not tell them
    /// apart. The first of them holds all.
    fn raised_by(&self, row: u32, first: u32, last: u32) -> String {
        let column =
            |column: u16, last: u32| format!("{}:{}", fixed(first, column), fixed(last, column));
        let (band, net) = (at(row, 0), at(row, line::COUNTS_AS));
        let all = |of: u16| column(of, last);
        let base = format!(
            "SUMIFS({},{},{band},{},{net})",
            all(line::BASE),
            all(0),
            all(line::COUNTS_AS)
        );
        let before = format!(
            "COUNTIFS({}:{},{band},{}:{},{net})",
            fixed(first, 0),
            at(row, 0),
            fixed(first, line::COUNTS_AS),
            at(row, line::COUNTS_AS)
        );
        format!("IF({before}>1,0,{})", on_the_base(&net, &base))
    }

    /// The cells of all lines, from what stands in the columns before.
    fn write_lines(&mut self, first: u32, lines: Vec<Line>) -> Result<(), XlsxError> {
        let last = first + u32::try_from(lines.len()).unwrap_or(1) - 1;
        let mut held: BTreeMap<(Band, Pence), i64> = BTreeMap::new();
        for line in &lines {
            *held.entry((line.band, line.net)).or_default() += line.base;
        }
        for Line {
            band,
            net,
            mut cells,
            ..
        } in lines
        {
            let row = self.page.row();
            // What lines that pay alike raise together stands in the first.
            let raised = held
                .remove(&(band, net))
                .map_or(Pence::ZERO, |base| on_base(net, base));
            let formula = self.raised_by(row, first, last);
            cells.push((money(&formula, raised), Role::Result));
            self.page.line_of(&cells)?;
        }
        self.lines = Some((first, last));
        self.page.skip();
        Ok(())
    }

    fn lines_of_terms(&mut self) -> Result<(), XlsxError> {
        let first = self.start_lines(
            "Homes that the proposal leaves out of relief pay the headline. Residents on council tax \
             reduction whom it protects pay no more than today. A cap holds the rise of what a home \
             pays after discounts and reduction, so that it allows a larger rise of the full bill of \
             who pays a part of it. How many homes there are of each kind is estimated.",
            [
                "",
                "Part of a bill that is paid",
                "Rise of the full bill allowed",
                "Full bill before the term",
                "Full bill, if Yes",
            ],
        )?;
        let groups = groups_of_terms(self.prepared, self.bands);
        let mut lines = Vec::new();
        for (offset, (band, group)) in (0u32..).zip(groups) {
            let row = first + offset;
            lines.push(self.line_of_term(row, band, &group));
        }
        self.write_lines(first, lines)
    }

    fn line_of_term(&self, row: u32, band: Band, group: &Group) -> Line {
        const PAID: u16 = 4;
        const ALLOWED: u16 = 5;
        const BEFORE: u16 = 6;
        const AFTER: u16 = 7;
        let amounts = &self.prepared.amounts;
        let of_band = self.bill_row(band);
        let cell = |column: u16| at(of_band, column);
        let (today, headline) = (cell(bill::TODAY), cell(bill::HEADLINE));
        let charge = amounts.charge(0, group.home, 0);
        let net = amounts.band_d_equivalent(band, 0, charge.own.yes);
        let before = if group.left_out {
            (headline.clone(), amounts.headline[band])
        } else {
            (cell(bill::YES), amounts.parts[band][0].main.own)
        };
        let (paid, allowed) = match group.allowed {
            Allowed::Any => (Value::Empty, Value::Empty),
            Allowed::Nothing => (Value::Empty, Value::Figure(0.0, Look::Pence)),
            Allowed::Cap(parts) => {
                let cap = self.prepared.schedule.terms().cap.unwrap_or(Pence::ZERO);
                let allowed = Pence::from_pence(cap.pence() * WHOLE_BILL / parts);
                (
                    Value::Figure(parts as f64 / WHOLE_BILL as f64, Look::Percent),
                    money(
                        &format!(
                            "INT({}*{WHOLE_BILL}/ROUND({WHOLE_BILL}*{},0))/100",
                            pence("cap_pounds"),
                            at(row, PAID)
                        ),
                        allowed,
                    ),
                )
            }
        };
        let after = match group.allowed {
            Allowed::Any => at(row, BEFORE),
            Allowed::Nothing | Allowed::Cap(_) => format!(
                "MIN({},({}+{})/100)",
                at(row, BEFORE),
                pence(&today),
                pence(&at(row, ALLOWED))
            ),
        };
        let bill = at(row, AFTER);
        let counts_as = format!(
            "IF({bill}={today},band_d_today,IF({bill}={headline},band_d_headline,IF({bill}={},{},{})))",
            cell(bill::YES),
            cell(bill::COUNTS_AS),
            times(&bill, &cell(bill::DENOMINATOR), &cell(bill::NUMERATOR))
        );
        let result = |value: Value| (value, Role::Result);
        let cells = vec![
            result(Value::words(band.to_string())),
            result(Value::words(homes_of(group))),
            (Value::Figure(base_of(group.base), Look::Base), Role::Input),
            result(Value::Empty),
            result(paid),
            result(allowed),
            result(money(&before.0, before.1)),
            result(money(&after, charge.own.yes)),
            result(money(&counts_as, net)),
        ];
        Line {
            band,
            net,
            base: group.base,
            cells,
        }
    }

    fn lines_of_ratios(&mut self) -> Result<(), XlsxError> {
        let first = self.start_lines(
            "The amounts at band D stay as they are; a part of a band pays another fraction of them. \
             What it pays counts for as many pounds at band D as the fraction of today gives.",
            [
                "New fraction: upper number",
                "New fraction: lower number",
                "Share of the band's homes",
                "Full bill, in full",
                "Full bill, first year",
            ],
        )?;
        let mut lines = Vec::new();
        let mut row = first;
        let bases = bases_of_parts(self.prepared);
        let Design::Proportions(parts) = self.prepared.schedule.design() else {
            return Ok(());
        };
        for &band in self.bands {
            for (part, &(share, ratio)) in parts[band].iter().enumerate() {
                let base = bases[band][part];
                lines.push(self.line_of_ratio(row, (band, part), (share, ratio), base));
                row += 1;
            }
        }
        self.write_lines(first, lines)
    }

    fn line_of_ratio(
        &self,
        row: u32,
        (band, part): (Band, usize),
        (share, ratio): (i64, Proportion),
        base: i64,
    ) -> Line {
        const NUMERATOR: u16 = 3;
        const DENOMINATOR: u16 = 4;
        const IN_FULL: u16 = 6;
        const FIRST: u16 = 7;
        let amounts = &self.prepared.amounts;
        let of_band = self.bill_row(band);
        let cell = |column: u16| at(of_band, column);
        let (today, headline) = (cell(bill::TODAY), cell(bill::HEADLINE));
        let charge = amounts.parts[band][part].main;
        let net = amounts.band_d_equivalent(band, part, charge.own);
        let (in_full, own) = (at(row, IN_FULL), at(row, FIRST));
        let step = format!(
            "INT({}/phase_in_years+0.5)",
            pence(&format!("({in_full}-{headline})"))
        );
        let counts_as = format!(
            "IF({own}={today},band_d_today,IF({own}={headline},band_d_headline,{}))",
            times(&own, &cell(bill::DENOMINATOR), &cell(bill::NUMERATOR))
        );
        let (n, d) = (at(row, NUMERATOR), at(row, DENOMINATOR));
        let input = |value: f64, look: Look| (Value::Figure(value, look), Role::Input);
        let result = |value: Value| (value, Role::Result);
        let cells = vec![
            result(Value::words(band.to_string())),
            result(Value::words(format!("part {}", part + 1))),
            input(base_of(base), Look::Base),
            input(ratio.numerator() as f64, Look::Count),
            input(ratio.denominator() as f64, Look::Count),
            result(Value::Figure(share as f64 / 1e6, Look::Percent)),
            result(money(
                &times("band_d_headline", &n, &d),
                band_amount(amounts.band_d.yes, ratio),
            )),
            result(money(
                &format!("({}+{step})/100", pence(&headline)),
                charge.own,
            )),
            result(money(&counts_as, net)),
        ];
        Line {
            band,
            net,
            base,
            cells,
        }
    }

    fn stated_lines(&mut self) -> Result<(), XlsxError> {
        let first = self.start_lines(
            "What the homes of a line are charged is worked out by the program home by home, from their \
             value or from terms that hold for the whole bill: here it is a value and no formula. \
             What is raised from it is a formula.",
            ["", "", "", "", ""],
        )?;
        let mut by_net: BTreeMap<(Band, Pence), i64> = BTreeMap::new();
        for ChargeLine {
            band,
            net,
            tax_base_thousandths,
            ..
        } in &self.prepared.budgets.lines
        {
            *by_net.entry((*band, *net)).or_default() += tax_base_thousandths;
        }
        let result = |value: Value| (value, Role::Result);
        let mut lines = Vec::new();
        for ((band, net), base) in by_net {
            let mut cells = vec![
                result(Value::words(band.to_string())),
                result(Value::Empty),
                (Value::Figure(base_of(base), Look::Base), Role::Input),
            ];
            cells.extend((0..5).map(|_| result(Value::Empty)));
            cells.push((Value::Figure(net.pounds(), Look::Pence), Role::Input));
            lines.push(Line {
                band,
                net,
                base,
                cells,
            });
        }
        self.write_lines(first, lines)
    }

    fn yields(&mut self) -> Result<(), XlsxError> {
        let number = if self.lines.is_some() { "4" } else { "3" };
        self.page.part(&format!(
            "{number}. What is raised from each band at budgeted collection, pounds a year"
        ))?;
        let surcharge = self.prepared.schedule.levy_is_own();
        self.page.paragraph(if self.prepared.schedule.is_local() {
            "The tax base for setting times the amount at band D, to the penny. Gross: the headline \
             less today. Relief: the headline less what is raised if Yes. Net: what is left over \
             today, and over what a No raises. Contributions in lieu are paid at the headline, \
             without relief."
        } else {
            "The tax base for setting times the amount at band D, to the penny; if Yes, times what the \
             homes' bills count as at band D. No relief is given: gross and net are the same. \
             Contributions in lieu are paid at the amount at band D, which the change of the law \
             leaves as it is."
        })?;
        let mut heads = vec![
            "Band",
            "Tax base, band D equivalents",
            "Today",
            "At the headline, before relief",
            "If Yes, after relief",
            "If No",
            "Gross yield over today",
            "Relief",
            "Net yield over today",
            "A No over today",
            "Net yield over a No",
            "The same by the program",
            "Check",
        ];
        if surcharge {
            heads.push("Surcharge, from homes (the program's figure)");
        }
        if !self.prepared.schedule.is_local() {
            heads[usize::from(raised::HEADLINE)] = "";
            heads[usize::from(raised::RELIEF)] = "";
            heads[usize::from(raised::YES)] = if surcharge {
                "If Yes, without the surcharge"
            } else {
                "If Yes"
            };
        }
        self.page.head(&heads)?;
        let first = self.page.row();
        for &band in self.bands {
            self.yield_of_band(band)?;
        }
        self.yield_in_lieu()?;
        self.totals = self.page.row();
        self.total_yields(first)?;
        self.page.skip();
        Ok(())
    }

    fn yield_of_band(&mut self, band: Band) -> Result<(), XlsxError> {
        let prepared = self.prepared;
        let row = self.page.row();
        let budget = prepared.budgets.bands[band];
        let thousandths = budget.tax_base_thousandths;
        let band_d = prepared.amounts.band_d;
        let today = on_base(band_d.today, thousandths);
        let base_cell = at(row, raised::BASE);
        let (base, yes) = match self.lines {
            None => (
                (Value::Figure(base_of(thousandths), Look::Base), Role::Input),
                on_the_base(&at(self.bill_row(band), bill::COUNTS_AS), &base_cell),
            ),
            Some((first, last)) => {
                let of = |column: u16| format!("{}:{}", fixed(first, column), fixed(last, column));
                let sum = |column: u16| format!("SUMIFS({},{},{})", of(column), of(0), at(row, 0));
                (
                    (
                        Value::Formula(
                            format!("=ROUND({},3)", sum(line::BASE)),
                            base_of(thousandths),
                            Look::Base,
                        ),
                        Role::Result,
                    ),
                    format!("ROUND({},2)", sum(line::RAISED)),
                )
            }
        };
        let levy = if prepared.schedule.levy_is_own() {
            prepared.budgets.levy[band]
        } else {
            Pence::ZERO
        };
        let over_no = budget.net - budget.no;
        self.yield_row(
            &band.to_string(),
            base,
            &Raised {
                today,
                headline: on_base(band_d.yes, thousandths),
                yes: (yes, today + budget.net - levy),
                no: on_base(band_d.no, thousandths),
                levy,
            },
            over_no,
        )
    }

    fn yield_in_lieu(&mut self) -> Result<(), XlsxError> {
        let prepared = self.prepared;
        let thousandths = prepared.base.in_lieu_thousandths;
        let band_d = prepared.amounts.band_d;
        let headline = on_base(band_d.yes, thousandths);
        let base = at(self.page.row(), raised::BASE);
        self.yield_row(
            "in lieu",
            (Value::Figure(base_of(thousandths), Look::Base), Role::Input),
            &Raised {
                today: on_base(band_d.today, thousandths),
                headline,
                yes: (on_the_base("band_d_headline", &base), headline),
                no: on_base(band_d.no, thousandths),
                levy: Pence::ZERO,
            },
            prepared.budgets.in_lieu_yes - prepared.budgets.in_lieu_no,
        )
    }

    /// A row of the table of yields.
    fn yield_row(
        &mut self,
        name: &str,
        base: (Value, Role),
        raised: &Raised,
        over_no: Pence,
    ) -> Result<(), XlsxError> {
        let row = self.page.row();
        let local = self.prepared.schedule.is_local();
        let surcharge = self.prepared.schedule.levy_is_own();
        let cell = |column: u16| at(row, column);
        let less = |one: u16, other: u16| format!("ROUND({}-{},2)", cell(one), cell(other));
        let by_base = |amount: &str| on_the_base(amount, &cell(raised::BASE));
        let result = |value: Value| (value, Role::Result);
        let yes = raised.yes.1;
        let (gross, gross_formula) = if local {
            (
                raised.headline - raised.today,
                less(raised::HEADLINE, raised::TODAY),
            )
        } else if surcharge {
            (
                yes + raised.levy - raised.today,
                format!(
                    "ROUND({}+{}-{},2)",
                    cell(raised::YES),
                    cell(raised::SURCHARGE),
                    cell(raised::TODAY)
                ),
            )
        } else {
            (yes - raised.today, less(raised::YES, raised::TODAY))
        };
        let relief = raised.headline - yes;
        let (relief_value, net, net_formula) = if local {
            (
                money(&less(raised::HEADLINE, raised::YES), relief),
                gross - relief,
                less(raised::GROSS, raised::RELIEF),
            )
        } else {
            (Value::Empty, gross, cell(raised::GROSS))
        };
        let no_net = raised.no - raised.today;
        let mut cells = vec![
            result(Value::words(name)),
            base,
            result(money(&by_base("band_d_today"), raised.today)),
            result(if local {
                money(&by_base("band_d_headline"), raised.headline)
            } else {
                Value::Empty
            }),
            result(money(&raised.yes.0, yes)),
            result(money(&by_base("band_d_no"), raised.no)),
            result(money(&gross_formula, gross)),
            result(relief_value),
            result(money(&net_formula, net)),
            result(money(&less(raised::NO, raised::TODAY), no_net)),
            result(money(&less(raised::NET, raised::NO_NET), net - no_net)),
            (Value::Figure(over_no.pounds(), Look::Pence), Role::Program),
            result(check(&cell(raised::OVER_NO), &cell(raised::PROGRAM))),
        ];
        if surcharge {
            cells.push((
                Value::Figure(raised.levy.pounds(), Look::Pence),
                Role::Program,
            ));
        }
        self.page.line_of(&cells)
    }

    fn total_yields(&mut self, first: u32) -> Result<(), XlsxError> {
        let budgets = &self.prepared.budgets;
        let thousandths: i64 = budgets
            .bands
            .values()
            .iter()
            .map(|band| band.tax_base_thousandths)
            .sum::<i64>()
            + self.prepared.base.in_lieu_thousandths;
        let local = self.prepared.schedule.is_local();
        let last = self.page.row() - 1;
        let sum = |column: u16, places: u8| {
            format!(
                "ROUND(SUM({}:{}),{places})",
                at(first, column),
                at(last, column)
            )
        };
        let levy: Pence = if self.prepared.schedule.levy_is_own() {
            budgets.levy.values().iter().copied().sum()
        } else {
            Pence::ZERO
        };
        let of = |column: u16, amount: Pence| (money(&sum(column, 2), amount), Role::Total);
        let when = |there: bool, cell: (Value, Role)| {
            if there {
                cell
            } else {
                (Value::Empty, Role::Total)
            }
        };
        let requirement = budgets.requirement;
        let row = self.page.row();
        let mut cells = vec![
            (Value::words("All"), Role::Total),
            (
                Value::Formula(
                    format!("={}", sum(raised::BASE, 3)),
                    base_of(thousandths),
                    Look::Base,
                ),
                Role::Total,
            ),
            of(raised::TODAY, requirement.today),
            when(local, of(raised::HEADLINE, requirement.yes)),
            of(raised::YES, requirement.yes - budgets.relief_cost() - levy),
            of(raised::NO, requirement.no),
            of(raised::GROSS, budgets.gross_yield()),
            when(local, of(raised::RELIEF, budgets.relief_cost())),
            of(raised::NET, budgets.net_yield_vs_today()),
            of(raised::NO_NET, budgets.no_yield()),
            of(raised::OVER_NO, budgets.net_yield_vs_no()),
            (
                Value::Figure(budgets.net_yield_vs_no().pounds(), Look::Pence),
                Role::Total,
            ),
            (
                check(&at(row, raised::OVER_NO), &at(row, raised::PROGRAM)),
                Role::Total,
            ),
        ];
        if self.prepared.schedule.levy_is_own() {
            cells.push(of(raised::SURCHARGE, levy));
        }
        self.page.line_of(&cells)?;
        self.page.alarm((first, row), raised::CHECK, ALARMING)
    }

    fn checks(&mut self) -> Result<(), XlsxError> {
        let number = if self.lines.is_some() { "5" } else { "4" };
        self.page.part(&format!(
            "{number}. Set against the program's own figures, pounds a year"
        ))?;
        self.page.paragraph(
            "The program's figures are values: they are those of summary.csv and do not follow a change \
             of the inputs above.",
        )?;
        self.page.head(&[
            "Figure",
            "",
            "",
            "By the formulas",
            "By the program",
            "Difference",
            "Check",
        ])?;
        let budgets = &self.prepared.budgets;
        let total = |column: u16| at(self.totals, column);
        let requirement = budgets.requirement;
        let surcharged = format!(
            "ROUND({}+{},2)",
            total(raised::YES),
            total(raised::SURCHARGE)
        );
        let rows = [
            (
                "Council tax today",
                "revenue_today_pounds",
                total(raised::TODAY),
                requirement.today,
            ),
            (
                "Council tax if Yes, after relief",
                "revenue_yes_pounds",
                surcharged,
                requirement.yes - budgets.relief_cost(),
            ),
            (
                "Council tax if No",
                "revenue_no_pounds",
                total(raised::NO),
                requirement.no,
            ),
            (
                "Gross yield over today",
                "gross_yield_pounds",
                total(raised::GROSS),
                budgets.gross_yield(),
            ),
            (
                "Relief",
                "relief_cost_pounds",
                format!("0+{}", total(raised::RELIEF)),
                budgets.relief_cost(),
            ),
            (
                "Net yield over today",
                "net_yield_vs_today_pounds",
                total(raised::NET),
                budgets.net_yield_vs_today(),
            ),
            (
                "A No over today",
                "no_yield_vs_today_pounds",
                total(raised::NO_NET),
                budgets.no_yield(),
            ),
            (
                "Net yield over a No",
                "net_yield_vs_no_pounds",
                total(raised::OVER_NO),
                budgets.net_yield_vs_no(),
            ),
        ];
        let first = self.page.row();
        for (label, metric, formula, amount) in rows {
            let row = self.page.row();
            let (by_formula, by_program) = (at(row, 3), at(row, 4));
            self.page.overflowing(row, 0, label)?;
            let put = [
                (3, money(&formula, amount), Role::Total),
                (
                    4,
                    Value::Figure(amount.pounds(), Look::Pence),
                    Role::Program,
                ),
                (
                    5,
                    money(&format!("ROUND({by_formula}-{by_program},2)"), Pence::ZERO),
                    Role::Result,
                ),
                (6, check(&by_formula, &by_program), Role::Result),
            ];
            for (column, value, role) in put {
                self.page.put(row, column, &value, role)?;
            }
            self.page
                .overflowing(row, 8, &format!("{metric} in summary.csv"))?;
            self.page.skip();
        }
        let last = self.page.row() - 1;
        self.page.alarm((first, last), 6, ALARMING)
    }
}

/// What is raised from a row of the tax base.
struct Raised {
    today: Pence,
    headline: Pence,
    yes: (String, Pence),
    no: Pence,
    levy: Pence,
}

/// Whether a formula gives what the program gives.
fn check(formula: &str, program: &str) -> Value {
    Value::WordsFormula(
        format!("=IF(ROUND(100*({formula}-{program}),0)=0,\"{EQUAL}\",\"{DIFFERS}\")"),
        EQUAL.to_owned(),
    )
}

/// A whole bill, in the parts that discounts, awards and premiums are reckoned in.
const WHOLE_BILL: i64 = 4_000_000;

/// What the sheet does not work out by formulas.
fn limits(kind: Kind, prepared: &Prepared) -> Option<&'static str> {
    match (kind, prepared.schedule.design()) {
        (Kind::Stated, Design::ShareOfValue { .. }) => Some(
            "What homes pay by their value is worked out by the program and stated here line by line: \
             it does not follow the inputs above.",
        ),
        (Kind::Stated, _) => Some(
            "A change of the law with terms for some homes holds for whole bills: what homes are charged \
             is worked out by the program and stated here line by line: it does not follow the \
             inputs above.",
        ),
        (_, Design::Levy { .. }) => Some(
            "A surcharge goes by homes and not by the tax base: what it raises is the program's figure. \
             The formulas work out the council's own amount beside it.",
        ),
        _ => None,
    }
}

/// The homes of a group, in words.
fn homes_of(group: &Group) -> String {
    let which = if group.left_out {
        "empty and second homes"
    } else {
        "main homes"
    };
    match group.allowed {
        Allowed::Any => which.to_owned(),
        Allowed::Nothing => "on reduction".to_owned(),
        Allowed::Cap(_) => format!("{which}, capped"),
    }
}

/// Homes that terms treat alike, band by band.
fn groups_of_terms(prepared: &Prepared, bands: &[Band]) -> Vec<(Band, Group)> {
    let terms = prepared.schedule.terms();
    let mut groups: BTreeMap<(Band, bool, Allowed), Group> = BTreeMap::new();
    for cell in prepared.cells.rows() {
        let home = prepared.cells.kind_of(cell);
        let left_out = terms.leaves_out(home.liability);
        let payable = home.liability.quarters_payable()
            * (10_000 - home.award_basis_points)
            * (100 + home.premium_percent);
        let allowed = match terms.cap {
            _ if terms.protects(home.reduction) => Allowed::Nothing,
            Some(_) if payable > 0 => Allowed::Cap(payable),
            _ => Allowed::Any,
        };
        groups
            .entry((home.band, left_out, allowed))
            .or_insert(Group {
                left_out,
                allowed,
                home,
                base: 0,
            })
            .base += cell.tax_base_thousandths;
    }
    // Homes that owe nothing are in no tax base.
    groups.retain(|_, group| group.base > 0);
    // A band without homes has a line of its own, so that every band has one.
    for &band in bands {
        if !groups.keys().any(|(held, ..)| *held == band) {
            let home = KindOfHome {
                band,
                liability: Liability::Full,
                reduction: Reduction::None,
                award_basis_points: 0,
                premium_percent: 0,
            };
            let allowed = terms.cap.map_or(Allowed::Any, |_| Allowed::Cap(WHOLE_BILL));
            groups.insert(
                (band, false, allowed),
                Group {
                    left_out: false,
                    allowed,
                    home,
                    base: 0,
                },
            );
        }
    }
    let of_group = |((band, ..), group): ((Band, bool, Allowed), Group)| (band, group);
    groups.into_iter().map(of_group).collect()
}

/// The tax base of each part of each band, thousandths of a band D equivalent: cells are shared out
/// over the parts as the budgets share them out.
fn bases_of_parts(prepared: &Prepared) -> ByBand<Vec<i64>> {
    let parts = &prepared.amounts.parts;
    let mut bases = ByBand::from_fn(|band| vec![0i64; parts[band].len()]);
    for cell in prepared.cells.rows() {
        let of_band = &parts[cell.band];
        let weights: Vec<i64> = of_band.iter().map(|part| part.share_millionths).collect();
        let shared = if of_band.len() == 1 {
            vec![cell.tax_base_thousandths]
        } else {
            apportion(cell.tax_base_thousandths, &weights).unwrap_or_default()
        };
        for (base, share) in bases[cell.band].iter_mut().zip(shared) {
            *base += share;
        }
    }
    bases
}
