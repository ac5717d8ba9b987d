//! The `[households]` table: what the columns and texts of a council's own extract mean.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use toml::{Spanned, Value};

use super::check::Checker;
use super::fault::nearest;
use crate::data::households::{Awards, Coded, Kind, Mapping, Numbers, Unit};
use crate::domain::{Pence, Reduction};

/// The name of a column, or a table that names it and says more.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum ColumnOr<T> {
    /// The name of the column, which is read by the built-in words.
    Column(String),
    /// The column with what its texts mean.
    Table(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ColumnOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = ColumnOr<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a column, or a table with `column`")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<ColumnOr<T>, E> {
                Ok(ColumnOr::Column(name.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ColumnOr<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(ColumnOr::Table)
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

type Texts = Option<Spanned<Vec<String>>>;

/// A column whose texts have meanings.
trait CodedTable {
    fn column(&self) -> Option<&Spanned<String>>;
    fn texts(self) -> Vec<(&'static str, Texts)>;
}

macro_rules! coded_table {
    ($(#[doc = $title:literal])+ $name:ident { $($meaning:ident: $doc:literal,)+ }) => {
        $(#[doc = $title])+
        #[derive(Debug, serde::Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The name of the column.
            #[schemars(with = "String")]
            pub column: Option<Spanned<String>>,
            $(#[doc = $doc]
            #[schemars(with = "Option<Vec<String>>")]
            pub $meaning: Texts,)+
        }

        impl CodedTable for $name {
            fn column(&self) -> Option<&Spanned<String>> {
                self.column.as_ref()
            }
            fn texts(self) -> Vec<(&'static str, Texts)> {
                vec![$((stringify!($meaning), self.$meaning),)+]
            }
        }
    };
}

coded_table! {
    /// Disabled band reduction: the home is charged at the band below.
    RawDisabled { yes: "Texts for homes with the reduction.", no: "Texts for homes without.", }
}
coded_table! {
    /// The class of liability in one column.
    RawLiability {
        full: "Two or more counted adults.",
        single_adult: "One adult: a quarter off.",
        one_counted: "All adults but one disregarded: a quarter off.",
        all_disregarded: "All adults disregarded: half off.",
        exempt: "Exempt.",
        empty: "Empty.",
        second_home: "Nobody's main home.",
    }
}
coded_table! {
    /// Discounts for the residents of a home.
    RawDiscount {
        single_adult: "One adult: a quarter off.",
        one_counted: "All adults but one disregarded: a quarter off.",
        all_disregarded: "All adults disregarded: half off.",
        none: "No discount; so is an empty field.",
    }
}
coded_table! {
    /// Whether somebody lives in the home.
    RawStatus {
        main: "Somebody's main home; so is an empty field.",
        empty: "Empty.",
        second_home: "Nobody's main home.",
    }
}
coded_table! {
    /// Exemption. The letters A to W are classes without being stated.
    RawExemption {
        exempt: "Exempt, without a class.",
        none: "Not exempt; so is an empty field.",
    }
}
coded_table! {
    /// How a home is held. Other texts are counted as unknown.
    RawTenure {
        owned_outright: "Owned without a mortgage.",
        mortgage_or_shared: "Owned with a mortgage, or shared ownership.",
        social_rent: "Let by a council or a housing association.",
        private_rent: "Let by anybody else.",
    }
}

/// A small area.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWard {
    /// The name of the column.
    #[schemars(with = "String")]
    pub column: Option<Spanned<String>>,
    /// Names of areas that are neither ONS codes, postcode sectors nor wards of the authority.
    #[schemars(with = "Option<Vec<String>>")]
    pub names: Texts,
}

/// Council tax reduction.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawReduction {
    /// The column of the award; without it only who has one is known.
    #[schemars(with = "Option<String>")]
    pub column: Option<Spanned<String>>,
    /// `pounds` a year (default), `pence` a year, `share` of the bill or `percent` of it.
    #[schemars(with = "Option<String>")]
    pub unit: Option<Spanned<String>>,
    /// The column of the kind.
    #[schemars(with = "Option<String>")]
    pub kind: Option<Spanned<String>>,
    /// Texts of the kind for pension age.
    #[schemars(with = "Option<Vec<String>>")]
    pub pension_age: Texts,
    /// Texts of the kind for working age.
    #[schemars(with = "Option<Vec<String>>")]
    pub working_age: Texts,
    /// Texts of the kind for no reduction; so is an empty field.
    #[schemars(with = "Option<Vec<String>>")]
    pub none: Texts,
    /// In place of a column: all awards are `pension_age` or `working_age`.
    #[schemars(with = "Option<String>")]
    pub all: Option<Spanned<String>>,
    /// In a row of several homes: the column of how many awards are known.
    #[schemars(with = "Option<String>")]
    pub known: Option<Spanned<String>>,
}

/// A column of numbers.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNumbers {
    /// The name of the column.
    #[schemars(with = "String")]
    pub column: Option<Spanned<String>>,
    /// In a row of several homes: the column of for how many it is known.
    #[schemars(with = "Option<String>")]
    pub known: Option<Spanned<String>>,
}

/// A column of values.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawValue {
    /// The name of the column.
    #[schemars(with = "String")]
    pub column: Option<Spanned<String>>,
    /// `pounds` (default) or `pence`.
    #[schemars(with = "Option<String>")]
    pub unit: Option<Spanned<String>>,
    /// In a row of several homes: the column of for how many it is known.
    #[schemars(with = "Option<String>")]
    pub known: Option<Spanned<String>>,
}

/// A council's own extract: one row a home, or one row a group of homes with their count. In a row
/// of several homes awards, electors and values are sums.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHouseholds {
    /// The extract, CSV or Parquet, relative to this file.
    #[schemars(with = "Option<String>")]
    pub file: Option<Spanned<String>>,
    /// What stands between the fields of a CSV: `,`, `;`, a tab or `|`; found out if not stated.
    #[schemars(with = "Option<String>")]
    pub separator: Option<Spanned<String>>,
    /// The whole bill at band D when awards were made, pounds; the vintage's if not stated.
    #[schemars(with = "Option<f64>")]
    pub band_d: Option<Spanned<Value>>,
    /// The column of the valuation band: the only one that is required.
    #[schemars(with = "String")]
    pub band: Option<Spanned<String>>,
    /// The column of a ward, postcode sector or other small area.
    #[schemars(with = "Option<ColumnOr<RawWard>>")]
    pub ward: Option<Spanned<ColumnOr<RawWard>>>,
    /// The column of the disabled band reduction.
    #[schemars(with = "Option<ColumnOr<RawDisabled>>")]
    pub disabled: Option<Spanned<ColumnOr<RawDisabled>>>,
    /// One column for discount, status and exemption together.
    #[schemars(with = "Option<ColumnOr<RawLiability>>")]
    pub liability: Option<Spanned<ColumnOr<RawLiability>>>,
    /// The column of the discount.
    #[schemars(with = "Option<ColumnOr<RawDiscount>>")]
    pub discount: Option<Spanned<ColumnOr<RawDiscount>>>,
    /// The column that tells empty and second homes.
    #[schemars(with = "Option<ColumnOr<RawStatus>>")]
    pub status: Option<Spanned<ColumnOr<RawStatus>>>,
    /// The column of the premium on empty and second homes, percent.
    #[schemars(with = "Option<String>")]
    pub premium: Option<Spanned<String>>,
    /// The column of the class of exemption, A to W.
    #[schemars(with = "Option<ColumnOr<RawExemption>>")]
    pub exemption: Option<Spanned<ColumnOr<RawExemption>>>,
    /// Council tax reduction.
    #[schemars(with = "Option<RawReduction>")]
    pub reduction: Option<Spanned<RawReduction>>,
    /// The column of the number of electors.
    #[schemars(with = "Option<ColumnOr<RawNumbers>>")]
    pub electors: Option<Spanned<ColumnOr<RawNumbers>>>,
    /// The column of the tenure.
    #[schemars(with = "Option<ColumnOr<RawTenure>>")]
    pub tenure: Option<Spanned<ColumnOr<RawTenure>>>,
    /// The column of the value.
    #[schemars(with = "Option<ColumnOr<RawValue>>")]
    pub value: Option<Spanned<ColumnOr<RawValue>>>,
    /// The column of the number of homes, where one row is a group of homes.
    #[schemars(with = "Option<String>")]
    pub count: Option<Spanned<String>>,
}

