//! The Rust side of `benches/peers/`: answers one line of standard input at a time with one line of
//! JSON, until the input ends, so that a driver can take turns between programs.
//!
//! `bash benches/peers/run.sh` drives it. By hand:
//!
//! ```text
//! echo 'cell 1 20' | cargo bench --profile dev --bench peers -- answer
//! ```
//!
//! A line is a job, a number of threads, a number of repetitions and what the job asks for beside
//! them. The answer holds the seconds of every repetition and figures to check the peers by.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::Instant;

use bandwise::data::households::Published;
use bandwise::data::scenario::Names;
use bandwise::data::small_areas::small_areas;
use bandwise::data::{Scenario, World};
use bandwise::domain::cells::{Cell, Ward};
use bandwise::domain::evidence::Learning;
use bandwise::domain::{AreaKind, Band, ByBand, Cells, Liability, Points, Reduction};
use bandwise::report::files::Place;
use bandwise::report::{
    OutputFolder, Sink, Tables, briefing, card, document, figures, json, paper, scenario_file,
    text, workbook,
};
use bandwise::simulation::draw::{Kernel, TileCounts, TileLuck, TileParameters, TileVotes};
use bandwise::simulation::inputs::normals;
use bandwise::simulation::synthetic::SyntheticHome;
use bandwise::simulation::vector::LANES;
use bandwise::simulation::vector::exp_all;
use bandwise::simulation::{
    DrawOutcomes, NoObserver, Prepared, Synthetic, on_threads, prepare, run,
};
use bandwise::vote::{
    Electorate, ExpectedVotes, VoteParameters, VoterGroup, WardGroups, expected_votes,
};
use rayon::prelude::*;
use serde_json::{Value, json};

type Failure = Box<dyn Error + Send + Sync>;

/// Draws of the jobs *cell* and *household*, homes of the second.
const CELL_DRAWS: u32 = 10_000;
const HOUSEHOLD_DRAWS: u32 = 1_000;
const HOMES: usize = 100_000;
/// Wards of the job *cell*.
const WARDS: usize = 17;
/// Homes that are simulated together one by one: their odds stay in the nearest cache.
const HOMES_TOGETHER: usize = 256;

/// The parameters of the vote, in the order of the table of inputs.
const VOTE_INPUTS: [&str; 13] = [
    "pi",
    "m",
    "k",
    "tau",
    "mood",
    "delta_statutory",
    "kappa",
    "omega",
    "gamma",
    "sigma_ward",
    "eta",
    "mobilisation",
    "turnout_shift",
];
/// The inputs of the money that the job *cell* samples beside them.
const MONEY_INPUTS: [&str; 6] = [
    "collection_a_c",
    "collection_d_e",
    "collection_f_h",
    "challenges",
    "tapered_pension_age",
    "tapered_working_age",
];

fn main() -> Result<(), Failure> {
    // A plain `cargo bench` starts every bench, and nobody asks this one anything.
    if std::env::args().all(|argument| argument != "answer") {
        writeln!(
            io::stdout(),
            "peers: answers `bash benches/peers/run.sh`; by hand: -- answer"
        )?;
        return Ok(());
    }
    let setting = Setting::load()?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let answer = match *words.as_slice() {
            [job, threads, repetitions, ref more @ ..] => {
                let (threads, repetitions) = (threads.parse()?, repetitions.parse()?);
                on_threads(Some(threads), || {
                    setting
                        .answer(job, repetitions, more)
                        .map_err(|error| error.to_string())
                })?
            }
            _ => return Err("a line is: JOB THREADS REPETITIONS [MORE]".into()),
        };
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}

/// What all jobs begin from.
struct Setting {
    world: World,
    /// Derby's proposal of 2018 with its real wards and groups.
    derby: Prepared,
    /// The same homes in 17 wards and 8 groups.
    cell: Prepared,
    homes: Homes,
}

