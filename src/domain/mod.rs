//! Floor 0: values that cannot be wrong. No IO, no Polars, no randomness, no clock.

pub mod apportion;
pub mod band;
pub mod cells;
pub mod changes;
pub mod distribution;
pub mod evidence;
pub mod example_household;
pub mod extract;
pub mod household;
pub mod medium_term;
pub mod money;
pub mod place;
pub mod points;
pub mod principle;
pub mod progressivity;
pub mod rise;
pub mod schedule;
pub mod share;
pub mod source;
pub mod warning;
pub mod year;

pub use apportion::apportion;
pub use band::{Band, BandProportions, ByBand, Proportion};
pub use cells::{Cells, Ward};
pub use changes::Changes;
pub use distribution::Distribution;
pub use evidence::{
    Campaign, CampaignEffect, Evidence, Learning, PastBallot, Poll, PollQuestion, Survey,
};
pub use example_household::ExampleHousehold;
pub use extract::{ExemptClass, ExtractCell, Tenure};
pub use household::{KindOfHome, Liability, Reduction};
pub use medium_term::{GapAssumes, MediumTerm, Service};
pub use money::{Pence, divide_half_up};
pub use place::{AreaKind, Authority, AuthorityClass, AuthorityCode, Detail, Nation, Setting};
pub use points::Points;
pub use principle::{Limit, Principle};
pub use progressivity::Progressivity;
pub use rise::Rise;
pub use schedule::{
    Design, ExtraBand, FreezeShape, Levy, LevyTo, Proposal, RatioChange, Schedule, Terms,
    UniformRise, ValueSlice,
};
pub use share::{LogOdds, Share};
pub use source::{Source, Standing};
pub use warning::Warning;
pub use year::FinancialYear;
