//! The years after the vote over all draws: growth of the base, prices and collection uncertain.

use super::prepare::{NOT_PUBLISHED, Prepared};
use super::quantile::transform;
use super::run::{DrawOutcomes, collection_class};
use super::weights::Weights;
use crate::data::small_areas::{SmallArea, small_areas};
use crate::data::{AuthorityRecord, DataError, Scenario, World};
use crate::domain::{
    AreaKind, ByBand, FinancialYear, GapAssumes, Limit, Pence, Reduction, Rise, Standing,
    UniformRise, Warning,
};
use crate::tax::medium_term::{LaterRise, Path, Plan, Projection, project, years_on};
use crate::tax::{Amounts, Budgets};

/// The years after the vote, made ready once.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// The years, the first the year of the vote.
    pub years: Vec<FinancialYear>,
    /// What is projected.
    pub plan: Plan,
    /// The wards of the area, most deprived first; empty where no service asks for them.
    pub wards: Vec<DeprivedWard>,
    principles: Vec<LaterPrinciple>,
}

/// A ward by its deprivation.
#[derive(Debug, Clone, PartialEq)]
pub struct DeprivedWard {
    /// Its ONS code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Index of Multiple Deprivation 2025, higher for more deprived.
    pub score: f64,
    /// Its homes, scaled to the authority's row.
    pub dwellings: f64,
}

/// The principle of a later year, and whether it is that of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct LaterPrinciple {
    limit: Limit,
    held: FinancialYear,
    expected: bool,
}

impl Outlook {
    /// Finds the principles of the later years and, where a service asks for them, the most
    /// deprived wards.
    ///
    /// # Errors
    /// When an embedded table is broken.
    pub fn of(
        scenario: &Scenario,
        world: &World,
        (record, areas): (&AuthorityRecord, &[AuthorityRecord]),
        amounts: &Amounts,
        budgets: &Budgets,
        in_lieu_thousandths: i64,
    ) -> Result<Self, DataError> {
        let asked = &scenario.medium_term;
        let first = scenario.vote_year(world.vintage.year);
        let years = first.and_after(usize::from(asked.years));
        let principles = later_principles(world, record, &years);
        let later = principles
            .iter()
            .map(|principle| match asked.later_rise {
                UniformRise::Stated(rise) => LaterRise::Stated(rise),
                UniformRise::LargestWithoutVote => LaterRise::LargestWithoutVote(principle.limit),
            })
            .collect();
        let wants_wards = scenario
            .services
            .iter()
            .any(|service| service.wards.is_some());
        Ok(Self {
            years,
            plan: Plan {
                lines: budgets.lines.clone(),
                in_lieu_thousandths,
                band_d: amounts.band_d,
                requirement_today: budgets.requirement.today,
                later,
                surcharge: if amounts.levy_is_own {
                    let sum = |levy: &ByBand<Pence>| levy.values().iter().copied().sum();
                    (sum(&budgets.levy), sum(&budgets.levy_in_full))
                } else {
                    (Pence::ZERO, Pence::ZERO)
                },
                has_relief: scenario.proposal.rise_beside().is_none(),
                phase_in_years: scenario.terms.phase_in_years,
                freeze_years: asked.freeze_years,
                freeze_grant: asked.freeze_grant,
                freeze_grant_years: asked.freeze_grant_years,
            },
            wards: if wants_wards {
                deprived_wards(areas)?
            } else {
                Vec::new()
            },
            principles,
        })
    }

    /// The rise of a later year that the principle allows a path's amount without a vote, where
    /// there is a principle; `year` counts from 1, the year after the vote.
    pub fn largest_without_vote(&self, year: usize, band_d: Pence) -> Option<Rise> {
        let principle = self.principles.get(year.checked_sub(1)?)?;
        principle.limit.largest_rise_without_vote(band_d)
    }

