//! Three budgets: today, Yes and No; what the relief costs and who pays for it.

use std::collections::BTreeMap;

use super::bill::{Amounts, Cases, Charge, Moves};
use crate::domain::cells::Cell;
use crate::domain::schedule::WHOLE;
use crate::domain::{
    Band, ByBand, Cells, Design, KindOfHome, Pence, Schedule, apportion, divide_half_up,
};

/// The council tax of one band, at the tax base for setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BandBudget {
    /// Tax base for setting, thousandths of a band D equivalent.
    pub tax_base_thousandths: i64,
    /// What would be raised over today before relief: by the headline rise, or by a change of the
    /// law.
    pub gross: Pence,
    /// What is given back under s.13A(1)(c).
    pub relief: Pence,
    /// What is left: gross less relief.
    pub net: Pence,
    /// What a No would raise over today.
    pub no: Pence,
}

/// A part of the tax base that is charged alike: band D equivalents of the own amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargeLine {
    /// The band.
    pub band: Band,
    /// Tax base for setting, thousandths of a band D equivalent.
    pub tax_base_thousandths: i64,
    /// Today.
    pub today: Pence,
    /// Under Yes before relief; the same as after it where a change of the law is proposed.
    pub headline: Pence,
    /// Under Yes after relief, in the first year.
    pub net: Pence,
    /// Under Yes after relief, once phased in.
    pub net_in_full: Pence,
    /// Under No.
    pub no: Pence,
    /// Whether it does not rise in cash, once phased in.
    pub frozen: bool,
}

/// The tax base of some cells by what they are charged, in the order of band and charge.
///
/// A cell's base is shared out over the parts of its band by their homes; lines add to the cells.
pub fn charge_lines<'a>(
    amounts: &Amounts,
    cells: &Cells,
    chosen: impl IntoIterator<Item = &'a Cell>,
) -> Vec<ChargeLine> {
    let local = amounts.moves == Moves::OwnPart;
    let mut lines: BTreeMap<(Band, Pence, Pence), i64> = BTreeMap::new();
    let mut add = |amounts: &Amounts, home: KindOfHome, part: usize, base: i64| {
        let charge = amounts.charge(0, home, part);
        let net = amounts.band_d_equivalent(home.band, part, charge.own.yes);
        let in_full = amounts.band_d_equivalent(home.band, part, charge.own_in_full);
        *lines.entry((home.band, net, in_full)).or_default() += base;
    };
    for cell in chosen {
        let home = cells.kind_of(cell);
        let parts = &amounts.parts[cell.band];
        if parts.len() == 1 {
            add(amounts, home, 0, cell.tax_base_thousandths);
            continue;
        }
        let weights: Vec<i64> = parts.iter().map(|part| part.share_millionths).collect();
        let shared = apportion(cell.tax_base_thousandths, &weights).unwrap_or_default();
        for (part, base) in shared.into_iter().enumerate() {
            add(amounts, home, part, base);
        }
    }
    let line = |((band, net, net_in_full), tax_base_thousandths)| ChargeLine {
        band,
        tax_base_thousandths,
        today: amounts.band_d.today,
        headline: if local { amounts.band_d.yes } else { net },
        net,
        net_in_full,
        no: amounts.band_d.no,
        frozen: net_in_full <= amounts.band_d.today,
    };
    lines.into_iter().map(line).collect()
}

/// The authority's budgets and the changes between them, at budgeted collection.
///
/// Substitute calculations use the same tax base (s.52ZF(3)(b)); relief does not change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budgets {
    /// Council tax requirement (without parishes): tax base times band D, before relief.
    pub requirement: Cases<Pence>,
    /// By band.
    pub bands: ByBand<BandBudget>,
    /// By what is charged.
    pub lines: Vec<ChargeLine>,
    /// What contributions in lieu would bring over today under Yes, at the headline.
    pub in_lieu_yes: Pence,
    /// What contributions in lieu would bring over today under No.
    pub in_lieu_no: Pence,
    /// What a change of the law would bring the other authorities on the bill over a No.
    pub others: Pence,
    /// What a surcharge would bring by band in the first year, if all of it is paid.
    pub levy: ByBand<Pence>,
    /// The same once phased in.
    pub levy_in_full: ByBand<Pence>,
}

