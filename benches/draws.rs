//! The draw loop and the Polars pipeline, each with a plain-loop reference beside it in the same
//! run: quote the ratio, not the time. At the end the whole way from a scenario to its page.

use std::hint::black_box;

use bandwise::data::cells::rows_by_plain_loops;
use bandwise::data::scenario::Names;
use bandwise::data::{Scenario, Working, World, cells};
use bandwise::domain::{AreaKind, Cells, Detail, Pence, Points};
use bandwise::report::{briefing, briefing_at_once, document, figures, paper, scenario_file};
use bandwise::simulation::draw::{Kernel, TileParameters, TileVotes};
use bandwise::simulation::inputs::normals;
use bandwise::simulation::vector::LANES;
use bandwise::simulation::{NoObserver, Prepared, on_threads, prepare, run};
use bandwise::tax::{Amounts, Cases, apply, dwelling_bill};
use bandwise::vote::{VoteParameters, expected_votes};
use criterion::{Criterion, criterion_group, criterion_main};

fn derby(draws: u32) -> (World, Prepared) {
    let world = World::embedded(Some("2023-24")).expect("embedded");
    let names = Names::of(&world.assumptions);
    let mut scenario = Scenario::load("williamson-2018", &names).expect("built in");
    scenario.draws = draws;
    let prepared = prepare(&scenario, &world).expect("runs");
    (world, prepared)
}

/// A thousand sets of parameters spread about the middle of their distributions.
fn parameters(n: u32) -> Vec<VoteParameters> {
    (0..n)
        .map(|draw| {
            let mut z = [0.0; 28];
            normals(1, "bench", draw * 28, &mut z);
            VoteParameters {
                pi: 0.57 + 0.03 * z[0].clamp(-3.0, 3.0),
                m: 30.0 * (0.5 * z[1]).exp(),
                k: 1.6 * (0.3 * z[2]).exp(),
                national: -0.3 + 0.5 * z[3],
                kappa: 0.6 + 0.05 * z[4].clamp(-3.0, 3.0),
                omega: 0.5,
                gamma: 0.35,
                eta: -0.1,
                mobilisation: 0.07,
                turnout_shift: 0.1 * z[5],
                ward: z[6..24].iter().map(|z| 0.2 * z).collect(),
            }
        })
        .collect()
}

/// The expected votes of 1,000 draws in 18 wards: the kernel against the plain loop.
fn draw_loop(criterion: &mut Criterion) {
    let (_, prepared) = derby(1);
    let electorate = &prepared.electorate;
    let parameters = parameters(1_000);
    let mut group = criterion.benchmark_group("votes of 1,000 draws, 18 wards, one core");
    group.sample_size(20);
    group.bench_function("kernel", |bencher| {
        let kernel = Kernel::of(electorate);
        let mut scratch = kernel.scratch();
        let mut votes = TileVotes::none(kernel.n_wards());
        let tiles: Vec<TileParameters> = (parameters.chunks(LANES))
            .map(|draws| {
                let mut tile = TileParameters::none(kernel.n_wards());
                for (lane, draw) in draws.iter().enumerate() {
                    tile.set(lane, draw);
                }
                tile
            })
            .collect();
        bencher.iter(|| {
            for tile in &tiles {
                kernel.votes(tile, &mut scratch, &mut votes);
                black_box(&votes);
            }
        });
    });
    group.bench_function("plain loop", |bencher| {
        bencher.iter(|| {
            for one in &parameters {
                black_box(expected_votes(electorate, one));
            }
        });
    });
    group.finish();
}

/// What 10,000 draws take from chance: inputs as learned from evidence, and three normals a ward.
fn sampling(criterion: &mut Criterion) {
    const DRAWS: usize = 10_000;
    let (_, prepared) = derby(1);
    let mut group = criterion.benchmark_group("luck of 10,000 draws, one core");
    group.sample_size(20);
    group.bench_function("inputs and weights", |bencher| {
        bencher.iter(|| black_box(prepared.inputs.block(Points::Random, 1, 0, DRAWS)));
    });
    group.bench_function("54 normals a draw", |bencher| {
        let names: Vec<String> = (0..54).map(|stream| format!("bench/{stream}")).collect();
        let mut values = vec![0.0; DRAWS];
        bencher.iter(|| {
            for name in &names {
                normals(1, name, 0, &mut values);
                black_box(&values);
            }
        });
    });
    group.finish();
}