impl Setting {
    fn load() -> Result<Self, Failure> {
        let world = World::embedded(Some("2023-24"))?;
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load("williamson-2018", &names)?;
        scenario.draws = CELL_DRAWS;
        // The peers draw from the stated beliefs: so does bandwise here.
        scenario.learning = Learning::PriorsOnly;
        let derby = prepare(&scenario, &world)?;
        let cell = in_cells(&derby, &world);
        let homes = Homes::invented(&derby, &world)?;
        Ok(Self {
            world,
            derby,
            cell,
            homes,
        })
    }

    fn answer(&self, job: &str, repetitions: usize, more: &[&str]) -> Result<Value, Failure> {
        Ok(match (job, more) {
            ("write", [folder]) => self.write(Path::new(folder))?,
            ("cell", []) => {
                let (seconds, outcomes) = timed(repetitions, || run(&self.cell, &NoObserver));
                answer(&seconds, &outcomes)
            }
            ("sampling", []) => {
                let draws = CELL_DRAWS as usize;
                let (seconds, _) = timed(repetitions, || self.sampling(draws));
                json!({ "seconds": seconds })
            }
            ("votes", []) => self.votes(repetitions),
            ("exponentials", []) => self.exponentials(repetitions),
            ("household-groups", []) => {
                let (seconds, outcomes) = timed(repetitions, || run(&self.grouped(), &NoObserver));
                answer(&seconds, &outcomes)
            }
            ("household-grouping", []) => {
                let (seconds, prepared) = timed(repetitions, || self.grouped());
                json!({ "seconds": seconds, "groups": prepared.electorate.n_cells() })
            }
            ("household-each", []) => self.household_each(repetitions),
            ("draws", [draws]) => {
                let mut prepared = self.derby.clone();
                prepared.scenario.draws = draws.parse()?;
                let (seconds, outcomes) = timed(repetitions, || run(&prepared, &NoObserver));
                answer(&seconds, &outcomes)
            }
            ("groups", [groups]) => {
                let prepared = with_groups(&self.derby, groups.parse()?);
                let (seconds, outcomes) = timed(repetitions, || run(&prepared, &NoObserver));
                let mut answer = answer(&seconds, &outcomes);
                answer["cells"] = json!(prepared.electorate.n_cells());
                answer
            }
            ("stages", [folder]) => stages(repetitions, Path::new(folder))?,
            _ => return Err(format!("no job {job} with {} more words", more.len()).into()),
        })
    }

