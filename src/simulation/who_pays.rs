//! Who pays more and who pays less: changes in bills by band, area, deprivation, tenure and income,
//! and the progressivity of the tax over areas.
//!
//! Homes are liable homes: exempt ones are left out, those whose reduction meets the whole bill
//! are not. Each home takes the deprivation, the tenure and the income of the lower layer area
//! that it is taken to lie in: within an area of the run, homes of a band lie in lower layer areas
//! as those hold homes of the band. Nothing here is random.

use std::collections::BTreeMap;

use super::homes::{HomeGroup, homes};
use super::prepare::Prepared;
use crate::data::DataError;
use crate::data::area_incomes::{AreaIncomes, FIFTHS};
use crate::data::small_areas::{SmallArea, small_areas};
use crate::domain::extract::Tenure;
use crate::domain::money::thousands;
use crate::domain::progressivity::{IncomeGroup, progressivity};
use crate::domain::{AreaKind, AuthorityCode, Band, Changes, Pence, Progressivity};
use crate::tax::Cases;

/// The part of the bill whose change is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillPart {
    /// The authority's own element.
    OwnElement,
    /// The whole bill.
    WholeBill,
}

impl BillPart {
    /// The name in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OwnElement => "own_element",
            Self::WholeBill => "whole_bill",
        }
    }

    fn of(self, group: &HomeGroup) -> Cases<Pence> {
        match self {
            Self::OwnElement => group.own,
            Self::WholeBill => group.total,
        }
    }
}

/// What a bill after a Yes is set against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// Today's bill.
    Today,
    /// The bill after a No.
    No,
}

impl Against {
    /// Both, in the order of tables.
    pub const ALL: [Self; 2] = [Self::Today, Self::No];

    /// The name in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::No => "no",
        }
    }
}

/// By what homes are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grouping {
    /// All homes as one group.
    All,
    /// Valuation band.
    Band,
    /// Area of the run: ward, small area or authority.
    Area,
    /// Tenth of the lower layer areas of England by the Index of Multiple Deprivation 2025.
    DeprivationDecile,
    /// Tenure.
    Tenure,
    /// Fifth of the homes of England and Wales by mean net income of the middle layer area.
    IncomeQuintile,
}

impl Grouping {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 6] = [
        Self::All,
        Self::Band,
        Self::Area,
        Self::DeprivationDecile,
        Self::Tenure,
        Self::IncomeQuintile,
    ];

    /// The name in tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Band => "band",
            Self::Area => "area",
            Self::DeprivationDecile => "deprivation_decile",
            Self::Tenure => "tenure",
            Self::IncomeQuintile => "income_quintile",
        }
    }

    /// The position of the group of homes of which it is not known, where there may be any.
    const fn not_known(self) -> Option<usize> {
        match self {
            Self::All | Self::Band | Self::Area => None,
            Self::DeprivationDecile => Some(TENTHS),
            Self::Tenure => Some(Tenure::ALL.len()),
            Self::IncomeQuintile => Some(FIFTHS),
        }
    }
}

/// The code of the group of homes of which the grouping is not known.
pub const NOT_KNOWN: &str = "not_known";
const TENTHS: usize = 10;

/// Homes of one group and how their bills change.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupOfHomes {
    /// By what they are grouped.
    pub grouping: Grouping,
    /// The name of the group in tables: a band, a code of an area, a number from 1, a tenure.
    pub code: String,
    /// The group in words.
    pub name: String,
    /// Liable homes; may be parts of one.
    pub homes: f64,
    changes: [Changes; 2],
}

impl GroupOfHomes {
    /// The changes in their bills after a Yes.
    pub fn against(&self, against: Against) -> &Changes {
        &self.changes[against as usize]
    }
}

/// Who pays more and who pays less.
#[derive(Debug, Clone, PartialEq)]
pub struct WhoPays {
    /// The part of the bill.
    pub part: BillPart,
    /// Groups that hold homes, in the order of groupings and codes; those of each grouping hold
    /// all liable homes together.
    pub groups: Vec<GroupOfHomes>,
    /// The progressivity of the part over middle layer areas; nothing where fewer than two incomes
    /// are known, or nothing is paid.
    pub progressivity: Cases<Option<Progressivity>>,
    /// Middle layer areas of known income that hold homes.
    pub n_income_areas: usize,
    /// The share of liable homes that lie in them.
    pub share_income_known: f64,
}

