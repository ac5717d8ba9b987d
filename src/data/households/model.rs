//! From an extract to the cells of the model: its own homes, on the published tax base.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Extract, Published};
use crate::data::assumptions::Assumptions;
use crate::data::catalogue::DataError;
use crate::data::small_areas::small_areas;
use crate::data::vintage::{AuthorityRecord, BaseByBand};
use crate::domain::cells::Cell;
use crate::domain::{
    AreaKind, Band, ByBand, Cells, Detail, ExtractCell, Liability, Reduction, Ward, Warning,
    apportion,
};

/// Ten-thousandths of a bill.
const BASIS: f64 = 10_000.0;
/// How far the homes of an extract may be from the published count before it is no longer that of
/// the authority.
const FAR: f64 = 0.15;
/// Weights of the tax base: thousandths of a thousandth of a band D equivalent.
const FINE: f64 = 1_000_000.0;

/// What a run takes from an extract.
#[derive(Debug, Clone, PartialEq)]
pub struct Modelled {
    /// The authority's row with the homes of the extract.
    pub record: AuthorityRecord,
    /// The published tax base, split between bands as the homes of the extract have it.
    pub base: BaseByBand,
    /// The cells.
    pub cells: Cells,
    /// What to know of them.
    pub warnings: Vec<Warning>,
}

/// Sums of one cell of the model.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    dwellings: i64,
    equivalents: f64,
    electors: i64,
    electors_known: i64,
}

