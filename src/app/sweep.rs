//! `sweep` and `merge`: scenarios for many authorities.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bandwise::data::area_incomes::AreaIncomes;
use bandwise::data::authority_list::{authorities_of_file, every_authority, named_authorities};
use bandwise::data::catalogue::{data_sha256, sha256};
use bandwise::data::scenario::{Names, grid, point_name, varied_text};
use bandwise::data::small_areas::keep_all;
use bandwise::data::{Assumptions, DataError, Scenario, Vintage, Working, World};
use bandwise::domain::{AreaKind, AuthorityCode, Detail};
use bandwise::report::scenario_file;
use bandwise::report::sweep::{
    FailureRow, JobRows, Manifest, SweepFolder, SweepScenario, VariedValue, card, failed_job,
    find_parts, job_rows, parts_of,
};
use bandwise::simulation::inputs::{InputDraws, Inputs};
use bandwise::simulation::{
    NoObserver, Observer, each, inputs_of, on_threads, prepare, prepare_with, run as simulate,
    run_with,
};

use super::cli::{MergeArgs, Replace, SweepArgs};
use super::exit::{Failure, complain, print};
use super::progress::Bar;
use super::run::{gone_on_interrupt, slug, too_few_agree};
use super::scenario::replace_parts;

/// Failed jobs that are told while the sweep runs; all are in `failures.csv`.
const MOST_TOLD: usize = 10;

/// Applies scenarios to many authorities, goes on where an earlier start has ended, and joins.
pub fn sweep(args: &SweepArgs) -> Result<(), Failure> {
    let assumptions = Assumptions::embedded().map_err(Failure::bug)?;
    let (points, overrides) = points(args, &assumptions)?;
    let vintage = one_vintage(&points)?;
    let mut world = World::with(assumptions, vintage.as_deref()).map_err(Failure::bug)?;
    world.working = Working::Loops;
    let authorities = authorities(args, &world.vintage)?;
    varied_for_all(&points, &authorities, &world.vintage)?;
    let manifest = manifest(args, &points, overrides, &world, &authorities);
    let place = args.out.clone();
    let place = place.unwrap_or_else(|| unnamed(args, &manifest));
    let folder = SweepFolder::open(&place, manifest, args.force)?;
    let wanted = parts_of(folder.manifest(), args.shard.unwrap_or((1, 1)));
    let mut todo = Vec::new();
    for &part in &wanted {
        if !folder.is_done(part, done_anew)? {
            todo.push(part);
        }
    }
    match wanted.len() - todo.len() {
        0 => {}
        _ if todo.is_empty() => complain("all parts are done already"),
        done => complain(&format!(
            "{done} of {} parts are done already: going on with the rest",
            wanted.len()
        )),
    }
    let stopped = format!(
        "stopped: finished parts are kept in {} [the same command goes on from there]",
        place.display()
    );
    gone_on_interrupt(move || complain(&stopped))?;
    if !todo.is_empty() {
        let plans = plans(points, &world)?;
        on_threads(args.threads, || {
            do_parts(&folder, &todo, &plans, &authorities, &world)
        })?;
    }
    match args.shard {
        Some((shard, of)) => print(&format!(
            "Shard {shard}/{of}: {} of the {} parts of the sweep are done in {}.\nWhen all shards are, join them: bandwise merge \
             OUT SHARD_DIR...\n",
            wanted.len(),
            folder.manifest().parts(),
            place.display()
        )),
        None => finish(&folder),
    }
}

/// Joins the shards of a sweep.
pub fn merge(args: &MergeArgs) -> Result<(), Failure> {
    let (manifest, found) = find_parts(&args.shards).map_err(Failure::bad_input)?;
    let folder = SweepFolder::open(&args.out, manifest, args.force)?;
    folder.take_parts(&found, done_anew)?;
    finish(&folder)
}

fn done_anew(why: &DataError) {
    complain(&format!("{why}: the part is removed and done anew"));
}

/// Joins the parts and prints the card.
fn finish(folder: &SweepFolder) -> Result<(), Failure> {
    let joined = folder.join()?;
    let place = folder.path().display().to_string();
    print(&card(folder.manifest(), &joined, &place))?;
    match joined.failures.first() {
        Some([_, authority, message]) if joined.rows.is_empty() => Err(Failure::bad_input(
            format!("every job failed; of {authority}: {message}"),
        )),
        _ => Ok(()),
    }
}

/// A scenario, or a point of a grid.
struct Point {
    name: String,
    varied: Vec<VariedValue>,
    scenario: Scenario,
}

