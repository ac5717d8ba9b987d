//! The ladder of routes: in which lawful ways a proposal can be carried out, what each takes, what
//! it costs whom, and how far it can go without a vote.

use crate::domain::schedule::Ground;
use crate::domain::{
    Authority, AuthorityClass, Band, ByBand, Cells, Design, FinancialYear, Limit, Nation, Pence,
    Principle, Proposal, RatioChange, Rise, Schedule, Terms, UniformRise,
};

use super::bill::{Amounts, amounts};
use super::budget::{Budgets, budgets};
use super::calendar::polling_day;

/// What the law says to one way of doing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The council may do it by resolution.
    NeedsNoVote,
    /// The council may set it subject to a referendum.
    NeedsReferendum,
    /// An order for the whole nation is needed first.
    NeedsOrder,
    /// An Act is needed first.
    NeedsAct,
    /// The council may ask for it; nobody owes it.
    Voluntary,
}

impl Verdict {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NeedsNoVote => "does not need a referendum",
            Self::NeedsReferendum => "needs a referendum",
            Self::NeedsOrder => "not lawful locally: it takes an order for the whole nation",
            Self::NeedsAct => "not lawful locally: it takes an Act",
            Self::Voluntary => "may be asked for, and is owed by nobody",
        }
    }
}

/// One way to carry a proposal out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteOption {
    /// A short name: `no-vote`, `referendum`, `order`, `act` or `voluntary`.
    pub key: &'static str,
    /// The way.
    pub way: String,
    /// What the law says to it.
    pub verdict: Verdict,
    /// How far it has been tried.
    pub standing: &'static str,
    /// Who bears what.
    pub who_pays: String,
    /// By when.
    pub dates: String,
    /// What it comes to.
    pub version: Version,
    /// Why, with statutes.
    pub reasons: Vec<String>,
}

/// What a way comes to, at budgeted collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The rise in the authority's own band D amount.
    pub headline: Rise,
    /// The rise in the own element of each band's full bill once phased in: of a band with parts, the
    /// mean.
    pub band_rise: ByBand<Rise>,
    /// What relief costs the billing authority.
    pub relief: Pence,
    /// Net yield over today.
    pub net_vs_today: Pence,
    /// Net yield over a No.
    pub net_vs_no: Pence,
    /// What the other authorities on the bill gain over a No.
    pub others: Pence,
}

/// The ways to carry a proposal out, the one that is modelled first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The way that every figure rests on.
    pub modelled: RouteOption,
    /// Other ways: without a vote first, then by a referendum, an order, an Act.
    pub others: Vec<RouteOption>,
}

impl Route {
    /// Whether a referendum is held.
    pub fn needs_referendum(&self) -> bool {
        self.modelled.verdict == Verdict::NeedsReferendum
    }

    /// All ways, in the order of the ladder: what a council can do itself first.
    pub fn ladder(&self) -> Vec<&RouteOption> {
        let mut all: Vec<&RouteOption> = std::iter::once(&self.modelled)
            .chain(&self.others)
            .collect();
        let order = |option: &&RouteOption| match option.verdict {
            Verdict::NeedsNoVote => 0,
            Verdict::Voluntary => 1,
            Verdict::NeedsReferendum => 2,
            Verdict::NeedsOrder => 3,
            Verdict::NeedsAct => 4,
        };
        all.sort_by_key(order);
        all
    }
}

/// What a route is decided on.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The authority.
    pub authority: &'a Authority,
    /// What it would charge.
    pub schedule: &'a Schedule,
    /// The amounts that follow.
    pub amounts: &'a Amounts,
    /// The budgets that follow.
    pub budgets: &'a Budgets,
    /// The principle of the year.
    pub principle: &'a Principle,
    /// The year voted on.
    pub year: FinancialYear,
    /// The homes.
    pub cells: &'a Cells,
    /// Contributions in lieu, thousandths of a band D equivalent.
    pub in_lieu_thousandths: i64,
}

/// Whether the headline is excessive (LGFA 1992 ss.52ZB, 52ZX): class reductions do not count, so it
/// alone decides.
pub fn is_excessive(amounts: &Amounts, principle: &Principle) -> bool {
    let band_d = amounts.band_d;
    principle.limit.is_excessive(band_d.today, band_d.yes)
}