    /// Writes what the peers start from: electorates as JSON, numbers as little-endian f64.
    fn write(&self, folder: &Path) -> Result<Value, Failure> {
        fs::create_dir_all(folder)?;
        let outcomes = run(&self.cell, &NoObserver);
        let inputs = values_of(&self.cell, &outcomes.inputs, CELL_DRAWS as usize);
        let draws = CELL_DRAWS as usize;
        write_numbers(&folder.join("values.f64"), inputs.iter().flatten())?;
        let (_, luck) = self.sampling(draws);
        write_numbers(&folder.join("luck.f64"), luck.iter().flatten())?;
        let moods = &luck[..WARDS];
        let electorate = &self.cell.electorate;
        let vote = outcomes.vote.as_ref().ok_or("the job holds a vote")?;
        let mut expected = Vec::with_capacity(draws);
        let mut furthest: f64 = 0.0;
        for draw in 0..draws {
            let parameters = parameters(&inputs, moods, draw);
            let votes = expected_votes(electorate, &parameters);
            let (cast, yes): (f64, f64) = (votes.votes.iter().sum(), votes.yes.iter().sum());
            expected.push(yes / cast);
            // The kernel's expected margin is linear in comprehension.
            let kappa = parameters.kappa;
            let margin =
                kappa * vote.margin_if_known[draw] + (1.0 - kappa) * vote.margin_if_unknown[draw];
            furthest = furthest.max((margin - (yes - cast / 2.0) / electorate.total()).abs());
        }
        let won: Vec<f64> = vote
            .won
            .iter()
            .map(|&won| f64::from(u8::from(won)))
            .collect();
        let columns = [
            &expected,
            &vote.yes_share,
            &vote.turnout,
            &won,
            &outcomes.collected,
        ];
        write_numbers(&folder.join("outcomes.f64"), columns.into_iter().flatten())?;
        fs::write(folder.join("cell.json"), described(&self.cell).to_string())?;
        self.homes.write(folder)?;
        let grouped = self.grouped();
        fs::write(
            folder.join("household.json"),
            described(&grouped).to_string(),
        )?;
        let mut short = grouped;
        short.scenario.draws = HOUSEHOLD_DRAWS;
        let outcomes = run(&short, &NoObserver);
        let inputs = values_of(&short, &outcomes.inputs, HOUSEHOLD_DRAWS as usize);
        write_numbers(
            &folder.join("household-values.f64"),
            inputs.iter().flatten(),
        )?;
        let moods = luck_of(&short, "ward", HOUSEHOLD_DRAWS as usize);
        write_numbers(&folder.join("household-luck.f64"), moods.iter().flatten())?;
        let expected: Vec<f64> = (0..HOUSEHOLD_DRAWS as usize)
            .map(|draw| {
                yes_share(&expected_votes(
                    &short.electorate,
                    &parameters(&inputs, &moods, draw),
                ))
            })
            .collect();
        write_numbers(&folder.join("household-outcomes.f64"), expected.iter())?;
        // Every sixteenth authority, as far as it holds a vote.
        let newest = World::embedded(None)?;
        let names = Names::of(&newest.assumptions);
        let mut authorities = Vec::new();
        for record in newest.vintage.authorities.iter().step_by(16) {
            let mut scenario = Scenario::load("uniform-15", &names)?;
            scenario.authority = record.authority.code.to_string();
            scenario.learning = Learning::PriorsOnly;
            let prepared = prepare(&scenario, &newest)?;
            if prepared.route.needs_referendum() {
                authorities.push(described(&prepared));
            }
        }
        let sample = authorities.len();
        fs::write(
            folder.join("authorities.json"),
            Value::from(authorities).to_string(),
        )?;
        Ok(json!({
            "kernel_from_reference": furthest,
            "groups": electorate.groups.len(),
            "wards": electorate.n_wards(),
            "win": mean(&won),
            "sampled_authorities": sample,
        }))
    }

    /// All numbers that the job *cell* draws: inputs, and three normals a ward and draw.
    fn sampling(&self, draws: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let inputs = sampled(&self.cell, draws);
        let kinds = ["ward", "count/votes", "count/yes"];
        let luck = kinds
            .iter()
            .flat_map(|what| luck_of(&self.cell, what, draws));
        (inputs, luck.collect())
    }

    /// Votes and counts of the job *cell* with given parameters, on one thread.
    fn votes(&self, repetitions: usize) -> Value {
        let draws = CELL_DRAWS as usize;
        let (inputs, luck) = self.sampling(draws);
        let tiles = tiles(&inputs, &luck[..WARDS], draws);
        let of_counts: Vec<TileLuck> = (0..tiles.len())
            .map(|tile| {
                let lanes = |values: &Vec<f64>| lanes(values, tile * LANES, draws);
                TileLuck {
                    cast: luck[WARDS..2 * WARDS].iter().map(lanes).collect(),
                    yes: luck[2 * WARDS..].iter().map(lanes).collect(),
                }
            })
            .collect();
        let kernel = Kernel::of(&self.cell.electorate);
        let mut scratch = kernel.scratch();
        let mut votes = TileVotes::none(WARDS);
        let mut counts = TileCounts::none(WARDS);
        let (votes_alone, ()) = timed(repetitions, || {
            for tile in &tiles {
                kernel.votes(tile, &mut scratch, &mut votes);
                black_box(&votes);
            }
        });
        let (with_counts, ()) = timed(repetitions, || {
            for (tile, luck) in tiles.iter().zip(&of_counts) {
                kernel.votes(tile, &mut scratch, &mut votes);
                kernel.count(&votes, &tile.kappa, luck, &mut counts);
                black_box(&counts);
            }
        });
        json!({
            "seconds": with_counts,
            "votes_alone": votes_alone,
            "cells": kernel.n_cells(),
        })
    }