/// Turns an extract into the cells of a run.
///
/// Homes, their areas, classes and (where stated) electors are the extract's own. The total of the
/// tax base stays the published one, which the tax was set on; between cells it is shared out as
/// discounts, premiums, disabled reductions and awards of the extract have it, by largest
/// remainder, so that it adds up exactly.
///
/// # Errors
/// When the extract has no home, or none that pays.
pub fn model(
    extract: &Extract,
    published: Published<'_>,
    base: &BaseByBand,
    assumptions: &Assumptions,
) -> Result<Modelled, DataError> {
    belongs(extract, published)?;
    let fault = |text: &str| DataError::fault(Path::new("households"), text.to_owned());
    let proportions = published.proportions();
    let band_d = extract
        .mapping
        .band_d
        .unwrap_or(published.record.levels.area)
        .pounds();
    let whole = |cell: &ExtractCell| {
        let ratio = cell.proportion(proportions);
        cell.n_dwellings as f64 * cell.payable_percent() as f64 / 100.0 * ratio.numerator() as f64
            / ratio.denominator() as f64
    };
    let known = |cell: &ExtractCell| match cell.n_dwellings {
        0 => 0.0,
        n => cell.n_award_known as f64 / n as f64,
    };
    let assumed = [
        0.0,
        assumptions.award_working_age.value(),
        assumptions.award_pension_age.value(),
    ];
    let mut met = ByBand::from_fn(|_| [(0.0, 0.0); 3]);
    for cell in &extract.cells {
        let (award, bill) = &mut met[cell.band][cell.reduction as usize];
        *award += cell.award_pence as f64 / 100.0;
        // Only homes whose award is known say what share of a bill it meets.
        *bill += whole(cell) * band_d * known(cell);
    }
    let awards = ByBand::from_fn(|band| {
        [
            Reduction::None,
            Reduction::WorkingAge,
            Reduction::PensionAge,
        ]
        .map(|reduction| {
            let (award, bill) = met[band][reduction as usize];
            let share = match reduction {
                Reduction::None => 0.0,
                _ if extract.has_awards && bill > 0.0 => (award / bill).min(1.0),
                _ => assumed[reduction as usize],
            };
            (share * BASIS).round() as i64
        })
    });

    let (wards, unplaced) = wards(extract, published)?;
    let mut supported = ByBand::from_fn(|_| [0.0; 3]);
    let mut sums: BTreeMap<(usize, Band, Liability, Reduction), Sums> = BTreeMap::new();
    for cell in &extract.cells {
        let ward = cell.area.unwrap_or(unplaced);
        // Homes whose award is not known have the average share of those of their band and kind.
        let share = awards[cell.band][cell.reduction as usize] as f64 / BASIS;
        let left = whole(cell) * (1.0 - share * (1.0 - known(cell)))
            - cell.award_pence as f64 / 100.0 / band_d;
        let one = sums
            .entry((ward, cell.band, cell.liability, cell.reduction))
            .or_default();
        one.dwellings += cell.n_dwellings;
        one.equivalents += left.max(0.0);
        supported[cell.band][cell.reduction as usize] += whole(cell) - left.max(0.0);
        one.electors += cell.electors;
        one.electors_known += cell.n_electors_known;
    }
    let weights: Vec<i64> = sums
        .values()
        .map(|one| (one.equivalents * FINE).round() as i64)
        .collect();
    let total: i64 = base.thousandths.values().iter().sum();
    let shared = apportion(total, &weights).ok_or_else(|| {
        fault(
            "the extract holds no home that pays: there is nothing to share the tax base out over",
        )
    })?;
    let mut by_band = ByBand::from_fn(|_| 0);
    let mut rows = Vec::with_capacity(sums.len());
    let mut electors = Vec::with_capacity(sums.len());
    for ((&(ward, band, liability, reduction), one), &tax_base) in sums.iter().zip(&shared) {
        by_band[band] += tax_base;
        rows.push(Cell {
            ward,
            band,
            liability,
            reduction,
            dwellings: one.dwellings,
            tax_base_thousandths: tax_base,
        });
        electors.push(match one.electors_known {
            0 => None,
            known => Some(one.electors as f64 * one.dwellings as f64 / known as f64),
        });
    }
    if electors.iter().all(Option::is_some) && electors.iter().flatten().sum::<f64>() <= 0.0 {
        return Err(fault(
            "the extract states electors, and there are none: leave out `electors` or mend the column",
        ));
    }
    let off = extract.n_dwellings() as f64
        / published.record.dwellings().values().iter().sum::<i64>() as f64;
    if !(1.0 - FAR..=1.0 + FAR).contains(&off) {
        return Err(fault(&format!(
            "the extract holds {} homes, {:.0}% of the {} published: the authority's tax base cannot be shared out over them (allowed: within {:.0}%)",
            extract.n_dwellings(),
            100.0 * off,
            published.record.dwellings().values().iter().sum::<i64>(),
            100.0 * FAR
        )));
    }
    let cells = Cells::new(wards, rows, vec![awards]).with_electors(electors);
    let mut record = published.record.clone();
    let homes = cells.dwellings();
    record.bands = ByBand::from_fn(|band| {
        let mut row = record.bands[band];
        row.dwellings = homes[band];
        let ratio = proportions[band];
        let band_equivalents = ratio.denominator() as f64 / ratio.numerator() as f64;
        row.support_working_age =
            supported[band][Reduction::WorkingAge as usize] * band_equivalents;
        row.support_pension_age =
            supported[band][Reduction::PensionAge as usize] * band_equivalents;
        row.dwellings_suppressed = 0;
        row
    });
    let collected = weights.iter().sum::<i64>() as f64 / FINE
        * published.record.tax_base.collection_rate
        * 1_000.0;
    let mut warnings = vec![Warning::OwnExtract {
        n_dwellings: extract.n_dwellings(),
        n_refused: extract.n_refused(),
        base_off: collected / total as f64 - 1.0,
    }];
    let on_reduction = |cell: &&ExtractCell| cell.reduction != Reduction::None;
    let unknown: i64 = extract
        .cells
        .iter()
        .filter(on_reduction)
        .map(|cell| cell.n_dwellings - cell.n_award_known)
        .sum();
    if unknown > 0 {
        warnings.push(Warning::ImputedAwards {
            n_dwellings: unknown,
        });
    }
    if extract.mapping.awards.is_none() {
        warnings.push(Warning::ExtractSilent {
            what: "council tax reduction: nobody is modelled as having it",
        });
    }
    if extract.mapping.discount.is_none() && extract.mapping.liability.is_none() {
        warnings.push(Warning::ExtractSilent {
            what: "discounts: every home is modelled as fully liable",
        });
    }
    warnings.extend(
        extract
            .awards_look_small()
            .map(|caveat| Warning::OfExtract {
                code: caveat.code(),
                message: caveat.message(),
            }),
    );
    warnings.extend(extract.caveats.iter().map(|caveat| Warning::OfExtract {
        code: caveat.code(),
        message: caveat.message(),
    }));
    Ok(Modelled {
        record,
        base: BaseByBand {
            thousandths: by_band,
            ..base.clone()
        },
        cells,
        warnings,
    })
}

