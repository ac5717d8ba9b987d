//! The sheet of assumptions: every number that the result rests on, with its unit, source, date and
//! standing.

use rust_xlsxwriter::Worksheet;

use super::WorkbookError;
use super::page::{Look, Page, Value};
use crate::data::Assumptions;
use crate::data::catalogue::{Catalogue, DataError};
use crate::domain::{Learning, Rise, UniformRise};
use crate::report::results::Briefing;
use crate::report::scenario_file;
use crate::simulation::Prepared;

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    prepared: &Prepared,
    briefing: &Briefing,
) -> Result<(), WorkbookError> {
    let mut page = Page::new(
        sheet,
        "Assumptions",
        &[40.0, 26.0, 22.0, 52.0, 60.0, 13.0, 18.0],
        "What the result rests on",
        &[
            "Standing: S sourced from published material; H widely known, high confidence; M medium \
           confidence; J a judgement that a scenario can replace.",
        ],
    )?;
    let mut list = List {
        page: &mut page,
        prepared,
        briefing,
    };
    list.figures()?;
    list.inputs()?;
    list.built_in()?;
    list.evidence()?;
    list.scenario()?;
    list.provenance()?;
    Ok(())
}

/// One assumption.
#[derive(Default)]
struct Assumption {
    name: String,
    value: Option<Value>,
    unit: String,
    meaning: String,
    source: String,
    date: String,
    standing: String,
}

/// Where a figure of a published table comes from.
#[derive(Clone, Default)]
struct Origin {
    source: String,
    date: String,
    standing: String,
}

struct List<'a, 'b> {
    page: &'a mut Page<'b>,
    prepared: &'a Prepared,
    briefing: &'a Briefing,
}

fn letter(standing: &str) -> String {
    match standing {
        "S" => "S sourced",
        "H" => "H high",
        "M" => "M medium",
        "J" => "J judgement",
        other => other,
    }
    .to_owned()
}

impl List<'_, '_> {
    fn part(&mut self, title: &str) -> Result<(), WorkbookError> {
        self.page.part(title)?;
        self.page.head(&[
            "Assumption",
            "Value",
            "Unit",
            "What it says",
            "Source",
            "Date",
            "Standing",
        ])?;
        Ok(())
    }

    fn add(&mut self, one: Assumption) -> Result<(), WorkbookError> {
        self.page.line(&[
            Value::words(one.name),
            one.value.unwrap_or(Value::Empty),
            Value::words(one.unit),
            Value::words(one.meaning),
            Value::words(one.source),
            Value::words(one.date),
            Value::words(letter(&one.standing)),
        ])?;
        Ok(())
    }

    /// Where the figures of a table of the vintage come from.
    fn origin(&self, table: &str) -> Origin {
        let vintage = &self.briefing.provenance.vintage;
        let name = format!("{vintage}/{table}");
        let held = self.briefing.provenance.tables.iter();
        let found = held.into_iter().find(|one| one.name == name);
        found.map_or_else(
            || Origin {
                source: format!("vintage {vintage}, installed by the user"),
                ..Origin::default()
            },
            |one| Origin {
                source: one.source.clone(),
                date: one.date.clone(),
                standing: one.standing.clone(),
            },
        )
    }

    fn figure(
        &mut self,
        name: &str,
        value: Value,
        unit: &str,
        meaning: &str,
        origin: &Origin,
    ) -> Result<(), WorkbookError> {
        self.add(Assumption {
            name: name.to_owned(),
            value: Some(value),
            unit: unit.to_owned(),
            meaning: meaning.to_owned(),
            source: origin.source.clone(),
            date: origin.date.clone(),
            standing: origin.standing.clone(),
        })
    }

