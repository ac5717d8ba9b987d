//! Expected values worked out from statute and published figures, not taken from our own output.
//! Sources stand with each case.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod ballot;
mod base;
mod bills;
mod derby;
mod dwellings;
mod example_households;
mod kinds;
mod medium_term;
mod preceptors;
mod principles;
mod scotland;
mod wales;
