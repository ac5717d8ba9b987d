//! The years after the vote: a Yes, a No and a freeze side by side.
//!
//! The test for an excessive rise of each later year is on the relevant basic amount (LGFA 1992
//! s.52ZB), which is the *headline*: after a Yes the year's limit applies to the raised headline,
//! whatever relief leaves to pay, and relief may end without another vote. That is the ratchet.

use std::collections::BTreeMap;

use super::bill::Cases;
use super::budget::{ChargeLine, on_base};
use crate::domain::{Band, Limit, Pence, Rise, Share};

/// The rise of a later year in the relevant basic amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaterRise {
    /// This rise.
    Stated(Rise),
    /// The largest that needs no vote under the principle of the year; none where there is no
    /// principle.
    LargestWithoutVote(Limit),
}

impl LaterRise {
    /// The rise on an amount at band D.
    pub fn of(self, band_d: Pence) -> Rise {
        match self {
            Self::Stated(rise) => rise,
            Self::LargestWithoutVote(limit) => limit
                .largest_rise_without_vote(band_d)
                .unwrap_or(Rise::FREEZE),
        }
    }
}

/// What is projected.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What homes are charged in the year of the vote, and today.
    pub lines: Vec<ChargeLine>,
    /// Contributions in lieu, thousandths of a band D equivalent: they pay the headline, without
    /// relief.
    pub in_lieu_thousandths: i64,
    /// A surcharge that the council has by right under Yes: in the first year, and once phased in.
    pub surcharge: (Pence, Pence),
    /// Whether relief under s.13A(1)(c) is part of it: a change of the law gives nothing back.
    pub has_relief: bool,
    /// The relevant basic amount: Yes is the headline, before relief.
    pub band_d: Cases<Pence>,
    /// Council tax requirement of today, on which a freeze grant is reckoned.
    pub requirement_today: Pence,
    /// The rise of each year after the first.
    pub later: Vec<LaterRise>,
    /// In how many years relief comes to its final size; 1 where it does at once.
    pub phase_in_years: u8,
    /// For how many years, from the first, the freeze path holds today's amount.
    pub freeze_years: u8,
    /// The grant that each frozen year earns: a share of today's requirement.
    pub freeze_grant: Share,
    /// In how many financial years the grant of one frozen year is paid.
    pub freeze_grant_years: u8,
}

/// One way through the years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// Carried, the freeze kept in cash: frozen bands stay, others rise on what they pay, and the
    /// headline rises over all, so that relief compounds.
    Yes,
    /// Carried, the relief of each band kept at the pounds of the first year: every band pays all
    /// later rises of the raised headline.
    YesReliefInPounds,
    /// Carried, the relief ended in the second year, which takes no vote.
    YesReliefWithdrawn,
    /// Lost, or never proposed: the substitute calculations, then the later rises.
    No,
    /// Today's amount held for the frozen years, then the later rises.
    Freeze,
    /// The same with a grant for each frozen year.
    FreezeWithGrant,
}

impl Path {
    /// All paths, in the order of [`Projection`].
    pub const ALL: [Self; 6] = [
        Self::Yes,
        Self::YesReliefInPounds,
        Self::YesReliefWithdrawn,
        Self::No,
        Self::Freeze,
        Self::FreezeWithGrant,
    ];

    /// Its name in tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::YesReliefInPounds => "yes_relief_in_pounds",
            Self::YesReliefWithdrawn => "yes_relief_withdrawn",
            Self::No => "no",
            Self::Freeze => "freeze",
            Self::FreezeWithGrant => "freeze_with_grant",
        }
    }

    /// Whether the proposal is carried out on it.
    pub const fn is_carried(self) -> bool {
        matches!(
            self,
            Self::Yes | Self::YesReliefInPounds | Self::YesReliefWithdrawn
        )
    }
}

/// One year of one path. Pounds a year at budgeted collection, whole pence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathYear {
    /// The relevant basic amount: the headline, before relief.
    pub band_d: Pence,
    /// Its rise over the year before.
    pub rise: Rise,
    /// Tax base for setting with contributions in lieu, thousandths of a band D equivalent.
    pub tax_base_thousandths: i64,
    /// Council tax requirement before relief.
    pub requirement: Pence,
    /// Relief under s.13A(1)(c), paid by the billing authority's general fund.
    pub relief: Pence,
    /// Freeze grant.
    pub grant: Pence,
    /// Requirement less relief, and the grant; with a surcharge that the council has by right.
    pub revenue: Pence,
    /// The same in prices of the first year.
    pub revenue_in_first_years_prices: Pence,
    /// What each line pays at band D.
    pub pays: Vec<Pence>,
}

