//! What one dwelling pays: scalar and readable, the reference for [`super::apply()`].

use crate::domain::schedule::WHOLE;
use crate::domain::{
    Band, BandProportions, ByBand, Design, KindOfHome, Liability, Pence, Proportion, Reduction,
    Rise, Schedule, Terms, divide_half_up,
};

/// A figure today, after a Yes and after a No.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cases<T> {
    /// In the year before the vote.
    pub today: T,
    /// In the year of the vote, if the proposal is carried (or needs no vote).
    pub yes: T,
    /// In the year of the vote, by the substitute calculations.
    pub no: T,
}

impl<T> Cases<T> {
    /// Turns each figure into another.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Cases<U> {
        Cases {
            today: change(self.today),
            yes: change(self.yes),
            no: change(self.no),
        }
    }
}

/// Amounts of council tax before discounts, in pence a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amounts {
    /// The authority's own band D amount: its relevant basic amount. Yes is the headline, before
    /// relief.
    pub band_d: Cases<Pence>,
    /// The rise in the relevant basic amount that a No brings.
    pub no_rise: Rise,
    /// The own element of a full bill in each band, after relief and cap under Yes in the first
    /// year: the mean over the parts of the band.
    pub own: ByBand<Cases<Pence>>,
    /// The own element at the headline, before relief.
    pub headline: ByBand<Pence>,
    /// The parts of each band that pay alike: one, but where a design tells homes of a band apart.
    pub parts: ByBand<Vec<Part>>,
    /// The whole bill in each billing authority: one, or all on which a preceptor precepts.
    pub areas: Vec<AreaAmounts>,
    /// Terms for some homes.
    pub terms: Terms,
    /// What the proposal moves, so that terms hold for it.
    pub moves: Moves,
    /// Whether a surcharge is part of what the authority charges.
    pub levy_is_own: bool,
    /// Whether premiums end with the bill that they come on top of.
    pub ends_premiums: bool,
    /// What each band pays in proportion to band D today.
    pub proportions: BandProportions,
}

/// What a proposal moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moves {
    /// The authority's own part of the bill.
    OwnPart,
    /// The whole bill, by a change of the law.
    WholeBill,
    /// Nothing of the bill: a surcharge comes on top.
    Surcharge,
}

/// A part of a band whose homes pay alike under Yes, before terms and discounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its share of the band's homes, parts per million.
    pub share_millionths: i64,
    /// What main homes are charged.
    pub main: PartCharge,
    /// What empty and second homes are charged.
    pub second_home: PartCharge,
    /// A surcharge in the first year, which no discount lowers.
    pub levy: Pence,
    /// The surcharge once phased in.
    pub levy_in_full: Pence,
}

/// What homes of a part of a band are charged under Yes: in the first year, and once phased in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartCharge {
    /// The own element in the first year.
    pub own: Pence,
    /// The own element once phased in.
    pub own_in_full: Pence,
    /// The band D equivalent of the own element in the first year.
    pub band_d: Pence,
    /// The band D equivalent of the own element once phased in.
    pub band_d_in_full: Pence,
    /// What a change of the law adds to the rest of the bill in the first year.
    pub extra: Pence,
    /// The same once phased in.
    pub extra_in_full: Pence,
}

/// Whole bills in one billing authority, before discounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaAmounts {
    /// The other authorities' band D amounts today and in the year of the vote, with parishes.
    pub others_band_d: (Pence, Pence),
    /// The others' part of each band's bill today and in the year of the vote.
    pub others: ByBand<(Pence, Pence)>,
    /// The whole of a full bill in each band, after relief and cap under Yes in the first year.
    pub total: ByBand<Cases<Pence>>,
}

/// What a home is charged before discounts and reduction, on the terms of the proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// The authority's own element.
    pub own: Cases<Pence>,
    /// The own element under Yes once the change is phased in.
    pub own_in_full: Pence,
    /// The whole bill, without a surcharge.
    pub total: Cases<Pence>,
    /// The whole bill under Yes once the change is phased in, without a surcharge.
    pub total_in_full: Pence,
    /// A surcharge under Yes in the first year, which no discount lowers.
    pub levy: Pence,
    /// The surcharge once phased in.
    pub levy_in_full: Pence,
}

/// What a home pays, after discounts and reduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HomeBill {
    /// The authority's own element.
    pub own: Cases<Pence>,
    /// Everything, a surcharge included.
    pub total: Cases<Pence>,
}