    /// As many vector exponentials as the plain form of the job *cell* has logistics: five a ward, group
    /// and draw, of turnout and of a Yes by kind of reader.
    fn exponentials(&self, repetitions: usize) -> Value {
        const TOGETHER: usize = 1_024;
        const LOGISTICS: usize = 5;
        let cells = Kernel::of(&self.cell.electorate).n_cells();
        let wanted = cells * CELL_DRAWS as usize * LOGISTICS;
        let log_odds: Vec<f64> = (0..TOGETHER).map(|at| at as f64 / 200.0 - 2.5).collect();
        let mut odds = vec![0.0; TOGETHER];
        let (seconds, ()) = timed(repetitions, || {
            for _ in 0..wanted.div_ceil(TOGETHER) {
                odds.copy_from_slice(&log_odds);
                exp_all(&mut odds);
                black_box(&odds);
            }
        });
        json!({ "seconds": seconds, "evaluations": wanted })
    }

    /// Derby with the homes of the extract, compressed to groups.
    fn grouped(&self) -> Prepared {
        let mut prepared = self.derby.clone();
        prepared.scenario.draws = HOUSEHOLD_DRAWS;
        let (rows, electors) = self.homes.compressed();
        let awards = prepared
            .cells
            .rows()
            .iter()
            .map(|cell| {
                (
                    (cell.band, cell.reduction),
                    prepared.cells.award_basis_points(cell),
                )
            })
            .collect::<BTreeMap<_, _>>();
        let awards = ByBand::from_fn(|band| {
            Reduction::ALL.map(|reduction| awards.get(&(band, reduction)).copied().unwrap_or(0))
        });
        let cells = Cells::new(prepared.cells.wards().to_vec(), rows, vec![awards]);
        prepared.cells = cells.with_electors(electors);
        prepared.electorate = electorate_of(&prepared, &self.world);
        prepared
    }

    /// Every home a group of its own in the kernel, against the homes in groups.
    fn household_each(&self, repetitions: usize) -> Value {
        let draws = HOUSEHOLD_DRAWS as usize;
        let grouped = self.grouped();
        let kernels = self.homes.kernels(&grouped);
        let homes: usize = kernels.iter().map(|(_, kernel)| kernel.n_cells()).sum();
        let (seconds, shares) = timed(repetitions, || {
            let (inputs, moods) = (sampled(&grouped, draws), luck_of(&grouped, "ward", draws));
            let tiles: Vec<Vec<TileParameters>> = moods
                .iter()
                .map(|mood| tiles(&inputs, std::slice::from_ref(mood), draws))
                .collect();
            let votes: Vec<Vec<(f64, f64)>> = (kernels.par_iter())
                .map(|(ward, kernel)| expected(kernel, &tiles[*ward], draws))
                .collect();
            let of_draw = |draw: usize| {
                let cast: f64 = votes.iter().map(|votes| votes[draw].0).sum();
                let yes: f64 = votes.iter().map(|votes| votes[draw].1).sum();
                yes / cast
            };
            (0..draws).map(of_draw).collect::<Vec<f64>>()
        });
        let (inputs, moods) = (sampled(&grouped, draws), luck_of(&grouped, "ward", draws));
        let kernel = Kernel::of(&grouped.electorate);
        let in_groups = expected(&kernel, &tiles(&inputs, &moods, draws), draws);
        let furthest = (shares.iter().zip(in_groups))
            .map(|(share, (cast, yes))| (share - yes / cast).abs())
            .fold(0.0, f64::max);
        json!({
            "seconds": seconds,
            "homes": homes,
            "yes_share": mean(&shares),
            "furthest_from_groups": furthest,
        })
    }
}

/// Expected votes cast and yes votes of every draw.
fn expected(kernel: &Kernel, tiles: &[TileParameters], draws: usize) -> Vec<(f64, f64)> {
    let mut scratch = kernel.scratch();
    let mut votes = TileVotes::none(kernel.n_wards());
    let mut all = Vec::with_capacity(tiles.len() * LANES);
    for tile in tiles {
        kernel.votes(tile, &mut scratch, &mut votes);
        let (mut cast, mut yes) = ([0.0; LANES], [0.0; LANES]);
        for ward in &votes.wards {
            for lane in 0..LANES {
                let (know, read) = (tile.kappa[lane], 1.0 - tile.kappa[lane]);
                cast[lane] += know * ward.knowing.votes[lane] + read * ward.reading.votes[lane];
                yes[lane] += know * ward.knowing.yes[lane] + read * ward.reading.yes[lane];
            }
        }
        all.extend(cast.into_iter().zip(yes));
    }
    all.truncate(draws);
    all
}