impl WhoPays {
    /// The groups of a grouping.
    pub fn by(&self, grouping: Grouping) -> impl Iterator<Item = &GroupOfHomes> {
        let of = move |group: &&GroupOfHomes| group.grouping == grouping;
        self.groups.iter().filter(of)
    }

    /// All liable homes.
    pub fn homes(&self) -> f64 {
        let all = self.by(Grouping::All);
        all.map(|group| group.homes).sum()
    }

    /// The share of liable homes of which a grouping is not known.
    pub fn share_not_known(&self, grouping: Grouping) -> f64 {
        let unknown = self.by(grouping).filter(|group| group.code == NOT_KNOWN);
        let homes: f64 = unknown.map(|group| group.homes).sum();
        // Without any the sum of floats is -0.
        if homes > 0.0 {
            homes / self.homes()
        } else {
            0.0
        }
    }
}

/// Works out who pays more and who pays less, by the part of the bill that is looked at.
///
/// # Errors
/// When the embedded tables of small areas are broken.
///
/// # Example
/// ```
/// use bandwise::data::{Scenario, World, scenario::Names};
/// use bandwise::simulation::who_pays::Against;
/// use bandwise::simulation::{BillPart, Grouping, prepare, who_pays};
/// let world = World::embedded(Some("2023-24"))?;
/// let scenario = Scenario::load("williamson-2018", &Names::of(&world.assumptions))?;
/// let found = who_pays(&prepare(&scenario, &world)?, BillPart::OwnElement)?;
/// let band_h = found.by(Grouping::Band).find(|group| group.code == "H").expect("homes in H");
/// assert_eq!(band_h.against(Against::Today).median_pounds(), Some(3_313.34));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn who_pays(prepared: &Prepared, part: BillPart) -> Result<WhoPays, DataError> {
    let incomes = AreaIncomes::embedded()?;
    let places = prepared
        .areas
        .iter()
        .map(|area| Places::of(&area.authority.code, prepared, incomes))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = prepared.cells.rows();
    let wards = prepared.cells.wards();
    let mut sums: BTreeMap<(Grouping, usize), (f64, [Changes; 2])> = BTreeMap::new();
    let mut taxed: BTreeMap<&str, Taxed> = BTreeMap::new();
    let mut all_homes = 0.0;
    let mut last: Option<((usize, Band), Lie<'_>)> = None;
    for group in homes(prepared) {
        let cell = &rows[group.cell];
        if cell.liability.quarters_payable() == 0 || group.homes <= 0.0 {
            continue;
        }
        all_homes += group.homes;
        let bill = part.of(&group);
        let changes = [bill.yes - bill.today, bill.yes - bill.no];
        // Cells stand in the order of ward and band: those of one lie in the same places.
        let key = (cell.ward, cell.band);
        let (_, lie) = match last.take() {
            Some(known) if known.0 == key => last.insert(known),
            _ => {
                let ward = &wards[cell.ward];
                last.insert((key, places[ward.area].lie(&ward.code, cell.band)))
            }
        };
        let certain = [
            (Grouping::All, 0, 1.0),
            (Grouping::Band, cell.band.index(), 1.0),
            (Grouping::Area, cell.ward, 1.0),
        ];
        for &(grouping, index, share) in certain.iter().chain(&lie.groups) {
            let (homes, sum) = sums.entry((grouping, index)).or_default();
            *homes += group.homes * share;
            for (sum, change) in sum.iter_mut().zip(changes) {
                sum.add(change, group.homes * share);
            }
        }
        for &(code, income, share) in &lie.incomes {
            let sum = taxed.entry(code).or_insert(Taxed {
                income,
                homes: 0.0,
                paid: bill.map(|_| 0.0),
            });
            sum.add(group.homes * share, bill);
        }
    }
    let index = |paid: fn(&Cases<f64>) -> f64| {
        let groups: Vec<IncomeGroup> = taxed.values().map(|one| one.group(paid)).collect();
        progressivity(&groups)
    };
    let known: f64 = taxed.values().map(|one| one.homes).sum();
    let name = |grouping: Grouping, index: usize| match grouping {
        Grouping::Area => (wards[index].code.clone(), wards[index].name.clone()),
        _ => named(grouping, index, incomes),
    };
    let group = |((grouping, index), (homes, changes))| {
        let (code, name) = name(grouping, index);
        GroupOfHomes {
            grouping,
            code,
            name,
            homes,
            changes,
        }
    };
    Ok(WhoPays {
        part,
        groups: sums.into_iter().map(group).collect(),
        progressivity: Cases {
            today: index(|paid| paid.today),
            yes: index(|paid| paid.yes),
            no: index(|paid| paid.no),
        },
        n_income_areas: taxed.len(),
        share_income_known: if all_homes > 0.0 {
            (known / all_homes).min(1.0)
        } else {
            0.0
        },
    })
}