impl Amounts {
    /// What a home in a part of its band is charged in a billing authority, before discounts.
    ///
    /// Homes that the proposal leaves out pay the headline. Residents on reduction whom it protects
    /// pay no more than today of the own part, and a cap holds the rise of what is paid of it after
    /// discounts. Where a change of the law moves the whole bill, both hold for what the change adds
    /// to it over the same year without it, and each authority bears its share; where it is a
    /// surcharge, they hold for that.
    pub fn charge(&self, area: usize, home: KindOfHome, part: usize) -> Charge {
        let area = &self.areas[area];
        let band = home.band;
        let of_band = &self.parts[band][part];
        let (others_today, others_next) = area.others[band];
        let own = self.own[band];
        let mut yes = if home.liability.is_nobodys_main_home() {
            of_band.second_home
        } else {
            of_band.main
        };
        if self.terms.leaves_out(home.liability) {
            yes.own = self.headline[band];
            yes.own_in_full = yes.own;
        }
        let before = Charge {
            own: Cases {
                yes: yes.own,
                ..own
            },
            own_in_full: yes.own_in_full,
            total: Cases {
                today: own.today + others_today,
                yes: yes.own + others_next + yes.extra,
                no: own.no + others_next,
            },
            total_in_full: yes.own_in_full + others_next + yes.extra_in_full,
            levy: of_band.levy,
            levy_in_full: of_band.levy_in_full,
        };
        self.limited(before, home)
    }

    /// The same after protection and cap.
    fn limited(&self, charge: Charge, home: KindOfHome) -> Charge {
        let protected = self.terms.protects(home.reduction);
        if self.moves == Moves::Surcharge {
            let most = match self.terms.cap {
                _ if protected => Pence::ZERO,
                Some(cap) => cap,
                None => return charge,
            };
            return Charge {
                levy: charge.levy.min(most),
                levy_in_full: charge.levy_in_full.min(most),
                ..charge
            };
        }
        let allowed = match self.terms.cap {
            _ if protected => Some(Pence::ZERO),
            Some(cap) => before_discounts(cap, home),
            None => None,
        };
        let Some(allowed) = allowed else {
            return charge;
        };
        let held = |own: Pence, total: Pence| {
            if self.moves == Moves::WholeBill {
                let limit = charge.total.no + allowed;
                if total <= limit {
                    (own, total)
                } else {
                    (own.times(limit.pence(), total.pence()), limit)
                }
            } else {
                let limit = own.min(charge.own.today + allowed);
                (limit, total - (own - limit))
            }
        };
        let (own_yes, total_yes) = held(charge.own.yes, charge.total.yes);
        let (own_in_full, total_in_full) = held(charge.own_in_full, charge.total_in_full);
        Charge {
            own: Cases {
                yes: own_yes,
                ..charge.own
            },
            own_in_full,
            total: Cases {
                yes: total_yes,
                ..charge.total
            },
            total_in_full,
            ..charge
        }
    }

    /// Whether the own element that a home is charged under Yes is no more than today's, with a
    /// surcharge of the authority's own.
    pub fn is_frozen(&self, home: KindOfHome, part: usize) -> bool {
        // Who pays nothing is counted with the full bills of the band.
        let home = if home.liability.quarters_payable() == 0 {
            full(home.band)
        } else {
            home
        };
        // Terms of the own element are alike in every billing authority.
        let charge = self.charge(0, home, part);
        let surcharged = self.levy_is_own && charge.levy > Pence::ZERO;
        charge.own_in_full <= charge.own.today && charge.own.yes <= charge.own.today && !surcharged
    }

    /// The share of the increase of the headline that is given back on a full bill of a band in the
    /// first year; nothing where nothing rises or nothing is given back by relief.
    pub fn relief_share(&self, band: Band, schedule: &Schedule) -> Option<f64> {
        if !schedule.is_local() {
            return None;
        }
        let stated = schedule.relief(band)?;
        let own = self.own[band];
        if own.yes == self.parts[band][0].main.own {
            return Some(stated);
        }
        let increase = (self.headline[band] - own.today).pounds();
        (increase > 0.0).then(|| (self.headline[band] - own.yes).pounds() / increase)
    }

