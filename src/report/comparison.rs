//! Proposals on the same luck: whether they can be compared, how they differ draw by draw, and the briefing
//! on them.

use super::document::{Document, Figure};
use super::league::{self, ProposalRank};
use super::paper::{Compared, of_compare};
use super::results::{self, Briefing, Provenance, briefing};
use super::tables::{CompareRow, WarningRow};
use super::{figures, scenario_file, text};
use crate::data::DataError;
use crate::simulation::{DrawOutcomes, Prepared, compare, same_evidence};

/// Why proposals cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// There is nothing to compare with.
    #[error("a comparison takes two scenarios or more")]
    TooFew,
    /// A poll is on one proposal.
    #[error(
        "poll: {key} states a poll, which is on one proposal and says nothing of another [leave [[poll]] \
         out of what is compared]"
    )]
    Poll {
        /// The key of the scenario.
        key: String,
    },
    /// The luck of one is not that of the other.
    #[error(
        "{first} and {other} differ in authority, vintage, year, seed, draws or points, so their luck \
         cannot be shared [state --authority, --vintage, --seed, --draws or --points for both]"
    )]
    OtherLuck {
        /// The key of the first scenario.
        first: String,
        /// The key of the one that differs.
        other: String,
    },
    /// Two cannot be told apart.
    #[error("two scenarios have the key {key:?} [give each its own key]")]
    SameKey {
        /// The key.
        key: String,
    },
    /// What is believed of the votes of one is not what is believed of the other's.
    #[error(
        "{first} and {other} rest on different evidence, so their votes cannot be paired [state the same \
         [evidence] and the same [inputs] of the vote in both]"
    )]
    OtherEvidence {
        /// The key of the first scenario.
        first: String,
        /// The key of the one that differs.
        other: String,
    },
}

/// Proposals of one authority on the same luck, the first against each of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    /// The proposals in their order: two or more.
    proposals: Vec<(&'a Prepared, &'a DrawOutcomes)>,
    /// The differences of the first to each of the others, draw by draw.
    pub pairs: Vec<Vec<CompareRow>>,
    /// Caveats, each once; one of some of the proposals says of which.
    pub warnings: Vec<WarningRow>,
}

/// What stands in the briefing on a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonBriefing {
    /// Who stands where by each figure.
    pub league: Vec<ProposalRank>,
    /// From what, and with what.
    pub provenance: Provenance,
    /// The charts.
    pub figures: Vec<Figure>,
    /// The paper.
    pub document: Document,
}

/// Refuses proposals that cannot share their luck, or cannot be told apart: this is known before the first
/// draw.
///
/// # Errors
/// When there are fewer than two, one states a poll, one differs from the first in what the luck hangs on,
/// or two have one key.
pub fn share_luck<'a>(
    proposals: impl IntoIterator<Item = &'a Prepared>,
) -> Result<(), NotComparable> {
    let proposals: Vec<&Prepared> = proposals.into_iter().collect();
    let key = |one: &Prepared| one.scenario.key.clone();
    let [first, _, ..] = proposals[..] else {
        return Err(NotComparable::TooFew);
    };
    if let Some(polled) = proposals.iter().find(|one| !one.scenario.polls.is_empty()) {
        return Err(NotComparable::Poll { key: key(polled) });
    }
    for (index, other) in proposals.iter().enumerate() {
        let same = other.scenario.seed == first.scenario.seed
            && other.scenario.draws == first.scenario.draws
            && other.scenario.points == first.scenario.points
            && other.record.authority == first.record.authority
            && other.base_year == first.base_year
            && other.vote_year == first.vote_year;
        if !same {
            return Err(NotComparable::OtherLuck {
                first: key(first),
                other: key(other),
            });
        }
        let mut before = proposals[..index].iter();
        if before.any(|one| one.scenario.key == other.scenario.key) {
            return Err(NotComparable::SameKey { key: key(other) });
        }
    }
    Ok(())
}