/// Decides the ways of a proposal under the principle of the year.
pub fn route(case: Case<'_>) -> Route {
    let excessive = is_excessive(case.amounts, case.principle);
    let modelled = match case.schedule.design() {
        Design::Local => local(case, excessive),
        Design::Proportions(_) => order(case),
        Design::ShareOfValue { .. } => act(
            case,
            "a share of each home's value in place of council tax".to_owned(),
            "Council tax is charged by bands (LGFA 1992 ss.1, 5): a charge by value takes an Act, and a \
             valuation of every home.",
        ),
        Design::Levy {
            voluntary: true, ..
        } => voluntary(case),
        Design::Levy { .. } => act(
            case,
            "a surcharge on top of council tax".to_owned(),
            "A council can charge only what LGFA 1992 Part 1 provides: a surcharge takes an Act.",
        ),
    };
    let mut others = Vec::new();
    match case.schedule.design() {
        Design::Local => {
            others.extend(without_vote(case, case.schedule, excessive));
            if differs_by_band(case) {
                others.extend(by_order(case));
                others.push(own_ratios(case));
            }
        }
        _ => {
            if let Some(equivalent) = local_equivalent(case) {
                let of = |schedule: &Schedule| Follows::of(case, schedule);
                let follows = of(&equivalent);
                let excessive = is_excessive(&follows.amounts, case.principle);
                let case = Case {
                    schedule: &equivalent,
                    amounts: &follows.amounts,
                    budgets: &follows.budgets,
                    ..case
                };
                let own_part = |mut option: RouteOption| {
                    let reason =
                        "Only the council's own part of the bill would move, not all of it.";
                    option.reasons.push(reason.to_owned());
                    option
                };
                others.extend(without_vote(case, &equivalent, excessive).map(own_part));
                others.push(own_part(local(case, excessive)));
            }
        }
    }
    Route { modelled, others }
}

/// Whether bands rise differently, so that ratios between them would.
fn differs_by_band(case: Case<'_>) -> bool {
    let bands = case.schedule.bands();
    let rise = |band: &Band| case.schedule.band_rise(*band);
    bands.iter().any(|band| rise(band) != rise(&Band::D))
}

/// Amounts and budgets of a schedule, all else as in the case.
struct Follows {
    amounts: Amounts,
    budgets: Budgets,
}

impl Follows {
    fn of(case: Case<'_>, schedule: &Schedule) -> Self {
        let others: Vec<(Pence, Pence)> = case
            .amounts
            .areas
            .iter()
            .map(|area| area.others_band_d)
            .collect();
        let amounts = amounts(
            case.amounts.band_d.today,
            &others,
            schedule,
            case.amounts.no_rise,
            &case.amounts.proportions,
        );
        let budgets = budgets(&amounts, case.cells, case.in_lieu_thousandths, schedule);
        Self { amounts, budgets }
    }
}

fn version(amounts: &Amounts, budgets: &Budgets, schedule: &Schedule) -> Version {
    Version {
        headline: schedule.headline(),
        band_rise: ByBand::from_fn(|band| {
            let in_full = amounts.mean_in_full(band);
            let rise = Rise::between(amounts.own[band].today, in_full).unwrap_or(Rise::FREEZE);
            // As it is stated, where rounding to pennies is all that lies between.
            let stated = schedule.band_rise(band);
            let same = (stated.millionths() - rise.millionths()).abs() < 20;
            if schedule.is_local() && same {
                stated
            } else {
                rise
            }
        }),
        relief: budgets.relief_cost(),
        net_vs_today: budgets.net_yield_vs_today(),
        net_vs_no: budgets.net_yield_vs_no(),
        others: budgets.others,
    }
}

fn of_case(case: Case<'_>) -> Version {
    version(case.amounts, case.budgets, case.schedule)
}

const UNTESTED: &str = "untested in court: take counsel's opinion";
const SETTLED: &str = "settled practice";
const NO_POWER: &str = "no power today";

