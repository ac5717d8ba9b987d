//! Many jobs at once: side by side, in order, and none that fails stops another.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

/// A job that met a fault of the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Panicked {
    message: String,
}

/// Does every job on the threads of the pool that it is called in. Results stand in the order of the
/// jobs, whatever the threads; a job that panics leaves the others as they are.
///
/// # Example
/// ```
/// use bandwise::simulation::each;
/// let found = each(&[1, 2, 3], |job| if *job == 2 { panic!("two") } else { job * 10 });
/// let words: Vec<_> = found.iter().map(|one| one.as_ref().map_err(ToString::to_string)).collect();
/// assert_eq!(words, [Ok(&10), Err("two".to_owned()), Ok(&30)]);
/// ```
pub fn each<J: Sync, T: Send>(
    jobs: &[J],
    work: impl Fn(&J) -> T + Sync,
) -> Vec<Result<T, Panicked>> {
    let guarded = |job: &J| {
        catch_unwind(AssertUnwindSafe(|| work(job))).map_err(|payload| Panicked {
            message: payload
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| {
                    payload
                        .downcast_ref::<&str>()
                        .map(|text| (*text).to_owned())
                })
                .unwrap_or_else(|| "a panic without words".to_owned()),
        })
    };
    jobs.par_iter().map(guarded).collect()
}