/// Parameters of a number of draws in tiles; the last draw stands in where a tile is not full.
fn tiles(inputs: &[Vec<f64>], moods: &[Vec<f64>], draws: usize) -> Vec<TileParameters> {
    (0..draws.div_ceil(LANES))
        .map(|tile| {
            let mut into = TileParameters::none(moods.len());
            for lane in 0..LANES {
                let draw = (tile * LANES + lane).min(draws - 1);
                into.set(lane, &parameters(inputs, moods, draw));
            }
            into
        })
        .collect()
}

/// Numbers of the draws of a tile.
fn lanes(values: &[f64], first: usize, draws: usize) -> [f64; LANES] {
    std::array::from_fn(|lane| values[(first + lane).min(draws - 1)])
}

/// The values of the inputs of a number of draws.
fn sampled(prepared: &Prepared, draws: usize) -> Vec<Vec<f64>> {
    let block = prepared
        .inputs
        .block(Points::Random, prepared.scenario.seed, 0, draws);
    values_of(prepared, &block.values, draws)
}

/// Standard normals of a kind of luck, ward by ward.
fn luck_of(prepared: &Prepared, what: &str, draws: usize) -> Vec<Vec<f64>> {
    let of_ward = |ward: &Ward| {
        let mut values = vec![0.0; draws];
        let name = format!("{what}/{}", ward.code);
        normals(prepared.scenario.seed, &name, 0, &mut values);
        values
    };
    prepared.cells.wards().iter().map(of_ward).collect()
}

/// The 19 inputs of the job *cell*, in order, of a number of draws.
fn values_of(prepared: &Prepared, inputs: &[Vec<f64>], draws: usize) -> Vec<Vec<f64>> {
    let names = VOTE_INPUTS.iter().chain(&MONEY_INPUTS);
    names
        .map(|name| inputs[prepared.inputs.position(name)][..draws].to_vec())
        .collect()
}

/// The parameters of the vote in a draw.
fn parameters(inputs: &[Vec<f64>], moods: &[Vec<f64>], draw: usize) -> VoteParameters {
    let value = |at: usize| inputs[at][draw];
    VoteParameters {
        pi: value(0),
        m: value(1),
        k: value(2),
        national: value(5) + value(3) * value(4),
        kappa: value(6),
        omega: value(7),
        gamma: value(8),
        eta: value(10),
        mobilisation: value(11),
        turnout_shift: value(12),
        ward: moods.iter().map(|mood| value(9) * mood[draw]).collect(),
    }
}

/// The electorate of prepared cells at the usual turnout.
fn electorate_of(prepared: &Prepared, world: &World) -> Electorate {
    Electorate::of(
        &prepared.cells,
        &prepared.amounts,
        &prepared.schedule,
        &world.assumptions,
        &[prepared.turnout],
        prepared.to_2026_prices,
    )
}

/// The homes of 17 wards as if all paid in full: 8 groups, one a band.
fn in_cells(derby: &Prepared, world: &World) -> Prepared {
    let mut prepared = derby.clone();
    let wards = derby.cells.wards()[..WARDS].to_vec();
    let mut rows: Vec<Cell> = Vec::new();
    for cell in derby.cells.rows().iter().filter(|cell| cell.ward < WARDS) {
        match rows.last_mut() {
            Some(last) if (last.ward, last.band) == (cell.ward, cell.band) => {
                last.dwellings += cell.dwellings;
            }
            _ => rows.push(Cell {
                liability: Liability::Full,
                reduction: Reduction::None,
                ..*cell
            }),
        }
    }
    let no_awards = ByBand::from_fn(|_| [0; 3]);
    prepared.cells = Cells::new(wards, rows, vec![no_awards]);
    prepared.electorate = electorate_of(&prepared, world);
    prepared
}

