//! `compare`: proposals on the same luck.

use bandwise::report::scenario_file;
use bandwise::report::{card, csv, json, results};
use bandwise::simulation::{NoObserver, Observer, compare as pair, on_threads, run as simulate};

use super::cli::CompareArgs;
use super::exit::{Failure, print};
use super::progress::Bar;
use super::run::open;
use super::scenario::load;

/// Compares every scenario with the first: same authority, year, draws and seed.
pub fn compare(args: &CompareArgs) -> Result<(), Failure> {
    let mut prepared = Vec::new();
    let mut overrides = Vec::new();
    for wanted in &args.scenarios {
        let loaded = load(wanted, &args.replace)?;
        prepared.push(loaded.prepare()?);
        overrides = loaded.overrides;
    }
    let first = &prepared[0];
    for other in &prepared[1..] {
        let same = other.scenario.seed == first.scenario.seed
            && other.scenario.draws == first.scenario.draws
            && other.record.authority == first.record.authority
            && other.base_year == first.base_year;
        if !same {
            return Err(Failure::bad_input(format!(
                "{} and {} differ in authority, vintage, seed or draws, so their luck cannot be \
                 shared [state --authority, --vintage, --seed or --draws for both]",
                first.scenario.key, other.scenario.key
            )));
        }
    }
    let folder = match &args.output.out {
        Some(_) => Some(open(&args.output, String::new())?),
        None => None,
    };
    let bar = Bar::new();
    let outcomes: Vec<_> = on_threads(args.output.threads, || {
        let total: u64 = prepared
            .iter()
            .map(|one| u64::from(one.scenario.draws))
            .sum();
        bar.begin(total);
        let all = prepared
            .iter()
            .map(|one| {
                let outcomes = simulate(one, &NoObserver);
                bar.advance(u64::from(one.scenario.draws));
                outcomes
            })
            .collect();
        bar.end();
        all
    });
    let mut rows = Vec::new();
    for (other, drawn) in prepared.iter().zip(&outcomes).skip(1) {
        let differences = pair((first, &outcomes[0]), (other, drawn));
        rows.extend(results::compare_rows(
            &first.scenario.key,
            &other.scenario.key,
            &differences,
        ));
    }
    let place = match folder {
        None => None,
        Some(folder) => {
            folder.write("compare.csv", &csv::csv(&rows))?;
            let scenarios: Vec<_> = prepared.iter().map(|one| one.scenario.clone()).collect();
            let texts: String = scenarios.iter().map(scenario_file::toml).collect();
            let keys: Vec<_> = scenarios.iter().map(|one| one.key.as_str()).collect();
            let mut provenance = results::provenance(first, &texts, &overrides)?;
            provenance.scenario = keys.join(" ");
            folder.write("provenance.json", &json::json(&provenance))?;
            Some(folder.commit()?.join("compare.csv").display().to_string())
        }
    };
    let title = format!(
        "{} {}: {} draws, seed {}",
        first.record.authority.name, first.vote_year, first.scenario.draws, first.scenario.seed
    );
    print(&card::compare_card(&title, &rows, place.as_deref()))
}
