//! `households`: a council's own extract, checked, reconciled and compressed; or an invented one.

use std::path::Path;

use bandwise::data::catalogue::data_sha256;
use bandwise::data::households::{self, Caveat, Mapping, Published};
use bandwise::data::scenario::Names;
use bandwise::data::small_areas::small_areas;
use bandwise::data::{Assumptions, Scenario, World};
use bandwise::domain::AreaKind;
use bandwise::domain::money::thousands;
use bandwise::report::csv::csv;
use bandwise::report::households::{
    Heading, Provenance, add_tables, card, cell_rows, mapping_toml, write_synthetic,
};
use bandwise::report::json::json;
use bandwise::report::{Sink, Tables};
use bandwise::simulation::Synthetic;
use bandwise::tax::{Facts, reconcile};

use super::cli::{HouseholdsArgs, Output};
use super::exit::{Failure, print};
use super::run::{gone_on_interrupt, open, slug};

/// Reads an extract and writes its cells and tables; or invents one.
pub fn households(args: &HouseholdsArgs) -> Result<(), Failure> {
    let assumptions = Assumptions::embedded().map_err(Failure::bug)?;
    let mut mapping = None;
    let mut authority = args.replace.authority.clone();
    let mut vintage = args.replace.vintage.clone();
    if let Some(scenario) = &args.scenario {
        let stated = Scenario::load_households(scenario, &Names::of(&assumptions))?;
        mapping = stated.mapping;
        // Another authority's figures: those of the scenario's year need not be its own.
        authority = authority.or(stated.authority);
        vintage = vintage.or(stated.vintage);
    }
    let world = World::with(assumptions, vintage.as_deref())?;
    let record = match &authority {
        Some(name) => Some(
            world
                .vintage
                .find(name)
                .map_err(|error| Failure::bad_input(format!("authority: {error}")))?,
        ),
        None => None,
    };
    let wards = match record {
        Some(record) => small_areas(&record.authority.code, AreaKind::Ward)?,
        None => Vec::new(),
    };
    let published = record.map(|record| Published {
        record,
        year: world.vintage.year,
        wards: &wards,
        law: &world.law,
    });
    match args.synthetic {
        Some(rows) => invent(args, &world, published, rows),
        None => {
            let nation = record.map(|record| record.authority.code.nation());
            let carried = nation.map_or(Vec::new(), |nation| world.vintage.carried_forward(nation));
            let carried = carried
                .into_iter()
                .filter(|part| part.name != "levels")
                .map(|part| Caveat::CarriedForward {
                    sentence: part.carried_forward.clone(),
                });
            let name = (&world.vintage.name, world.vintage.sha256.as_ref());
            extract(args, mapping.as_ref(), published, name, carried.collect())
        }
    }
}

fn extract(
    args: &HouseholdsArgs,
    mapping: Option<&Mapping>,
    published: Option<Published<'_>>,
    (vintage, vintage_sha256): (&String, Option<&String>),
    carried: Vec<Caveat>,
) -> Result<(), Failure> {
    let name = published.map_or("households".to_owned(), |published| {
        let authority = slug(&published.record.authority.name);
        format!("{authority}-households-{}", published.year)
    });
    let output = Output {
        out: args.out.clone(),
        force: args.force,
        threads: None,
    };
    let folder = open(&output, name)?;
    let mut extract = households::read(&args.file, mapping, published)?;
    if let Some(published) = published {
        households::belongs(&extract, published)?;
    }
    extract.caveats.extend(extract.awards_look_small());
    extract.caveats.extend(carried);
    if !args.accept_refused {
        extract.mostly_taken(&args.file)?;
    }
    let reconciliation = published.map(|published| {
        let stated = |one: bool| one || extract.mapping.liability.is_some();
        let facts = Facts {
            cells: &extract.cells,
            has_awards: extract.has_awards,
            has_exemptions: stated(extract.mapping.exemption.is_some()),
            has_discounts: stated(extract.mapping.discount.is_some()),
            has_status: stated(extract.mapping.status.is_some()),
            band_d: extract
                .mapping
                .band_d
                .unwrap_or(published.record.levels.area),
        };
        reconcile(facts, published)
    });
    let rows = cell_rows(&extract);
    let cells = csv(&rows);
    let year = published.map(|published| published.year.to_string());
    let file = file_name(&args.file);
    let provenance = Provenance {
        program: "bandwise",
        version: env!("CARGO_PKG_VERSION"),
        extract: file.clone(),
        bytes: std::fs::metadata(&args.file).map_or(0, |data| data.len()),
        n_rows: extract.n_rows,
        n_refused: extract.n_refused(),
        accept_refused: args.accept_refused,
        authority: published.map(|published| published.record.authority.code.to_string()),
        vintage: published.map(|_| vintage.clone()),
        vintage_sha256: published.and(vintage_sha256.cloned()),
        data_sha256: data_sha256().to_owned(),
        cells_sha256: bandwise::data::catalogue::sha256(&cells),
    };
    let mut tables = Tables::both(&folder);
    add_tables(&mut tables, &extract, reconciliation.as_ref())?;
    tables.add(&rows)?;
    folder.write("mapping.toml", mapping_toml(&extract.mapping).as_bytes())?;
    folder.write("provenance.json", &json(&provenance))?;
    tables.describe("households", "A council's own extract")?;
    let place = folder.commit()?.display().to_string();
    let heading = Heading {
        file: &file,
        against: published
            .zip(year.as_deref())
            .map(|(published, year)| (published.record.authority.name.as_str(), year)),
        place: &place,
    };
    let card = card(&extract, reconciliation.as_ref(), heading);
    print(&card)
}

fn invent(
    args: &HouseholdsArgs,
    world: &World,
    published: Option<Published<'_>>,
    rows: u64,
) -> Result<(), Failure> {
    let Some(published) = published else {
        let text =
            "--synthetic needs an authority whose margins to take [name it with --authority]";
        return Err(Failure::bad_input(text));
    };
    let synthetic = Synthetic::of(published, &world.assumptions, rows, args.seed)?;
    let mut watched = Ok(());
    write_synthetic(&synthetic, &args.file, |unfinished| {
        let unfinished = unfinished.to_owned();
        watched = gone_on_interrupt(move || drop(std::fs::remove_file(&unfinished)));
    })?;
    watched?;
    print(&format!(
        "Wrote {}: {} invented homes with the margins of {} in {}. Names, addresses, electors, \
         tenures and classes of exemption are made up.\nCheck them with `bandwise households {} \
         --authority {:?}`.\n",
        args.file.display(),
        thousands(rows),
        published.record.authority.name,
        published.year,
        args.file.display(),
        published.record.authority.name
    ))
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