impl Checker<'_, '_> {
    /// The mapping, every fault of it noted.
    pub(super) fn households(&mut self, raw: Spanned<RawHouseholds>) -> Option<Mapping> {
        let whole = raw.span();
        let raw = raw.into_inner();
        let Some(band) = raw.band else {
            let text = "households.band is missing (the column of the valuation band)".to_owned();
            self.faults.at(whole, text);
            return None;
        };
        self.separate_columns(
            &raw.liability,
            "discount",
            raw.discount.as_ref().map(Spanned::span),
        );
        self.separate_columns(
            &raw.liability,
            "status",
            raw.status.as_ref().map(Spanned::span),
        );
        if let Some(premium) = &raw.premium
            && raw.status.is_none()
            && raw.liability.is_none()
        {
            let text = "households.premium needs households.status (or liability), which tells \
                        empty and second homes"
                .to_owned();
            self.faults.at(premium.span(), text);
        }
        let file = raw.file.and_then(|file| self.extract_file(file));
        let separator = raw.separator.and_then(|one| self.separator(&one));
        let band_d = raw.band_d.and_then(|value| self.band_d(&value));
        let ward = raw.ward.and_then(|ward| self.ward(ward));
        Some(Mapping {
            file,
            separator,
            band_d,
            band: self.column("band", &band)?,
            ward,
            disabled: raw.disabled.and_then(|one| self.coded("disabled", one)),
            liability: raw.liability.and_then(|one| self.coded("liability", one)),
            discount: raw.discount.and_then(|one| self.coded("discount", one)),
            status: raw.status.and_then(|one| self.coded("status", one)),
            premium: raw.premium.and_then(|one| self.column("premium", &one)),
            exemption: raw.exemption.and_then(|one| self.coded("exemption", one)),
            awards: raw.reduction.and_then(|one| self.awards(one)),
            electors: raw.electors.and_then(|one| self.electors(one)),
            tenure: raw.tenure.and_then(|one| self.coded("tenure", one)),
            value: raw.value.and_then(|one| self.value(one)),
            count: raw.count.and_then(|one| self.column("count", &one)),
        })
    }