/// The whole simulation of 10,000 draws, inputs and counts included.
fn simulation(criterion: &mut Criterion) {
    let (_, prepared) = derby(10_000);
    let mut group = criterion.benchmark_group("10,000 draws of Derby");
    group.sample_size(10);
    for threads in [1, 2] {
        group.bench_function(format!("{threads} thread(s)"), |bencher| {
            on_threads(Some(threads), || {
                bencher.iter(|| black_box(run(&prepared, &NoObserver)));
            });
        });
    }
    group.finish();
}

/// Bills of all cells: Polars expressions against a loop over the scalar reference.
fn bills(criterion: &mut Criterion) {
    let (_, prepared) = derby(1);
    let mut group = criterion.benchmark_group("bills of all cells of Derby");
    group.sample_size(20);
    group.bench_function("polars", |bencher| {
        bencher.iter(|| black_box(apply(&prepared.cells, &prepared.amounts).expect("applies")));
    });
    group.bench_function("plain loop", |bencher| {
        bencher.iter(|| black_box(plain_bills(&prepared.cells, &prepared.amounts)));
    });
    group.finish();
}

fn plain_bills(cells: &Cells, amounts: &Amounts) -> Vec<[Cases<Pence>; 2]> {
    cells
        .rows()
        .iter()
        .map(|cell| {
            let award = cells.award_basis_points(cell);
            [amounts.own[cell.band], amounts.areas[0].total[cell.band]]
                .map(|amount| dwelling_bill(amount, cell.liability, cell.reduction, award))
        })
        .collect()
}

/// From the published tables of one authority to its cells.
fn pipeline(criterion: &mut Criterion) {
    let (world, prepared) = derby(1);
    let base = prepared.record.base_by_band(&world.law);
    let areas = (
        Detail::Areas(AreaKind::Ward),
        prepared.small_areas.as_slice(),
    );
    let mut group = criterion.benchmark_group("cells of Derby from published tables");
    group.sample_size(20);
    group.bench_function("polars", |bencher| {
        bencher.iter(|| {
            black_box(cells(&prepared.record, &base, areas, &world.assumptions).expect("adds up"))
        });
    });
    group.bench_function("plain loop", |bencher| {
        bencher.iter(|| {
            black_box(rows_by_plain_loops(
                &prepared.record,
                &base,
                &prepared.small_areas,
                &world.assumptions,
            ))
        });
    });
    group.finish();
}

/// From a changed scenario to the whole page of a proposal: what is answered while a slider moves, and
/// all of it. Cells and bills are worked out by loops, or by Polars: the figures are the same.
fn page(criterion: &mut Criterion) {
    let mut world = World::embedded(None).expect("embedded");
    let names = Names::of(&world.assumptions);
    let built_in = Scenario::load("williamson-2018", &names).expect("built in");
    for authority in ["Derby", "Birmingham"] {
        for draws in [2_000, 10_000] {
            let (mut scenario, _) = built_in.clone().for_authority(authority);
            scenario.draws = draws;
            let mut group =
                criterion.benchmark_group(format!("page of {authority}, {draws} draws"));
            group.sample_size(10);
            for (name, working, at_once) in [
                ("at once, by loops", Working::Loops, true),
                ("whole, by loops", Working::Loops, false),
                ("whole, by Polars", Working::Polars, false),
            ] {
                world.working = working;
                let of_it = if at_once { briefing_at_once } else { briefing };
                group.bench_function(name, |bencher| {
                    bencher.iter(|| {
                        let prepared = prepare(&scenario, &world).expect("runs");
                        let outcomes = run(&prepared, &NoObserver);
                        let toml = scenario_file::toml(&prepared.scenario);
                        let briefing = of_it(&prepared, &outcomes, &toml, &[]).expect("whole");
                        let charts =
                            figures::of_run(&prepared, &outcomes, &briefing).expect("whole");
                        let paper = paper::of_run(&prepared, &briefing, &charts);
                        black_box(document::html(&paper))
                    });
                });
            }
            group.finish();
        }
    }
}

criterion_group!(
    benches, draw_loop, sampling, simulation, bills, pipeline, page
);
criterion_main!(benches);
