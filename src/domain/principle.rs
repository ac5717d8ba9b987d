//! Referendum principles: which rise in the relevant basic amount is excessive.

use super::money::Pence;
use super::rise::Rise;
use super::source::Source;
use super::year::FinancialYear;

/// How far the relevant basic amount may rise before a referendum is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Excessive at this rise or more.
    Percent(Rise),
    /// Excessive only at this rise or more *and* by more than these pounds at band D.
    PercentAndPounds(Rise, Pence),
    /// Excessive by more than these pounds at band D.
    Pounds(Pence),
    /// No principle: any rise may be set without a vote.
    Unlimited,
}

/// One basis point: councils set a rise of "5% or more needs a vote" at 4.99%.
const BASIS_POINT: Rise = Rise::from_millionths(100);

impl Limit {
    /// Whether a rise from one relevant basic amount to another is excessive (LGFA 1992 s.52ZB).
    ///
    /// # Example
    /// ```
    /// use bandwise::domain::{Limit, Pence, Rise};
    /// let five_percent = Limit::Percent(Rise::new(0.05)?);
    /// let today = Pence::parse_pounds("1000.00")?;
    /// assert!(!five_percent.is_excessive(today, Pence::parse_pounds("1049.99")?));
    /// assert!(five_percent.is_excessive(today, Pence::parse_pounds("1050.00")?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_excessive(self, today: Pence, next: Pence) -> bool {
        let by_percent = |rise: Rise| {
            i128::from(next.pence()) * 1_000_000
                >= i128::from(today.pence()) * i128::from(1_000_000 + rise.millionths())
        };
        match self {
            Self::Percent(rise) => by_percent(rise),
            Self::PercentAndPounds(rise, pounds) => by_percent(rise) && next - today > pounds,
            Self::Pounds(pounds) => next - today > pounds,
            Self::Unlimited => false,
        }
    }

    /// The band D amount after the largest rise that councils set without a vote.
    ///
    /// A percentage limit is taken one basis point below the trigger, to the nearest penny that is
    /// not excessive; a limit in pounds to the penny. Nothing where there is no limit.
    pub fn largest_amount_without_vote(self, today: Pence) -> Option<Pence> {
        let below = |trigger: Rise| {
            let rise = Rise::from_millionths(trigger.millionths() - BASIS_POINT.millionths());
            let mut amount = rise.apply_to(today);
            while amount > today && Self::Percent(trigger).is_excessive(today, amount) {
                amount = amount - Pence::from_pence(1);
            }
            amount
        };
        match self {
            Self::Percent(trigger) => Some(below(trigger)),
            Self::PercentAndPounds(trigger, pounds) => Some(below(trigger).max(today + pounds)),
            Self::Pounds(pounds) => Some(today + pounds),
            Self::Unlimited => None,
        }
    }

    /// The largest rise that councils set without a vote: one basis point below a percentage
    /// trigger, or what a limit in pounds comes to. Nothing where there is no limit.
    pub fn largest_rise_without_vote(self, today: Pence) -> Option<Rise> {
        let amount = self.largest_amount_without_vote(today)?;
        match self {
            Self::Percent(trigger) | Self::PercentAndPounds(trigger, _) => {
                let named = Rise::from_millionths(trigger.millionths() - BASIS_POINT.millionths());
                if named.apply_to(today) == amount {
                    Some(named)
                } else {
                    Rise::between(today, amount)
                }
            }
            Self::Pounds(_) | Self::Unlimited => Rise::between(today, amount),
        }
    }

    /// The limit in words.
    pub fn words(self) -> String {
        match self {
            Self::Percent(rise) => format!("a rise of {rise} or more"),
            Self::PercentAndPounds(rise, pounds) => {
                format!("a rise of {rise} or more that is also more than {pounds} at band D")
            }
            Self::Pounds(pounds) => format!("a rise of more than {pounds} at band D"),
            Self::Unlimited => "no rise: there is no principle for this authority".to_owned(),
        }
    }
}

/// The principle that applies to an authority in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principle {
    /// The financial year in which the amount is to be set.
    pub year: FinancialYear,
    /// The limit.
    pub limit: Limit,
    /// To whom it applies: a class, or a named exception.
    pub applies_to: String,
    /// Where it is published.
    pub source: Source,
}
