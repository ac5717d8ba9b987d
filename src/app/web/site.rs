//! What the server holds for all requests: scenarios, figures, places. Read once, never changed.

use std::collections::BTreeMap;

use bandwise::data::area_incomes::AreaIncomes;
use bandwise::data::assumptions::PollingDay;
use bandwise::data::scenario::{DEFAULT_SCENARIO, Names, nearest};
use bandwise::data::vintage::VINTAGES;
use bandwise::data::{Assumptions, Scenario, Vintage, Working, World, user};
use bandwise::domain::AuthorityClass;

use super::refused::Refused;
use crate::app::exit::Failure;

/// Everything that requests are answered from.
#[derive(Debug)]
pub struct Site {
    assumptions: Assumptions,
    built_in: Vec<Scenario>,
    worlds: BTreeMap<String, World>,
    newest: String,
}

/// An authority that can propose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its ONS code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub class: AuthorityClass,
}

impl Site {
    /// Reads what is embedded, and what the user has installed.
    ///
    /// # Errors
    /// When something embedded is broken, or a vintage of the user's cannot be read.
    pub fn open() -> Result<Self, Failure> {
        let assumptions = Assumptions::embedded().map_err(Failure::bug)?;
        let built_in = Scenario::built_in(&Names::of(&assumptions))?;
        let mut names: Vec<String> = VINTAGES.iter().map(|name| (*name).to_owned()).collect();
        names.extend(user::vintages()?);
        let mut worlds = BTreeMap::new();
        for name in names {
            let mut world = World::with(assumptions.clone(), Some(&name))?;
            // Small jobs, many at once: the same results without a second pool of threads.
            world.working = Working::Loops;
            worlds.insert(name, world);
        }
        // What many jobs would otherwise read at once for the first of them.
        AreaIncomes::embedded()?;
        let newest = VINTAGES[VINTAGES.len() - 1].to_owned();
        Ok(Self {
            assumptions,
            built_in,
            worlds,
            newest,
        })
    }

    /// The names that scenarios are checked against.
    pub fn names(&self) -> Names<'_> {
        Names::of(&self.assumptions)
    }

    /// All built-in scenarios.
    pub fn all_built_in(&self) -> &[Scenario] {
        &self.built_in
    }

    /// A built-in scenario by its key.
    ///
    /// # Errors
    /// When there is none.
    pub fn built_in(&self, key: &str) -> Result<&Scenario, Refused> {
        self.built_in
            .iter()
            .find(|scenario| scenario.key == key)
            .ok_or_else(|| {
                let keys: Vec<&str> = self.built_in.iter().map(|one| one.key.as_str()).collect();
                Refused::bad_input(format!(
                    "start: {key:?} is no built-in scenario (allowed: {}){}",
                    keys.join(", "),
                    nearest(key, &keys)
                ))
            })
    }

    /// The scenario that the page opens with.
    pub const fn default_scenario(&self) -> &'static str {
        DEFAULT_SCENARIO
    }

    /// The kinds of polling day.
    pub fn days(&self) -> &[PollingDay] {
        self.assumptions.days()
    }

    /// The names of all vintages held, sorted.
    pub fn vintages(&self) -> impl Iterator<Item = &str> {
        self.worlds.keys().map(String::as_str)
    }

    /// The world of a vintage, or of the newest embedded. No request reads a file.
    ///
    /// # Errors
    /// When it was not held when the server started.
    pub fn world(&self, vintage: Option<&str>) -> Result<&World, Refused> {
        let wanted = vintage.unwrap_or(&self.newest);
        self.worlds.get(wanted).ok_or_else(|| {
            let held: Vec<&str> = self.vintages().collect();
            Refused::bad_input(format!(
                "vintage: no figures of {wanted:?} are held (held: {}){}",
                held.join(", "),
                nearest(wanted, &held)
            ))
        })
    }

    /// Everyone who can propose on the figures of a vintage: billing authorities, then those who precept.
    pub fn places(vintage: &Vintage) -> Vec<Place> {
        let billing = vintage.authorities.iter().map(|row| Place {
            code: row.authority.code.to_string(),
            name: row.authority.name.clone(),
            class: row.authority.class,
        });
        // One that has several amounts in its area cannot propose one.
        let preceptors = vintage.preceptors.iter().filter(|row| row.band_d.is_some());
        let preceptors = preceptors.map(|row| Place {
            code: row.code.to_string(),
            name: row.name.clone(),
            class: row.class,
        });
        billing.chain(preceptors).collect()
    }
}