    /// The caveats of the later years.
    pub fn caveats(&self, prepared: &Prepared, world: &World) -> Vec<Warning> {
        let scenario = &prepared.scenario;
        let later = || self.years[1..].iter().copied().zip(&self.principles);
        let years_where = |chosen: &dyn Fn(FinancialYear, &LaterPrinciple) -> bool| {
            later()
                .filter(|(year, principle)| chosen(*year, principle))
                .map(|(year, _)| year)
                .collect::<Vec<_>>()
        };
        let mut warnings = Vec::new();
        match scenario.medium_term.later_rise {
            UniformRise::LargestWithoutVote => {
                let limited = |one: &LaterPrinciple| one.limit != Limit::Unlimited;
                let expected =
                    years_where(&|year, one| limited(one) && one.expected && one.held == year);
                let carried = years_where(&|year, one| limited(one) && one.held != year);
                let held = self.principles.last().map(|one| one.held);
                let carried_on = held.zip((!carried.is_empty()).then_some(carried));
                if !expected.is_empty() || carried_on.is_some() {
                    warnings.push(Warning::LaterPrinciples {
                        expected,
                        carried_on,
                    });
                }
                let free = years_where(&|_, one| !limited(one));
                if !free.is_empty() {
                    warnings.push(Warning::LaterYearsHeld {
                        authority: prepared.record.authority.name.clone(),
                        years: free,
                    });
                }
            }
            UniformRise::Stated(rise) => {
                let projection = project(&self.plan, 0.0, 0.0);
                let before = |path, year: usize| projection.of(path)[year].band_d;
                let years: Vec<FinancialYear> = later()
                    .enumerate()
                    .filter(|(index, (_, one))| {
                        [Path::Yes, Path::No].into_iter().any(|path| {
                            one.limit
                                .is_excessive(before(path, *index), before(path, index + 1))
                        })
                    })
                    .map(|(_, (year, _))| year)
                    .collect();
                if !years.is_empty() {
                    warnings.push(Warning::LaterRiseExcessive { rise, years });
                }
            }
        }
        if !scenario.inputs.contains_key(BASE_GROWTH)
            && let Some(input) = world
                .assumptions
                .inputs
                .iter()
                .find(|input| input.name == BASE_GROWTH)
        {
            let mut median = [0.5];
            transform(&input.distribution, &mut median);
            warnings.push(Warning::BaseGrowthAssumed {
                growth: median[0],
                from: prepared.vote_year,
            });
        }
        let outside: Vec<FinancialYear> = scenario
            .medium_term
            .gap
            .keys()
            .copied()
            .filter(|year| !self.years.contains(year))
            .collect();
        if !outside.is_empty() {
            warnings.push(Warning::GapOutside { years: outside });
        }
        for service in &scenario.services {
            if let Some(asked) = service.wards
                && usize::from(asked) > self.wards.len()
            {
                warnings.push(Warning::WardsUnknown {
                    service: service.name.clone(),
                    asked,
                    known: self.wards.len(),
                });
            }
        }
        warnings
    }
}

/// The principle of each year after the first: its own, or that of the last year held.
fn later_principles(
    world: &World,
    record: &AuthorityRecord,
    years: &[FinancialYear],
) -> Vec<LaterPrinciple> {
    let mut found: Vec<LaterPrinciple> = Vec::new();
    for &year in years {
        let held = world.law.principle(&record.authority, year);
        let one = match (held, found.last()) {
            (Some(principle), _) => LaterPrinciple {
                limit: principle.limit,
                held: year,
                expected: principle.source.standing > Standing::High
                    && principle.source.citation.contains(NOT_PUBLISHED),
            },
            (None, Some(last)) => *last,
            // The year of the vote itself is always held: without it nothing is prepared.
            (None, None) => continue,
        };
        found.push(one);
    }
    found.split_off(1)
}

/// The wards of billing authorities that have a deprivation score, most deprived first.
fn deprived_wards(areas: &[AuthorityRecord]) -> Result<Vec<DeprivedWard>, DataError> {
    let mut wards = Vec::new();
    for area in areas {
        let held = small_areas(&area.authority.code, AreaKind::Ward)?;
        let homes: i64 = held.iter().map(SmallArea::all_dwellings_hundredths).sum();
        let row: i64 = area.dwellings().values().iter().sum();
        wards.extend(held.into_iter().filter_map(|ward| {
            let part = ward.all_dwellings_hundredths() as f64 / homes as f64;
            Some(DeprivedWard {
                score: ward.deprivation_score?,
                dwellings: part * row as f64,
                code: ward.code,
                name: ward.name,
            })
        }));
    }
    wards.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.code.cmp(&b.code)));
    Ok(wards)
}