    fn separate_columns<T>(
        &mut self,
        liability: &Option<T>,
        name: &str,
        other: Option<std::ops::Range<usize>>,
    ) {
        if let (Some(_), Some(span)) = (liability, other) {
            let text = format!(
                "households.{name}: households.liability says this already (allowed: one of them)"
            );
            self.faults.at(span, text);
        }
    }

    fn column(&mut self, what: &str, name: &Spanned<String>) -> Option<String> {
        let text = name.get_ref().trim();
        if !text.is_empty() && !text.contains(char::is_control) {
            return Some(text.to_owned());
        }
        let text = format!(
            "households.{what}: {:?} is no name of a column",
            name.get_ref()
        );
        self.faults.at(name.span(), text);
        None
    }

    fn no_column(&mut self, what: &str, span: std::ops::Range<usize>) {
        let text = format!("households.{what}.column is missing (the name of the column)");
        self.faults.at(span, text);
    }

    fn extract_file(&mut self, file: Spanned<String>) -> Option<String> {
        let name = file.get_ref().to_ascii_lowercase();
        if name.ends_with(".csv") || name.ends_with(".parquet") || name.ends_with(".txt") {
            return Some(file.into_inner());
        }
        let text = format!(
            "households.file: {:?} is no extract (allowed: a file that ends in .csv, .txt or \
             .parquet)",
            file.get_ref()
        );
        self.faults.at(file.span(), text);
        None
    }

