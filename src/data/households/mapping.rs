//! Which column of an extract means what, and which texts mean what.

use std::collections::BTreeMap;

use super::super::scenario::nearest;
use crate::domain::{Liability, Pence, Reduction, Tenure};

/// What a column of an extract can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "a role is its key in the mapping")]
pub enum Role {
    Band,
    Ward,
    Disabled,
    Liability,
    Discount,
    Status,
    Premium,
    Exemption,
    Award,
    Kind,
    Electors,
    Tenure,
    Value,
    Count,
    AwardKnown,
    ElectorsKnown,
    ValueKnown,
}

impl Role {
    /// Its key in the `[households]` table.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Band => "band",
            Self::Ward => "ward",
            Self::Disabled => "disabled",
            Self::Liability => "liability",
            Self::Discount => "discount",
            Self::Status => "status",
            Self::Premium => "premium",
            Self::Exemption => "exemption",
            Self::Award => "reduction.column",
            Self::Kind => "reduction.kind",
            Self::Electors => "electors",
            Self::Tenure => "tenure",
            Self::Value => "value",
            Self::Count => "count",
            Self::AwardKnown => "reduction.known",
            Self::ElectorsKnown => "electors.known",
            Self::ValueKnown => "value.known",
        }
    }

    /// Names of columns that say this beyond doubt, the likeliest first; small letters and digits
    /// only.
    const fn obvious_names(self) -> &'static [&'static str] {
        match self {
            Self::Band => &[
                "voband",
                "ctband",
                "counciltaxband",
                "ctaxband",
                "taxband",
                "valuationband",
                "propertyband",
                "propband",
                "bandcode",
                "band",
            ],
            Self::Ward => &[
                "wardcode",
                "wardcd",
                "wd24cd",
                "wd23cd",
                "lsoa21cd",
                "lsoa11cd",
                "lsoacode",
                "lsoa",
                "ward",
                "postcodesector",
                "sector",
                "smallarea",
                "areacode",
                "area",
            ],
            Self::Disabled => &[
                "disabledbandreduction",
                "disabledreduction",
                "disabledrelief",
                "disabledband",
                "dbr",
                "disabled",
            ],
            Self::Liability => &["liabilityclass", "liability"],
            Self::Discount => &[
                "discounttype",
                "discountcode",
                "discountclass",
                "discount",
                "disc",
            ],
            Self::Status => &[
                "occupancystatus",
                "occupancy",
                "propertystatus",
                "occupation",
            ],
            Self::Premium => &["premiumpercent", "premium"],
            Self::Exemption => &[
                "exemptionclass",
                "exemptclass",
                "exemptioncode",
                "exemption",
                "exempt",
            ],
            Self::Award => &[
                "ctraward",
                "ctsaward",
                "lctsaward",
                "ctrpounds",
                "award",
                "counciltaxreduction",
                "counciltaxsupport",
            ],
            Self::Kind => &[
                "ctrkind",
                "ctrtype",
                "ctskind",
                "ctstype",
                "awardkind",
                "reductionkind",
                "claimtype",
                "agegroup",
            ],
            Self::Electors => &["nelectors", "electors", "noofelectors", "numberofelectors"],
            Self::Tenure => &["tenure"],
            Self::Value => &["propertyvalue", "valuepounds", "marketvalue", "value"],
            Self::Count => &[
                "ndwellings",
                "dwellings",
                "noofdwellings",
                "nhomes",
                "homes",
                "count",
            ],
            Self::AwardKnown | Self::ElectorsKnown | Self::ValueKnown => &[],
        }
    }
}

/// A column and what its texts mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// The name of the column.
    pub column: String,
    /// Meanings with the texts that were stated for them; the built-in words where none is stated.
    pub texts: Vec<(&'static str, Vec<String>)>,
}

impl Coded {
    /// A column read by the built-in words.
    pub fn built_in(column: impl Into<String>) -> Self {
        Self {
            column: column.into(),
            texts: Vec::new(),
        }
    }

    /// Folded texts with their meanings.
    pub(super) fn meanings(&self, role: Role) -> BTreeMap<String, &'static str> {
        let mut meanings = BTreeMap::new();
        if self.texts.is_empty() {
            for (meaning, words) in built_in_words(role) {
                for word in words {
                    meanings.insert(fold(word), meaning);
                }
            }
        } else {
            for (meaning, texts) in &self.texts {
                for text in texts {
                    meanings.insert(fold(text), *meaning);
                }
            }
        }
        meanings
    }
}

/// The unit of a column of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Pounds a year.
    Pounds,
    /// Pence a year.
    Pence,
    /// A share of the bill, 0 to 1.
    Share,
    /// Percent of the bill, 0 to 100.
    Percent,
}