const BASE_GROWTH: &str = "base_growth";
const INFLATION: &str = "inflation_later";

/// A figure over the draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Mean.
    pub mean: f64,
    /// 5th percentile.
    pub p05: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
}

impl Figures {
    /// The mean in the order of the draws, and percentiles interpolated between order statistics
    /// as those of [`super::spread`]. The values are left in another order.
    ///
    /// # Panics
    /// Without values.
    ///
    /// # Example
    /// ```
    /// use bandwise::simulation::medium_term::Figures;
    /// let figures = Figures::of(&mut [5.0, 1.0, 4.0, 2.0, 3.0]);
    /// assert_eq!((figures.mean, figures.p05, figures.p50), (3.0, 1.2, 3.0));
    /// ```
    pub fn of(values: &mut [f64]) -> Self {
        // About the first value, so that what does not vary is its own mean to the last bit.
        let first = values[0];
        let beyond: f64 = values.iter().map(|value| value - first).sum();
        let mean = first + beyond / values.len() as f64;
        let last = values.len() - 1;
        // A search for three places takes a fraction of the time of sorting.
        let mut percentile = |share: f64| {
            let place = share * last as f64;
            let index = place.floor() as usize;
            let (_, at, above) = values.select_nth_unstable_by(index, f64::total_cmp);
            let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(*at);
            *at + (place - index as f64) * (next - *at)
        };
        Self {
            mean,
            p05: percentile(0.05),
            p50: percentile(0.50),
            p95: percentile(0.95),
        }
    }

    /// The same of draws that count unequally.
    fn weighted(values: &[f64], weights: &Weights) -> Self {
        let spread = weights.spread(values).expect("there are draws");
        let [p05, _, p50, _, p95] = spread.percentiles;
        Self {
            mean: spread.mean,
            p05,
            p50,
            p95,
        }
    }
}

/// What became of one path in one year over the draws, pounds.
#[derive(Debug, Clone, PartialEq)]
pub struct PathFigures {
    /// The path; nothing for what the vote leads to on average.
    pub path: Option<Path>,
    /// Position of the year, 0 for the year of the vote.
    pub year: usize,
    /// Mean factor by which the tax base has grown since the first year.
    pub mean_growth: f64,
    /// Revenue at the uncertain collection of what it has over a No.
    pub collected: Figures,
    /// Mean of it in prices of the first year.
    pub collected_in_first_years_prices: f64,
    /// The same less that of a No.
    pub over_no: Figures,
    /// What is left of the gap; nothing where none is stated for the year.
    pub gap_left: Option<Figures>,
}

/// The later years of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct LaterYears {
    /// The projection without growth and inflation: exact pence; revenue scales with the base.
    pub projection: Projection,
    /// By year, then by path.
    pub figures: Vec<PathFigures>,
}

/// What every draw brings to all later years.
struct Draws<'a> {
    outcomes: &'a DrawOutcomes,
    base_growth: &'a [f64],
    inflation: &'a [f64],
    /// By what the tax base and prices have grown since the first year, in the year looked at.
    base: Vec<f64>,
    prices: Vec<f64>,
    /// What is not collected of a pound of bills above those of a No, by class of bands.
    lost: [Vec<f64>; 3],
    /// What of a pound of the rise on recipients' bills their awards meet beyond their share: of
    /// pension age, and of working age.
    met: [&'a [f64]; 2],
    own_share: f64,
    /// Parts of the tax base of each band that are recipients', by age.
    recipients: ByBand<[f64; 2]>,
}

/// What bills of a path bring over those of a No in a year before growth, pounds.
struct OverNo {
    /// Of bills that rise, by class of bands.
    rises: [f64; 3],
    /// Of recipients' bills, by age.
    recipients: [f64; 2],
}

