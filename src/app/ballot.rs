//! `ballot`: the paper, the route, the budgets and the calendar.

use bandwise::report::text;

use super::cli::{Luck, ScenarioArgs};
use super::exit::{Failure, print};
use super::scenario::load;

/// Prints what the proposal would put before the electors.
pub fn ballot(args: &ScenarioArgs) -> Result<(), Failure> {
    let prepared = load(&args.scenario, &args.replace, &Luck::default())?.prepare()?;
    print(&text::ballot(&prepared))
}
