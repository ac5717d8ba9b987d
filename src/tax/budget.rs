//! Three budgets: today, Yes and No; what the relief costs and who pays for it.

use super::bill::{Amounts, Cases};
use crate::domain::{Band, ByBand, Pence, divide_half_up};

/// The council tax of one band, at the tax base for setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BandBudget {
    /// Tax base for setting, thousandths of a band D equivalent.
    pub tax_base_thousandths: i64,
    /// What the headline rise would raise over today, before relief.
    pub gross: Pence,
    /// What is given back under s.13A(1)(c).
    pub relief: Pence,
    /// What is left: gross less relief.
    pub net: Pence,
    /// What a No would raise over today.
    pub no: Pence,
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
    /// What contributions in lieu would bring over today under Yes, at the headline.
    pub in_lieu_yes: Pence,
    /// What contributions in lieu would bring over today under No.
    pub in_lieu_no: Pence,
}

/// Works out the budgets from the tax base for setting, by band, in thousandths.
///
/// What each band pays is rounded to the penny; changes are differences of those, so that all
/// tables add up.
pub fn budgets(
    amounts: &Amounts,
    tax_base_thousandths: &ByBand<i64>,
    in_lieu_thousandths: i64,
) -> Budgets {
    let band_d = amounts.band_d;
    let bands = ByBand::from_fn(|band: Band| {
        let base = tax_base_thousandths[band];
        let today = on_base(band_d.today, base);
        let gross = on_base(band_d.yes, base) - today;
        let net = on_base(amounts.net_band_d_yes[band], base) - today;
        BandBudget {
            tax_base_thousandths: base,
            gross,
            relief: gross - net,
            net,
            no: on_base(band_d.no, base) - today,
        }
    });
    let in_lieu = band_d.map(|amount| on_base(amount, in_lieu_thousandths));
    let whole = |amount: Pence| {
        let by_band = tax_base_thousandths
            .values()
            .iter()
            .map(|&base| on_base(amount, base));
        by_band.sum::<Pence>() + on_base(amount, in_lieu_thousandths)
    };
    Budgets {
        requirement: band_d.map(whole),
        bands,
        in_lieu_yes: in_lieu.yes - in_lieu.today,
        in_lieu_no: in_lieu.no - in_lieu.today,
    }
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

    /// What the headline rise would raise over today, before relief.
    pub fn gross_yield(&self) -> Pence {
        self.total(|band| band.gross) + self.in_lieu_yes
    }

    /// What relief costs. The billing authority pays all of it from its general fund (Collection
    /// Fund (Council Tax Reductions) (England) Directions 2013); no preceptor shares in it.
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