impl<'a> Draws<'a> {
    fn of(prepared: &Prepared, outcomes: &'a DrawOutcomes) -> Self {
        let drawn = |input: &str| outcomes.inputs[prepared.inputs.position(input)].as_slice();
        let finance = &prepared.finance;
        let budgeted = mean_collection(prepared);
        let kept = drawn("challenges");
        let lost = ["collection_a_c", "collection_d_e", "collection_f_h"].map(|rate| {
            let of_a_pound =
                |(rate, challenged): (&f64, &f64)| 1.0 - (1.0 - challenged) * rate / budgeted;
            drawn(rate).iter().zip(kept).map(of_a_pound).collect()
        });
        Self {
            outcomes,
            base_growth: drawn(BASE_GROWTH),
            inflation: drawn(INFLATION),
            base: vec![1.0; outcomes.len()],
            prices: vec![1.0; outcomes.len()],
            lost,
            met: ["tapered_pension_age", "tapered_working_age"].map(drawn),
            own_share: finance.own_share,
            recipients: recipients(prepared),
        }
    }

    /// What the bills of a path bring over those of a No in a year.
    fn over_no(
        &self,
        prepared: &Prepared,
        projection: &Projection,
        path: Path,
        year: usize,
    ) -> OverNo {
        let plan = &prepared.outlook.plan;
        let (here, no) = (&projection.of(path)[year], &projection.of(Path::No)[year]);
        let mut found = OverNo {
            rises: [0.0; 3],
            recipients: [0.0; 2],
        };
        for (line, (pays, no)) in plan.lines.iter().zip(here.pays.iter().zip(&no.pays)) {
            let over = line.tax_base_thousandths as f64 / 1_000.0 * (*pays - *no).pounds();
            found.rises[collection_class(line.band)] += over.max(0.0);
            for (sum, part) in found.recipients.iter_mut().zip(self.recipients[line.band]) {
                *sum += part * over;
            }
        }
        found
    }

    /// Looks at a year: 0 is the year of the vote.
    fn look_at(&mut self, year: usize) {
        for (factor, growth) in self.base.iter_mut().zip(self.base_growth) {
            *factor = years_on(*growth, year);
        }
        for (factor, inflation) in self.prices.iter_mut().zip(self.inflation) {
            *factor = years_on(*inflation, year);
        }
    }

    /// Pounds that a path brings in the year looked at, draw by draw.
    ///
    /// In the year of the vote a carried proposal brings what that year's money does, to the last
    /// bit; later years follow the same rates on their own bills.
    fn collected(
        &self,
        prepared: &Prepared,
        projection: &Projection,
        path: Path,
        year: usize,
        into: &mut [f64],
    ) {
        let exact = &projection.of(path)[year];
        let tax = (exact.revenue - exact.grant).pounds();
        let grant = exact.grant.pounds();
        if year == 0 && path.is_carried() {
            let no = &projection.of(Path::No)[0].revenue.pounds();
            for (pounds, over_no) in into.iter_mut().zip(&self.outcomes.collected) {
                *pounds = no + over_no;
            }
            return;
        }
        let over = self.over_no(prepared, projection, path, year);
        for (draw, pounds) in into.iter_mut().enumerate() {
            let lost: f64 = over
                .rises
                .iter()
                .zip(&self.lost)
                .map(|(rises, lost)| rises * lost[draw])
                .sum();
            let awards: f64 = over
                .recipients
                .iter()
                .zip(self.met)
                .map(|(rises, met)| rises * met[draw])
                .sum();
            let given = if path.is_carried() {
                self.outcomes.contributions[draw]
            } else {
                0.0
            };
            let short = self.own_share * (lost + awards);
            *pounds = (tax - short) * self.base[draw] + grant + given;
        }
    }