impl Unit {
    /// All units.
    pub const ALL: [Self; 4] = [Self::Pounds, Self::Pence, Self::Share, Self::Percent];

    /// The decimals that count: down to the penny, or to a millionth.
    pub(super) const fn places(self) -> usize {
        match self {
            Self::Pence => 0,
            Self::Pounds => 2,
            Self::Share | Self::Percent => 6,
        }
    }

    /// Its name in the mapping.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pounds => "pounds",
            Self::Pence => "pence",
            Self::Share => "share",
            Self::Percent => "percent",
        }
    }
}

/// How the kind of an award is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// By a column.
    Column(Coded),
    /// All awards are of this kind.
    All(Reduction),
}

/// The columns of council tax reduction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awards {
    /// The amount and its unit, where it is given.
    pub amount: Option<(String, Unit)>,
    /// Pension age or working age.
    pub kind: Kind,
    /// In a row of several homes, how many awards are known.
    pub known: Option<String>,
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// The name of the column.
    pub column: String,
    /// Its unit, where it is money.
    pub unit: Unit,
    /// In a row of several homes, for how many the number is known.
    pub known: Option<String>,
}

/// The columns of an extract: only the band is required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The extract, relative to the scenario that states the mapping.
    pub file: Option<String>,
    /// What stands between fields of a CSV; worked out where not stated.
    pub separator: Option<u8>,
    /// The whole bill at band D when awards were made; the vintage's where not stated.
    pub band_d: Option<Pence>,
    /// Valuation band.
    pub band: String,
    /// Small area, and names of areas that are no codes.
    pub ward: Option<(String, Vec<String>)>,
    /// Disabled band reduction.
    pub disabled: Option<Coded>,
    /// The whole class of liability in one column.
    pub liability: Option<Coded>,
    /// Discount.
    pub discount: Option<Coded>,
    /// Main home, empty or second home.
    pub status: Option<Coded>,
    /// Premium in percent.
    pub premium: Option<String>,
    /// Class of exemption.
    pub exemption: Option<Coded>,
    /// Council tax reduction.
    pub awards: Option<Awards>,
    /// Electors.
    pub electors: Option<Numbers>,
    /// Tenure.
    pub tenure: Option<Coded>,
    /// Value.
    pub value: Option<Numbers>,
    /// Homes in a row.
    pub count: Option<String>,
}

/// The columns of a file of cells, as this program writes it.
pub const CELL_COLUMNS: [&str; 15] = [
    "area",
    "band",
    "disabled",
    "liability",
    "exempt_class",
    "premium_percent",
    "reduction",
    "tenure",
    "n_dwellings",
    "award_pence",
    "n_award_known",
    "electors",
    "n_electors_known",
    "value_pence",
    "n_value_known",
];

impl Mapping {
    /// A mapping of the band alone.
    pub fn of_band(band: impl Into<String>) -> Self {
        Self {
            file: None,
            separator: None,
            band_d: None,
            band: band.into(),
            ward: None,
            disabled: None,
            liability: None,
            discount: None,
            status: None,
            premium: None,
            exemption: None,
            awards: None,
            electors: None,
            tenure: None,
            value: None,
            count: None,
        }
    }

    /// The mapping of a file of cells.
    pub fn of_cells() -> Self {
        let [
            area,
            band,
            disabled,
            liability,
            exempt_class,
            premium_percent,
            reduction,
            tenure,
            n_dwellings,
            award_pence,
            n_award_known,
            electors,
            n_electors_known,
            value_pence,
            n_value_known,
        ] = CELL_COLUMNS.map(str::to_owned);
        Self {
            ward: Some((area, Vec::new())),
            disabled: Some(Coded::built_in(disabled)),
            liability: Some(Coded::built_in(liability)),
            premium: Some(premium_percent),
            exemption: Some(Coded::built_in(exempt_class)),
            awards: Some(Awards {
                amount: Some((award_pence, Unit::Pence)),
                kind: Kind::Column(Coded::built_in(reduction)),
                known: Some(n_award_known),
            }),
            electors: Some(Numbers {
                column: electors,
                unit: Unit::Pounds,
                known: Some(n_electors_known),
            }),
            tenure: Some(Coded::built_in(tenure)),
            value: Some(Numbers {
                column: value_pence,
                unit: Unit::Pence,
                known: Some(n_value_known),
            }),
            count: Some(n_dwellings),
            ..Self::of_band(band)
        }
    }

