//! `backtest`: each past ballot predicted from the others.

use bandwise::data::scenario::Names;
use bandwise::data::{Assumptions, Scenario, World, evidence};
use bandwise::report::folder::add_charts;
use bandwise::report::{Sink, Tables, backtest as report, figures, json};
use bandwise::simulation::backtest::{backtest as predict, backtest_areas};
use bandwise::simulation::on_threads;

use super::cli::BacktestArgs;
use super::exit::{Failure, print};
use super::run::open;

/// The built-in scenario that restates the ballot whose count is held by area.
const BY_AREA: &str = "bedfordshire-2015";

/// Predicts each ballot, writes the tables and the calibration plot, and prints the card.
pub fn backtest(args: &BacktestArgs) -> Result<(), Failure> {
    let assumptions = Assumptions::embedded().map_err(Failure::bug)?;
    let evidence = evidence::embedded(&assumptions).map_err(Failure::bug)?;
    let counts = evidence::ballot_areas().map_err(Failure::bug)?;
    let mut scenario = Scenario::load(BY_AREA, &Names::of(&assumptions)).map_err(Failure::bug)?;
    scenario.seed = args.effort.seed;
    let vintage = scenario.vintage.as_deref();
    let world = World::with(assumptions.clone(), vintage).map_err(Failure::bug)?;
    let folder = open(&args.output, "backtest".to_owned())?;
    let effort = args.effort.effort();
    let (forecasts, areas) = on_threads(args.output.threads, || {
        let forecasts = predict(&assumptions, &evidence, effort);
        (forecasts, backtest_areas(&scenario, &world, &counts))
    });
    let areas = areas.map_err(Failure::bug)?;
    let rows = report::rows(&forecasts);
    let mut tables = Tables::both(&folder);
    tables.add(&rows)?;
    tables.add(&report::area_rows(&areas))?;
    add_charts(&[figures::of_backtest(&forecasts)], &folder)?;
    let provenance = report::provenance(&evidence, effort).map_err(Failure::bug)?;
    folder.write("provenance.json", &json::json(&provenance))?;
    tables.describe("backtest", "Each past ballot predicted from the others")?;
    let place = folder.commit()?.display().to_string();
    print(&report::card(&forecasts, &areas, effort, &place))
}