    /// What the vote leads to: Yes where it was won, No where it was lost; in the first year less
    /// the poll, and where it was lost less what losing costs.
    fn expected(&self, won: &[bool], year: usize, yes: &[f64], no: &[f64], into: &mut [f64]) {
        for (draw, pounds) in into.iter_mut().enumerate() {
            let outcome = if won[draw] { yes[draw] } else { no[draw] };
            let lost = if won[draw] {
                0.0
            } else {
                self.outcomes.loss_cost[draw]
            };
            let costs = if year == 0 {
                self.outcomes.poll_cost[draw] + lost
            } else {
                0.0
            };
            *pounds = outcome - costs;
        }
    }
}

/// The budgeted collection rate, by tax base.
fn mean_collection(prepared: &Prepared) -> f64 {
    let base = |area: &AuthorityRecord| area.tax_base.tax_base_for_setting;
    let whole: f64 = prepared.areas.iter().map(base).sum();
    let weighted = |area: &AuthorityRecord| base(area) * area.tax_base.collection_rate;
    prepared.areas.iter().map(weighted).sum::<f64>() / whole
}

/// Parts of the tax base of each band that are recipients': of pension age, of working age.
fn recipients(prepared: &Prepared) -> ByBand<[f64; 2]> {
    let mut sums = ByBand::from_fn(|_| [0i64; 3]);
    for cell in prepared.cells.rows() {
        let of_band = &mut sums[cell.band];
        of_band[2] += cell.tax_base_thousandths;
        match cell.reduction {
            Reduction::PensionAge => of_band[0] += cell.tax_base_thousandths,
            Reduction::WorkingAge => of_band[1] += cell.tax_base_thousandths,
            Reduction::None => {}
        }
    }
    sums.map(|[pension, working, whole]| {
        [pension, working].map(|part| *part as f64 / (*whole).max(1) as f64)
    })
}

/// The later years of a run: revenue of every path, and what the vote leads to where one is held.
///
/// Bills above those of a No are collected in every year at the rates of the same draw, and awards
/// meet the same part of recipients' rises; the council bears its own share of both. Where bills lie
/// below those of a No, the budget loses what it had reckoned to collect. What is given voluntarily
/// is given every year.
pub fn later_years(prepared: &Prepared, outcomes: &DrawOutcomes) -> LaterYears {
    let outlook = &prepared.outlook;
    let projection = project(&outlook.plan, 0.0, 0.0);
    let n = outcomes.len();
    let mut draws = Draws::of(prepared, outcomes);
    let vote = outcomes.vote.as_ref();
    let empty = || vec![0.0; n];
    let (mut yes, mut no, mut reference) = (empty(), empty(), empty());
    let (mut pounds, mut scratch) = (empty(), empty());
    let mut figures = Vec::new();
    for (year, named) in outlook.years.iter().enumerate() {
        draws.look_at(year);
        draws.collected(prepared, &projection, Path::Yes, year, &mut yes);
        draws.collected(prepared, &projection, Path::No, year, &mut no);
        let gap = prepared.scenario.medium_term.gap.get(named);
        match prepared.scenario.medium_term.gap_assumes {
            GapAssumes::No => reference.copy_from_slice(&no),
            GapAssumes::Freeze => {
                draws.collected(prepared, &projection, Path::Freeze, year, &mut reference);
            }
            GapAssumes::Today => reference.fill(outlook.plan.requirement_today.pounds()),
        }
        let paths = Path::ALL.into_iter().map(Some).chain(vote.map(|_| None));
        for path in paths {
            // Only what the vote decides is weighted by what is known of votes.
            let weights = match (path, vote) {
                (Some(path), _) => {
                    draws.collected(prepared, &projection, path, year, &mut pounds);
                    None
                }
                (None, Some(vote)) => {
                    draws.expected(&vote.won, year, &yes, &no, &mut pounds);
                    Some(&vote.weights)
                }
                (None, None) => continue,
            };
            let figures_of = |values: &mut [f64]| match weights {
                Some(weights) => Figures::weighted(values, weights),
                None => Figures::of(values),
            };
            let prices = &draws.prices;
            let real: Vec<f64> = pounds
                .iter()
                .zip(prices)
                .map(|(one, by)| one / by)
                .collect();
            let real = weights.map_or_else(
                || real.iter().sum::<f64>() / n as f64,
                |weights| weights.mean(&real),
            );
            let gap_left = gap.map(|gap| {
                for (draw, left) in scratch.iter_mut().enumerate() {
                    *left = gap.pounds() - (pounds[draw] - reference[draw]);
                }
                figures_of(&mut scratch)
            });
            for (draw, over) in scratch.iter_mut().enumerate() {
                *over = pounds[draw] - no[draw];
            }
            let over_no = figures_of(&mut scratch);
            figures.push(PathFigures {
                path,
                year,
                mean_growth: draws.base.iter().sum::<f64>() / n as f64,
                collected_in_first_years_prices: real,
                over_no,
                gap_left,
                collected: figures_of(&mut pounds),
            });
        }
    }
    LaterYears {
        projection,
        figures,
    }
}