impl<'a> Comparison<'a> {
    /// Compares the first of some proposals with each of the others.
    ///
    /// # Errors
    /// When they cannot share their luck, cannot be told apart, or rest on different evidence.
    ///
    /// # Example
    /// ```
    /// use bandwise::data::{Scenario, World, scenario::Names};
    /// use bandwise::report::comparison::Comparison;
    /// use bandwise::simulation::{NoObserver, prepare, run};
    /// let world = World::embedded(Some("2023-24"))?;
    /// let names = Names::of(&world.assumptions);
    /// let mut drawn = Vec::new();
    /// for key in ["williamson-2018", "gentle-efgh"] {
    ///     let mut scenario = Scenario::load(key, &names)?;
    ///     scenario.draws = 100;
    ///     let prepared = prepare(&scenario, &world)?;
    ///     let outcomes = run(&prepared, &NoObserver);
    ///     drawn.push((prepared, outcomes));
    /// }
    /// let proposals: Vec<_> = drawn.iter().map(|(one, outcomes)| (one, outcomes)).collect();
    /// let comparison = Comparison::of(&proposals)?;
    /// assert_eq!(comparison.pairs.len(), 1);
    /// assert_eq!(comparison.pairs[0][0].metric, "collected_vs_today_pounds");
    ///
    /// let error = Comparison::of(&[proposals[0], proposals[0]]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "two scenarios have the key \"williamson-2018\" [give each its own key]"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(proposals: &[(&'a Prepared, &'a DrawOutcomes)]) -> Result<Self, NotComparable> {
        share_luck(proposals.iter().map(|(prepared, _)| *prepared))?;
        let (first, others) = (proposals[0], &proposals[1..]);
        let key = |(prepared, _): (&Prepared, &DrawOutcomes)| prepared.scenario.key.clone();
        if let Some(other) = others.iter().find(|one| !same_evidence(first.1, one.1)) {
            return Err(NotComparable::OtherEvidence {
                first: key(first),
                other: key(*other),
            });
        }
        let pair = |other: &(&Prepared, &DrawOutcomes)| {
            results::compare_rows(&key(first), &key(*other), &compare(first, *other))
        };
        Ok(Self {
            proposals: proposals.to_vec(),
            pairs: others.iter().map(pair).collect(),
            warnings: warnings(proposals),
        })
    }

    /// Of whom, of which year, and on what luck.
    pub fn title(&self) -> String {
        let (first, _) = self.proposals[0];
        format!(
            "{} {}: {}, seed {}",
            first.record.authority.name,
            first.vote_year,
            text::draws_in_words(first.scenario.draws, first.scenario.points),
            first.scenario.seed
        )
    }

    /// The key of each proposal and its scenario as understood.
    pub fn scenarios(&self) -> Vec<(&'a str, String)> {
        self.proposals
            .iter()
            .map(|(one, _)| {
                let toml = scenario_file::toml(&one.scenario);
                (one.scenario.key.as_str(), toml)
            })
            .collect()
    }

    /// The briefing of each proposal. It looks beyond the draws at other values of a lever and other days,
    /// on the threads of the pool that it is called in.
    ///
    /// # Errors
    /// When an embedded table is broken: a fault of the build.
    pub fn briefings(&self, overrides: &[String]) -> Result<Vec<Briefing>, DataError> {
        self.proposals
            .iter()
            .map(|(one, drawn)| {
                let toml = scenario_file::toml(&one.scenario);
                briefing(one, drawn, &toml, overrides)
            })
            .collect()
    }

    /// The briefing on all of them from that of each, in the order of the proposals.
    ///
    /// # Errors
    /// When an embedded table is broken: a fault of the build.
    ///
    /// # Panics
    /// When there are not as many briefings as proposals.
    pub fn briefing(
        &self,
        briefings: &[Briefing],
        overrides: &[String],
    ) -> Result<ComparisonBriefing, DataError> {
        assert_eq!(
            briefings.len(),
            self.proposals.len(),
            "every proposal has a briefing"
        );
        let compared: Vec<Compared<'_>> = (self.proposals.iter().zip(briefings))
            .map(|((prepared, _), briefing)| Compared { prepared, briefing })
            .collect();
        let scenarios = self.scenarios();
        let ranked: Vec<(&str, &Briefing)> = (scenarios.iter().zip(briefings))
            .map(|((key, _), briefing)| (*key, briefing))
            .collect();
        let league = league::proposals(&ranked);
        let keys: Vec<&str> = scenarios.iter().map(|(key, _)| *key).collect();
        let texts: String = scenarios.iter().map(|(_, toml)| toml.as_str()).collect();
        let mut provenance = results::provenance(self.proposals[0].0, &texts, overrides)?;
        provenance.scenario = keys.join(" ");
        let figures = figures::of_compare(&self.proposals);
        let document = of_compare(
            &compared,
            &self.pairs,
            &league,
            &self.warnings,
            &provenance,
            &figures,
        );
        Ok(ComparisonBriefing {
            league,
            provenance,
            figures,
            document,
        })
    }
}

/// The caveats of all proposals, each once.
fn warnings(proposals: &[(&Prepared, &DrawOutcomes)]) -> Vec<WarningRow> {
    let mut warnings: Vec<(WarningRow, Vec<&str>)> = Vec::new();
    for (one, drawn) in proposals {
        for warning in results::warnings(one, drawn) {
            let known = warnings.iter_mut().find(|(held, _)| *held == warning);
            match known {
                Some((_, keys)) => keys.push(&one.scenario.key),
                None => warnings.push((warning, vec![&one.scenario.key])),
            }
        }
    }
    warnings
        .into_iter()
        .map(|(warning, keys)| {
            // A caveat of some of the proposals says of which.
            let whose = if keys.len() < proposals.len() {
                format!("{}: ", keys.join(", "))
            } else {
                String::new()
            };
            WarningRow {
                message: format!("{whose}{}", warning.message),
                ..warning
            }
        })
        .collect()
}