    /// Works out what the columns mean from obvious names.
    ///
    /// # Errors
    /// When no column is obviously the band; the text says what names are known.
    pub(super) fn from_names(names: &[String]) -> Result<Self, String> {
        if CELL_COLUMNS
            .iter()
            .all(|name| names.iter().any(|given| given == name))
        {
            return Ok(Self::of_cells());
        }
        let find = |role: Role| {
            role.obvious_names()
                .iter()
                .find_map(|wanted| names.iter().find(|name| plain(name) == **wanted))
                .cloned()
        };
        let Some(band) = find(Role::Band) else {
            return Err(format!(
                "no column is obviously the band (known: band, vo_band, ct_band, council_tax_band, \
                 tax_band, valuation_band, property_band); the first line has {} columns [state it \
                 as `band = \"...\"` in the [households] table of a scenario, and see that the \
                 first line holds the names of the columns]",
                names.len()
            ));
        };
        let coded = |role: Role| find(role).map(Coded::built_in);
        let liability = coded(Role::Liability);
        let stands_alone = liability.is_some();
        let kind = coded(Role::Kind);
        let awards = kind.map(|kind| Awards {
            amount: find(Role::Award).map(|column| (column, Unit::Pounds)),
            kind: Kind::Column(kind),
            known: None,
        });
        let numbers = |role: Role| {
            find(role).map(|column| Numbers {
                column,
                unit: Unit::Pounds,
                known: None,
            })
        };
        let status = coded(Role::Status).filter(|_| !stands_alone);
        Ok(Self {
            ward: find(Role::Ward).map(|column| (column, Vec::new())),
            disabled: coded(Role::Disabled),
            discount: coded(Role::Discount).filter(|_| !stands_alone),
            premium: find(Role::Premium).filter(|_| stands_alone || status.is_some()),
            status,
            exemption: coded(Role::Exemption),
            awards,
            electors: numbers(Role::Electors),
            tenure: coded(Role::Tenure),
            value: numbers(Role::Value),
            count: find(Role::Count),
            liability,
            ..Self::of_band(band)
        })
    }

    /// The columns with what they say, in the order of the mapping.
    pub fn columns(&self) -> Vec<(Role, String)> {
        let coded =
            |role, one: &'_ Option<Coded>| one.as_ref().map(|one| (role, one.column.clone()));
        let mut columns: Vec<(Role, String)> = vec![(Role::Band, self.band.clone())];
        columns.extend(
            self.ward
                .as_ref()
                .map(|(column, _)| (Role::Ward, column.clone())),
        );
        columns.extend(coded(Role::Disabled, &self.disabled));
        columns.extend(coded(Role::Liability, &self.liability));
        columns.extend(coded(Role::Discount, &self.discount));
        columns.extend(coded(Role::Status, &self.status));
        columns.extend(self.premium.clone().map(|column| (Role::Premium, column)));
        columns.extend(coded(Role::Exemption, &self.exemption));
        if let Some(awards) = &self.awards {
            columns.extend(
                awards
                    .amount
                    .clone()
                    .map(|(column, _)| (Role::Award, column)),
            );
            if let Kind::Column(kind) = &awards.kind {
                columns.push((Role::Kind, kind.column.clone()));
            }
            columns.extend(
                awards
                    .known
                    .clone()
                    .map(|column| (Role::AwardKnown, column)),
            );
        }
        let mut numbers = |role, known_role, one: &Option<Numbers>| {
            if let Some(one) = one {
                columns.push((role, one.column.clone()));
                columns.extend(one.known.clone().map(|column| (known_role, column)));
            }
        };
        numbers(Role::Electors, Role::ElectorsKnown, &self.electors);
        numbers(Role::Value, Role::ValueKnown, &self.value);
        columns.extend(coded(Role::Tenure, &self.tenure));
        columns.extend(self.count.clone().map(|column| (Role::Count, column)));
        columns
    }

    /// Where each column stands among the names of the file.
    ///
    /// # Errors
    /// When one is missing or stands twice.
    pub(super) fn positions(&self, names: &[String]) -> Result<Vec<(Role, usize)>, String> {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        self.columns()
            .into_iter()
            .map(|(role, column)| {
                let mut places = names
                    .iter()
                    .enumerate()
                    .filter(|(_, name)| **name == column);
                let Some((place, _)) = places.next() else {
                    return Err(format!(
                        "households.{}: no column {column:?} among the {} of the file{}",
                        role.key(),
                        names.len(),
                        nearest(&column, &known)
                    ));
                };
                match places.next() {
                    Some((other, _)) => Err(format!(
                        "households.{}: the column {column:?} stands twice (columns {} and {}) \
                         [rename one of them]",
                        role.key(),
                        place + 1,
                        other + 1
                    )),
                    None => Ok((role, place)),
                }
            })
            .collect()
    }
}