    /// The share of the homes of a kind that are frozen: all or none, but where a design tells homes
    /// of a band apart.
    pub fn share_frozen_of(&self, home: KindOfHome) -> f64 {
        let parts = self.parts[home.band].iter().enumerate();
        let frozen: i64 = parts
            .filter(|(part, _)| self.is_frozen(home, *part))
            .map(|(_, of_band)| of_band.share_millionths)
            .sum();
        frozen as f64 / WHOLE as f64
    }

    /// A charge on a full bill of a band: the mean over the parts of the band.
    fn mean_charge(&self, area: usize, band: Band, of: impl Fn(&Charge) -> Pence) -> Pence {
        let charges: Vec<(i64, Pence)> = (0..self.parts[band].len())
            .map(|part| {
                let charge = self.charge(area, full(band), part);
                (self.parts[band][part].share_millionths, of(&charge))
            })
            .collect();
        mean(&charges)
    }

    /// The share of a band's homes that is charged no more than today under Yes, where nothing sets
    /// one home apart from another but its value.
    pub fn share_frozen(&self, band: Band) -> f64 {
        self.share_frozen_of(full(band))
    }

    /// The own element of a band under Yes once phased in: the mean over its parts.
    pub fn mean_in_full(&self, band: Band) -> Pence {
        self.mean_charge(0, band, |charge| charge.own_in_full)
    }

    /// The band D equivalent of an own element of a band: of an amount that was worked out from one,
    /// that one to the penny.
    pub fn band_d_equivalent(&self, band: Band, part: usize, own: Pence) -> Pence {
        let of_band = &self.parts[band][part];
        let (main, second) = (of_band.main, of_band.second_home);
        let known = [
            (self.own[band].today, self.band_d.today),
            (self.headline[band], self.band_d.yes),
            (main.own, main.band_d),
            (main.own_in_full, main.band_d_in_full),
            (second.own, second.band_d),
            (second.own_in_full, second.band_d_in_full),
        ];
        match known.iter().find(|(amount, _)| *amount == own) {
            Some((_, band_d)) => *band_d,
            None => equivalent(own, self.proportions[band]),
        }
    }
}

/// A home that pays a full bill.
fn full(band: Band) -> KindOfHome {
    KindOfHome {
        band,
        liability: Liability::Full,
        reduction: Reduction::None,
        award_basis_points: 0,
        premium_percent: 0,
    }
}

/// The band D equivalent of an amount of a band with this proportion.
fn equivalent(amount: Pence, proportion: Proportion) -> Pence {
    amount.times(proportion.denominator(), proportion.numerator())
}

/// The rise before discounts and premium that leaves so much to pay after them, rounded down;
/// nothing where nothing is paid.
fn before_discounts(paid: Pence, home: KindOfHome) -> Option<Pence> {
    let payable = home.liability.quarters_payable()
        * (10_000 - home.award_basis_points)
        * (100 + home.premium_percent);
    (payable > 0).then(|| Pence::from_pence(paid.pence() * 4_000_000 / payable))
}

/// The amount for a band: band D times its proportion, to the penny (LGFA 1992 ss.5 and 36).
///
/// # Example
/// ```
/// use bandwise::domain::{Pence, Proportion};
/// use bandwise::tax::bill::band_amount;
/// let six_ninths = Proportion::new(6, 9).expect("a proportion");
/// let band_d = Pence::parse_pounds("1656.67")?;
/// assert_eq!(band_amount(band_d, six_ninths).to_string(), "£1,104.45");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn band_amount(band_d: Pence, proportion: Proportion) -> Pence {
    proportion.of(band_d)
}

