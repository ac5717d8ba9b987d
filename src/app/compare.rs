//! `compare`: proposals on the same luck.

use bandwise::report::folder::{Format, Wanted, add_paper};
use bandwise::report::paper::{Compared, of_compare};
use bandwise::report::tables::WarningRow;
use bandwise::report::{
    Briefing, Sink, Tables, briefing, card, figures, json, league, results, scenario_file, text,
};
use bandwise::simulation::{
    NoObserver, Observer, Prepared, compare as pair, on_threads, run as simulate, same_evidence,
};

use super::cli::CompareArgs;
use super::exit::{Failure, print};
use super::progress::Bar;
use super::run::open;
use super::scenario::load;

/// The formats of the briefing.
const PAPER: [Format; 5] = [
    Format::Html,
    Format::Md,
    Format::Docx,
    Format::Svg,
    Format::Png,
];

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

    for (other, drawn) in prepared.iter().zip(&outcomes) {
        if !same_evidence(&outcomes[0], drawn) {
            return Err(Failure::bad_input(format!(
                "{} and {} rest on different evidence, so their votes cannot be paired [state the same \
                 [evidence] and the same [inputs] of the vote in both]",
                prepared[0].scenario.key, other.scenario.key
            )));
        }
    }
    let first = &prepared[0];
    let mut pairs = Vec::new();
    let mut warnings: Vec<(WarningRow, Vec<String>)> = Vec::new();
    let texts: Vec<_> = prepared
        .iter()
        .map(|one| scenario_file::toml(&one.scenario))
        .collect();
    for (index, (one, drawn)) in prepared.iter().zip(&outcomes).enumerate() {
        for warning in results::warnings(one, drawn) {
            let known = warnings
                .iter_mut()
                .find(|(held, _): &&mut (WarningRow, _)| *held == warning);
            match known {
                Some((_, keys)) => keys.push(one.scenario.key.clone()),
                None => warnings.push((warning, vec![one.scenario.key.clone()])),
            }
        }
        if index > 0 {
            let differences = pair((first, &outcomes[0]), (one, drawn));
            let keys = (&first.scenario.key, &one.scenario.key);
            pairs.push(results::compare_rows(keys.0, keys.1, &differences));
        }
    }
    let warnings: Vec<WarningRow> = warnings
        .into_iter()
        .map(|(warning, keys)| {
            // A caveat of some of the proposals says of which.
            let whose = if keys.len() < prepared.len() {
                format!("{}: ", keys.join(", "))
            } else {
                String::new()
            };
            WarningRow {
                message: format!("{whose}{}", warning.message),
                ..warning
            }
        })
        .collect();
    let place = match folder {
        None => None,
        Some(folder) => {
            let briefings: Vec<Briefing> = on_threads(args.output.threads, || {
                let each = prepared.iter().zip(&outcomes).zip(&texts);
                each.map(|((one, drawn), text)| briefing(one, drawn, text, &overrides))
                    .collect::<Result<_, _>>()
            })?;
            let compared: Vec<Compared<'_>> = prepared
                .iter()
                .zip(&briefings)
                .map(|(prepared, briefing)| Compared { prepared, briefing })
                .collect();
            let ranked: Vec<(&str, &Briefing)> = compared
                .iter()
                .map(|one| (one.prepared.scenario.key.as_str(), one.briefing))
                .collect();
            let league = league::proposals(&ranked);
            let mut tables = Tables::both(&folder);
            tables.add(&pairs.concat())?;
            tables.add(&league)?;
            tables.add(&warnings)?;
            let mut provenance = results::provenance(first, &texts.concat(), &overrides)?;
            let keys: Vec<_> = prepared
                .iter()
                .map(|one| one.scenario.key.as_str())
                .collect();
            provenance.scenario = keys.join(" ");
            for (key, text) in keys.iter().zip(&texts) {
                folder.write(&format!("scenario-{key}.toml"), text.as_bytes())?;
            }
            folder.write("provenance.json", &json::json(&provenance))?;
            let drawn: Vec<_> = prepared.iter().zip(&outcomes).collect();
            let figures = figures::of_compare(&drawn);
            let paper = of_compare(&compared, &pairs, &league, &warnings, &provenance, &figures);
            let wanted = Wanted {
                formats: &PAPER,
                pdf: None,
            };
            add_paper(&paper, &figures, wanted, &folder)?;
            tables.describe("compare", "Proposals on the same luck")?;
            Some(folder.commit()?.display().to_string())
        }
    };
    let title = format!(
        "{} {}: {}, seed {}",
        first.record.authority.name,
        first.vote_year,
        text::draws_in_words(first.scenario.draws, first.scenario.points),
        first.scenario.seed
    );
    print(&card::compare_card(
        &title,
        &pairs,
        &warnings,
        place.as_deref(),
    ))
}

/// Refuses proposals that cannot share their luck, or cannot be told apart.
fn share_luck(prepared: &[Prepared]) -> Result<(), Failure> {
    if let Some(polled) = prepared.iter().find(|one| !one.scenario.polls.is_empty()) {
        return Err(Failure::bad_input(format!(
            "poll: {} states a poll, which is on one proposal and says nothing of another [leave \
             [[poll]] out of what is compared]",
            polled.scenario.key
        )));
    }
    for (index, other) in prepared.iter().enumerate() {
        let first = &prepared[0];
        let same = other.scenario.seed == first.scenario.seed
            && other.scenario.draws == first.scenario.draws
            && other.scenario.points == first.scenario.points
            && other.record.authority == first.record.authority
            && other.base_year == first.base_year
            && other.vote_year == first.vote_year;
        if !same {
            return Err(Failure::bad_input(format!(
                "{} and {} differ in authority, vintage, year, seed, draws or points, so their luck \
                 cannot be shared [state --authority, --vintage, --seed, --draws or --points for both]",
                first.scenario.key, other.scenario.key
            )));
        }
        if prepared[..index]
            .iter()
            .any(|one| one.scenario.key == other.scenario.key)
        {
            return Err(Failure::bad_input(format!(
                "two scenarios have the key {:?} [give each its own key]",
                other.scenario.key
            )));
        }
    }
    Ok(())
}