/// The code and the words of a group.
fn named(grouping: Grouping, index: usize, incomes: &AreaIncomes) -> (String, String) {
    let number = (index + 1).to_string();
    if grouping.not_known() == Some(index) {
        return (NOT_KNOWN.to_owned(), "not known".to_owned());
    }
    match grouping {
        Grouping::All | Grouping::Area => ("all".to_owned(), "all liable homes".to_owned()),
        Grouping::Band => {
            let band = Band::ALL[index].to_string();
            (band.clone(), format!("band {band}"))
        }
        Grouping::DeprivationDecile => {
            let end = match index + 1 {
                1 => ", the most deprived",
                TENTHS => ", the least deprived",
                _ => "",
            };
            let name = format!("tenth {number} of areas in England{end}");
            (number, name)
        }
        Grouping::Tenure => {
            let words = match Tenure::ALL[index] {
                Tenure::OwnedOutright => "owned outright",
                Tenure::MortgageOrShared => "owned with a mortgage or shared",
                Tenure::SocialRent => "social rent",
                Tenure::PrivateRent => "private rent or rent free",
            };
            (Tenure::ALL[index].code().to_owned(), words.to_owned())
        }
        Grouping::IncomeQuintile => {
            let limits = incomes.limits();
            let pounds = |index: usize| format!("£{}", thousands(limits[index].unsigned_abs()));
            let range = match index {
                0 => format!("up to {}", pounds(0)),
                _ if index == limits.len() => format!("over {}", pounds(index - 1)),
                _ => format!("over {} up to {}", pounds(index - 1), pounds(index)),
            };
            let name = format!("fifth {number} by income of the area: {range}");
            (number, name)
        }
    }
}

/// What the homes of a middle layer area of known income pay.
struct Taxed {
    income: i64,
    homes: f64,
    paid: Cases<f64>,
}

impl Taxed {
    fn add(&mut self, homes: f64, bill: Cases<Pence>) {
        self.homes += homes;
        self.paid.today += homes * bill.today.pounds();
        self.paid.yes += homes * bill.yes.pounds();
        self.paid.no += homes * bill.no.pounds();
    }

    fn group(&self, paid: fn(&Cases<f64>) -> f64) -> IncomeGroup {
        IncomeGroup {
            homes: self.homes,
            income_pounds: self.income as f64,
            tax_pounds: paid(&self.paid) / self.homes,
        }
    }
}

/// Where homes of one area and band lie: shares of them.
struct Lie<'a> {
    /// By grouping and group.
    groups: Vec<(Grouping, usize, f64)>,
    /// By middle layer area of known income: its code and its income in pounds a year.
    incomes: Vec<(&'a str, i64, f64)>,
}

/// The lower layer areas of a billing authority.
struct Places {
    areas: Vec<SmallArea>,
    incomes: Vec<Option<i64>>,
    fifths: Vec<usize>,
    /// Positions of the lower layer areas in a ward, a middle layer area, or themselves, by code.
    members: BTreeMap<String, Vec<usize>>,
    /// Positions of all of them.
    everywhere: Vec<usize>,
}