/// Sees to it that an extract is of the authority: most homes whose area has an ONS code must lie
/// in it.
///
/// # Errors
/// When they do not.
pub fn belongs(extract: &Extract, published: Published<'_>) -> Result<(), DataError> {
    let code = &published.record.authority.code;
    let mut own: BTreeSet<String> = BTreeSet::new();
    for kind in AreaKind::ALL {
        own.extend(small_areas(code, kind)?.into_iter().map(|area| area.code));
    }
    let kinds = ["E01", "E02", "E05", "W01", "W02", "W05"];
    let (mut coded, mut elsewhere) = (0, 0);
    for cell in &extract.cells {
        let Some(area) = cell.area.map(|area| &extract.areas[area]) else {
            continue;
        };
        if area.len() == 9 && kinds.iter().any(|kind| area.starts_with(kind)) {
            coded += cell.n_dwellings;
            elsewhere += if own.contains(area) {
                0
            } else {
                cell.n_dwellings
            };
        }
    }
    if 2 * elsewhere <= coded {
        return Ok(());
    }
    let text = format!(
        "{elsewhere} of {coded} homes with an ONS code of their area lie in no area of {} ({code}): \
         the extract is of another council, or its codes are of another year",
        published.record.authority.name
    );
    Err(DataError::fault(Path::new("households"), text))
}

/// The areas of an extract as wards, and the position of those homes that are in none.
fn wards(extract: &Extract, published: Published<'_>) -> Result<(Vec<Ward>, usize), DataError> {
    let authority = &published.record.authority;
    let any_lsoa = extract
        .areas
        .iter()
        .any(|code| code.starts_with("E01") || code.starts_with("W01"));
    let lsoas = match any_lsoa {
        true => small_areas(&authority.code, AreaKind::Lsoa)?,
        false => Vec::new(),
    };
    let mut wards: Vec<Ward> = extract
        .areas
        .iter()
        .map(|code| {
            let held = published
                .wards
                .iter()
                .chain(&lsoas)
                .find(|area| area.code == *code);
            let kind = match held {
                Some(area) if area.ward_code.is_some() => AreaKind::Lsoa.to_string(),
                Some(_) => AreaKind::Ward.to_string(),
                None => "extract".to_owned(),
            };
            Ward {
                code: code.clone(),
                name: held.map_or_else(|| code.clone(), |area| area.name.clone()),
                kind,
                mood: Some(
                    held.and_then(|area| area.ward_code.clone())
                        .unwrap_or_else(|| code.clone()),
                ),
                deprivation: held.and_then(|area| area.deprivation_score),
                area: 0,
            }
        })
        .collect();
    let unplaced = wards.len();
    if extract.cells.iter().any(|cell| cell.area.is_none()) {
        let (code, name) = if wards.is_empty() {
            (authority.code.to_string(), authority.name.clone())
        } else {
            ("unplaced".to_owned(), "in no known area".to_owned())
        };
        wards.push(Ward {
            code,
            name,
            kind: if unplaced == 0 {
                Detail::Authority.to_string()
            } else {
                "extract".to_owned()
            },
            mood: None,
            deprivation: None,
            area: 0,
        });
    }
    Ok((wards, unplaced))
}