/// Works out the budgets from the tax base of the cells.
///
/// What each band pays is rounded to the penny; changes are differences of those, so that all
/// tables add up.
pub fn budgets(
    amounts: &Amounts,
    cells: &Cells,
    in_lieu_thousandths: i64,
    schedule: &Schedule,
) -> Budgets {
    let band_d = amounts.band_d;
    let lines = charge_lines(amounts, cells, cells.rows());
    let base = cells.tax_base_thousandths();
    let levy = levied(amounts, cells, cells.rows(), schedule, |charge| charge.levy);
    let levy_in_full = levied(amounts, cells, cells.rows(), schedule, |charge| {
        charge.levy_in_full
    });
    let bands = ByBand::from_fn(|band: Band| {
        let over_today =
            |amount: Pence| on_base(amount, base[band]) - on_base(band_d.today, base[band]);
        // Lines that pay alike are one, so that rounding does not tell them apart.
        let mut paid: BTreeMap<Pence, i64> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.band == band) {
            *paid.entry(line.net).or_default() += line.tax_base_thousandths;
        }
        let paid = paid.iter().map(|(net, base)| on_base(*net, *base));
        let net = paid.sum::<Pence>() - on_base(band_d.today, base[band]);
        let (gross, relief) = if schedule.is_local() {
            let gross = over_today(band_d.yes);
            (gross, gross - net)
        } else {
            let kept = if schedule.levy_is_own() {
                levy[band]
            } else {
                Pence::ZERO
            };
            (net + kept, Pence::ZERO)
        };
        BandBudget {
            tax_base_thousandths: base[band],
            gross,
            relief,
            net: gross - relief,
            no: over_today(band_d.no),
        }
    });
    let in_lieu = band_d.map(|amount| on_base(amount, in_lieu_thousandths));
    let whole = |amount: Pence| {
        let by_band = base.values().iter().map(|&base| on_base(amount, base));
        by_band.sum::<Pence>() + on_base(amount, in_lieu_thousandths)
    };
    let requirement = band_d.map(whole);
    let gross: Pence = bands.values().iter().map(|band| band.gross).sum();
    Budgets {
        requirement: Cases {
            yes: requirement.today + gross + in_lieu.yes - in_lieu.today,
            ..requirement
        },
        bands,
        lines,
        in_lieu_yes: in_lieu.yes - in_lieu.today,
        in_lieu_no: in_lieu.no - in_lieu.today,
        others: brought_to_others(amounts, cells),
        levy,
        levy_in_full,
    }
}

/// What a change of the law adds to the others' part of the bills, on the tax base of the cells.
fn brought_to_others(amounts: &Amounts, cells: &Cells) -> Pence {
    let mut sum: i128 = 0;
    for cell in cells.rows() {
        let home = cells.kind_of(cell);
        let ratio = amounts.proportions[cell.band];
        for (part, of_band) in amounts.parts[cell.band].iter().enumerate() {
            let charge = amounts.charge(cells.area(cell), home, part);
            let others = |own: Pence, total: Pence| (total - own).pence();
            let more =
                others(charge.own.yes, charge.total.yes) - others(charge.own.no, charge.total.no);
            // Thousandths of a band D equivalent are homes times proportion: out of the band again.
            sum += i128::from(more)
                * i128::from(cell.tax_base_thousandths)
                * i128::from(of_band.share_millionths)
                * i128::from(ratio.denominator())
                / i128::from(ratio.numerator());
        }
    }
    Pence::from_pence(divide_half_up(sum, 1_000 * i128::from(WHOLE)))
}

/// What a surcharge brings from the chosen cells' homes that owe a bill, by band; of one that is only
/// asked for, if all gave. It goes by homes and not by the tax base: no discount lowers it.
pub fn levied<'a>(
    amounts: &Amounts,
    cells: &Cells,
    chosen: impl IntoIterator<Item = &'a Cell>,
    schedule: &Schedule,
    of: impl Fn(&Charge) -> Pence,
) -> ByBand<Pence> {
    let Design::Levy {
        amounts: asked,
        voluntary,
        ..
    } = schedule.design()
    else {
        return ByBand::from_fn(|_| Pence::ZERO);
    };
    let mut sums = ByBand::from_fn(|_| 0i128);
    let owes = |cell: &&Cell| cell.liability.quarters_payable() > 0;
    for cell in chosen.into_iter().filter(owes) {
        for (part, &(share, asked)) in asked[cell.band].iter().enumerate() {
            let levy = if *voluntary {
                asked
            } else {
                of(&amounts.charge(cells.area(cell), cells.kind_of(cell), part))
            };
            sums[cell.band] +=
                i128::from(levy.pence()) * i128::from(cell.dwellings) * i128::from(share);
        }
    }
    sums.map(|sum| Pence::from_pence(divide_half_up(*sum, i128::from(WHOLE))))
}

/// An amount at band D on a tax base in thousandths, to the penny.
pub fn on_base(band_d: Pence, thousandths: i64) -> Pence {
    let product = i128::from(band_d.pence()) * i128::from(thousandths);
    Pence::from_pence(divide_half_up(product, 1_000))
}

impl Budgets {
    fn total(&self, of: impl Fn(&BandBudget) -> Pence) -> Pence {
        self.bands.values().iter().map(of).sum()
    }

    /// What the headline rise, or a change of the law, would raise over today, before relief.
    pub fn gross_yield(&self) -> Pence {
        self.total(|band| band.gross) + self.in_lieu_yes
    }

    /// What relief costs. The billing authority pays all of it from its general fund (Collection
    /// Fund (Council Tax Reductions) (England) Directions 2024); no preceptor shares in it.
    pub fn relief_cost(&self) -> Pence {
        self.total(|band| band.relief)
    }

    /// What is left over today's council tax after relief.
    pub fn net_yield_vs_today(&self) -> Pence {
        self.gross_yield() - self.relief_cost()
    }

    /// What is left over the substitute budget that a No brings.
    pub fn net_yield_vs_no(&self) -> Pence {
        self.net_yield_vs_today() - self.no_yield()
    }

    /// What a No raises over today.
    pub fn no_yield(&self) -> Pence {
        self.total(|band| band.no) + self.in_lieu_no
    }
}