/// Derby with about so many groups a ward: the same homes, each group divided into ones that pay
/// a little more or less.
fn with_groups(derby: &Prepared, wanted: usize) -> Prepared {
    let electorate = &derby.electorate;
    let wards: Vec<WardGroups> = (0..electorate.n_wards())
        .map(|ward| {
            let (groups, electors) = electorate.ward(ward);
            let groups = &electorate.groups[groups];
            let share = groups.len() as f64 / wanted as f64;
            let groups = (0..wanted)
                .map(|index| {
                    let from = index * groups.len() / wanted;
                    let mut group = groups[from];
                    // No two alike, so that none can be put together.
                    let more = 1.0 + 1e-6 * (ward * wanted + index) as f64;
                    group.perception.known *= more;
                    group.perception.own_element *= more;
                    group.perception.whole_bill *= more;
                    (group, (electors[from] + 0.5) * share)
                })
                .collect();
            WardGroups {
                deprivation: electorate.deprivation[ward],
                turnout_log_odds: electorate.ward_turnout[ward],
                groups,
            }
        })
        .collect();
    let mut prepared = derby.clone();
    prepared.electorate = Electorate::of_wards(&wards);
    prepared
}

/// Households one a row, as columns of codes.
struct Homes {
    ward: Vec<u8>,
    band: Vec<u8>,
    liability: Vec<u8>,
    reduction: Vec<u8>,
    electors: Vec<u8>,
}

impl Homes {
    /// Invented homes with Derby's real margins.
    fn invented(derby: &Prepared, world: &World) -> Result<Self, Failure> {
        let record = world.vintage.find("Derby")?;
        let wards = small_areas(&record.authority.code, AreaKind::Ward)?;
        let published = Published {
            record,
            year: world.vintage.year,
            wards: &wards,
            law: &world.law,
        };
        let synthetic = Synthetic::of(published, &world.assumptions, HOMES as u64, 1)?;
        let order: Vec<usize> = synthetic
            .areas()
            .iter()
            .map(|code| {
                derby
                    .cells
                    .wards()
                    .iter()
                    .position(|ward| ward.code == *code)
            })
            .collect::<Option<_>>()
            .ok_or("the homes lie in Derby's wards")?;
        let homes = synthetic.homes(0, HOMES);
        let code = |of: &dyn Fn(&SyntheticHome) -> usize| {
            homes
                .iter()
                .map(|home| u8::try_from(of(home)))
                .collect::<Result<Vec<u8>, _>>()
        };
        Ok(Self {
            ward: code(&|home| order[home.area])?,
            band: code(&|home| home.band.index())?,
            liability: code(&|home| home.liability as usize)?,
            reduction: code(&|home| home.reduction as usize)?,
            electors: code(&|home| usize::try_from(home.electors).unwrap_or(0))?,
        })
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        for (name, codes) in [
            ("ward", &self.ward),
            ("band", &self.band),
            ("liability", &self.liability),
            ("reduction", &self.reduction),
            ("electors", &self.electors),
        ] {
            fs::write(folder.join(format!("homes-{name}.u8")), codes)?;
        }
        Ok(())
    }

    /// Cells in order with the electors of each: one pass over the homes.
    fn compressed(&self) -> (Vec<Cell>, Vec<Option<f64>>) {
        const KINDS: usize = Liability::ALL.len() * Reduction::ALL.len();
        let bands = Band::ALL;
        let n_wards = self
            .ward
            .iter()
            .max()
            .map_or(0, |most| usize::from(*most) + 1);
        let mut counts = vec![(0u32, 0u32); n_wards * bands.len() * KINDS];
        let columns = self
            .ward
            .iter()
            .zip(&self.band)
            .zip(&self.liability)
            .zip(&self.reduction);
        for ((((ward, band), liability), reduction), electors) in columns.zip(&self.electors) {
            let at = (usize::from(*ward) * bands.len() + usize::from(*band)) * KINDS
                + usize::from(*liability) * Reduction::ALL.len()
                + usize::from(*reduction);
            counts[at].0 += 1;
            counts[at].1 += u32::from(*electors);
        }
        let held = counts
            .into_iter()
            .enumerate()
            .filter(|(_, (homes, _))| *homes > 0);
        held.map(|(at, (homes, electors))| {
            let cell = Cell {
                ward: at / KINDS / bands.len(),
                band: bands[at / KINDS % bands.len()],
                liability: Liability::ALL[at % KINDS / Reduction::ALL.len()],
                reduction: Reduction::ALL[at % Reduction::ALL.len()],
                dwellings: i64::from(homes),
                tax_base_thousandths: 0,
            };
            (cell, Some(f64::from(electors)))
        })
        .unzip()
    }