/// The amounts of every band under a schedule.
///
/// `others_band_d` are the other authorities' amounts (with parishes) today and next year, for
/// each billing authority on whose bills the amount stands. A No raises the own amount by
/// `no_rise`. Relief under s.13A(1)(c) is part of the *increase*: a band whose relief is whole pays
/// today's amount to the penny. A change of the law is reckoned on the bills of the first billing
/// authority: none is asked for by a preceptor.
///
/// # Panics
/// When there is no billing authority.
pub fn amounts(
    own_today: Pence,
    others_band_d: &[(Pence, Pence)],
    schedule: &Schedule,
    no_rise: Rise,
    proportions: &BandProportions,
) -> Amounts {
    assert!(!others_band_d.is_empty(), "an amount stands on a bill");
    let band_d = Cases {
        today: own_today,
        yes: schedule.headline().apply_to(own_today),
        no: no_rise.apply_to(own_today),
    };
    let others = ByBand::from_fn(|band: Band| {
        let of_area = |&(today, next): &(Pence, Pence)| {
            (
                band_amount(today, proportions[band]),
                band_amount(next, proportions[band]),
            )
        };
        others_band_d.iter().map(of_area).collect::<Vec<_>>()
    });
    let whole = ByBand::from_fn(|band| band_d.map(|amount| band_amount(amount, proportions[band])));
    let parts = ByBand::from_fn(|band| {
        let ground = BandToday {
            band,
            band_d,
            own: whole[band],
            others_band_d: others_band_d[0].1,
            others: others[band][0],
            proportion: proportions[band],
        };
        parts_of(schedule, &ground)
    });
    let areas = others_band_d
        .iter()
        .enumerate()
        .map(|(area, &others_band_d)| AreaAmounts {
            others_band_d,
            others: ByBand::from_fn(|band| others[band][area]),
            total: ByBand::from_fn(|band| {
                let (today, next) = others[band][area];
                Cases {
                    today: whole[band].today + today,
                    yes: whole[band].yes + next,
                    no: whole[band].no + next,
                }
            }),
        })
        .collect();
    let mut amounts = Amounts {
        band_d,
        no_rise,
        own: whole,
        headline: whole.map(|cases| cases.yes),
        parts,
        areas,
        terms: schedule.terms(),
        moves: match schedule.design() {
            Design::Local => Moves::OwnPart,
            Design::Proportions(_) | Design::ShareOfValue { .. } => Moves::WholeBill,
            Design::Levy { .. } => Moves::Surcharge,
        },
        ends_premiums: matches!(schedule.design(), Design::ShareOfValue { .. }),
        levy_is_own: schedule.levy_is_own(),
        proportions: *proportions,
    };
    for band in Band::ALL {
        amounts.own[band].yes = amounts.mean_charge(0, band, |charge| charge.own.yes);
        for area in 0..amounts.areas.len() {
            amounts.areas[area].total[band].yes =
                amounts.mean_charge(area, band, |charge| charge.total.yes + charge.levy);
        }
    }
    amounts
}

/// One band as it is today and as it would be without a change of the law.
struct BandToday {
    band: Band,
    band_d: Cases<Pence>,
    own: Cases<Pence>,
    /// The others' amount at band D in the year of the vote.
    others_band_d: Pence,
    /// The others' part of the band's bill, today and in the year of the vote.
    others: (Pence, Pence),
    proportion: Proportion,
}

/// The parts of a band under a schedule.
fn parts_of(schedule: &Schedule, ground: &BandToday) -> Vec<Part> {
    let years = i64::from(schedule.terms().phase_in_years.max(1));
    // The first of equal steps from what would be without the change to what it brings.
    let first_step = |from: Pence, to: Pence| from + (to - from).times(1, years);
    let (own, (_, others)) = (ground.own, ground.others);
    let charge = |own_in_full: Pence, whole_in_full: Pence| {
        let own_yes = first_step(own.yes, own_in_full);
        PartCharge {
            own: own_yes,
            own_in_full,
            band_d: equivalent(own_yes, ground.proportion),
            band_d_in_full: equivalent(own_in_full, ground.proportion),
            extra: first_step(own.yes + others, whole_in_full) - own_yes - others,
            extra_in_full: whole_in_full - own_in_full - others,
        }
    };
    let part = |share_millionths: i64, main: PartCharge| Part {
        share_millionths,
        main,
        second_home: main,
        levy: Pence::ZERO,
        levy_in_full: Pence::ZERO,
    };
    match schedule.design() {
        Design::Local => vec![part(WHOLE, local_charge(schedule, ground, years))],
        Design::Proportions(parts) => parts[ground.band]
            .iter()
            .map(|&(share, ratio)| {
                // The band D amounts stay; only the proportion moves.
                let own_in_full = band_amount(ground.band_d.yes, ratio);
                let others_in_full = band_amount(ground.others_band_d, ratio);
                part(share, charge(own_in_full, own_in_full + others_in_full))
            })
            .collect(),
        Design::ShareOfValue {
            rate_millionths,
            second_home_rate_millionths,
            values,
        } => values[ground.band]
            .iter()
            .map(|slice| {
                // Each authority on the bill keeps its share of what is raised.
                let at = |rate: i64| {
                    let whole = slice.value.times(rate, WHOLE);
                    let today = own.today + ground.others.0;
                    charge(whole.times(own.today.pence(), today.pence().max(1)), whole)
                };
                Part {
                    second_home: at(*second_home_rate_millionths),
                    ..part(slice.share_millionths, at(*rate_millionths))
                }
            })
            .collect(),
        Design::Levy {
            amounts, voluntary, ..
        } => amounts[ground.band]
            .iter()
            .map(|&(share, levy)| {
                // What nobody owes is on no bill.
                let owed = if *voluntary { Pence::ZERO } else { levy };
                Part {
                    levy: owed.times(1, years),
                    levy_in_full: owed,
                    ..part(share, charge(own.yes, own.yes + others))
                }
            })
            .collect(),
    }
}