/// The keys that options set, with the options.
fn set_by_options(args: &SweepArgs) -> Vec<(&'static str, &'static str)> {
    let luck = &args.luck;
    let options = [
        (args.by.is_some(), "by", "--by"),
        (args.vintage.is_some(), "vintage", "--vintage"),
        (args.priors_only, "evidence", "--priors-only"),
        (luck.draws.is_some(), "simulation.draws", "--draws"),
        (luck.seed.is_some(), "simulation.seed", "--seed"),
        (luck.points.is_some(), "simulation.points", "--points"),
    ];
    let set = options.into_iter().filter(|(set, ..)| *set);
    set.map(|(_, key, option)| (key, option)).collect()
}

/// Keys whose values are no scenarios of their own here, why, and what is allowed instead.
const NOT_VARIED: [(&str, &str, &str); 4] = [
    (
        "authority",
        "is set for each job",
        "--authority NAME, --authorities FILE or --all",
    ),
    ("key", "names a scenario and changes no figure", PROPOSED),
    ("title", "names a scenario and changes no figure", PROPOSED),
    ("households", "is not read by a sweep", PROPOSED),
];

/// What can be varied.
const PROPOSED: &str = "a key of what is proposed or believed, such as no.rise=0,0.02";

/// Whether one of two keys is the other, or a section that the other stands in.
fn overlap(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    within(one, other) || within(other, one)
}

/// Checks that no row would have the name of a value that it does not have.
fn check_varied(args: &SweepArgs) -> Result<(), Failure> {
    for (at, vary) in args.vary.iter().enumerate() {
        let key = vary.key.as_str();
        if args.vary[..at].iter().any(|before| before.key == key) {
            return Err(Failure::bad_input(format!(
                "--vary {key} stands twice (allowed: once, with all its values)"
            )));
        }
        if let Some(before) = args.vary[..at].iter().find(|one| overlap(&one.key, key)) {
            return Err(Failure::bad_input(format!(
                "--vary {key} and --vary {} set the same (allowed: one of them)",
                before.key
            )));
        }
        if let Some((_, why, allowed)) = NOT_VARIED.iter().find(|(one, ..)| overlap(one, key)) {
            return Err(Failure::bad_input(format!(
                "--vary {key} {why} (allowed: {allowed})"
            )));
        }
        let set = set_by_options(args);
        if let Some((_, option)) = set.iter().find(|(one, _)| overlap(one, key)) {
            return Err(Failure::bad_input(format!(
                "--vary {key} and {option} set the same (allowed: one of them)"
            )));
        }
    }
    Ok(())
}

/// Checks that what is varied is not left out: what a scenario states of its own authority is, for
/// others.
fn varied_for_all(
    points: &[Point],
    authorities: &[AuthorityCode],
    vintage: &Vintage,
) -> Result<(), Failure> {
    for point in points.iter().filter(|point| !point.varied.is_empty()) {
        let scenario = &point.scenario;
        let own = vintage.find(&scenario.authority).ok();
        let own = own.map(|record| &record.authority.code);
        if authorities.iter().all(|code| Some(code) == own) {
            continue;
        }
        let (_, left_out) = scenario.clone().for_authority(&scenario.authority);
        not_left_out(
            point,
            &left_out,
            "another authority than the scenario's own",
        )?;
    }
    Ok(())
}

fn not_left_out(point: &Point, left_out: &[&str], of: &str) -> Result<(), Failure> {
    let lost = |varied: &&VariedValue| left_out.iter().any(|key| overlap(key, &varied.key));
    match point.varied.iter().find(lost) {
        None => Ok(()),
        Some(varied) => Err(Failure::bad_input(format!(
            "--vary {} is left out for {of} (allowed: {PROPOSED})",
            varied.key
        ))),
    }
}