    /// Figures of the authority, the law of the year, and what the scenario states.
    fn figures(&mut self) -> Result<(), WorkbookError> {
        let (prepared, briefing) = (self.prepared, self.briefing);
        let record = &prepared.record;
        let scenario = &prepared.scenario;
        let stated = Origin {
            source: "the scenario".to_owned(),
            ..Origin::default()
        };
        self.part(&format!(
            "Figures of {} and the law of {}",
            briefing.authority, briefing.vote_year
        ))?;
        let levels = Origin {
            standing: record.levels.standing.letter().to_owned(),
            ..self.origin("levels")
        };
        let own = match scenario.levels.own {
            Some(_) => stated.clone(),
            None => levels.clone(),
        };
        let pence = |value: f64| Value::Figure(value, Look::Pence);
        self.figure(
            "Own amount at band D",
            pence(record.levels.own.pounds()),
            "pounds a year",
            "relevant basic amount of the year of the figures, without parishes",
            &own,
        )?;
        let (today, next) = prepared.others_band_d;
        let others = if scenario.levels.is_empty() && scenario.area_levels.is_empty() {
            levels
        } else {
            Origin {
                source: format!(
                    "the scenario, and for what it does not state: {}",
                    levels.source
                ),
                ..levels
            }
        };
        self.figure(
            "Other authorities at band D, today",
            pence(today.pounds()),
            "pounds a year",
            "with parishes; of an authority that precepts on several, the mean by tax base",
            &others,
        )?;
        let rise = match scenario.others {
            UniformRise::Stated(rise) => format!("each rises by {rise}, as the scenario states"),
            UniformRise::LargestWithoutVote => {
                "each takes the most that needs no vote; parishes stay".to_owned()
            }
        };
        self.figure(
            &format!("Other authorities at band D, {}", briefing.vote_year),
            pence(next.pounds()),
            "pounds a year",
            &rise,
            &others,
        )?;
        self.figure(
            "Rise after a No",
            Value::Figure(prepared.amounts.no_rise.value(), Look::Rise),
            "share of today's amount",
            match scenario.no {
                UniformRise::Stated(_) => "as the scenario states",
                UniformRise::LargestWithoutVote => "the most that needs no vote",
            },
            &Origin {
                source: prepared.principle.source.citation.clone(),
                date: briefing.vote_year.clone(),
                standing: prepared.principle.source.standing.letter().to_owned(),
            },
        )?;
        self.add(Assumption {
            name: "Referendum principle".to_owned(),
            value: Some(Value::words(prepared.principle.limit.words())),
            unit: "limit".to_owned(),
            meaning: format!(
                "is excessive and needs a vote; class in the report: {}",
                prepared.principle.applies_to.replace('_', " ")
            ),
            source: prepared.principle.source.citation.clone(),
            date: prepared.principle.year.to_string(),
            standing: prepared.principle.source.standing.letter().to_owned(),
        })?;
        self.tax_base()?;
        self.figure(
            "Usual turnout on the day",
            Value::Figure(prepared.turnout.value(), Look::Percent),
            "share of electors",
            &format!("{}; moved by uncertain inputs", prepared.day_words),
            &if scenario.turnout.is_some() {
                stated
            } else {
                Origin {
                    source: "tables local_turnout and polling_days".to_owned(),
                    standing: "J".to_owned(),
                    ..Origin::default()
                }
            },
        )?;
        self.figure(
            "Prices from the year of the figures to the year of the vote",
            Value::Figure(prepared.inflation, Look::Rise),
            "rise",
            "for what counts as frozen in real terms",
            &Origin {
                source: "table price_index".to_owned(),
                standing: "M".to_owned(),
                ..Origin::default()
            },
        )?;
        self.page.skip();
        Ok(())
    }

    fn tax_base(&mut self) -> Result<(), WorkbookError> {
        let prepared = self.prepared;
        let base = &prepared.record.tax_base;
        let of_base = self.origin("tax_base");
        let of_homes = self.origin("bands");
        for (name, value, look, unit, meaning) in [
            (
                "Tax base for setting, all bands",
                base.tax_base_for_setting,
                Look::Base,
                "band D equivalents",
                "after discounts, reductions and collection, with contributions in lieu",
            ),
            (
                "Tax base of the return, after reductions",
                base.return_after_support,
                Look::Base,
                "band D equivalents",
                "before collection",
            ),
            (
                "Collection rate",
                base.collection_rate,
                Look::Percent,
                "share of what is due",
                "as budgeted",
            ),
            (
                "Contributions in lieu",
                prepared.base.in_lieu_thousandths as f64 / 1_000.0,
                Look::Base,
                "band D equivalents",
                "armed forces' homes: in no band",
            ),
        ] {
            self.figure(name, Value::Figure(value, look), unit, meaning, &of_base)?;
        }
        let dwellings = prepared.record.dwellings();
        let homes = match &prepared.extract {
            Some(_) => Origin {
                source: "the council's own extract".to_owned(),
                ..Origin::default()
            },
            None => of_homes,
        };
        let bands = prepared.schedule.bands();
        for &band in bands {
            self.figure(
                &format!("Homes in band {band}"),
                Value::Figure(dwellings[band] as f64, Look::Count),
                "homes",
                "on the valuation list",
                &homes,
            )?;
        }
        for &band in bands {
            let thousandths = prepared.budgets.bands[band].tax_base_thousandths;
            self.figure(
                &format!("Tax base of band {band}"),
                Value::Figure(thousandths as f64 / 1_000.0, Look::Base),
                "band D equivalents",
                "for setting: the return's split by band, scaled to the total",
                &homes,
            )?;
        }
        let law = Origin {
            source: "Local Government Finance Act 1992 s.5".to_owned(),
            date: "1992-03-06".to_owned(),
            standing: "S".to_owned(),
        };
        for &band in bands {
            let ratio = prepared.amounts.proportions[band];
            let fraction = format!("{}/{}", ratio.numerator(), ratio.denominator());
            self.figure(
                &format!("Band {band} pays of band D"),
                Value::words(fraction),
                "fraction",
                "proportion today",
                &law,
            )?;
        }
        Ok(())
    }

