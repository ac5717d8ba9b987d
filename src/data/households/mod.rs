//! A council's own extract: one row a home, or one row a group of homes.
//!
//! The file is read in blocks of rows, in bounded memory. Polars parses each block and groups its
//! rows; the groups of all blocks are added up at the end. Only mapped columns are read, and no
//! value of the file is kept or shown that is not a known code or a sum.

mod codes;
mod fold;
mod frames;
pub mod mapping;
mod model;
mod numbers;
mod records;
pub mod refused;

use std::collections::BTreeMap;
use std::path::Path;

pub use mapping::{Awards, CELL_COLUMNS, Coded, Kind, Mapping, Numbers, Role, Unit};
pub use model::{Modelled, belongs, model};
pub use refused::{Reason, Refused};

use super::catalogue::DataError;
use super::law::Law;
use super::small_areas::SmallArea;
use super::vintage::AuthorityRecord;
use crate::domain::money::thousands;
use crate::domain::{BandProportions, ByBand, ExtractCell, FinancialYear, Pence};
use fold::Fold;
use frames::Source;

/// The published figures that an extract is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// The authority's row.
    pub record: &'a AuthorityRecord,
    /// The year of its amounts.
    pub year: FinancialYear,
    /// Its wards.
    pub wards: &'a [SmallArea],
    /// The law.
    pub law: &'a Law,
}

impl<'a> Published<'a> {
    /// What each band pays in proportion to band D.
    pub fn proportions(&self) -> &'a BandProportions {
        self.law.proportions(self.record.authority.code.nation())
    }
}

/// What a column was understood to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// What it says.
    pub role: Role,
    /// The column.
    pub column: String,
    /// Texts with what they mean and the rows that they stand in, the commonest first; none for
    /// numbers and areas.
    pub texts: Vec<(String, String, u64)>,
    /// Rows with a number.
    pub numbers: u64,
    /// Rows with other texts.
    pub others: u64,
    /// Rows that state nothing.
    pub nothing: u64,
}

/// A caveat on an extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caveat {
    /// The mapping was worked out from the names of columns.
    MappingGuessed,
    /// Homes whose area is neither a code nor a name of a ward.
    Unplaced {
        /// Homes.
        n_dwellings: i64,
        /// The column of areas.
        column: String,
    },
    /// Homes whose tenure is a text without a meaning.
    UnknownTenure {
        /// Rows.
        n_rows: u64,
    },
    /// Amounts had parts of a penny.
    Rounded {
        /// Numbers that were rounded.
        n: u64,
    },
    /// A discount on a home that nobody lives in, or that is exempt: not taken.
    DiscountNotTaken {
        /// Homes.
        n_dwellings: i64,
    },
    /// A kind of reduction is stated, and the award is nothing.
    KindWithoutAward {
        /// Homes.
        n_dwellings: i64,
    },
    /// Awards could not be compared with bills.
    BillsUnknown,
    /// Rows were refused, and the figures are without them.
    RowsRefused {
        /// Rows refused.
        n_rows: u64,
        /// All rows.
        of: u64,
    },
    /// An award is given, and no column tells pension age from working age.
    AwardNotTaken,
    /// A published figure that the extract is compared with is carried forward.
    CarriedForward {
        /// What is carried forward and how, as a sentence.
        sentence: String,
    },
    /// Awards are so small that they may be percentages.
    AwardsSmall {
        /// The mean award, pence.
        mean_pence: i64,
    },
    /// Cells of few homes.
    SmallCells {
        /// Cells of fewer than ten homes.
        n: usize,
        /// All cells.
        of: usize,
    },
}