/// The scenarios with all that is varied, in order, and what the command line replaces in them.
fn points(
    args: &SweepArgs,
    assumptions: &Assumptions,
) -> Result<(Vec<Point>, Vec<String>), Failure> {
    let names = Names::of(assumptions);
    let replace = Replace {
        authority: None,
        by: args.by,
        vintage: args.vintage.clone(),
        priors_only: args.priors_only,
    };
    let mut points: Vec<Point> = Vec::new();
    let mut overrides = Vec::new();
    check_varied(args)?;
    for wanted in &args.scenarios {
        let text = Scenario::text(wanted, &names)?;
        for varied in grid(&args.vary) {
            let name = point_name(wanted, &varied);
            let text = varied_text(&name, &text, &varied)?;
            let mut scenario = Scenario::parse(&name, &text, &names)?;
            let as_stated = scenario.clone();
            let mut noted = Vec::new();
            replace_parts(&mut scenario, &replace, &args.luck, &mut noted);
            for one in noted {
                if !overrides.contains(&one) {
                    overrides.push(one);
                }
            }
            let name = point_name(&scenario.key, &varied);
            if points.iter().any(|point| point.name == name) {
                return Err(Failure::bad_input(format!(
                    "two scenarios are called {name:?} [give each its own key]"
                )));
            }
            let varied = varied.into_iter().map(|one| VariedValue {
                key: one.key,
                value: one.value,
            });
            let point = Point {
                name,
                varied: varied.collect(),
                scenario,
            };
            if as_stated.vintage != point.scenario.vintage {
                let left_out = as_stated.clone().forget_amounts();
                not_left_out(&point, &left_out, "another year than the scenario's own")?;
            }
            points.push(point);
        }
    }
    Ok((points, overrides))
}

/// The vintage of all scenarios.
fn one_vintage(points: &[Point]) -> Result<Option<String>, Failure> {
    let held = |point: &Point| -> Result<String, Failure> {
        let vintage = Vintage::held(point.scenario.vintage.as_deref());
        Ok(vintage.map_err(Failure::bad_input)?.name.clone())
    };
    let first = held(&points[0])?;
    for point in points {
        let other = held(point)?;
        if other != first {
            return Err(Failure::bad_input(format!(
                "{} and {} are on figures of {first} and {other} [state --vintage for all]",
                points[0].name, point.name
            )));
        }
    }
    Ok(Some(first))
}

fn authorities(args: &SweepArgs, vintage: &Vintage) -> Result<Vec<AuthorityCode>, Failure> {
    let wanted = &args.authorities;
    match &wanted.authorities {
        Some(file) => Ok(authorities_of_file(file, vintage)?),
        None if wanted.all => Ok(every_authority(vintage)),
        None => named_authorities(&wanted.authority, vintage)
            .map_err(|error| Failure::bad_input(format!("--authority: {error}"))),
    }
}

fn manifest(
    args: &SweepArgs,
    points: &[Point],
    overrides: Vec<String>,
    world: &World,
    authorities: &[AuthorityCode],
) -> Manifest {
    let of_point = |point: &Point| {
        let toml = scenario_file::toml(&point.scenario);
        SweepScenario {
            scenario: point.name.clone(),
            key: point.scenario.key.clone(),
            title: point.scenario.title.clone(),
            varied: point.varied.clone(),
            draws: point.scenario.draws,
            seed: point.scenario.seed,
            sha256: sha256(toml.as_bytes()),
            toml,
        }
    };
    Manifest {
        format: 1,
        program: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_sha256: data_sha256().to_owned(),
        vintage: world.vintage.name.clone(),
        vintage_sha256: world.vintage.sha256.clone(),
        overrides,
        scenarios: points.iter().map(of_point).collect(),
        authorities: authorities.iter().map(ToString::to_string).collect(),
        jobs_per_part: args.jobs_per_part as usize,
    }
}

/// The folder of a sweep for which none is named: the same for the same sweep, and for no other.
fn unnamed(args: &SweepArgs, manifest: &Manifest) -> PathBuf {
    let stem = |wanted: &String| {
        let name = Path::new(wanted).file_stem().unwrap_or_default();
        slug(&name.to_string_lossy())
    };
    let keys: Vec<String> = args.scenarios.iter().take(3).map(stem).collect();
    let shard = args.shard.map_or(String::new(), |(shard, of)| {
        format!("-shard-{shard}-of-{of}")
    });
    let vintage = slug(&manifest.vintage);
    let digest = &manifest.sha256()[..8];
    let keys = keys.join("-");
    Path::new("bandwise-out").join(format!("sweep-{keys}-{vintage}-{digest}{shard}"))
}

/// A scenario as it is applied to others than its own authority.
struct Plan {
    name: String,
    scenario: Scenario,
    /// Its own authority, where that bills.
    own: Option<AuthorityCode>,
    inputs: Inputs,
}

