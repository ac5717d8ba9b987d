//! Places of which there are few: who finds none waits for one, though not too many do, nor too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::refused::Refused;

/// Some places, and those who wait for one.
#[derive(Debug, Clone)]
pub struct Turns {
    places: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
}

/// Counts one as waiting until it is dropped.
struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turns {
    /// So many places, for which so many may wait.
    pub fn new(places: usize, most_waiting: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: Arc::default(),
            most_waiting,
        }
    }

    /// A place, at once or when it is given back; `waits` is called where it must be waited for. Who waits
    /// is forgotten when the future is dropped.
    ///
    /// # Errors
    /// When too many wait already, or none is given back within the limit.
    pub async fn take(
        &self,
        limit: Duration,
        waits: impl FnOnce(),
    ) -> Result<OwnedSemaphorePermit, Refused> {
        let places = || Arc::clone(&self.places);
        if let Ok(mine) = places().try_acquire_owned() {
            return Ok(mine);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(Arc::clone(&self.waiting));
        if before >= self.most_waiting {
            return Err(Refused::busy());
        }
        waits();
        match timeout(limit, places().acquire_owned()).await {
            Ok(mine) => mine.map_err(Refused::bug),
            Err(_) => Err(Refused::busy()),
        }
    }

    /// How many wait.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}
