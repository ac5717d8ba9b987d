//! Worked by hand from statute before the code. Sources stand with each case.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod ballot;
mod bills;
mod derby;
mod principles;