/// All paths, year by year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection([Vec<PathYear>; Path::ALL.len()]);

impl Projection {
    /// The years of a path, the first the year of the vote.
    pub fn of(&self, path: Path) -> &[PathYear] {
        &self.0[path as usize]
    }
}

/// Projects every path. The tax base grows by `base_growth` a year after the first in every line
/// alike, prices by `inflation` (both shares: 0.01 is 1%).
///
/// # Example
/// ```
/// use bandwise::domain::{Band, Pence, Rise, Share};
/// use bandwise::tax::medium_term::{LaterRise, Path, Plan, project};
/// use bandwise::tax::{Cases, ChargeLine};
/// // A council of band A homes only, frozen by relief under a doubled headline of £2,000.
/// let pounds = |whole: i64| Pence::from_pence(100 * whole);
/// let plan = Plan {
///     lines: vec![ChargeLine {
///         band: Band::A,
///         tax_base_thousandths: 1_000_000,
///         today: pounds(1_000),
///         headline: pounds(2_000),
///         net: pounds(1_000),
///         net_in_full: pounds(1_000),
///         no: pounds(1_050),
///         frozen: true,
///     }],
///     in_lieu_thousandths: 0,
///     surcharge: (Pence::ZERO, Pence::ZERO),
///     has_relief: true,
///     band_d: Cases { today: pounds(1_000), yes: pounds(2_000), no: pounds(1_050) },
///     requirement_today: pounds(1_000_000),
///     later: vec![LaterRise::Stated(Rise::new(0.05)?); 3],
///     phase_in_years: 1,
///     freeze_years: 1,
///     freeze_grant: Share::new(0.01)?,
///     freeze_grant_years: 2,
/// };
/// let projection = project(&plan, 0.0, 0.0);
/// let relief = |year: usize| projection.of(Path::Yes)[year].relief.to_string();
/// assert_eq!((relief(0).as_str(), relief(1).as_str()), ("£1,000,000.00", "£1,100,000.00"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn project(plan: &Plan, base_growth: f64, inflation: f64) -> Projection {
    let levels = Path::ALL.map(|path| levels(plan, path));
    Projection(Path::ALL.map(|path| {
        let mut before = plan.band_d.today;
        levels[path as usize]
            .iter()
            .enumerate()
            .map(|(year, level)| {
                let grant = match path {
                    Path::FreezeWithGrant => grant(plan, year),
                    _ => Pence::ZERO,
                };
                let surcharge = if path.is_carried() {
                    phased(plan, year, plan.surcharge.0, plan.surcharge.1)
                } else {
                    Pence::ZERO
                };
                let more = (grant, surcharge);
                let found = in_year(plan, level, more, years_on(base_growth, year));
                let prices = years_on(inflation, year);
                let real = (found.revenue.pence() as f64 / prices).round() as i64;
                let rise = Rise::between(before, level.band_d).unwrap_or(Rise::FREEZE);
                before = level.band_d;
                PathYear {
                    rise,
                    revenue_in_first_years_prices: Pence::from_pence(real),
                    ..found
                }
            })
            .collect()
    }))
}

/// What so many years of growth multiply by.
pub fn years_on(growth: f64, years: usize) -> f64 {
    (1.0 + growth).powi(i32::try_from(years).unwrap_or(i32::MAX))
}

/// The amounts at band D of one year of a path.
struct Level {
    band_d: Pence,
    headline: Vec<Pence>,
    pays: Vec<Pence>,
}

fn levels(plan: &Plan, path: Path) -> Vec<Level> {
    match path {
        Path::Yes | Path::YesReliefInPounds | Path::YesReliefWithdrawn => carried(plan, path),
        Path::No => without_relief(plan, plan.band_d.no, |line| line.no, 1),
        Path::Freeze | Path::FreezeWithGrant => {
            let today = plan.band_d.today;
            without_relief(plan, today, |line| line.today, plan.freeze_years)
        }
    }
}

/// Everybody pays the same amount at band D, which stays for `held` years and rises thereafter.
fn without_relief(
    plan: &Plan,
    band_d: Pence,
    of: impl Fn(&ChargeLine) -> Pence,
    held: u8,
) -> Vec<Level> {
    let mut band_d = band_d;
    let mut pays: Vec<Pence> = plan.lines.iter().map(of).collect();
    (0..=plan.later.len())
        .map(|year| {
            if year >= usize::from(held.max(1)) {
                let rise = plan.later[year - 1].of(band_d);
                band_d = rise.apply_to(band_d);
                for amount in &mut pays {
                    *amount = rise.apply_to(*amount);
                }
            }
            Level {
                band_d,
                headline: pays.clone(),
                pays: pays.clone(),
            }
        })
        .collect()
}

