//! `compare`: proposals on the same luck.

use bandwise::report::card;
use bandwise::report::comparison::{Comparison, NotComparable, share_luck};
use bandwise::report::folder::{Format, Wanted, of_comparison};
use bandwise::simulation::{NoObserver, Observer, on_threads, run as simulate};

use super::cli::CompareArgs;
use super::exit::{Failure, print};
use super::progress::Bar;
use super::run::open;
use super::scenario::load;

impl From<NotComparable> for Failure {
    fn from(error: NotComparable) -> Self {
        Self::bad_input(error)
    }
}

/// Compares every scenario with the first: same authority, year, draws and seed.
pub fn compare(args: &CompareArgs) -> Result<(), Failure> {
    let mut prepared = Vec::new();
    let mut overrides = Vec::new();
    for wanted in &args.scenarios {
        let loaded = load(wanted, &args.replace, &args.luck)?;
        prepared.push(loaded.prepare()?);
        overrides = loaded.overrides;
    }
    share_luck(&prepared)?;
    let folder = match &args.output.out {
        Some(_) => Some(open(&args.output, String::new())?),
        None => None,
    };
    let bar = Bar::new();
    let outcomes: Vec<_> = on_threads(args.output.threads, || {
        bar.begin(
            prepared
                .iter()
                .map(|one| u64::from(one.scenario.draws))
                .sum(),
        );
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

    let drawn: Vec<_> = prepared.iter().zip(&outcomes).collect();
    let comparison = Comparison::of(&drawn)?;
    let place = match folder {
        None => None,
        Some(folder) => {
            let briefings = on_threads(args.output.threads, || comparison.briefings(&overrides))?;
            let briefing = comparison.briefing(&briefings, &overrides)?;
            let wanted = Wanted {
                formats: &Format::ALL,
                pdf: None,
            };
            of_comparison(&comparison, &briefing, wanted, &folder)?;
            Some(folder.commit()?.display().to_string())
        }
    };
    print(&card::compare_card(
        &comparison.title(),
        &comparison.pairs,
        &comparison.warnings,
        place.as_deref(),
    ))
}