    /// Kernels of homes with electors, each home a group of its own, some of one ward together; with the
    /// position of the ward.
    ///
    /// The kernel puts groups together that are alike: here each home's cost and turnout differ by
    /// less than a millionth, so that nothing is shared between homes.
    fn kernels(&self, grouped: &Prepared) -> Vec<(usize, Kernel)> {
        let electorate = &grouped.electorate;
        let key = |group: &VoterGroup| {
            (
                group.band.index(),
                group.liability as usize,
                group.reduction as usize,
            )
        };
        let groups: BTreeMap<_, &VoterGroup> = electorate
            .groups
            .iter()
            .map(|group| (key(group), group))
            .collect();
        let mut by_ward: Vec<Vec<(VoterGroup, f64)>> = vec![Vec::new(); electorate.n_wards()];
        for home in 0..self.ward.len() {
            let key = [&self.band, &self.liability, &self.reduction]
                .map(|codes| usize::from(codes[home]));
            let ward = &mut by_ward[usize::from(self.ward[home])];
            if self.electors[home] > 0
                && let Some(&&(mut group)) = groups.get(&key.into())
            {
                let little = 1e-11 * (ward.len() % HOMES_TOGETHER + 1) as f64;
                for cost in [
                    &mut group.perception.known,
                    &mut group.perception.own_element,
                    &mut group.perception.whole_bill,
                    &mut group.turnout_log_odds,
                ] {
                    *cost -= little;
                }
                ward.push((group, f64::from(self.electors[home])));
            }
        }
        let mut all = Vec::new();
        for (ward, homes) in by_ward.iter().enumerate() {
            for groups in homes.chunks(HOMES_TOGETHER) {
                let one = WardGroups {
                    deprivation: electorate.deprivation[ward],
                    turnout_log_odds: electorate.ward_turnout[ward],
                    groups: groups.to_vec(),
                };
                all.push((ward, Kernel::of(&Electorate::of_wards(&[one]))));
            }
        }
        all
    }
}

/// An electorate and the money of a proposal, for the peers.
fn described(prepared: &Prepared) -> Value {
    let electorate = &prepared.electorate;
    let groups = &electorate.groups;
    let column = |of: fn(&VoterGroup) -> f64| groups.iter().map(of).collect::<Vec<f64>>();
    let finance = &prepared.finance;
    json!({
        "authority": prepared.record.authority.name,
        "band": groups.iter().map(|group| group.band.index()).collect::<Vec<_>>(),
        "liability": groups.iter().map(|group| group.liability as usize).collect::<Vec<_>>(),
        "reduction": groups.iter().map(|group| group.reduction as usize).collect::<Vec<_>>(),
        "known": column(|group| group.perception.known),
        "own_element": column(|group| group.perception.own_element),
        "whole_bill": column(|group| group.perception.whole_bill),
        "turnout_log_odds": column(|group| group.turnout_log_odds),
        "deprivation": electorate.deprivation,
        "ward_turnout": electorate.ward_turnout,
        "electors": (0..electorate.n_wards()).map(|ward| electorate.ward(ward).1).collect::<Vec<_>>(),
        "increment": finance.increment.values(),
        "in_lieu": finance.in_lieu,
        "budgeted": finance.budgeted,
        "own_share": finance.own_share,
        "pension_age": finance.pension_age,
        "working_age": finance.working_age,
    })
}