fn plans(points: Vec<Point>, world: &World) -> Result<Vec<Plan>, Failure> {
    // What each authority would read again is read once; all of it before the first draw.
    let mut kinds = vec![AreaKind::Ward, AreaKind::Lsoa];
    for point in &points {
        match point.scenario.by {
            Some(Detail::Areas(kind)) if !kinds.contains(&kind) => kinds.push(kind),
            _ => {}
        }
    }
    for kind in kinds {
        keep_all(kind).map_err(Failure::bug)?;
    }
    // A table that is first read by a job would be read by Polars inside the pool of the jobs, where a
    // thread that waits takes up another job, which waits for the same table.
    AreaIncomes::embedded().map_err(Failure::bug)?;
    let plan = |point: Point| {
        let own = world.vintage.find(&point.scenario.authority).ok();
        let code = own.map(|record| record.authority.code.clone());
        let (of_others, _) = point
            .scenario
            .clone()
            .for_authority(&point.scenario.authority);
        Ok(Plan {
            name: point.name,
            own: code,
            inputs: inputs_of(&of_others, world)?,
            scenario: point.scenario,
        })
    };
    points.into_iter().map(plan).collect()
}

/// Does parts and writes each as soon as it is done.
fn do_parts(
    folder: &SweepFolder,
    parts: &[usize],
    plans: &[Plan],
    authorities: &[AuthorityCode],
    world: &World,
) -> Result<(), Failure> {
    let manifest = folder.manifest();
    let draws = |&(scenario, _): &(usize, usize)| u64::from(plans[scenario].scenario.draws);
    let bar = Bar::new();
    bar.begin(
        parts
            .iter()
            .map(|&part| manifest.jobs_of(part).iter().map(draws).sum::<u64>())
            .sum(),
    );
    let mut failed = 0;
    let mut drawn = BTreeMap::new();
    for &part in parts {
        let jobs = manifest.jobs_of(part);
        draw_inputs(&mut drawn, plans, &jobs);
        let found = each(&jobs, |job| {
            let rows = do_job(&plans[job.0], &drawn[&job.0], &authorities[job.1], world);
            bar.advance(draws(job));
            rows
        });
        let mut rows = Vec::with_capacity(jobs.len());
        for (job, found) in jobs.iter().zip(found) {
            let found = found.unwrap_or_else(|panicked| {
                Err(format!(
                    "{panicked} (a fault of bandwise: please report it)"
                ))
            });
            rows.push(found.unwrap_or_else(|message| {
                let failure = failure(&plans[job.0], &authorities[job.1], world, message);
                if failed < MOST_TOLD {
                    complain(&format!(
                        "{}, {}: {}",
                        failure.authority, failure.scenario, failure.message
                    ));
                } else if failed == MOST_TOLD {
                    complain("more jobs fail: see failures.csv");
                }
                failed += 1;
                failed_job(&failure)
            }));
        }
        folder.write_part(part, &rows)?;
    }
    bar.end();
    Ok(())
}

/// Draws the inputs of the jobs' scenarios, the same for every authority that they are applied to, and
/// forgets those of others: a grid has more than memory holds.
fn draw_inputs(drawn: &mut BTreeMap<usize, InputDraws>, plans: &[Plan], jobs: &[(usize, usize)]) {
    drawn.retain(|scenario, _| jobs.iter().any(|job| job.0 == *scenario));
    for &(scenario, _) in jobs {
        drawn.entry(scenario).or_insert_with(|| {
            let Plan {
                inputs, scenario, ..
            } = &plans[scenario];
            inputs.draws(scenario.points, scenario.seed, scenario.draws)
        });
    }
}

fn failure(plan: &Plan, code: &AuthorityCode, world: &World, message: String) -> FailureRow {
    let held = world.vintage.find(code.as_str()).ok();
    FailureRow {
        scenario: plan.name.clone(),
        authority_code: code.to_string(),
        authority: held.map_or_else(String::new, |record| record.authority.name.clone()),
        message,
    }
}

/// One scenario for one authority: only its rows are kept.
fn do_job(
    plan: &Plan,
    drawn: &InputDraws,
    code: &AuthorityCode,
    world: &World,
) -> Result<JobRows, String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let (prepared, outcomes, left_out) = if plan.own.as_ref() == Some(code) {
        let prepared = prepare(&plan.scenario, world).map_err(|error| words(&error))?;
        let outcomes = simulate(&prepared, &NoObserver);
        (prepared, outcomes, Vec::new())
    } else {
        let (scenario, left_out) = plan.scenario.clone().for_authority(code.as_str());
        let prepared = prepare_with(&scenario, world, plan.inputs.clone());
        let prepared = prepared.map_err(|error| words(&error))?;
        let outcomes = run_with(&prepared, drawn, &NoObserver);
        (prepared, outcomes, left_out)
    };
    if let Some(few) = too_few_agree(&outcomes) {
        return Err(few);
    }
    let left_out: Vec<String> = left_out.into_iter().map(str::to_owned).collect();
    job_rows(&plan.name, &prepared, &outcomes, &left_out).map_err(|error| words(&error))
}