    /// Uncertain inputs with their distributions.
    fn inputs(&mut self) -> Result<(), WorkbookError> {
        let assumptions = Assumptions::embedded()?;
        self.part("Uncertain inputs, as believed before evidence")?;
        for input in self.prepared.inputs.list() {
            let built_in = assumptions.inputs.iter().find(|one| one.name == input.name);
            let own = built_in.filter(|one| one.distribution == input.distribution);
            let moves = if input.moves_vote { "vote" } else { "money" };
            self.add(Assumption {
                name: input.name.clone(),
                value: Some(Value::words(input.distribution.to_string())),
                unit: input.unit.clone(),
                meaning: format!("{} ({moves})", input.meaning),
                source: own.map_or("the scenario".to_owned(), |one| one.source.citation.clone()),
                date: String::new(),
                standing: own.map_or(String::new(), |one| one.source.standing.letter().to_owned()),
            })?;
        }
        self.page.skip();
        Ok(())
    }

    /// The rows of an embedded table, each turned into assumptions.
    fn table(
        &mut self,
        name: &str,
        of_row: impl Fn(&dyn Fn(&str) -> String) -> Vec<(String, String, String, String)>,
    ) -> Result<(), WorkbookError> {
        let catalogue = Catalogue::embedded()?;
        let broken = |reason: &str| DataError::fault(std::path::Path::new(name), reason.to_owned());
        let table = catalogue
            .table(name)
            .ok_or_else(|| broken("is not in the catalogue"))?;
        let content = table.csv()?;
        let mut reader = csv::Reader::from_reader(content.as_bytes());
        let header = reader
            .headers()
            .map_err(|error| broken(&error.to_string()))?
            .clone();
        for row in reader.into_records() {
            let row = row.map_err(|error| broken(&error.to_string()))?;
            let field = |column: &str| {
                let at = header.iter().position(|held| held == column);
                at.and_then(|at| row.get(at)).unwrap_or("").to_owned()
            };
            for (name, value, unit, meaning) in of_row(&field) {
                let standing = match field("standing") {
                    none if none.is_empty() => table.standing.clone(),
                    letter => letter,
                };
                let date = match field("date") {
                    none if none.is_empty() => table.date.clone(),
                    date => date,
                };
                let number = value.parse::<f64>().ok();
                self.add(Assumption {
                    name,
                    value: Some(number.map_or_else(
                        || Value::words(value),
                        |number| Value::Figure(number, Look::Number),
                    )),
                    unit,
                    meaning,
                    source: field("source"),
                    date,
                    standing,
                })?;
            }
        }
        Ok(())
    }

    /// Values that are built in, where no official table gives them.
    fn built_in(&mut self) -> Result<(), WorkbookError> {
        self.part("Values that are built in; what the scenario states takes their place")?;
        for table in ["constants", "medium_term", "values"] {
            self.table(table, |field| {
                vec![(
                    field("name"),
                    field("value"),
                    field("unit"),
                    field("meaning"),
                )]
            })?;
        }
        self.table("electors_and_turnout", |field| {
            let band = field("band");
            vec![
                (
                    format!("Electors in an occupied home of band {band}"),
                    field("electors_per_occupied_home"),
                    "electors".to_owned(),
                    "where no extract states them".to_owned(),
                ),
                (
                    format!("Turnout in band {band}"),
                    field("turnout"),
                    "share of electors".to_owned(),
                    "where the whole is Derby's; scaled to the authority".to_owned(),
                ),
            ]
        })?;
        self.table("polling_days", |field| {
            vec![(
                format!("Turnout: {}", field("words")),
                field("turnout"),
                match field("turnout_kind").as_str() {
                    "times_local" => "times the usual local turnout".to_owned(),
                    _ => "share of electors".to_owned(),
                },
                format!("the day {}", field("day")),
            )]
        })?;
        let year = self.prepared.vote_year.first_calendar_year().to_string();
        self.table("price_index", |field| {
            if field("year") != year {
                return Vec::new();
            }
            vec![(
                format!("Prices of {year}"),
                field("times_to_2026"),
                "times, to prices of 2026".to_owned(),
                "willingness to pay is in pounds of 2026".to_owned(),
            )]
        })?;
        self.page.skip();
        Ok(())
    }

