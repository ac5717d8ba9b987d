//! What the law asks of an authority under a scenario, and what its yield is over.

use crate::simulation::Prepared;

/// What is needed to carry a proposal out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A referendum: the yield is over a No.
    Vote,
    /// No referendum: the yield is over the largest rise that needs none.
    NoVote,
    /// No referendum, and a freeze stands in for a No.
    Freeze,
    /// An order for the whole nation: the yield is over the same year without it.
    Order,
    /// An Act: the yield is over the same year without it.
    Act,
    /// Nothing: residents are asked to give.
    Voluntary,
}

impl Kind {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Self; 6] = [
        Self::Vote,
        Self::NoVote,
        Self::Freeze,
        Self::Order,
        Self::Act,
        Self::Voluntary,
    ];

    /// The kind of a proposal.
    pub fn of_proposal(prepared: &Prepared) -> Self {
        Self::of(
            prepared.route.modelled.key,
            prepared.amounts.no_rise.value(),
        )
    }

    /// The kind of a row of `authorities.csv` by its columns `route` and `no_rise`.
    pub fn of(route: &str, no_rise: f64) -> Self {
        match route {
            "referendum" => Self::Vote,
            "order" => Self::Order,
            "act" => Self::Act,
            "voluntary" => Self::Voluntary,
            _ if no_rise > 0.0 => Self::NoVote,
            _ => Self::Freeze,
        }
    }

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vote => "vote",
            Self::NoVote => "no_vote",
            Self::Freeze => "no_vote_freeze",
            Self::Order => "order",
            Self::Act => "act",
            Self::Voluntary => "voluntary",
        }
    }

    /// What is needed, as the head of a row.
    pub const fn needs(self) -> &'static str {
        match self {
            Self::Vote => "vote needed",
            Self::NoVote => "no vote needed",
            Self::Freeze => "no vote needed (freeze)",
            Self::Order => "an order needed",
            Self::Act => "an Act needed",
            Self::Voluntary => "voluntary",
        }
    }

    /// Whose figures they are: `authorities that need a vote`.
    pub const fn whose(self) -> &'static str {
        match self {
            Self::Vote => "authorities that need a vote",
            Self::NoVote => "authorities that need no vote",
            Self::Freeze => "authorities that need no vote, set against a freeze",
            Self::Order => "authorities under an order",
            Self::Act => "authorities under an Act",
            Self::Voluntary => "authorities that ask for gifts",
        }
    }

    /// What the yield is over.
    pub const fn over(self) -> &'static str {
        match self {
            Self::Vote => "a No",
            Self::NoVote => "the most that needs no vote",
            Self::Freeze => "a freeze",
            Self::Order | Self::Act => "the same year without it",
            Self::Voluntary => "the same year without gifts",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lost_vote_is_a_no_and_only_no_rise_is_a_freeze() {
        assert_eq!(Kind::of("referendum", 0.0499).over(), "a No");
        assert_eq!(
            Kind::of("no-vote", 0.0499).over(),
            "the most that needs no vote"
        );
        assert_eq!(Kind::of("no-vote", 0.0).over(), "a freeze");
        for route in ["order", "act"] {
            assert_eq!(Kind::of(route, 0.0).over(), "the same year without it");
        }
        assert_eq!(Kind::of("voluntary", 0.0), Kind::Voluntary);
    }
}