/// What the council can do by itself, with a vote or without.
fn local(case: Case<'_>, excessive: bool) -> RouteOption {
    let Case {
        authority,
        schedule,
        amounts,
        principle,
        ..
    } = case;
    let verdict = if excessive {
        Verdict::NeedsReferendum
    } else {
        Verdict::NeedsNoVote
    };
    let mut reasons = vec![
        test_in_words(amounts, principle, excessive),
        format!(
            "Principle: {} ({}).",
            principle.source.citation, principle.source.standing
        ),
    ];
    if excessive {
        let relief = if schedule.needs_relief() {
            ", and the council may cut relief later without another vote"
        } else {
            ""
        };
        reasons.push(format!(
            "A ratchet: after a Yes, next year's limit applies to {}{relief}.",
            amounts.band_d.yes
        ));
    }
    let way = if schedule.needs_relief() {
        reasons.push(
            "Relief to classes of dwelling is a reduction under LGFA 1992 s.13A(1)(c) and (7): it \
             gives back part of the increase, is paid for by the billing authority alone, and does \
             not count in the test. For whole bands it is untested in court: take counsel's opinion."
                .to_owned(),
        );
        if authority.class == AuthorityClass::ShireDistrict {
            reasons.push(format!(
                "As a district the council would pay for relief while {} sets most of the bill: \
                 impracticable in a two-tier area.",
                authority.upper_tier
            ));
        }
        let to_whom = relieved(case);
        format!(
            "a headline rise of {} with relief {to_whom} (untested in court)",
            schedule.headline()
        )
    } else {
        format!("one rise of {} for all bands", schedule.headline())
    };
    RouteOption {
        key: if excessive { "referendum" } else { "no-vote" },
        way,
        verdict,
        standing: if schedule.needs_relief() {
            UNTESTED
        } else {
            SETTLED
        },
        who_pays: who_pays_locally(case, excessive),
        dates: local_dates(case, excessive),
        version: of_case(case),
        reasons,
    }
}

