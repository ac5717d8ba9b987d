//! Floor 1: the doors in. Files become checked values here and nowhere else.

pub mod area_incomes;
pub mod assumptions;
pub mod authority_list;
pub mod boundaries;
pub mod catalogue;
pub mod cells;
pub mod check;
pub mod columns;
pub mod evidence;
pub mod example_households;
pub mod households;
pub mod law;
mod parquet;
pub mod parts;
pub mod releases;
pub mod scenario;
pub mod small_areas;
pub mod user;
pub mod values;
pub mod vintage;
pub mod world;

pub use assumptions::Assumptions;
pub use catalogue::{Catalogue, DataError, Table};
pub use cells::{Working, cells};
pub use check::{CheckLine, check};
pub use law::Law;
pub use scenario::Scenario;
pub use values::value_slices;
pub use vintage::{
    AuthorityRecord, BandRow, BaseByBand, Levels, Part, PreceptorRecord, Proposer, TaxBase, Vintage,
};
pub use world::World;