    fn separator(&mut self, separator: &Spanned<String>) -> Option<u8> {
        let allowed = [",", ";", "\t", "|"];
        let given = separator.get_ref();
        if allowed.contains(&given.as_str()) {
            return given.bytes().next();
        }
        let text = format!(
            "households.separator: {given:?} is no separator (allowed: \",\", \";\", \"\\t\", \"|\")"
        );
        self.faults.at(separator.span(), text);
        None
    }

    fn band_d(&mut self, value: &Spanned<Value>) -> Option<Pence> {
        let pounds = self.number("households.band_d", value)?;
        let pence = (pounds * 100.0).round();
        if (100.0..=10_000.0).contains(&pounds) && (pounds * 100.0 - pence).abs() < 1e-6 {
            return Some(Pence::from_pence(pence as i64));
        }
        let text = format!(
            "households.band_d: {pounds} is no bill (allowed: 100 to 10000 pounds, at most two \
             decimals)"
        );
        self.faults.at(value.span(), text);
        None
    }

    fn ward(&mut self, ward: Spanned<ColumnOr<RawWard>>) -> Option<(String, Vec<String>)> {
        let span = ward.span();
        match ward.into_inner() {
            ColumnOr::Column(name) => {
                Some((self.column("ward", &Spanned::new(span, name))?, Vec::new()))
            }
            ColumnOr::Table(RawWard { column: None, .. }) => {
                self.no_column("ward", span);
                None
            }
            ColumnOr::Table(RawWard {
                column: Some(column),
                names,
            }) => {
                let names = names.map(Spanned::into_inner).unwrap_or_default();
                Some((self.column("ward.column", &column)?, names))
            }
        }
    }

    fn coded<T: CodedTable>(&mut self, what: &str, raw: Spanned<ColumnOr<T>>) -> Option<Coded> {
        let span = raw.span();
        let table = match raw.into_inner() {
            ColumnOr::Column(name) => {
                return Some(Coded::built_in(
                    self.column(what, &Spanned::new(span, name))?,
                ));
            }
            ColumnOr::Table(table) => table,
        };
        let Some(column) = table.column().cloned() else {
            self.no_column(what, span);
            return None;
        };
        let column = self.column(&format!("{what}.column"), &column)?;
        let texts = self.meanings(what, table.texts());
        Some(Coded { column, texts })
    }

