//! Searches for better proposals: one at work at a time, the others wait; none for who has gone away, none
//! without an end. The last few that were finished are kept.

use std::collections::VecDeque;
use std::fmt::{self, Debug};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bandwise::simulation::frontier::{Frontier, FrontierError, Wishes, frontier, refuse};
use bandwise::simulation::{Observer, Prepared, on_threads, prepare};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::choices::Chosen;
use super::desk::Stop;
use super::refused::Refused;
use super::routes::Shared;
use super::site::Site;
use super::turns::Turns;
use super::wishes::Asked;

/// How long a search may take.
pub const SEARCHED_WITHIN: Duration = Duration::from_secs(180);
/// How long one waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(300);
/// Searches that wait for their turn.
const MOST_WAITING: usize = 16;
/// Finished searches that are kept.
const MOST_KEPT: usize = 8;
/// Search draws of a quick look.
pub const QUICK_LOOK: u32 = 512;
/// How often it is told how far a search has come.
const TOLD_EVERY: Duration = Duration::from_millis(400);

/// A finished search.
pub struct Found {
    /// What was asked.
    pub asked: Asked,
    /// The scenario made ready.
    pub prepared: Arc<Prepared>,
    /// The schedules.
    pub frontier: Frontier,
}

/// A scenario in whose place a better one can be sought.
pub struct Ready {
    /// The scenario made ready.
    pub prepared: Arc<Prepared>,
    /// What was left out of the scenario that it starts from, in sentences.
    pub notes: Vec<String>,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Another one is at work.
    Waits,
    /// So much of so much is done.
    Works {
        /// Draws made, or what stands for them.
        done: u64,
        /// Draws to make, about.
        total: u64,
    },
}

/// Where searches are made.
#[derive(Debug)]
pub struct Searches {
    turns: Turns,
    kept: Mutex<VecDeque<(String, Arc<Found>)>>,
    threads: u16,
}

/// How far a search has come, and whether anybody waits for it.
#[derive(Debug, Default)]
struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    stopped: AtomicBool,
}

/// Stops a search when it is dropped: with the request that waited for it.
struct StopOnDrop(Arc<Progress>);

impl Observer for Progress {
    fn begin(&self, draws: u64) {
        self.total.store(draws, Ordering::Relaxed);
    }

    fn advance(&self, draws: u64) {
        self.done.fetch_add(draws, Ordering::Relaxed);
    }

    fn end(&self) {}

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Progress {
    fn stage(&self) -> Stage {
        let total = self.total.load(Ordering::Relaxed);
        // How many runs a search takes is known at its end only.
        let done = self.done.load(Ordering::Relaxed).min(total);
        Stage::Works { done, total }
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

impl Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found")
            .field("asked", &self.asked)
            .finish_non_exhaustive()
    }
}

impl Searches {
    /// Searches on a machine of so many cores.
    pub fn new(cores: usize) -> Self {
        Self {
            turns: Turns::new(1, MOST_WAITING),
            kept: Mutex::default(),
            threads: u16::try_from(cores).unwrap_or(u16::MAX).max(1),
        }
    }

    /// What was found for the same question before, if it is still kept.
    pub fn kept(&self, asked: &Asked) -> Option<Arc<Found>> {
        let link = asked.link();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(held, _)| *held == link);
        found.map(|(_, found)| Arc::clone(found))
    }

    fn keep(&self, found: &Arc<Found>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MOST_KEPT {
            kept.pop_front();
        }
        kept.push_back((found.asked.link(), Arc::clone(found)));
    }
}

/// Makes a state ready to be searched; what cannot be searched is refused.
///
/// # Errors
/// When the state is no scenario that can be run, or no other schedule can be sought in its place.
pub async fn ready(shared: &Arc<Shared>, asked: &Asked) -> Result<Ready, Refused> {
    let choices = asked.choices.clone();
    let job = move |site: &Site, _: &Stop| {
        let Chosen { scenario, notes } = choices.scenario(site)?;
        let world = site.world(scenario.vintage.as_deref())?;
        let prepared = Arc::new(prepare(&scenario, world)?);
        refuse(&prepared).map_err(|error| refused(&error))?;
        Ok(Ready { prepared, notes })
    };
    shared.work(job).await
}