impl Caveat {
    /// A short name, the same in every format.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MappingGuessed => "mapping_guessed",
            Self::Unplaced { .. } => "unplaced",
            Self::UnknownTenure { .. } => "unknown_tenure",
            Self::Rounded { .. } => "rounded",
            Self::DiscountNotTaken { .. } => "discount_not_taken",
            Self::KindWithoutAward { .. } => "kind_without_award",
            Self::BillsUnknown => "bills_unknown",
            Self::RowsRefused { .. } => "rows_refused",
            Self::AwardNotTaken => "award_not_taken",
            Self::CarriedForward { .. } => "part_carried_forward",
            Self::AwardsSmall { .. } => "awards_small",
            Self::SmallCells { .. } => "small_cells",
        }
    }

    /// The caveat in a sentence.
    pub fn message(&self) -> String {
        let homes = |n: &i64| match n {
            1 => "1 home".to_owned(),
            n => format!("{} homes", thousands(n.unsigned_abs())),
        };
        match self {
            Self::MappingGuessed => "No mapping was given: the columns were worked out from their \
                 names. Read what was understood, and put mapping.toml into a scenario to have it \
                 stated."
                .to_owned(),
            Self::Unplaced {
                n_dwellings,
                column,
            } => format!(
                "{} have an area in {column:?} that is neither an ONS code, a postcode sector nor a \
                 ward of the authority: they are counted without an area. Name such areas as \
                 `ward = {{ column = {column:?}, names = [...] }}`.",
                homes(n_dwellings)
            ),
            Self::UnknownTenure { n_rows } => format!(
                "{} rows have a tenure that the mapping gives no meaning: counted as unknown.",
                thousands(*n_rows)
            ),
            Self::Rounded { n } => format!(
                "{} amounts had parts of a penny: rounded to the penny.",
                thousands(*n)
            ),
            Self::DiscountNotTaken { n_dwellings } => format!(
                "{} are exempt, empty or second homes and have a discount for their residents as \
                 well: the discount was not taken.",
                homes(n_dwellings)
            ),
            Self::KindWithoutAward { n_dwellings } => format!(
                "{} have a kind of reduction and an award of nothing: counted as without reduction.",
                homes(n_dwellings)
            ),
            Self::BillsUnknown => {
                "No authority was named: awards were not compared with bills, and \
                 nothing was reconciled. Name it with --authority."
                    .to_owned()
            }
            Self::RowsRefused { n_rows, of } => format!(
                "{} of {} rows were refused (refused.csv): every figure is without them.",
                thousands(*n_rows),
                thousands(*of)
            ),
            Self::AwardNotTaken => "A column looks like an award, and none tells pension age from \
                 working age: the award was not taken. State `reduction` in a mapping."
                .to_owned(),
            Self::CarriedForward { sentence } => sentence.clone(),
            Self::AwardsSmall { mean_pence } => format!(
                "Awards are read as pounds a year and come to {} on average: if they are \
                 percentages, state `unit = \"percent\"`.",
                Pence::from_pence(*mean_pence)
            ),
            Self::SmallCells { n, of } => format!(
                "{} of {} cells hold fewer than 10 homes: the file of cells is still personal data. \
                 It stays in the council.",
                thousands(*n as u64),
                thousands(*of as u64)
            ),
        }
    }
}

/// An extract, understood, checked and compressed.
#[derive(Debug, Clone, PartialEq)]
pub struct Extract {
    /// Codes of small areas, sorted.
    pub areas: Vec<String>,
    /// Groups of like homes: distinct, in the order of area, band and the rest.
    pub cells: Vec<ExtractCell>,
    /// Rows of the file.
    pub n_rows: u64,
    /// Rows refused, by reason and column.
    pub refused: Vec<Refused>,
    /// The mapping that was used.
    pub mapping: Mapping,
    /// What each column was understood to say.
    pub understood: Vec<Understood>,
    /// Caveats.
    pub caveats: Vec<Caveat>,
    /// Whether awards of reduction are stated in money.
    pub has_awards: bool,
    /// Whether rows are numbered as in a spreadsheet, the header being row 1.
    pub rows_from_header: bool,
}

/// The share of rows that may be refused before the whole extract is.
pub const MOST_REFUSED_PERCENT: u64 = 5;
/// A cell of fewer homes tells of people.
const SMALL: i64 = 10;

impl Extract {
    /// Rows refused.
    pub fn n_refused(&self) -> u64 {
        self.refused.iter().map(|refused| refused.n_rows).sum()
    }

    /// Whether awards in pounds look like percentages.
    pub fn awards_look_small(&self) -> Option<Caveat> {
        const SMALL_PENCE: i64 = 10_000;
        let known: i64 = self.cells.iter().map(|cell| cell.n_award_known).sum();
        let pence: i64 = self.cells.iter().map(|cell| cell.award_pence).sum();
        let mean_pence = pence.checked_div(known)?;
        (self.has_awards && mean_pence <= SMALL_PENCE).then_some(Caveat::AwardsSmall { mean_pence })
    }

    /// Homes by band.
    pub fn dwellings(&self) -> ByBand<i64> {
        let mut homes = ByBand::from_fn(|_| 0);
        for cell in &self.cells {
            homes[cell.band] += cell.n_dwellings;
        }
        homes
    }

    /// Homes in the cells.
    pub fn n_dwellings(&self) -> i64 {
        self.cells.iter().map(|cell| cell.n_dwellings).sum()
    }

    /// Sees to it that few enough rows were refused.
    ///
    /// # Errors
    /// When more than [`MOST_REFUSED_PERCENT`] were; the text says why, with the first rows.
    pub fn mostly_taken(&self, path: &Path) -> Result<(), DataError> {
        let refused = self.n_refused();
        if refused * 100 <= self.n_rows * MOST_REFUSED_PERCENT {
            return Ok(());
        }
        let mut text = format!(
            "{} of {} rows are refused, more than {MOST_REFUSED_PERCENT}% [mend the file or the \
             mapping, or go on without these rows: `bandwise households` with --accept-refused writes cells that a scenario can name]",
            thousands(refused),
            thousands(self.n_rows)
        );
        for one in &self.refused {
            text.push_str(&format!("\n  {}", one.line()));
        }
        Err(DataError::fault(path, text))
    }
}