    /// Texts that are stated, each with one meaning only.
    fn meanings(
        &mut self,
        what: &str,
        lists: Vec<(&'static str, Texts)>,
    ) -> Vec<(&'static str, Vec<String>)> {
        let mut seen: BTreeMap<String, &'static str> = BTreeMap::new();
        let mut kept = Vec::new();
        for (meaning, list) in lists {
            let Some(list) = list else { continue };
            for text in list.get_ref() {
                let folded = text.trim().to_lowercase();
                match seen.insert(folded, meaning) {
                    Some(other) if other != meaning => {
                        let text = format!(
                            "households.{what}: {text:?} stands for both {other} and {meaning} \
                             (allowed: one meaning for each text)"
                        );
                        self.faults.at(list.span(), text);
                    }
                    _ => {}
                }
            }
            kept.push((meaning, list.into_inner()));
        }
        kept
    }

    fn awards(&mut self, raw: Spanned<RawReduction>) -> Option<Awards> {
        let span = raw.span();
        let raw = raw.into_inner();
        let unit = match raw.unit {
            None => Some(Unit::Pounds),
            Some(unit) => self.unit("reduction", &unit, &Unit::ALL),
        };
        let texts = self.meanings(
            "reduction",
            vec![
                ("pension_age", raw.pension_age),
                ("working_age", raw.working_age),
                ("none", raw.none),
            ],
        );
        let kinds = [Reduction::PensionAge, Reduction::WorkingAge];
        let kind = match (raw.kind, raw.all) {
            (Some(kind), None) => Kind::Column(Coded {
                column: self.column("reduction.kind", &kind)?,
                texts,
            }),
            (None, Some(all)) => {
                match kinds.into_iter().find(|kind| kind.code() == all.get_ref()) {
                    Some(kind) => Kind::All(kind),
                    None => {
                        let allowed = kinds.map(Reduction::code);
                        let text = format!(
                            "households.reduction.all: {:?} is no kind of reduction (allowed: {}){}",
                            all.get_ref(),
                            allowed.join(", "),
                            nearest(all.get_ref(), &allowed)
                        );
                        self.faults.at(all.span(), text);
                        return None;
                    }
                }
            }
            (Some(_), Some(all)) => {
                let text = "households.reduction.all: households.reduction.kind says this already \
                            (allowed: one of them)"
                    .to_owned();
                self.faults.at(all.span(), text);
                return None;
            }
            (None, None) => {
                let text =
                    "households.reduction.kind is missing (the column that tells pension age \
                            from working age; or all = \"working_age\" or \"pension_age\")"
                        .to_owned();
                self.faults.at(span, text);
                return None;
            }
        };
        let amount = match raw.column {
            None => None,
            Some(column) => Some((self.column("reduction.column", &column)?, unit?)),
        };
        if amount.is_none() && matches!(kind, Kind::All(_)) {
            let text =
                "households.reduction.column is missing (nothing else tells who has an award)"
                    .to_owned();
            self.faults.at(span, text);
            return None;
        }
        let known = raw
            .known
            .and_then(|known| self.column("reduction.known", &known));
        Some(Awards {
            amount,
            kind,
            known,
        })
    }

    fn unit(&mut self, what: &str, unit: &Spanned<String>, units: &[Unit]) -> Option<Unit> {
        let found = units
            .iter()
            .find(|one| one.code() == unit.get_ref())
            .copied();
        if found.is_none() {
            let allowed: Vec<&str> = units.iter().map(|one| one.code()).collect();
            let text = format!(
                "households.{what}.unit: {:?} is no unit (allowed: {}){}",
                unit.get_ref(),
                allowed.join(", "),
                nearest(unit.get_ref(), &allowed)
            );
            self.faults.at(unit.span(), text);
        }
        found
    }

    fn electors(&mut self, raw: Spanned<ColumnOr<RawNumbers>>) -> Option<Numbers> {
        let span = raw.span();
        let (column, known) = match raw.into_inner() {
            ColumnOr::Column(name) => (Some(Spanned::new(span.clone(), name)), None),
            ColumnOr::Table(table) => (table.column, table.known),
        };
        self.numbers("electors", span, column, Unit::Pounds, known)
    }

    fn value(&mut self, raw: Spanned<ColumnOr<RawValue>>) -> Option<Numbers> {
        let span = raw.span();
        let (column, unit, known) = match raw.into_inner() {
            ColumnOr::Column(name) => (Some(Spanned::new(span.clone(), name)), None, None),
            ColumnOr::Table(table) => (table.column, table.unit, table.known),
        };
        let unit = match unit {
            None => Unit::Pounds,
            Some(unit) => self.unit("value", &unit, &[Unit::Pounds, Unit::Pence])?,
        };
        self.numbers("value", span, column, unit, known)
    }

    fn numbers(
        &mut self,
        what: &str,
        span: std::ops::Range<usize>,
        column: Option<Spanned<String>>,
        unit: Unit,
        known: Option<Spanned<String>>,
    ) -> Option<Numbers> {
        let Some(column) = column else {
            self.no_column(what, span);
            return None;
        };
        Some(Numbers {
            column: self.column(what, &column)?,
            unit,
            known: known.and_then(|known| self.column(&format!("{what}.known"), &known)),
        })
    }
}
