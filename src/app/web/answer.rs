//! From a state of the page to everything that it shows: the same functions as the command line's.

use bandwise::data::Scenario;
use bandwise::report::document::Document;
use bandwise::report::{Briefing, briefing_at_once, figures, paper, scenario_file};
use bandwise::simulation::{DrawOutcomes, NoObserver, Prepared, prepare, run};

use super::choices::{Choices, Chosen};
use super::desk::Stop;
use super::refused::Refused;
use super::site::Site;
use crate::app::run::too_few_agree;

/// How far an answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// A first look, for who still moves a slider: at most [`QUICK_DRAWS`] draws, and not what takes longest.
    Quick,
    /// All of it, with the reader's own draws.
    Whole,
}

/// The most draws of a first look.
pub const QUICK_DRAWS: u32 = 2_000;

/// A proposal, simulated.
pub struct Drawn {
    /// The scenario made ready.
    pub prepared: Prepared,
    /// Its draws.
    pub outcomes: DrawOutcomes,
    /// Its tables.
    pub briefing: Briefing,
    /// What was left out of the scenario that it starts from, in sentences.
    pub notes: Vec<String>,
}

/// A proposal put into words and charts.
pub struct Answer {
    /// The proposal.
    pub drawn: Drawn,
    /// Its briefing.
    pub paper: Document,
}

impl Drawn {
    /// Simulates a state.
    ///
    /// # Errors
    /// When the state is no scenario that can be run, or nobody waits any more.
    pub fn of(choices: &Choices, site: &Site, stop: &Stop) -> Result<Self, Refused> {
        let Chosen { scenario, notes } = choices.scenario(site)?;
        Self::simulate(&scenario, notes, site, stop)
    }

    /// Simulates a scenario.
    ///
    /// # Errors
    /// When it cannot be run, or nobody waits any more.
    pub fn simulate(
        scenario: &Scenario,
        notes: Vec<String>,
        site: &Site,
        stop: &Stop,
    ) -> Result<Self, Refused> {
        let mut drawn = Self::at_once(scenario, notes, site, stop)?;
        drawn
            .briefing
            .look_further(&drawn.prepared, &drawn.outcomes);
        stop.check()?;
        Ok(drawn)
    }

    fn at_once(
        scenario: &Scenario,
        notes: Vec<String>,
        site: &Site,
        stop: &Stop,
    ) -> Result<Self, Refused> {
        let world = site.world(scenario.vintage.as_deref())?;
        let prepared = prepare(scenario, world)?;
        stop.check()?;
        let outcomes = run(&prepared, &NoObserver);
        if let Some(few) = too_few_agree(&outcomes) {
            return Err(Refused::bad_input(few));
        }
        stop.check()?;
        let scenario_toml = scenario_file::toml(&prepared.scenario);
        let briefing = briefing_at_once(&prepared, &outcomes, &scenario_toml, &[])?;
        stop.check()?;
        Ok(Self {
            prepared,
            outcomes,
            briefing,
            notes,
        })
    }
}

impl Answer {
    /// Simulates a state and puts it into charts and words.
    ///
    /// # Errors
    /// As [`Drawn::of`].
    pub fn of(choices: &Choices, site: &Site, depth: Depth, stop: &Stop) -> Result<Self, Refused> {
        let drawn = match depth {
            Depth::Whole => Drawn::of(choices, site, stop)?,
            Depth::Quick => {
                let Chosen {
                    mut scenario,
                    notes,
                } = choices.scenario(site)?;
                scenario.draws = scenario.draws.min(QUICK_DRAWS);
                Drawn::at_once(&scenario, notes, site, stop)?
            }
        };
        let figures = figures::of_run(&drawn.prepared, &drawn.outcomes, &drawn.briefing)?;
        let paper = paper::of_run(&drawn.prepared, &drawn.briefing, &figures);
        Ok(Self { drawn, paper })
    }
}
