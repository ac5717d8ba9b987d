//! Charts as SVG: typed figures in, text out.
//!
//! Each chart is a pure function: the same figures give the same bytes, and no font is read to write
//! one. Text is laid out by an estimate of its width that is on the wide side, so that it fits in any
//! sans-serif. Colours are those of Okabe and Ito (2008), which the colour-blind tell apart; a shape or
//! a dash always says the same as a colour, so a chart can be printed in grey.
//!
//! `sheet` holds what all charts share: title, key, source, axes, marks and text. A new chart is one
//! more file that fills a sheet.

mod areas;
mod axis;
mod bills;
mod calibration;
mod cases;
mod comparison;
mod curve;
mod distribution;
mod drivers;
mod fan;
mod frontier;
mod hexes;
mod league;
mod png;
mod rows;
mod scale;
mod sheet;
mod tornado;
mod who_pays;

/// Standard deviations of a normal between its median and its 95th percentile: a range of 90% reaches so
/// many standard errors to either side.
pub(super) const NORMAL_90: f64 = 1.645;

pub use areas::{Area, AreasChart, areas};
pub use axis::{Axis, Unit};
pub use bills::{BandBill, BillsChart, bills};
pub use calibration::{CalibrationPoint, PredictedRange, calibration_plot};
pub use cases::CaseNames;
pub use comparison::{ComparedProposal, ComparisonChart, comparison};
pub use curve::{CurveMarks, CurvePoint, CurveSeries, curve};
pub use distribution::{DistributionChart, DistributionLine, DistributionPart, distribution};
pub use drivers::{DriverBar, drivers_chart};
pub use fan::{FanChart, FanPath, FanStyle, FanYear, fan};
pub use frontier::{FrontierChart, FrontierMark, frontier_chart};
pub use hexes::{HexArea, HexChart, hex_map};
pub use league::{LeagueChart, LeagueEntry, league};
pub use png::{Picture, PictureError, picture};
pub use sheet::{description_of, title_of};
pub use tornado::{TornadoBar, TornadoEnd, tornado};
pub use who_pays::{PayingGroup, PayingGroups, WhoPaysChart, who_pays};