impl Places {
    fn of(
        code: &AuthorityCode,
        prepared: &Prepared,
        incomes: &AreaIncomes,
    ) -> Result<Self, DataError> {
        let areas = match small_areas(code, AreaKind::Lsoa) {
            Ok(areas) => areas,
            // An authority of a later reform that the user has installed: as one area it can be
            // run without them, and nothing is known of where its homes lie.
            Err(_) if prepared.small_areas.is_empty() => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut members: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (position, area) in areas.iter().enumerate() {
            let codes = [
                Some(&area.code),
                area.ward_code.as_ref(),
                area.msoa_code.as_ref(),
            ];
            for code in codes.into_iter().flatten() {
                members.entry(code.clone()).or_default().push(position);
            }
        }
        let pounds: Vec<Option<i64>> = areas
            .iter()
            .map(|area| incomes.pounds(area.msoa_code.as_ref()?))
            .collect();
        Ok(Self {
            fifths: pounds
                .iter()
                .map(|pounds| pounds.map_or(FIFTHS, |pounds| incomes.fifth(pounds)))
                .collect(),
            everywhere: (0..areas.len()).collect(),
            incomes: pounds,
            areas,
            members,
        })
    }

    /// Where the homes of a band lie in the area of a code; in the whole authority where the code
    /// is of no area that is held.
    fn lie(&self, code: &str, band: Band) -> Lie<'_> {
        let members = self.members.get(code).unwrap_or(&self.everywhere);
        let mut deciles = [0.0; TENTHS + 1];
        let mut tenures = [0.0; Tenure::ALL.len() + 1];
        let mut fifths = [0.0; FIFTHS + 1];
        let mut incomes: BTreeMap<&str, (i64, f64)> = BTreeMap::new();
        let shares = self.shares(members, band);
        for &(position, share) in &shares {
            let area = &self.areas[position];
            let decile = area.deprivation_decile.and_then(|decile| {
                usize::try_from(decile - 1)
                    .ok()
                    .filter(|tenth| *tenth < TENTHS)
            });
            deciles[decile.unwrap_or(TENTHS)] += share;
            fifths[self.fifths[position]] += share;
            match area.tenure.filter(|tenure| tenure.all() > 0) {
                Some(tenure) => {
                    let households = [
                        tenure.owned_outright,
                        tenure.mortgage_or_shared,
                        tenure.social_rent,
                        tenure.private_rent,
                    ];
                    for (sum, households) in tenures.iter_mut().zip(households) {
                        *sum += share * households as f64 / tenure.all() as f64;
                    }
                }
                None => tenures[Tenure::ALL.len()] += share,
            }
            if let (Some(msoa), Some(pounds)) = (&area.msoa_code, self.incomes[position]) {
                incomes.entry(msoa).or_insert((pounds, 0.0)).1 += share;
            }
        }
        if shares.is_empty() {
            (deciles[TENTHS], tenures[Tenure::ALL.len()], fifths[FIFTHS]) = (1.0, 1.0, 1.0);
        }
        let of = |grouping, shares: &[f64]| -> Vec<(Grouping, usize, f64)> {
            let held = shares.iter().enumerate().filter(|(_, share)| **share > 0.0);
            held.map(|(index, share)| (grouping, index, *share))
                .collect()
        };
        Lie {
            groups: [
                of(Grouping::DeprivationDecile, &deciles),
                of(Grouping::Tenure, &tenures),
                of(Grouping::IncomeQuintile, &fifths),
            ]
            .concat(),
            incomes: incomes
                .into_iter()
                .map(|(code, (pounds, share))| (code, pounds, share))
                .collect(),
        }
    }

    /// The share of the homes of a band in each of some areas: by their homes of the band, or of
    /// all bands where they have none of it; nothing where they have no homes at all.
    fn shares(&self, members: &[usize], band: Band) -> Vec<(usize, f64)> {
        let of_band = |position: usize| self.areas[position].dwellings_hundredths[band.index()];
        let of_all = |position: usize| self.areas[position].all_dwellings_hundredths();
        let by = |homes: &dyn Fn(usize) -> i64| -> Vec<(usize, f64)> {
            let all: i64 = members.iter().map(|&position| homes(position)).sum();
            let held = members.iter().copied().filter(|&area| homes(area) > 0);
            held.map(|area| (area, homes(area) as f64 / all as f64))
                .collect()
        };
        let shares = by(&of_band);
        if shares.is_empty() {
            by(&of_all)
        } else {
            shares
        }
    }
}