impl Refused {
    /// The refusal in one line: how many, where, why, and what the first holds.
    pub fn line(&self) -> String {
        const SHOWN: usize = 5;
        let rows: Vec<String> = self
            .first_rows
            .iter()
            .take(SHOWN)
            .map(u64::to_string)
            .collect();
        let more = if self.n_rows > rows.len() as u64 {
            " ..."
        } else {
            ""
        };
        let column = self
            .column
            .as_ref()
            .map_or(String::new(), |name| format!("{name}: "));
        let (noun, where_) = match self.n_rows {
            1 => ("row", "row"),
            _ => ("rows", "rows"),
        };
        format!(
            "{} {noun}: {column}{} ({where_} {}{more}; the first holds {})",
            thousands(self.n_rows),
            self.reason.words(),
            rows.join(", "),
            self.example
        )
    }
}

/// Reads an extract: a CSV or a Parquet file of homes or of cells, known by its content.
///
/// Without a mapping the columns are worked out from their names. With published figures awards are
/// compared with bills, and names of wards are understood.
///
/// # Errors
/// When the file cannot be read, a mapped column is missing, or no row can be taken. Refused rows
/// are counted in the result: see [`Extract::mostly_taken`].
///
/// # Example
/// ```
/// use bandwise::data::households::read;
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("homes.csv");
/// std::fs::write(&file, "vo_band,discount\nA,SPD\nA,SPD\nD,\n,\n")?;
/// let extract = read(&file, None, None)?;
/// assert_eq!(extract.n_dwellings(), 3);
/// assert_eq!(extract.cells.len(), 2);
/// assert_eq!(extract.refused[0].first_rows, [5]);
///
/// std::fs::write(&file, "street,tree\nHigh,oak\n")?;
/// let error = read(&file, None, None).unwrap_err().to_string();
/// assert!(error.contains("no column is obviously the band"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(
    path: &Path,
    mapping: Option<&Mapping>,
    published: Option<Published<'_>>,
) -> Result<Extract, DataError> {
    read_in_blocks(path, mapping, published, records::BLOCK)
}

/// The same, with so many bytes of a CSV read at a time: the result does not depend on it.
///
/// # Errors
/// As [`read`].
pub fn read_in_blocks(
    path: &Path,
    mapping: Option<&Mapping>,
    published: Option<Published<'_>>,
    block_bytes: usize,
) -> Result<Extract, DataError> {
    let fault = |text: String| DataError::fault(path, text);
    let separator = mapping.and_then(|mapping| mapping.separator);
    let source = frames::open(path, separator)?;
    let names = match &source {
        Source::Csv(csv) => csv.names.clone(),
        Source::Parquet(parquet) => parquet.names.clone(),
    };
    let is_csv = matches!(source, Source::Csv(_));
    let mut caveats = Vec::new();
    let mapping = match mapping {
        Some(mapping) => mapping.clone(),
        None => {
            let mut guessed = Mapping::from_names(&names).map_err(fault)?;
            if let Source::Csv(csv) = &source
                && csv.separator != b','
            {
                guessed.separator = Some(csv.separator);
            }
            if guessed != Mapping::of_cells() {
                caveats.push(Caveat::MappingGuessed);
                if guessed.awards.is_none() && mapping::looks_like_award(&names) {
                    caveats.push(Caveat::AwardNotTaken);
                }
            }
            guessed
        }
    };
    let positions = mapping.positions(&names).map_err(fault)?;
    if let Source::Parquet(parquet) = &source {
        for (role, position) in &positions {
            parquet.allowed_type(*position).map_err(|text| {
                fault(format!(
                    "households.{}: {:?} {text}",
                    role.key(),
                    names[*position]
                ))
            })?;
        }
    }
    let mut wanted: Vec<usize> = positions.iter().map(|(_, position)| *position).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let in_frame: BTreeMap<Role, usize> = positions
        .iter()
        .filter_map(|(role, position)| Some((*role, wanted.binary_search(position).ok()?)))
        .collect();
    let mut fold = Fold::new(&mapping, in_frame, names.len(), published).map_err(fault)?;
    frames::for_each(source, path, &wanted, block_bytes, |frame| {
        fold.take(frame)
            .map_err(|text| DataError::fault(path, text))
    })?;
    let mut extract = fold.finish().map_err(fault)?;
    extract.rows_from_header = is_csv;
    caveats.append(&mut extract.caveats);
    if extract.n_refused() > 0 {
        caveats.push(Caveat::RowsRefused {
            n_rows: extract.n_refused(),
            of: extract.n_rows,
        });
    }
    let small = extract
        .cells
        .iter()
        .filter(|cell| cell.n_dwellings < SMALL)
        .count();
    if small > 0 {
        caveats.push(Caveat::SmallCells {
            n: small,
            of: extract.cells.len(),
        });
    }
    extract.caveats = caveats;
    if extract.cells.is_empty() {
        let mut text = "none of its rows can be taken".to_owned();
        for refused in &extract.refused {
            text.push_str(&format!("\n  {}", refused.line()));
        }
        return Err(fault(text));
    }
    Ok(extract)
}
