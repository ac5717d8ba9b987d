//! Worked by hand from statute before the code. Sources stand with each case.

mod ballot;
mod bills;
mod derby;
mod principles;