/// Words that need no mapping, by meaning.
fn built_in_words(role: Role) -> Vec<(&'static str, Vec<&'static str>)> {
    match role {
        Role::Disabled => vec![
            ("yes", vec!["yes", "y", "true", "1", "disabled", "dbr"]),
            ("no", vec!["no", "n", "false", "0", "none"]),
        ],
        Role::Liability => Liability::ALL
            .map(|one| (one.code(), vec![one.code()]))
            .to_vec(),
        Role::Discount => vec![
            (
                "single_adult",
                vec![
                    "single adult",
                    "single",
                    "single person",
                    "spd",
                    "sp",
                    "25",
                    "25%",
                ],
            ),
            (
                "one_counted",
                vec!["one counted", "dis25", "disregard 25", "disregards 25"],
            ),
            (
                "all_disregarded",
                vec![
                    "all disregarded",
                    "dis50",
                    "disregard 50",
                    "disregards 50",
                    "50",
                    "50%",
                ],
            ),
            ("none", vec!["none", "no", "n", "0", "0%", "nil", "full"]),
        ],
        Role::Status => vec![
            ("main", vec!["main", "main home", "occupied", "o", "none"]),
            (
                "empty",
                vec![
                    "empty",
                    "e",
                    "unoccupied",
                    "vacant",
                    "long term empty",
                    "lte",
                ],
            ),
            (
                "second_home",
                vec!["second home", "second", "2nd home", "s"],
            ),
        ],
        Role::Exemption => vec![
            ("exempt", vec!["exempt", "yes", "y", "true", "1"]),
            ("none", vec!["none", "no", "false", "0", "not exempt"]),
        ],
        Role::Kind => vec![
            (
                Reduction::PensionAge.code(),
                vec!["pension age", "pension", "pensioner", "elderly", "p", "pa"],
            ),
            (
                Reduction::WorkingAge.code(),
                vec!["working age", "working", "w", "wa"],
            ),
            (Reduction::None.code(), vec!["none", "no", "n", "0"]),
        ],
        Role::Tenure => vec![
            (
                Tenure::OwnedOutright.code(),
                vec!["owned outright", "outright", "owned"],
            ),
            (
                Tenure::MortgageOrShared.code(),
                vec![
                    "mortgage or shared",
                    "mortgage",
                    "mortgaged",
                    "shared ownership",
                ],
            ),
            (
                Tenure::SocialRent.code(),
                vec![
                    "social rent",
                    "social",
                    "council",
                    "housing association",
                    "ha",
                    "rsl",
                ],
            ),
            (
                Tenure::PrivateRent.code(),
                vec!["private rent", "private rented", "private", "pr"],
            ),
        ],
        _ => Vec::new(),
    }
}

/// How texts are compared: small letters, single spaces, `_` and `-` as a space.
pub(super) fn fold(text: &str) -> String {
    let text = text.to_lowercase().replace(['_', '-'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a column is by its name an award.
pub(super) fn looks_like_award(names: &[String]) -> bool {
    let known = Role::Award.obvious_names();
    names
        .iter()
        .any(|name| known.contains(&plain(name).as_str()))
}

/// Small letters and digits only: how names of columns are compared.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn obvious_names_are_understood() {
        let mapping = Mapping::from_names(&names("uprn,VO Band,Ward Code,Exempt-Class")).unwrap();
        assert_eq!(mapping.band, "VO Band");
        assert_eq!(mapping.ward, Some(("Ward Code".to_owned(), Vec::new())));
        assert_eq!(mapping.exemption, Some(Coded::built_in("Exempt-Class")));
        assert_eq!(mapping.awards, None);
    }

    #[test]
    fn an_award_without_a_kind_is_not_taken() {
        let mapping = Mapping::from_names(&names("band,ctr_award")).unwrap();
        assert_eq!(mapping.awards, None);
    }

    #[test]
    fn a_missing_column_names_the_nearest() {
        let error = Mapping::of_band("vo_bnad")
            .positions(&names("uprn,vo_band"))
            .unwrap_err();
        assert_eq!(
            error,
            "households.band: no column \"vo_bnad\" among the 2 of the file [did you mean vo_band?]"
        );
    }

    #[test]
    fn a_column_that_stands_twice_is_refused() {
        let error = Mapping::of_band("band")
            .positions(&names("band,x,band"))
            .unwrap_err();
        assert_eq!(
            error,
            "households.band: the column \"band\" stands twice (columns 1 and 3) [rename one of them]"
        );
    }
}