/// Seconds of each stage of `bandwise run` with all outputs, in its order: one row a repetition.
fn stages(repetitions: usize, folder: &Path) -> Result<Value, Failure> {
    let mut rows = Vec::with_capacity(repetitions);
    let mut names: Vec<&str> = Vec::new();
    for _ in 0..repetitions {
        let mut row: Vec<f64> = Vec::new();
        names.clear();
        let mut begun = Instant::now();
        let mut ends = |name| {
            names.push(name);
            row.push(begun.elapsed().as_secs_f64());
            begun = Instant::now();
        };
        let world = World::embedded(Some("2023-24"))?;
        let scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions))?;
        ends("load figures and scenario");
        let prepared = prepare(&scenario, &world)?;
        ends("prepare");
        let outcomes = run(&prepared, &NoObserver);
        ends("draws");
        let scenario_toml = scenario_file::toml(&prepared.scenario);
        let briefing = briefing(&prepared, &outcomes, &scenario_toml, &[])?;
        ends("briefing");
        black_box(card::card(&prepared, &briefing, ""));
        let output = OutputFolder::open(Place::Named(folder.to_owned()), true)?;
        output.write("scenario.toml", scenario_toml.as_bytes())?;
        output.write("ballot-paper.txt", text::ballot(&prepared).as_bytes())?;
        output.write("provenance.json", &json::json(&briefing.provenance))?;
        output.write("results.json", &json::json(&briefing))?;
        ends("card, texts and JSON");
        let mut tables = Tables::both(&output);
        briefing.add_to(&mut tables)?;
        ends("tables as CSV and Parquet");
        tables.add_draws(&prepared, &outcomes)?;
        ends("Parquet of all draws");
        output.write("workbook.xlsx", &workbook::workbook(&prepared, &briefing)?)?;
        ends("workbook");
        let figures = figures::of_run(&prepared, &outcomes, &briefing)?;
        let paper = paper::of_run(&prepared, &briefing, &figures);
        output.write("briefing.html", document::html(&paper).as_bytes())?;
        output.write("briefing.md", document::markdown(&paper).as_bytes())?;
        ends("charts and the page");
        let pictures = figures::pictures(&figures);
        ends("charts as pictures");
        output.write("briefing.docx", &document::word(&paper, &pictures)?)?;
        for (name, bytes) in figures::files(&figures, &pictures) {
            output.write(&name, &bytes)?;
        }
        ends("Word document and charts written");
        tables.describe(&prepared.scenario.key, &briefing.title)?;
        output.commit()?;
        ends("data package and moving into place");
        rows.push(row);
    }
    Ok(json!({ "stages": names, "seconds": rows }))
}

/// Seconds of every repetition, and what the last came to.
fn timed<T>(repetitions: usize, mut work: impl FnMut() -> T) -> (Vec<f64>, T) {
    let mut seconds = Vec::with_capacity(repetitions);
    let mut once = || {
        let begun = Instant::now();
        let result = black_box(work());
        seconds.push(begun.elapsed().as_secs_f64());
        result
    };
    let mut result = once();
    for _ in 1..repetitions {
        result = once();
    }
    (seconds, result)
}

fn answer(seconds: &[f64], outcomes: &DrawOutcomes) -> Value {
    let vote = outcomes.vote.as_ref();
    json!({
        "seconds": seconds,
        "win": vote.map(|vote| {
            vote.won.iter().filter(|won| **won).count() as f64 / vote.won.len() as f64
        }),
        "yes_share": vote.map(|vote| mean(&vote.yes_share)),
        "collected": mean(&outcomes.collected),
    })
}

fn yes_share(votes: &ExpectedVotes) -> f64 {
    votes.yes.iter().sum::<f64>() / votes.votes.iter().sum::<f64>()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn write_numbers<'a>(file: &Path, numbers: impl Iterator<Item = &'a f64>) -> io::Result<()> {
    fs::write(
        file,
        numbers
            .flat_map(|number| number.to_le_bytes())
            .collect::<Vec<u8>>(),
    )
}