/// To whom relief goes.
fn relieved(case: Case<'_>) -> &'static str {
    if differs_by_band(case) {
        "by band"
    } else {
        "for some homes"
    }
}

fn who_pays_locally(case: Case<'_>, excessive: bool) -> String {
    let mut parts = Vec::new();
    let relief = case.budgets.relief_cost();
    if relief > Pence::ZERO {
        parts.push(match case.authority.code.nation() {
            Nation::England => format!(
                "the council alone pays {relief} of relief a year from its general fund \
                 (Collection Fund (Council Tax Reductions) (England) Directions 2024)"
            ),
            Nation::Wales => format!("the council alone pays {relief} of relief a year"),
        });
    }
    if excessive {
        parts.push(if case.authority.class.bills() {
            "the council pays for the poll, and for billing again if it is lost".to_owned()
        } else {
            "the billing authorities hold the poll and may recover its cost (LGFA 1992 s.52ZN(7))"
                .to_owned()
        });
    }
    parts.push(match case.authority.code.nation() {
        Nation::England => {
            "the other authorities on the bill bear their part of what is not collected, and of \
             awards that grow beyond the tax base"
                .to_owned()
        }
        Nation::Wales => "the council bears what is not collected".to_owned(),
    });
    parts.join("; ")
}

fn local_dates(case: Case<'_>, excessive: bool) -> String {
    let spring = case.year.first_calendar_year();
    let set = if case.authority.class.bills() {
        format!("tax set before 11 March {spring}")
    } else {
        format!("precept issued before 1 March {spring}")
    };
    if excessive {
        format!(
            "{set}; poll by {}",
            polling_day(case.year).strftime("%-d %B %Y")
        )
    } else {
        set
    }
}

/// The largest version that needs no vote; nothing where the proposal itself needs none.
fn without_vote(case: Case<'_>, schedule: &Schedule, excessive: bool) -> Option<RouteOption> {
    if !excessive {
        return None;
    }
    let today = case.amounts.band_d.today;
    let largest = case.principle.limit.largest_rise_without_vote(today)?;
    let scaled = schedule.scaled_to(largest);
    let follows = Follows::of(case, &scaled);
    let small = Case {
        schedule: &scaled,
        amounts: &follows.amounts,
        budgets: &follows.budgets,
        ..case
    };
    let mut option = local(small, false);
    let to_whom = relieved(small);
    option.way = if scaled.needs_relief() {
        format!(
            "the same in small: a headline rise of {largest} with relief {to_whom} (untested in court)"
        )
    } else {
        format!("the most without a vote: {largest} for all bands")
    };
    option.reasons.truncate(1);
    if option.version.net_vs_no < Pence::ZERO {
        option.reasons.push(format!(
            "It raises {} less than {largest} for all bands, which needs no vote either: relief gives \
             up what the frozen bands would pay.",
            Pence::ZERO - option.version.net_vs_no
        ));
    }
    Some(option)
}

/// The proposal's bills by other proportions, as far as they can be had without a vote.
///
/// Proportions are to band D (LGFA 1992 ss.5, 36), so an order moves bands against band D; what
/// band D itself pays is the authority's own rise.
fn by_order(case: Case<'_>) -> Option<RouteOption> {
    let schedule = case.schedule;
    let today = case.amounts.band_d.today;
    let of_d = schedule.band_rise(Band::D);
    let largest = case.principle.limit.largest_rise_without_vote(today);
    let headline = largest.map_or(of_d, |largest| of_d.min(largest));
    let million = 1_000_000i128;
    let ratios = ByBand::from_fn(|band| {
        let factor = (million + i128::from(schedule.band_rise(band).millionths())) * million
            / (million + i128::from(of_d.millionths()));
        RatioChange::By(Rise::from_millionths(
            i64::try_from(factor - million).expect("a few times what it was"),
        ))
    });
    let nation = case.authority.code.nation();
    let dwellings = case.cells.dwellings();
    let proposal = Proposal::NationalRatios {
        ratios,
        rise: UniformRise::Stated(headline),
    };
    let moved = proposal
        .schedule(Ground {
            nation,
            dwellings: &dwellings,
            largest_without_vote: largest,
            own_today: today,
            proportions: &case.amounts.proportions,
            values: None,
        })
        .ok()?;
    let terms = Terms {
        leaves_out_premiums: false,
        ..schedule.terms()
    };
    let moved = moved.on_terms(terms);
    let follows = Follows::of(case, &moved);
    let mut option = order(Case {
        schedule: &moved,
        amounts: &follows.amounts,
        budgets: &follows.budgets,
        ..case
    });
    option.way = if of_d > headline {
        format!(
            "the same ratios between bands for the whole nation, with band D up by {headline}, the \
             most without a vote"
        )
    } else {
        format!("the same ratios between bands for the whole nation, with band D up by {headline}")
    };
    if of_d > headline {
        option.reasons.push(format!(
            "Ratios are to band D, so an order cannot raise band D itself: the {of_d} proposed for it \
             would still be a headline of its own, and need a referendum. With {headline} bands below \
             band D fall."
        ));
    }
    Some(option)
}

/// An order under LGFA 1992 s.5(4).
fn order(case: Case<'_>) -> RouteOption {
    let (by, assembly) = match case.authority.code.nation() {
        Nation::England => ("the Secretary of State", "the House of Commons"),
        Nation::Wales => ("the Welsh Ministers", "Senedd Cymru"),
    };
    let new_bands = matches!(
        case.schedule.design(),
        Design::Proportions(parts) if parts.values().iter().any(|of_band| of_band.len() > 1)
    );
    let (way, what) = if new_bands {
        (
            "new valuation bands for every council",
            "New bands take an order under LGFA 1992 s.5(4)(b) and (4A), and a valuation of the homes \
             that would be in them.",
        )
    } else {
        (
            "other ratios between the bands of every council",
            "The ratios between bands are fixed for the whole nation by LGFA 1992 s.5; an order under \
             s.5(4) can change them for all councils, not for one.",
        )
    };
    RouteOption {
        key: "order",
        way: way.to_owned(),
        verdict: Verdict::NeedsOrder,
        standing: "a power that exists; used in Scotland in 2016 and in Wales in 2003, not in England",
        who_pays: format!(
            "no relief to pay for; the parts of the other authorities on the bill move with the ratios: \
             {} a year over the same year without it, unless they set other amounts; grant may be reckoned on the new tax \
             base",
            case.budgets.others
        ),
        dates: format!(
            "an order by {by}, approved in draft by {assembly}, before tax bases are set by 31 January {}",
            case.year.first_calendar_year()
        ),
        version: of_case(case),
        reasons: vec![what.to_owned()],
    }
}

/// Ratios of this council's own.
fn own_ratios(case: Case<'_>) -> RouteOption {
    let mut option = act(
        case,
        "different ratios between the bands of this council".to_owned(),
        "The ratios between bands are fixed for the whole nation by LGFA 1992 s.5; an order under s.5(4) \
         can change them for all councils, other ratios in one council need primary legislation.",
    );
    option.version.headline = case.schedule.band_rise(Band::D);
    // The same bills without relief: nothing is charged that is given back.
    option.version.relief = Pence::ZERO;
    option.who_pays = if case.schedule.terms() == Terms::NONE {
        "nobody pays for relief: what is not charged is not given back".to_owned()
    } else {
        "nobody pays for relief of bands; the terms for some homes would still take some".to_owned()
    };
    option
}

fn act(case: Case<'_>, way: String, reason: &str) -> RouteOption {
    RouteOption {
        key: "act",
        way,
        verdict: Verdict::NeedsAct,
        standing: NO_POWER,
        who_pays:
            "as the Act provides; figures show what is charged in this area, which need not stay \
                   in it"
                .to_owned(),
        dates: "no date: an Act first".to_owned(),
        version: of_case(case),
        reasons: vec![reason.to_owned()],
    }
}

fn voluntary(case: Case<'_>) -> RouteOption {
    RouteOption {
        key: "voluntary",
        way: "a contribution that residents are asked for".to_owned(),
        verdict: Verdict::Voluntary,
        standing: "done: Westminster City Council since 2018",
        who_pays: "whoever gives".to_owned(),
        dates: "at any time".to_owned(),
        version: of_case(case),
        reasons: vec![
            "A gift is no council tax: no referendum, no collection fund and no liability. Councils \
             may receive gifts (Local Government Act 1972 s.139)."
                .to_owned(),
        ],
    }
}

/// What a council could do itself to the same end; nothing where homes of one band would pay
/// differently, or a band would be cut.
fn local_equivalent(case: Case<'_>) -> Option<Schedule> {
    let authority = case.authority;
    let proportions = &case.amounts.proportions;
    let beside = case.schedule.headline();
    let million = 1_000_000i128;
    let rise_of = |band: Band| -> Option<Rise> {
        let change = match case.schedule.design() {
            Design::Proportions(parts) => {
                let [(_, ratio)] = parts[band].as_slice() else {
                    return None;
                };
                let today = proportions[band];
                let factor =
                    i128::from(ratio.numerator()) * i128::from(today.denominator()) * million
                        / (i128::from(ratio.denominator()) * i128::from(today.numerator()));
                factor * (million + i128::from(beside.millionths())) / million - million
            }
            Design::Levy {
                amounts, voluntary, ..
            } if *voluntary => {
                let [(_, levy)] = amounts[band].as_slice() else {
                    return None;
                };
                let own = case.amounts.own[band];
                i128::from(Rise::between(own.today, own.yes + *levy)?.millionths())
            }
            Design::Local | Design::Levy { .. } | Design::ShareOfValue { .. } => return None,
        };
        let rise = Rise::from_millionths(i64::try_from(change).ok()?);
        (Rise::FREEZE..=Rise::HIGHEST)
            .contains(&rise)
            .then_some(rise)
    };
    let mut rises = ByBand::from_fn(|_| Rise::FREEZE);
    for &band in authority.code.nation().bands() {
        rises[band] = rise_of(band)?;
    }
    let dwellings = case.cells.dwellings();
    let ground = Ground {
        nation: authority.code.nation(),
        dwellings: &dwellings,
        largest_without_vote: None,
        own_today: case.amounts.band_d.today,
        proportions,
        values: None,
    };
    let schedule = Proposal::BandRises(rises).schedule(ground).ok()?;
    Some(schedule.on_terms(case.schedule.terms()))
}

fn test_in_words(amounts: &Amounts, principle: &Principle, excessive: bool) -> String {
    let band_d = amounts.band_d;
    let year = principle.year;
    let limit = principle.limit.words();
    let standing = principle.source.standing;
    if principle.limit == Limit::Unlimited {
        return format!("No referendum principle applies for {year} ({standing}).");
    }
    let outcome = if excessive {
        "excessive"
    } else {
        "not excessive"
    };
    let whom = match principle.applies_to.as_str() {
        "social_care" => "authorities with adult social care",
        "shire_district" => "shire districts",
        "police" => "police and crime commissioners",
        "fire" => "fire and rescue authorities",
        "greater_london_authority" => "the Greater London Authority",
        "combined_authority" => "combined authorities",
        named => named,
    };
    format!(
        "The relevant basic amount goes from {} to {} ({:+}); for {whom} in {year} the principle \
         calls excessive {limit} ({standing}). So it is {outcome} (LGFA 1992 s.52ZB).",
        band_d.today,
        band_d.yes,
        // The rise that is tested, after rounding to the penny.
        Rise::between(band_d.today, band_d.yes).unwrap_or(Rise::FREEZE)
    )
}