    /// Past ballots and surveys that the vote is learned from.
    fn evidence(&mut self) -> Result<(), WorkbookError> {
        let left_out: Vec<String> = match &self.prepared.scenario.learning {
            Learning::PriorsOnly => {
                self.page.part("Evidence")?;
                self.page.paragraph(
                    "The scenario learns nothing from past ballots and surveys: inputs stay as first \
                     believed.",
                )?;
                self.page.skip();
                return Ok(());
            }
            Learning::FromEvidence { leave_out } => leave_out.clone(),
        };
        self.part("Evidence that the vote is learned from")?;
        self.table("ballots", |field| {
            if left_out.contains(&field("ballot")) {
                return Vec::new();
            }
            let rise = field("option_rise").parse::<f64>().ok();
            let rise = rise.and_then(|rise| Rise::new(rise).ok());
            vec![(
                format!("Ballot: {}", field("authority")),
                field("share_choosing_at_least"),
                "share of votes".to_owned(),
                format!(
                    "for a rise of {} or more; {}",
                    rise.map_or_else(|| field("option_rise"), |rise| rise.to_string()),
                    field("note")
                ),
            )]
        })?;
        self.table("surveys", |field| {
            if field("learned_from") != "1" {
                return Vec::new();
            }
            vec![(
                format!("Survey: {}", field("survey")),
                field("support"),
                "share of answers".to_owned(),
                field("question"),
            )]
        })?;
        self.page.skip();
        Ok(())
    }

    /// The scenario as understood, line by line.
    fn scenario(&mut self) -> Result<(), WorkbookError> {
        self.page
            .part("The scenario as understood (scenario.toml)")?;
        for line in scenario_file::toml(&self.prepared.scenario).lines() {
            let row = self.page.row();
            self.page.overflowing(row, 0, line)?;
            self.page.skip();
        }
        self.page.skip();
        Ok(())
    }

    /// From what, and with what.
    fn provenance(&mut self) -> Result<(), WorkbookError> {
        let provenance = &self.briefing.provenance;
        self.page.part("Provenance")?;
        let mut facts = vec![
            (
                "Program",
                format!("{} {}", provenance.program, provenance.version),
            ),
            ("Scenario", provenance.scenario.clone()),
            (
                "SHA-256 of the scenario as understood",
                provenance.scenario_sha256.clone(),
            ),
            ("Figures", provenance.vintage.clone()),
            (
                "Draws",
                format!("{} ({})", provenance.draws, provenance.points),
            ),
            ("Seed", provenance.seed.to_string()),
            ("SHA-256 over all tables", provenance.data_sha256.clone()),
            ("Licence", provenance.licence.clone()),
        ];
        if let Some(sha256) = &provenance.vintage_sha256 {
            facts.push((
                "SHA-256 of the figures installed by the user",
                sha256.clone(),
            ));
        }
        if let Some(sha256) = &provenance.extract_sha256 {
            facts.push(("SHA-256 of the council's own extract", sha256.clone()));
        }
        for replaced in &provenance.overrides {
            facts.push(("Replaced on the command line", replaced.clone()));
        }
        for (name, value) in facts {
            let row = self.page.row();
            self.page.overflowing(row, 0, name)?;
            self.page.overflowing(row, 1, &value)?;
            self.page.skip();
        }
        self.page.skip();
        self.page.part("Embedded tables")?;
        self.page
            .head(&["Table", "", "", "SHA-256", "Source", "Date", "Standing"])?;
        for table in &provenance.tables {
            self.page.line(&[
                Value::words(table.name.clone()),
                Value::Empty,
                Value::Empty,
                Value::words(table.sha256.clone()),
                Value::words(table.source.clone()),
                Value::words(table.date.clone()),
                Value::words(letter(&table.standing)),
            ])?;
        }
        Ok(())
    }
}
