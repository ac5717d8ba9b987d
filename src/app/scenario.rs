//! `init`, `check`, `schema`, `scenarios`; and how every command loads its scenario.

use std::path::Path;

use bandwise::data::scenario::{EXAMPLE, Names, PRIORS_ONLY};
use bandwise::data::{Assumptions, Scenario, Vintage, World};
use bandwise::domain::{Learning, Rise};
use bandwise::report::{files, scenario_file};
use bandwise::simulation::{Prepared, prepare};

use super::cli::{InitArgs, Luck, Replace, ScenarioArgs};
use super::exit::{Failure, print};

/// A scenario with the replacements of the command line, and the world it is run in.
pub struct Loaded {
    pub scenario: Scenario,
    pub world: World,
    /// What was replaced, as lines of a scenario.
    pub overrides: Vec<String>,
}

/// Loads a scenario by its key or from its file, and its data.
pub fn load(wanted: &str, replace: &Replace, luck: &Luck) -> Result<Loaded, Failure> {
    let assumptions = Assumptions::embedded().map_err(Failure::bug)?;
    let text = Scenario::text(wanted, &Names::of(&assumptions))?;
    let mut scenario = Scenario::parse(wanted, &text, &Names::of(&assumptions))?;
    let mut overrides = Vec::new();
    if let Some(authority) = &replace.authority {
        overrides.push(format!("authority = {authority:?}"));
        let vintage = Vintage::held(scenario.vintage.as_deref()).ok();
        if is_same(vintage, &scenario, authority) {
            scenario.authority.clone_from(authority);
        } else {
            let (other, left_out) = scenario.for_authority(authority);
            scenario = other;
            for key in left_out {
                overrides.push(format!("{key} left out: it was another authority's"));
            }
        }
    }
    replace_parts(&mut scenario, replace, luck, &mut overrides);
    if let Err(error) = Vintage::held(scenario.vintage.as_deref()) {
        return Err(Failure::bad_input(error));
    }
    let mut world = World::with(assumptions, scenario.vintage.as_deref()).map_err(Failure::bug)?;
    let folder = Path::new(wanted).parent().unwrap_or(Path::new(""));
    world.read_extract(&scenario, folder)?;
    Ok(Loaded {
        scenario,
        world,
        overrides,
    })
}

/// Puts what the command line replaces into a scenario, but for its authority, and notes it.
pub fn replace_parts(
    scenario: &mut Scenario,
    replace: &Replace,
    luck: &Luck,
    overrides: &mut Vec<String>,
) {
    if let Some(by) = replace.by {
        scenario.by = Some(by);
        overrides.push(format!("by = \"{by}\""));
    }
    if let Some(vintage) = &replace.vintage {
        if scenario.vintage.as_ref() != Some(vintage) {
            for key in scenario.forget_amounts() {
                overrides.push(format!("{key} left out: it was another year's"));
            }
        }
        scenario.vintage = Some(vintage.clone());
        overrides.push(format!("vintage = {vintage:?}"));
    }
    if replace.priors_only {
        scenario.learning = Learning::PriorsOnly;
        overrides.push(format!("evidence.learn_from = {PRIORS_ONLY:?}"));
    }
    if let Some(draws) = luck.draws {
        scenario.draws = draws;
        overrides.push(format!("simulation.draws = {draws}"));
    }
    if let Some(seed) = luck.seed {
        scenario.seed = seed;
        overrides.push(format!("simulation.seed = {seed}"));
    }
    if let Some(points) = luck.points {
        scenario.points = points;
        overrides.push(format!("simulation.points = \"{points}\""));
    }
}

/// Whether a name is that of the scenario's own authority.
pub fn is_same(vintage: Option<&Vintage>, scenario: &Scenario, authority: &str) -> bool {
    let code = |name: &str| Some(vintage?.proposer(name).ok()?.record.authority.code);
    code(authority).is_some_and(|found| Some(found) == code(&scenario.authority))
}

impl Loaded {
    /// Makes the scenario ready to simulate.
    pub fn prepare(&self) -> Result<Prepared, Failure> {
        Ok(prepare(&self.scenario, &self.world)?)
    }
}

/// Prints or writes the commented example.
pub fn init(args: &InitArgs) -> Result<(), Failure> {
    match &args.file {
        None => print(EXAMPLE),
        Some(file) => {
            files::write_file(file, EXAMPLE.as_bytes(), args.force)?;
            print(&format!(
                "Wrote {0}. Check it with `bandwise check {0}`, run it with `bandwise run {0}`.\n",
                file.display()
            ))
        }
    }
}

/// Checks a scenario against the data and prints it as understood.
pub fn check(args: &ScenarioArgs) -> Result<(), Failure> {
    let loaded = load(&args.scenario, &args.replace, &Luck::default())?;
    let prepared = loaded.prepare()?;
    let mut text = scenario_file::toml(&prepared.scenario);
    text.push_str("\n# As understood:\n");
    let authority = &prepared.record.authority;
    let mut note = |line: String| text.push_str(&format!("# {line}\n"));
    note(format!(
        "{} ({}), {}, figures of {}, vote on {}",
        authority.name,
        authority.code,
        authority.class.words(),
        prepared.base_year,
        prepared.vote_year
    ));
    note(format!("headline {}", prepared.schedule.headline()));
    let is_local = prepared.schedule.is_local();
    for &band in prepared.schedule.bands() {
        let relief = prepared.amounts.relief_share(band, &prepared.schedule);
        let relief = relief.map_or(String::new(), |share| {
            format!(", relief of {:.1}% of the increase", 100.0 * share)
        });
        let (today, yes) = if is_local {
            let own = prepared.amounts.own[band];
            (own.today, own.yes)
        } else {
            let total = prepared.amounts.areas[0].total[band];
            (total.today, total.yes)
        };
        let (what, mean) = match prepared.amounts.parts[band].len() {
            _ if is_local => ("council's own part", ""),
            1 => ("whole bill", ""),
            _ => ("whole bill", " on average"),
        };
        let stated = prepared.schedule.first_year_rise(band);
        let rise = if is_local && stated.apply_to(today) == yes {
            stated
        } else {
            Rise::between(today, yes).unwrap_or(Rise::FREEZE)
        };
        note(format!(
            "band {band}: {rise:+} on the {what}{mean}{relief} ({today} today, {yes})"
        ));
    }
    let terms = prepared.scenario.terms;
    if terms.phase_in_years > 1 {
        note(format!(
            "those are the amounts of the first of {} equal steps",
            terms.phase_in_years
        ));
    }
    if prepared.route.needs_referendum() {
        note(format!("a No brings {}", prepared.amounts.no_rise));
    }
    note(prepared.route.modelled.verdict.words().to_owned());
    print(&text)
}

/// Prints the JSON Schema.
pub fn schema() -> Result<(), Failure> {
    print(&format!("{}\n", Scenario::json_schema()))
}

/// Lists the built-in scenarios.
pub fn list() -> Result<(), Failure> {
    let assumptions = Assumptions::embedded().map_err(Failure::bug)?;
    let mut text = String::new();
    for scenario in Scenario::built_in(&Names::of(&assumptions))? {
        text.push_str(&format!("{:<18} {}\n", scenario.key, scenario.title));
        text.push_str(&format!("{:<18} source: {}\n", "", scenario.source));
    }
    print(&text)
}
