//! Where work is done: a few jobs at once, none for who has gone away, none without an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::refused::Refused;
use super::turns::Turns;

/// Requests that may wait for their turn: fewer than there may be connections.
const MOST_WAITING: usize = 256;

/// Takes jobs, as many at once as there are cores.
#[derive(Debug, Clone)]
pub struct Desk {
    turns: Turns,
}

/// Tells a job that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

/// Stops a job when it is dropped: with the request that waited for it.
struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
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
            turns: Turns::new(places.max(1), MOST_WAITING),
        }
    }

    /// Does a job when its turn comes. When the future is dropped, as happens when the one who asked goes
    /// away, a job that waits is forgotten, and one at work is told to stop.
    ///
    /// # Errors
    /// What the job says; or that too many wait, that its turn did not come within `limit`, or that it then
    /// took longer than that.
    pub async fn work<T: Send + 'static>(
        &self,
        limit: Duration,
        job: impl FnOnce(&Stop) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let place = self.turns.take(limit, || {}).await?;
        let stop = StopOnDrop(Stop::default());
        let seen = stop.0.clone();
        let work = spawn_blocking(move || {
            // Given back when the job has ended, not when nobody waits for it any more.
            let _place = place;
            seen.check()?;
            job(&seen)
        });
        match timeout(limit, work).await {
            Ok(Ok(done)) => done,
            // A panic has been told by the hook of the program.
            Ok(Err(_)) => Err(Refused::bug("the work ended early")),
            Err(_) => Err(Refused::stopped()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Instant;

    use axum::http::StatusCode;
    use tokio::runtime::{Builder, Runtime};
    use tokio::time::sleep;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);
    const SHORT: Duration = Duration::from_millis(50);

    fn runtime() -> Runtime {
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(2).enable_time().build().unwrap()
    }

    /// Works until it is told to stop.
    fn until_stopped(stop: &Stop) -> Result<(), Refused> {
        let since = Instant::now();
        while since.elapsed() < LONG {
            stop.check()?;
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    #[test]
    fn a_job_whose_request_has_gone_away_is_told_to_stop_and_frees_its_place() {
        let desk = Desk::new(1);
        runtime().block_on(async {
            let gone = timeout(SHORT, desk.work(LONG, until_stopped)).await;
            assert!(gone.is_err(), "the request is dropped while the job works");
            let next = timeout(LONG / 2, desk.work(LONG, |_| Ok(7))).await;
            assert_eq!(next, Ok(Ok(7)));
        });
    }

    #[test]
    fn a_request_that_goes_away_while_it_waits_is_never_begun() {
        let desk = Desk::new(1);
        let begun = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&begun);
        runtime().block_on(async {
            let first = {
                let desk = desk.clone();
                tokio::spawn(async move { desk.work(LONG, until_stopped).await })
            };
            sleep(SHORT).await;
            let job = move |_: &Stop| {
                seen.store(true, Ordering::Relaxed);
                Ok(())
            };
            assert!(timeout(SHORT, desk.work(LONG, job)).await.is_err());
            assert_eq!(desk.turns.waiting(), 0);
            first.abort();
            assert_eq!(desk.work(LONG, |_| Ok(7)).await, Ok(7));
        });
        assert!(!begun.load(Ordering::Relaxed));
    }

    #[test]
    fn of_a_burst_in_which_each_request_breaks_off_the_last_the_newest_is_answered() {
        let desk = Desk::new(1);
        let finished = Arc::new(Mutex::new(Vec::new()));
        let newest = runtime().block_on(async {
            let mut last: Option<tokio::task::JoinHandle<Result<u32, Refused>>> = None;
            for number in 0..100 {
                if let Some(old) = last.take() {
                    old.abort();
                }
                let (desk, finished) = (desk.clone(), Arc::clone(&finished));
                last = Some(tokio::spawn(async move {
                    let job = move |stop: &Stop| {
                        for _ in 0..20 {
                            stop.check()?;
                            thread::sleep(Duration::from_millis(1));
                        }
                        finished.lock().unwrap().push(number);
                        Ok(number)
                    };
                    desk.work(LONG, job).await
                }));
                sleep(Duration::from_millis(2)).await;
            }
            last.unwrap().await.unwrap()
        });
        assert_eq!(newest, Ok(99));
        let finished = finished.lock().unwrap();
        assert!(finished.len() < 50, "most were broken off: {finished:?}");
    }

    #[test]
    fn a_job_that_takes_too_long_is_told_so_and_one_whose_turn_does_not_come_to_try_again() {
        let desk = Desk::new(1);
        let status = |done: Result<(), Refused>| done.unwrap_err().status.as_u16();
        runtime().block_on(async {
            let (told, hears) = channel::<()>();
            let long = desk.clone();
            let job = move |_: &Stop| {
                let _ended = hears.recv();
                Ok(())
            };
            let too_long = tokio::spawn(async move { long.work(SHORT, job).await });
            sleep(SHORT / 2).await;
            // The place is taken for as long as the job works, whoever still waits for it.
            assert_eq!(status(desk.work(2 * SHORT, |_| Ok(())).await), 429);
            assert_eq!(status(too_long.await.unwrap()), 422);
            drop(told);
            assert_eq!(desk.work(LONG, |_| Ok(7)).await, Ok(7));
        });
    }

    #[test]
    fn more_than_may_wait_are_sent_away_at_once() {
        let desk = Desk::new(1);
        runtime().block_on(async {
            let mut all = Vec::new();
            for _ in 0..=MOST_WAITING {
                let desk = desk.clone();
                all.push(tokio::spawn(
                    async move { desk.work(LONG, until_stopped).await },
                ));
            }
            sleep(2 * SHORT).await;
            let refused = desk.work(LONG, |_| Ok(())).await.unwrap_err();
            assert_eq!(refused, Refused::busy());
            for one in &all {
                one.abort();
            }
            for one in all {
                assert!(one.await.is_err(), "its request is gone");
            }
            assert_eq!(desk.work(LONG, |_| Ok(7)).await, Ok(7));
        });
    }

    #[test]
    fn a_job_that_panics_is_a_fault_of_the_program_and_the_next_one_is_done() {
        let desk = Desk::new(1);
        runtime().block_on(async {
            let panics = |_: &Stop| -> Result<(), Refused> { panic!("as it should") };
            let refused = desk.work(LONG, panics).await.unwrap_err();
            assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(desk.work(LONG, |_| Ok(7)).await, Ok(7));
        });
    }
}