/// What a council itself can charge: headline less relief, or the stated amount.
fn local_charge(schedule: &Schedule, ground: &BandToday, years: i64) -> PartCharge {
    let today = ground.own.today;
    let ((own, band_d), (own_in_full, band_d_in_full)) = match schedule.stated_amount(ground.band) {
        Some(stated) => (
            own_and_equivalent(today + (stated - today).times(1, years), ground),
            own_and_equivalent(stated, ground),
        ),
        None => (
            of_rise(schedule.first_year_rise(ground.band), ground),
            of_rise(schedule.band_rise(ground.band), ground),
        ),
    };
    PartCharge {
        own,
        own_in_full,
        band_d,
        band_d_in_full,
        extra: Pence::ZERO,
        extra_in_full: Pence::ZERO,
    }
}

/// The own element of a band after a rise, and its band D equivalent.
fn of_rise(rise: Rise, ground: &BandToday) -> (Pence, Pence) {
    let band_d = rise.apply_to(ground.band_d.today);
    (band_amount(band_d, ground.proportion), band_d)
}

/// A stated own element of a band, and its band D equivalent: today's where it is today's, and
/// never above the headline.
fn own_and_equivalent(own: Pence, ground: &BandToday) -> (Pence, Pence) {
    let band_d = if own == ground.own.today {
        ground.band_d.today
    } else {
        equivalent(own, ground.proportion).min(ground.band_d.yes)
    };
    (own, band_d)
}

/// The mean of amounts by shares in parts per million; of one, itself.
fn mean(amounts: &[(i64, Pence)]) -> Pence {
    if let [(_, only)] = amounts {
        return *only;
    }
    let sum: i128 = amounts
        .iter()
        .map(|(share, amount)| i128::from(*share) * i128::from(amount.pence()))
        .sum();
    Pence::from_pence(divide_half_up(sum, i128::from(WHOLE)))
}

/// What one dwelling pays, on the terms of the proposal: the reference for [`super::apply()`].
///
/// A surcharge is owed by whoever owes a bill, whatever the discount or reduction.
pub fn home_bill(charge: &Charge, home: KindOfHome) -> HomeBill {
    let paid = |amount| {
        dwelling_bill(
            amount,
            home.liability,
            home.reduction,
            home.award_basis_points,
        )
    };
    let total = paid(charge.total);
    let levy = if home.liability.quarters_payable() > 0 {
        charge.levy
    } else {
        Pence::ZERO
    };
    HomeBill {
        own: paid(charge.own),
        total: Cases {
            yes: total.yes + levy,
            ..total
        },
    }
}

/// What one dwelling pays of a band's amount, in the three cases.
///
/// The discount (s.11) comes off first, then the reduction (s.13A(1)(a)), each to the penny. A
/// working-age award meets a share of any bill. A pension-age award is reckoned on the whole bill,
/// so that it meets a rise and loses a fall: what is left to pay stays as it is, up to the bill.
/// `award_basis_points` is the share of the bill that the average award meets, in ten-thousandths.
pub fn dwelling_bill(
    amount: Cases<Pence>,
    liability: Liability,
    reduction: Reduction,
    award_basis_points: i64,
) -> Cases<Pence> {
    let payable = |amount: Pence| {
        amount
            .times(liability.quarters_payable(), 4)
            .times(10_000 - award_basis_points, 10_000)
    };
    match reduction {
        Reduction::None | Reduction::WorkingAge => amount.map(payable),
        Reduction::PensionAge => {
            let today = payable(amount.today);
            amount.map(|amount| today.min(amount.times(liability.quarters_payable(), 4)))
        }
    }
}