/// What the net yield over a No buys of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Bought {
    /// Units a year: what is really collected over a No over the price, if the proposal is carried.
    pub units: Figures,
    /// The wards that share it, most deprived first, where the scenario says how many and so many
    /// are known.
    pub shared: Option<Shared>,
}

/// How the whole net yield comes out where wards share it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// Names of the wards, most deprived first.
    pub wards: Vec<String>,
    /// Pounds a year for each ward.
    pub per_ward: Figures,
    /// Pounds a year for each home in them.
    pub per_home: Figures,
}

/// What the net yield over a No, as really collected in the first year, buys of each service of the
/// scenario, were all of it spent on that one.
pub fn services(prepared: &Prepared, outcomes: &DrawOutcomes) -> Vec<Bought> {
    let mut scratch = vec![0.0; outcomes.len()];
    let mut over = |divisor: f64| {
        for (value, collected) in scratch.iter_mut().zip(&outcomes.collected) {
            *value = collected / divisor;
        }
        Figures::of(&mut scratch)
    };
    let services = &prepared.scenario.services;
    services
        .iter()
        .map(|service| {
            let n = service.wards.map_or(0, usize::from);
            let wards = prepared.outlook.wards.get(..n).filter(|_| n > 0);
            Bought {
                units: over(service.price.pounds()),
                shared: wards.map(|wards| Shared {
                    wards: wards.iter().map(|ward| ward.name.clone()).collect(),
                    per_ward: over(n as f64),
                    per_home: over(wards.iter().map(|ward| ward.dwellings).sum()),
                }),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::scenario::Names;
    use crate::domain::Service;
    use crate::simulation::{NoObserver, prepare, run, spread};

    fn derby(key: &str) -> (Prepared, DrawOutcomes) {
        let world = World::embedded(Some("2026-27")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load(key, &names).expect("built in");
        scenario.draws = 500;
        let prepared = prepare(&scenario, &world).expect("runs");
        let outcomes = run(&prepared, &NoObserver);
        (prepared, outcomes)
    }

    #[test]
    fn figures_are_those_of_a_spread() {
        let mut values: Vec<f64> = (0..997).map(|i| f64::from(i * i % 613)).collect();
        let expected = spread(&values).expect("values");
        let found = Figures::of(&mut values);
        assert!((found.mean - expected.mean).abs() < 1e-9);
        let [p05, _, p50, _, p95] = expected.percentiles;
        assert_eq!((found.p05, found.p50, found.p95), (p05, p50, p95));
        let single = Figures::of(&mut [0.1]);
        assert_eq!((single.mean, single.p05, single.p95), (0.1, 0.1, 0.1));
    }

    #[test]
    fn the_first_year_collects_what_the_draws_collect_and_the_vote_is_worth_what_they_say() {
        let (prepared, outcomes) = derby("williamson-2018");
        let found = later_years(&prepared, &outcomes);
        let over_no = |path: Option<Path>| {
            let of_path = |one: &&PathFigures| one.path == path && one.year == 0;
            let found = found.figures.iter().find(of_path).expect("a path");
            found.over_no.mean
        };
        let mean = |values: &[f64]| spread(values).expect("draws").mean;
        assert!((over_no(Some(Path::Yes)) - mean(&outcomes.collected)).abs() < 0.01);
        let value = outcomes.value().expect("a vote");
        let weights = &outcomes.vote.as_ref().expect("a vote").weights;
        assert!((over_no(None) - weights.mean(&value)).abs() < 0.01);
        assert_eq!(over_no(Some(Path::No)), 0.0);
    }

    /// Revenue is scaled draw by draw; a projection with growth rounds every base and amount.
    #[test]
    fn scaling_by_growth_is_the_projection_with_growth_to_a_millionth() {
        let (prepared, _) = derby("williamson-2018");
        let plan = &prepared.outlook.plan;
        let (still, growing) = (project(plan, 0.0, 0.0), project(plan, 0.014, 0.0));
        for path in Path::ALL {
            for (year, (still, growing)) in still.of(path).iter().zip(growing.of(path)).enumerate()
            {
                let tax = (still.revenue - still.grant).pounds() * years_on(0.014, year);
                let found = (growing.revenue - growing.grant).pounds();
                assert!((tax / found - 1.0).abs() < 1e-6, "{} {year}", path.key());
            }
        }
    }

    /// A forecast that holds the council tax of a No is left whole by a No; one that holds today's
    /// pounds is narrowed by what a No brings over today.
    #[test]
    fn a_gap_is_narrowed_by_what_its_forecast_does_not_hold() {
        let (mut prepared, outcomes) = derby("williamson-2018");
        let gap = Pence::from_pence(1_200_000_000);
        let first = prepared.vote_year;
        prepared.scenario.medium_term.gap.insert(first, gap);
        let mut left = |assumes, path| {
            prepared.scenario.medium_term.gap_assumes = assumes;
            let found = later_years(&prepared, &outcomes);
            let of_path = |one: &&PathFigures| one.path == Some(path) && one.year == 0;
            let found = found.figures.iter().find(of_path).expect("a path");
            found.gap_left.expect("a gap is stated").mean
        };
        assert_eq!(left(GapAssumes::No, Path::No), 12e6);
        assert_eq!(left(GapAssumes::Freeze, Path::Freeze), 12e6);
        let after_a_no = left(GapAssumes::Today, Path::No);
        let no_yield = prepared.budgets.no_yield().pounds();
        assert!((after_a_no - (12e6 - no_yield)).abs() < 0.01);
    }

    #[test]
    fn the_most_deprived_wards_share_what_is_collected() {
        let world = World::embedded(Some("2026-27")).expect("embedded");
        let names = Names::of(&world.assumptions);
        let mut scenario = Scenario::load("williamson-2018", &names).expect("built in");
        scenario.draws = 100;
        scenario.services = vec![Service {
            name: "Funds".to_owned(),
            price: Pence::from_pence(10_000_000),
            unit: "fund".to_owned(),
            wards: Some(2),
            source: None,
        }];
        let prepared = prepare(&scenario, &world).expect("runs");
        let outcomes = run(&prepared, &NoObserver);
        let bought = &services(&prepared, &outcomes)[0];
        let collected = spread(&outcomes.collected).expect("draws").mean;
        assert!((bought.units.mean - collected / 100_000.0).abs() < 1e-6);
        let shared = bought.shared.as_ref().expect("scores are held");
        assert_eq!(shared.wards, ["Arboretum", "Normanton"]);
        assert!((shared.per_ward.mean - collected / 2.0).abs() < 0.01);
        let homes: f64 = prepared
            .outlook
            .wards
            .iter()
            .map(|ward| ward.dwellings)
            .sum();
        let row: i64 = prepared.record.dwellings().values().iter().sum();
        assert!((homes - row as f64).abs() < 1e-6);
    }

    #[test]
    fn without_a_vote_nothing_is_expected_of_one() {
        let (prepared, outcomes) = derby("max-without-vote");
        let found = later_years(&prepared, &outcomes);
        assert!(found.figures.iter().all(|one| one.path.is_some()));
        // The proposal is the largest rise without a vote: what a No would bring.
        let yes = found
            .figures
            .iter()
            .filter(|one| one.path == Some(Path::Yes));
        assert!(yes.into_iter().all(|one| one.over_no.mean == 0.0));
    }
}