/// The proposal is carried; the path says what becomes of relief.
fn carried(plan: &Plan, path: Path) -> Vec<Level> {
    let mut band_d = plan.band_d.yes;
    let mut headline: Vec<Pence> = plan.lines.iter().map(|line| line.headline).collect();
    // What a line pays with the relief of the first year, and with the relief in full.
    let mut paid: Vec<(Pence, Pence)> = plan
        .lines
        .iter()
        .map(|line| (line.net, line.net_in_full))
        .collect();
    (0..=plan.later.len())
        .map(|year| {
            if year > 0 {
                let rise = plan.later[year - 1].of(band_d);
                band_d = rise.apply_to(band_d);
                for ((line, headline), paid) in plan.lines.iter().zip(&mut headline).zip(&mut paid)
                {
                    let before = *headline;
                    *headline = rise.apply_to(before);
                    let raised = |amount: Pence| match path {
                        Path::YesReliefInPounds if plan.has_relief => amount + (*headline - before),
                        _ if is_kept(line) => amount,
                        _ => rise.apply_to(amount),
                    };
                    *paid = (raised(paid.0), raised(paid.1));
                }
            }
            let pays: Vec<Pence> =
                if path == Path::YesReliefWithdrawn && year > 0 && plan.has_relief {
                    headline.clone()
                } else {
                    paid.iter()
                        .map(|&(first, in_full)| phased(plan, year, first, in_full))
                        .collect()
                };
            Level {
                band_d,
                headline: if plan.has_relief {
                    headline.clone()
                } else {
                    pays.clone()
                },
                pays,
            }
        })
        .collect()
}

/// Whether relief holds the line at today's amount: a line that is frozen because nothing rises in
/// the first year takes the rises of later years as all do.
fn is_kept(line: &ChargeLine) -> bool {
    line.frozen && line.net < line.headline
}

/// The amount of the first year in the first year, that in full in the last year of phasing in and
/// after it, in even steps between.
fn phased(plan: &Plan, year: usize, first: Pence, in_full: Pence) -> Pence {
    let steps = i64::from(plan.phase_in_years) - 1;
    match i64::try_from(year) {
        Ok(year) if year < steps => first + (in_full - first).times(year, steps),
        _ => in_full,
    }
}

/// Each frozen year earns a grant of the same size, paid in that year and those after it.
fn grant(plan: &Plan, year: usize) -> Pence {
    let paid_in = usize::from(plan.freeze_grant_years);
    let earned = (0..usize::from(plan.freeze_years))
        .filter(|frozen| (*frozen..frozen + paid_in).contains(&year))
        .count() as i64;
    let one = plan
        .requirement_today
        .times(plan.freeze_grant.millionths(), 1_000_000);
    Pence::from_pence(earned * one.pence())
}

fn in_year(
    plan: &Plan,
    level: &Level,
    (grant, surcharge): (Pence, Pence),
    growth: f64,
) -> PathYear {
    let grown = |thousandths: i64| (thousandths as f64 * growth).round() as i64;
    let in_lieu = grown(plan.in_lieu_thousandths);
    let of_in_lieu = on_base(level.band_d, in_lieu);
    let mut base = in_lieu;
    let mut relief = Pence::ZERO;
    let mut net = of_in_lieu + surcharge;
    // Lines of a band that pay alike are one, so that rounding does not tell them apart.
    let mut paid: BTreeMap<(Band, Pence), i64> = BTreeMap::new();
    let mut charged: BTreeMap<(Band, Pence), i64> = BTreeMap::new();
    for (index, line) in plan.lines.iter().enumerate() {
        let of_line = grown(line.tax_base_thousandths);
        let (pays, headline) = (level.pays[index], level.headline[index]);
        base += of_line;
        *paid.entry((line.band, pays)).or_default() += of_line;
        *charged.entry((line.band, headline)).or_default() += of_line;
    }
    let whole = |lines: &BTreeMap<(Band, Pence), i64>| -> Pence {
        let each = lines.iter();
        each.map(|((_, band_d), base)| on_base(*band_d, *base))
            .sum()
    };
    net += whole(&paid);
    relief += whole(&charged) - whole(&paid);
    let revenue = net + grant;
    PathYear {
        band_d: level.band_d,
        rise: Rise::FREEZE,
        tax_base_thousandths: base,
        requirement: net + relief,
        relief,
        grant,
        revenue,
        revenue_in_first_years_prices: revenue,
        pays: level.pays.clone(),
    }
}