/// Searches what is asked, or says what was found before. What has been made ready for it is not made
/// again. When the future is dropped, as happens when the one who asked goes away, the search stops.
///
/// # Errors
/// When it cannot be searched, when nothing keeps to the wishes, when too many wait, or when it takes too
/// long.
pub async fn find(
    shared: &Arc<Shared>,
    asked: &Asked,
    prepared: Option<Arc<Prepared>>,
    mut tell: impl FnMut(Stage),
) -> Result<Arc<Found>, Refused> {
    if let Some(found) = shared.searches.kept(asked) {
        return Ok(found);
    }
    let prepared = match prepared {
        Some(prepared) => prepared,
        None => ready(shared, asked).await?.prepared,
    };
    let turns = &shared.searches.turns;
    let turn = turns.take(TURN_WITHIN, || tell(Stage::Waits)).await?;
    // The one before may have asked the same.
    if let Some(found) = shared.searches.kept(asked) {
        return Ok(found);
    }
    let progress = Arc::new(Progress::default());
    let stop = StopOnDrop(Arc::clone(&progress));
    let held = Arc::clone(shared);
    let question = asked.clone();
    let mut work = spawn_blocking(move || {
        // Given back when the search has ended, not when nobody waits for it any more.
        let _turn = turn;
        let vintage = prepared.scenario.vintage.as_deref();
        let world = held.site.world(vintage)?;
        let wishes = &question.wishes;
        // On threads of its own, so that no slider waits behind it.
        let frontier = on_threads(Some(held.searches.threads), || {
            frontier(&prepared, world, wishes, &*progress)
        });
        let frontier = frontier.map_err(|error| refused(&error))?;
        let found = Arc::new(Found {
            asked: question,
            prepared,
            frontier,
        });
        held.searches.keep(&found);
        Ok(found)
    });
    let end = Instant::now() + SEARCHED_WITHIN;
    let mut ticks = interval(TOLD_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            done = timeout_at(end, &mut work) => return match done {
                // A panic has been told by the hook of the program.
                Ok(done) => done.unwrap_or_else(|_| Err(Refused::bug("the search ended early"))),
                Err(_) => Err(took_too_long(&asked.wishes)),
            },
            _ = ticks.tick() => tell(stop.0.stage()),
        }
    }
}

fn took_too_long(wishes: &Wishes) -> Refused {
    let quicker = if wishes.search_draws > QUICK_LOOK {
        "take the quick look, or "
    } else {
        ""
    };
    Refused::took_too_long(&format!(
        "{quicker}search in a terminal with `bandwise frontier`, which has no limit of {} seconds",
        SEARCHED_WITHIN.as_secs()
    ))
}

/// Why a search is refused, in the words of the page: its fields are percentages and have other names than
/// the options of the command line.
fn refused(error: &FrontierError) -> Refused {
    match error {
        FrontierError::AllFrozen { asked, most } => Refused::bad_input(format!(
            "frozen: with {:.1}% of homes frozen no band would be left to raise (allowed: at most {:.1}%, all bands \
             but the dearest)",
            100.0 * asked,
            // Rounded down, so that what is said to be allowed is.
            (1_000.0 * most).floor() / 10.0
        )),
        FrontierError::BelowVote { .. }
        | FrontierError::NoSuchBand { .. }
        | FrontierError::NoIncomes { .. }
        | FrontierError::TooProgressive { .. } => {
            Refused::bad_input(error.to_string().replace("--", ""))
        }
        FrontierError::Stopped => Refused::stopped(),
        // Embedded tables that do not fit together are a fault of the build.
        FrontierError::Data(_) => Refused::bug(error),
        FrontierError::Prepare(error) => Refused::from(error.clone()),
        _ => Refused::bad_input(error),
    }
}
