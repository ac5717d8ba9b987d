//! The only place that names the columns of the household pipeline.

/// Position of the billing authority.
pub const AREA: &str = "area";
/// Position of the ward.
pub const WARD: &str = "ward";
/// Position of the band, 0 for A.
pub const BAND: &str = "band";
/// Position of the liability and reduction class.
pub const CLASS: &str = "class";
/// Homes of a cell.
pub const DWELLINGS: &str = "n_dwellings";
/// Weight of a ward within a band: estimated homes in hundredths.
pub const WARD_WEIGHT: &str = "ward_weight";
/// Homes of the authority in the band.
pub const BAND_DWELLINGS: &str = "band_dwellings";
/// Tax base of the band in thousandths.
pub const BAND_TAX_BASE: &str = "band_tax_base_thousandths";
/// Weight of a cell within the tax base of its band.
pub const TAX_WEIGHT: &str = "tax_weight";
/// Tax base of a cell in thousandths.
pub const TAX_BASE: &str = "tax_base_thousandths";
/// Homes of a ward and band not yet given a class.
pub const REMAINING: &str = "remaining";
/// Homes of the authority in a band and class.
pub const CLASS_TOTAL: &str = "class_total";
/// Own-element bill today, pence.
pub const OWN_TODAY: &str = "own_today_pence";
/// Own-element bill after a Yes, pence.
pub const OWN_YES: &str = "own_yes_pence";
/// Own-element bill after a No, pence.
pub const OWN_NO: &str = "own_no_pence";
/// Total bill today, pence.
pub const TOTAL_TODAY: &str = "total_today_pence";
/// Total bill after a Yes, pence.
pub const TOTAL_YES: &str = "total_yes_pence";
/// Total bill after a No, pence.
pub const TOTAL_NO: &str = "total_no_pence";
/// Everything that tells two homes of an extract apart, packed into one number.
pub const CELL_KEY: &str = "cell";
/// Awards of council tax reduction, pence a year.
pub const AWARD: &str = "award_pence";
/// Homes whose award is known.
pub const AWARD_KNOWN: &str = "n_award_known";
/// Electors.
pub const ELECTORS: &str = "electors";
/// Homes whose electors are known.
pub const ELECTORS_KNOWN: &str = "n_electors_known";
/// Values of homes, pence.
pub const VALUE: &str = "value_pence";
/// Homes whose value is known.
pub const VALUE_KNOWN: &str = "n_value_known";
