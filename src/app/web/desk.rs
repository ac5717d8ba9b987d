//! Where work is done: a few jobs at once, none for who has gone away, none without an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::refused::Refused;

/// Requests that may wait for their turn.
const MOST_WAITING: usize = 512;

/// Takes jobs, as many at once as there are cores.
#[derive(Debug, Clone)]
pub struct Desk {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// Tells a job that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

/// Stops a job when it is dropped: with the request that waited for it.
struct StopOnDrop(Stop);

/// Counts a request as waiting until it is dropped.
struct Waiting(Arc<AtomicUsize>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Stop {
    /// Whether nobody waits.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Goes on only where somebody waits.
    ///
    /// # Errors
    /// When nobody does.
    pub fn check(&self) -> Result<(), Refused> {
        if self.is_set() {
            Err(Refused::stopped())
        } else {
            Ok(())
        }
    }
}

impl Desk {
    /// A desk for so many jobs at once.
    pub fn new(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places.max(1))),
            waiting: Arc::default(),
        }
    }

    /// Does a job when its turn comes. When the future is dropped, as happens when the one who asked goes
    /// away, a job that waits is forgotten, and one at work is told to stop.
    ///
    /// # Errors
    /// What the job says; or that too many wait, or that it took longer than `limit`.
    pub async fn work<T: Send + 'static>(
        &self,
        limit: Duration,
        job: impl FnOnce(&Stop) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Refused::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too many ask at once: try again in a moment",
            ));
        }
        let waiting = Waiting(Arc::clone(&self.waiting));
        let stop = StopOnDrop(Stop::default());
        let seen = stop.0.clone();
        let done = async {
            let place = Arc::clone(&self.places).acquire_owned().await;
            let place = place.map_err(Refused::bug)?;
            drop(waiting);
            let work = spawn_blocking(move || {
                // Given back when the job has ended, not when nobody waits for it any more.
                let _place = place;
                seen.check()?;
                job(&seen)
            });
            // A panic has been told by the hook of the program.
            work.await
                .unwrap_or_else(|_| Err(Refused::bug("the work ended early")))
        };
        match timeout(limit, done).await {
            Ok(done) => done,
            Err(_) => Err(Refused::stopped()),
        }
    }
}
