//! Floor 2: the law, pure. One legal concept, one function, its statute cited.

pub mod apply;
pub mod ballot;
pub mod base;
pub mod bill;
pub mod budget;
pub mod calendar;
pub mod household_bill;
pub mod medium_term;
pub mod reconcile;
pub mod route;

pub use apply::{Bills, apply, apply_by_loops};
pub use ballot::BallotPaper;
pub use bill::{Amounts, Cases, amounts, dwelling_bill, home_bill};
pub use budget::{BandBudget, Budgets, ChargeLine, budgets, charge_lines};
pub use calendar::{CalendarDay, calendar};
pub use household_bill::{HouseholdBill, household_bill};
pub use reconcile::{ExtractBase, Facts, Reconciliation, extract_base, reconcile};
pub use route::{Case, Route, RouteOption, Verdict, Version, is_excessive, route};
