//! Whether a schedule is lawful locally, and whether it needs a referendum.

use crate::domain::{Authority, AuthorityClass, Limit, Principle, Rise, Schedule};

use super::bill::Amounts;

/// What the law says to one way of doing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The council may do it by resolution.
    NeedsNoVote,
    /// The council may set it subject to a referendum.
    NeedsReferendum,
    /// The council cannot do it.
    NotLawfulLocally,
}

impl Verdict {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NeedsNoVote => "does not need a referendum",
            Self::NeedsReferendum => "needs a referendum",
            Self::NotLawfulLocally => "not lawful locally",
        }
    }
}

/// One way to carry a schedule out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteOption {
    /// The way.
    pub way: String,
    /// What the law says to it.
    pub verdict: Verdict,
    /// Why, with statutes.
    pub reasons: Vec<String>,
}

/// The ways to carry a schedule out, the one that is modelled first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The lawful way, which every figure rests on.
    pub modelled: RouteOption,
    /// Other ways that a reader may have in mind.
    pub others: Vec<RouteOption>,
}

impl Route {
    /// Whether a referendum is held.
    pub fn needs_referendum(&self) -> bool {
        self.modelled.verdict == Verdict::NeedsReferendum
    }
}

/// Decides the route of a schedule under the principle of the year.
///
/// The test is on the relevant basic amount (LGFA 1992 ss.52ZB, 52ZX): class reductions do not
/// count, so the headline decides.
pub fn route(
    authority: &Authority,
    schedule: &Schedule,
    amounts: &Amounts,
    principle: &Principle,
) -> Route {
    let band_d = amounts.band_d;
    let excessive = principle.limit.is_excessive(band_d.today, band_d.yes);
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
            band_d.yes
        ));
    }
    let way = if schedule.needs_relief() {
        reasons.push(
            "Relief to classes of dwelling is a reduction under LGFA 1992 s.13A(1)(c): it gives \
             back part of the increase, is paid for by the billing authority alone, and does not \
             count in the test. For whole bands it is untested in court: take counsel's opinion."
                .to_owned(),
        );
        if authority.class == AuthorityClass::ShireDistrict {
            reasons.push(format!(
                "As a district the council would pay for relief while {} sets most of the bill: \
                 impracticable in a two-tier area.",
                authority.upper_tier
            ));
        }
        format!(
            "a headline rise of {} with relief by band (untested in court)",
            schedule.headline()
        )
    } else {
        format!("one rise of {} for all bands", schedule.headline())
    };
    let modelled = RouteOption {
        way,
        verdict,
        reasons,
    };
    let others = if schedule.needs_relief() {
        vec![own_ratios()]
    } else {
        Vec::new()
    };
    Route { modelled, others }
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

fn own_ratios() -> RouteOption {
    RouteOption {
        way: "different ratios between the bands of this council".to_owned(),
        verdict: Verdict::NotLawfulLocally,
        reasons: vec![
            "The ratios between bands are fixed for the whole country by LGFA 1992 s.5(1); an \
             order under s.5(4) can change them for all councils, other ratios in one council \
             need primary legislation."
                .to_owned(),
        ],
    }
}
