//! Homes in groups: ward x band x liability x reduction.

use std::collections::BTreeMap;

use super::band::{Band, ByBand};
use super::household::{KindOfHome, Liability, Reduction};

/// A ward or other small area, or a whole billing authority where none are known or wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Ward {
    /// Its ONS code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind: `ward`, `lsoa`, `msoa`, `authority`, or `extract` for an area that only a
    /// council's own extract knows.
    pub kind: String,
    /// The code of the ward whose local mood it shares; nothing where one area is all there is.
    pub mood: Option<String>,
    /// Its deprivation score, higher for more deprived; nothing where unknown.
    pub deprivation: Option<f64>,
    /// Position of the billing authority that it lies in; 0 where there is only one.
    pub area: usize,
}

/// One group of like homes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Position in [`Cells::wards`].
    pub ward: usize,
    /// Valuation band.
    pub band: Band,
    /// Liability class.
    pub liability: Liability,
    /// Council tax reduction.
    pub reduction: Reduction,
    /// Homes.
    pub dwellings: i64,
    /// Tax base for setting, after discounts, reduction and collection: thousandths of a band D
    /// equivalent.
    pub tax_base_thousandths: i64,
}

/// Columns of equal length, one entry a cell, in the order ward, band, liability, reduction.
///
/// The dwellings add up to the published count of each band and the tax base to the published
/// tax base for setting (less contributions in lieu), to the unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    wards: Vec<Ward>,
    rows: Vec<Cell>,
    award_basis_points: Vec<ByBand<[i64; 3]>>,
    /// Electors of each cell where they are stated; empty where none are.
    electors: Vec<Option<f64>>,
}

impl Cells {
    /// Checks and keeps the cells; `award_basis_points` is the share of a bill that an award
    /// meets, by billing authority, band and [`Reduction`], in ten-thousandths.
    ///
    /// # Panics
    /// When a cell names no ward, a number is negative, or the order is broken: a fault of the
    /// pipeline, not of its input.
    pub fn new(
        wards: Vec<Ward>,
        rows: Vec<Cell>,
        award_basis_points: Vec<ByBand<[i64; 3]>>,
    ) -> Self {
        let key = |cell: &Cell| (cell.ward, cell.band, cell.liability, cell.reduction);
        assert!(
            rows.is_sorted_by(|a, b| key(a) < key(b)),
            "cells are in order and distinct"
        );
        assert!(
            wards
                .iter()
                .all(|ward| ward.area < award_basis_points.len()),
            "a ward lies in a billing authority"
        );
        for cell in &rows {
            assert!(cell.ward < wards.len(), "a cell lies in a ward");
            assert!(
                cell.dwellings >= 0 && cell.tax_base_thousandths >= 0,
                "counts are positive"
            );
        }
        Self {
            wards,
            rows,
            award_basis_points,
            electors: Vec::new(),
        }
    }

    /// The same with the electors of each cell, where they are stated.
    ///
    /// # Panics
    /// When there is not one entry a cell.
    pub fn with_electors(self, electors: Vec<Option<f64>>) -> Self {
        assert_eq!(electors.len(), self.rows.len(), "one entry a cell");
        Self { electors, ..self }
    }

    /// The electors of the cell at a position, where they are stated.
    pub fn electors(&self, position: usize) -> Option<f64> {
        self.electors.get(position).copied().flatten()
    }

    /// The wards.
    pub fn wards(&self) -> &[Ward] {
        &self.wards
    }

    /// The cells.
    pub fn rows(&self) -> &[Cell] {
        &self.rows
    }

    /// The cells of several billing authorities, one after the other. Where an authority is one area it
    /// has a local mood of its own beside the others.
    pub fn joined(parts: Vec<Self>) -> Self {
        let several = parts.len() > 1;
        let (mut wards, mut rows, mut awards) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            assert!(part.electors.is_empty(), "only published cells are joined");
            let (first_ward, first_area) = (wards.len(), awards.len());
            wards.extend(part.wards.into_iter().map(|ward| Ward {
                area: ward.area + first_area,
                mood: match ward.mood {
                    None if several => Some(ward.code.clone()),
                    mood => mood,
                },
                ..ward
            }));
            rows.extend(part.rows.into_iter().map(|cell| Cell {
                ward: cell.ward + first_ward,
                ..cell
            }));
            awards.extend(part.award_basis_points);
        }
        Self::new(wards, rows, awards)
    }

    /// The same homes with each billing authority as one area: what does not go by wards is worked out
    /// of fewer cells. Stated electors are left out.
    #[must_use]
    pub fn without_wards(&self) -> Self {
        let wards = (0..self.n_areas())
            .map(|area| Ward {
                code: String::new(),
                name: String::new(),
                kind: "authority".to_owned(),
                mood: None,
                deprivation: None,
                area,
            })
            .collect();
        let mut sums: BTreeMap<_, (i64, i64)> = BTreeMap::new();
        for cell in &self.rows {
            let key = (self.area(cell), cell.band, cell.liability, cell.reduction);
            let (dwellings, base) = sums.entry(key).or_default();
            *dwellings += cell.dwellings;
            *base += cell.tax_base_thousandths;
        }
        let rows = sums
            .into_iter()
            .map(
                |((ward, band, liability, reduction), (dwellings, tax_base_thousandths))| Cell {
                    ward,
                    band,
                    liability,
                    reduction,
                    dwellings,
                    tax_base_thousandths,
                },
            )
            .collect();
        Self::new(wards, rows, self.award_basis_points.clone())
    }

    /// Number of billing authorities.
    pub fn n_areas(&self) -> usize {
        self.award_basis_points.len()
    }

    /// Position of the billing authority that a cell lies in.
    pub fn area(&self, cell: &Cell) -> usize {
        self.wards[cell.ward].area
    }

    /// The share of a bill that the average award of a cell meets, in ten-thousandths.
    pub fn award_basis_points(&self, cell: &Cell) -> i64 {
        self.award_basis_points[self.area(cell)][cell.band][cell.reduction as usize]
    }

    /// What decides the bill of a cell's homes.
    pub fn kind_of(&self, cell: &Cell) -> KindOfHome {
        KindOfHome {
            band: cell.band,
            liability: cell.liability,
            reduction: cell.reduction,
            award_basis_points: self.award_basis_points(cell),
            premium_percent: 0,
        }
    }

    /// Whether the electors of every cell are stated.
    pub fn states_electors(&self) -> bool {
        !self.electors.is_empty() && self.electors.iter().all(Option::is_some)
    }

    /// Homes by band.
    pub fn dwellings(&self) -> ByBand<i64> {
        self.by_band(|cell| cell.dwellings)
    }

    /// Tax base for setting by band, in thousandths of a band D equivalent.
    pub fn tax_base_thousandths(&self) -> ByBand<i64> {
        self.by_band(|cell| cell.tax_base_thousandths)
    }

    fn by_band(&self, value: impl Fn(&Cell) -> i64) -> ByBand<i64> {
        let mut totals = ByBand::from_fn(|_| 0);
        for cell in &self.rows {
            totals[cell.band] += value(cell);
        }
        totals
    }
}
