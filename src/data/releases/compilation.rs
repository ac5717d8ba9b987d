//! The vintage 2026-27: dwellings and tax base of 2025 and area band D of 2026-27, with what no
//! release gives carried forward from 2023-24.

use std::collections::BTreeMap;
use std::path::Path;

use super::billing::{AUTHORITY_COLUMNS, TAX_BASE_COLUMNS, level_columns};
use super::{ImportedTable, Rows, csv_table, decimal, number, preceptors, text};
use crate::data::catalogue::{self, DataError};
use crate::data::law::Law;
use crate::domain::{AuthorityClass, Band, Nation, Pence};

type Row = BTreeMap<String, String>;

const BASE: &str = "vintages/2023-24";
const STATED: &str = "vintages/2026-27/stated_levels.csv";
/// The years between the split that is known and the one that is wanted.
const YEARS: [&str; 3] = ["2024-25", "2025-26", "2026-27"];
/// What a suppressed count (fewer than 5) is filled with.
const SUPPRESSED: i64 = 2;

/// Columns of the bands that grow with the dwellings, and their decimals.
const CARRIED: [(&str, usize); 11] = [
    ("listed", 0),
    ("exempt", 0),
    ("chargeable", 0),
    ("single_adult", 0),
    ("one_counted", 0),
    ("all_disregarded", 0),
    ("second_homes", 0),
    ("empty", 0),
    ("support_pension_age", 2),
    ("support_working_age", 2),
    ("band_d_equivalents_before_support", 1),
];

/// Welsh billing authorities by police area (Police Act 1996 Sch. 1).
const WELSH_POLICE: [(&str, &str, &[&str]); 4] = [
    (
        "W15000001",
        "North Wales",
        &[
            "W06000001",
            "W06000002",
            "W06000003",
            "W06000004",
            "W06000005",
            "W06000006",
        ],
    ),
    (
        "W15000002",
        "Gwent",
        &[
            "W06000018",
            "W06000019",
            "W06000020",
            "W06000021",
            "W06000022",
        ],
    ),
    (
        "W15000003",
        "South Wales",
        &[
            "W06000011",
            "W06000012",
            "W06000013",
            "W06000014",
            "W06000015",
            "W06000016",
            "W06000024",
        ],
    ),
    (
        "W15000004",
        "Dyfed-Powys",
        &["W06000008", "W06000009", "W06000010", "W06000023"],
    ),
];

/// The tables of the vintage from the compilation, and from the electorates of 2016, which Welsh
/// authorities need.
pub(super) fn tables(compiled: &Rows, electorates: &Rows) -> Result<Vec<ImportedTable>, DataError> {
    let base = Base::read()?;
    let rates = Rates::of_england(&base)?;
    let stated: Vec<Row> = catalogue::rows(STATED)?;
    let mut compiled: Vec<&Row> = compiled.iter().collect();
    compiled.sort_by_key(|row| row.get("code").cloned());
    let (mut authorities, mut bands, mut bases, mut bills) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in compiled {
        let code = text(row, "code")?;
        let (place, carried) = match Nation::of_code(code) {
            Nation::England => (
                base.of("authorities", code)?.clone(),
                base.of("tax_base", code)?,
            ),
            Nation::Wales => (welsh_place(row, electorates)?, &rates.tax_base),
        };
        bands.extend(match Nation::of_code(code) {
            Nation::England => base.bands(code, row)?,
            Nation::Wales => rates.welsh_bands(code, row)?,
        });
        bases.push(TaxBase::of(code, row, carried)?);
        bills.push(Bill::of(row, &place, &base)?);
        authorities.push(
            AUTHORITY_COLUMNS
                .map(|column| place[column].clone())
                .to_vec(),
        );
    }
    let preceptors = split(&mut bills, &base, &stated)?;
    let levels = bills.iter().map(|bill| bill.levels(&preceptors)).collect();
    let mut precepts: Vec<Vec<String>> = Vec::new();
    for bill in &bills {
        precepts.extend(
            bill.precepts
                .keys()
                .map(|code| vec![bill.code.clone(), code.clone()]),
        );
    }
    let base_rows = bases
        .iter()
        .zip(&bills)
        .map(|(base, bill)| base.row(bill))
        .collect();
    let preceptor_rows = preceptors.values().map(|one| one.row(&stated)).collect();
    let mut band_columns = vec![
        "authority_code",
        "band",
        "dwellings",
        "dwellings_suppressed",
    ];
    band_columns.extend(CARRIED.map(|(column, _)| column));
    Ok(vec![
        csv_table("authorities.csv", &AUTHORITY_COLUMNS, authorities),
        csv_table("bands.csv", &band_columns, bands),
        csv_table("tax_base.csv", &TAX_BASE_COLUMNS, base_rows),
        csv_table("levels.csv", &level_columns(), levels),
        csv_table("preceptors.csv", &preceptors::COLUMNS, preceptor_rows),
        csv_table(
            "precepts.csv",
            &["authority_code", "preceptor_code"],
            precepts,
        ),
    ])
}

fn fault(text: String) -> DataError {
    DataError::fault(Path::new("compilation"), text)
}

/// The tables of 2023-24, by authority.
struct Base {
    tables: BTreeMap<&'static str, BTreeMap<String, Row>>,
    bands: BTreeMap<(String, String), Row>,
    precepts: Vec<Row>,
}

impl Base {
    fn read() -> Result<Self, DataError> {
        let rows = |table: &str| catalogue::rows::<Row>(&format!("{BASE}/{table}.csv"));
        let mut tables = BTreeMap::new();
        for (table, key) in [
            ("authorities", "authority_code"),
            ("tax_base", "authority_code"),
            ("levels", "authority_code"),
            ("preceptors", "preceptor_code"),
        ] {
            let by_code = rows(table)?
                .into_iter()
                .map(|row| (row[key].clone(), row))
                .collect();
            tables.insert(table, by_code);
        }
        let bands = rows("bands")?
            .into_iter()
            .map(|row| ((row["authority_code"].clone(), row["band"].clone()), row))
            .collect();
        Ok(Self {
            tables,
            bands,
            precepts: rows("precepts")?,
        })
    }

    fn of(&self, table: &'static str, code: &str) -> Result<&Row, DataError> {
        let row = self.tables[table].get(code);
        row.ok_or_else(|| fault(format!("{code} is not in {table} of 2023-24")))
    }

    fn amount(&self, code: &str, column: &str) -> Result<f64, DataError> {
        number(self.of("levels", code)?, column)
    }

    /// How much less of a preceptor's amount stands on a bill: the amount for the police where the
    /// Greater London Authority's is without it.
    fn less(&self, code: &str, preceptor: &str) -> Result<f64, DataError> {
        if self.of("preceptors", preceptor)?["class"] != AuthorityClass::GreaterLondon.code() {
            return Ok(0.0);
        }
        let mut whole: f64 = 0.0;
        for row in self
            .precepts
            .iter()
            .filter(|row| row["preceptor_code"] == preceptor)
        {
            whole = whole.max(self.amount(&row["authority_code"], "county_or_gla")?);
        }
        let less = whole - self.amount(code, "county_or_gla")?;
        if less > 0.0 {
            at_most("Metropolitan Police", AuthorityClass::Police, less)
        } else {
            Ok(0.0)
        }
    }

    /// The bands of an English authority: the dwellings of 2025, the rest in proportion to them.
    fn bands(&self, code: &str, row: &Row) -> Result<Vec<Vec<String>>, DataError> {
        let mut rows = Vec::new();
        for band in Nation::England.bands() {
            let key = (code.to_owned(), band.to_string());
            let old = self
                .bands
                .get(&key)
                .ok_or_else(|| fault(format!("{code} has no band {band} in 2023-24")))?;
            let (dwellings, suppressed) = dwellings(row, *band)?;
            let before = number(old, "dwellings")?;
            let growth = if before > 0.0 {
                dwellings as f64 / before
            } else {
                1.0
            };
            rows.push(band_row(code, *band, (dwellings, suppressed), |column| {
                Ok(number(old, column)? * growth)
            })?);
        }
        Ok(rows)
    }
}

/// The dwellings of a band, and whether they were suppressed and filled.
fn dwellings(row: &Row, band: Band) -> Result<(i64, bool), DataError> {
    let column = format!("count_band_{band}");
    match text(row, &column)? {
        "" => Ok((SUPPRESSED, true)),
        _ => Ok((number(row, &column)?.round() as i64, false)),
    }
}

fn band_row(
    code: &str,
    band: Band,
    (dwellings, suppressed): (i64, bool),
    carried: impl Fn(&str) -> Result<f64, DataError>,
) -> Result<Vec<String>, DataError> {
    let mut columns = vec![
        code.to_owned(),
        band.to_string(),
        dwellings.to_string(),
        u8::from(suppressed).to_string(),
    ];
    for (column, decimals) in CARRIED {
        columns.push(decimal(carried(column)?, decimals));
    }
    Ok(columns)
}

/// England's rates by band, for where none are held.
struct Rates {
    per_dwelling: BTreeMap<(Band, String), f64>,
    tax_base: Row,
}

impl Rates {
    fn of_england(base: &Base) -> Result<Self, DataError> {
        let mut sums: BTreeMap<(Band, String), f64> = BTreeMap::new();
        let mut homes: BTreeMap<Band, f64> = BTreeMap::new();
        for ((_, band), row) in &base.bands {
            let band: Band = band.parse().map_err(|error| fault(format!("{error}")))?;
            *homes.entry(band).or_default() += number(row, "dwellings")?;
            for (column, _) in CARRIED {
                *sums.entry((band, column.to_owned())).or_default() += number(row, column)?;
            }
        }
        for ((band, _), sum) in &mut sums {
            *sum /= homes[band];
        }
        let (mut collected, mut estimates) = (0.0, 0.0);
        for row in base.tables["tax_base"].values() {
            let estimate = number(row, "estimate_after_support")?;
            estimates += estimate;
            collected += estimate * number(row, "collection_rate")?;
        }
        let zero = || "0".to_owned();
        let tax_base = BTreeMap::from([
            (
                "collection_rate".to_owned(),
                decimal(collected / estimates, 4),
            ),
            ("contributions_in_lieu".to_owned(), zero()),
            ("return_band_a_disabled".to_owned(), zero()),
            ("return_contributions_in_lieu".to_owned(), zero()),
        ]);
        Ok(Self {
            per_dwelling: sums,
            tax_base,
        })
    }

    fn welsh_bands(&self, code: &str, row: &Row) -> Result<Vec<Vec<String>>, DataError> {
        let mut rows = Vec::new();
        for &band in Nation::Wales.bands() {
            let (dwellings, suppressed) = dwellings(row, band)?;
            // Band I has no English rates: it takes those of band H, at its own proportion.
            let (like, weight) = match band {
                Band::I => (Band::H, 21.0 / 18.0),
                _ => (band, 1.0),
            };
            rows.push(band_row(code, band, (dwellings, suppressed), |column| {
                let weight = if column == "band_d_equivalents_before_support" {
                    weight
                } else {
                    1.0
                };
                Ok(self.per_dwelling[&(like, column.to_owned())] * weight * dwellings as f64)
            })?);
        }
        Ok(rows)
    }
}

/// What is held of a Welsh authority.
fn welsh_place(row: &Row, electorates: &Rows) -> Result<Row, DataError> {
    let code = text(row, "code")?;
    let name = text(row, "name")?;
    let police = WELSH_POLICE
        .iter()
        .find(|(_, _, members)| members.contains(&code));
    let (_, police, _) = police.ok_or_else(|| fault(format!("{code} has no police area")))?;
    let of_2016 = electorates
        .iter()
        .find(|row| row.get("Area_Code").is_some_and(|area| area == code))
        .ok_or_else(|| fault(format!("{code} has no electorate of 2016")))?;
    let mut place: Row = AUTHORITY_COLUMNS
        .iter()
        .map(|column| ((*column).to_owned(), String::new()))
        .collect();
    for (column, value) in [
        ("authority_code", code.to_owned()),
        ("authority", name.to_owned()),
        ("region", "Wales".to_owned()),
        (
            "class",
            AuthorityClass::WelshPrincipalArea.code().to_owned(),
        ),
        ("upper_tier", name.to_owned()),
        ("police_area", (*police).to_owned()),
        (
            "referendum_2016_electorate",
            decimal(number(of_2016, "Electorate")?, 0),
        ),
        (
            "referendum_2016_turnout",
            decimal(number(of_2016, "Pct_Turnout")? / 100.0, 4),
        ),
    ] {
        place.insert(column.to_owned(), value);
    }
    Ok(place)
}

/// A tax base in band D equivalents.
struct TaxBase {
    code: String,
    after_support: f64,
    band_a_disabled: f64,
    return_in_lieu: f64,
    estimate: f64,
    collection: f64,
    in_lieu: f64,
}

impl TaxBase {
    fn of(code: &str, row: &Row, carried: &Row) -> Result<Self, DataError> {
        let collection = number(carried, "collection_rate")?;
        let return_in_lieu = number(carried, "return_contributions_in_lieu")?;
        let (after_support, estimate) = match Nation::of_code(code) {
            Nation::England => {
                let published = number(row, "taxbase_2025_after_cts_derived")?;
                // Who budgets for none keeps contributions in lieu inside the base.
                let budgets_for_them = number(carried, "contributions_in_lieu")? > 0.0;
                let apart = if budgets_for_them {
                    return_in_lieu
                } else {
                    0.0
                };
                (published, published - apart)
            }
            // The Welsh net council tax is that of budgets: what will not be collected is off.
            Nation::Wales => {
                let net = number(row, "total_council_tax_net")? / number(row, "band_d_amount")?;
                (net / collection, net / collection)
            }
        };
        Ok(Self {
            code: code.to_owned(),
            after_support,
            band_a_disabled: number(carried, "return_band_a_disabled")?,
            return_in_lieu,
            estimate,
            collection,
            in_lieu: number(carried, "contributions_in_lieu")?,
        })
    }

    fn row(&self, bill: &Bill) -> Vec<String> {
        let setting = self.estimate * self.collection + self.in_lieu;
        vec![
            self.code.clone(),
            String::new(),
            decimal(self.after_support, 1),
            decimal(self.band_a_disabled, 1),
            decimal(self.return_in_lieu, 1),
            decimal(self.estimate, 2),
            decimal(self.collection, 8),
            decimal(self.in_lieu, 2),
            decimal(setting, 3),
            decimal(bill.own_with_parishes() * setting, 0),
            decimal(bill.parishes * setting, 0),
        ]
    }
}

/// A bill at band D on its way from 2023-24 to 2026-27, pounds.
struct Bill {
    code: String,
    /// Published.
    area: f64,
    /// Average of parishes, grown with the bill.
    parishes: f64,
    /// The council's own amount had it risen each year by the most that needed no vote.
    own_at_most: f64,
    /// Who precepts on it, and how much less of their amount stands on it: in the City of London,
    /// which has police of its own, the Greater London Authority's amount for the police.
    precepts: BTreeMap<String, f64>,
    /// What is left for the council.
    own: f64,
}

impl Bill {
    fn of(row: &Row, place: &Row, base: &Base) -> Result<Self, DataError> {
        let code = text(row, "code")?;
        let area = number(row, "band_d_amount")?;
        let mut bill = Self {
            code: code.to_owned(),
            area,
            parishes: 0.0,
            own_at_most: 0.0,
            precepts: BTreeMap::new(),
            own: 0.0,
        };
        if Nation::of_code(code) == Nation::Wales {
            let police = WELSH_POLICE
                .iter()
                .find(|(_, _, members)| members.contains(&code));
            bill.precepts
                .extend(police.map(|(police, _, _)| ((*police).to_owned(), 0.0)));
            return Ok(bill);
        }
        let own = base.amount(code, "own_excl_parish")?;
        let parishes = base.amount(code, "own_incl_parish")? - own;
        bill.parishes = pennies(parishes * area / base.amount(code, "area")?);
        let class: AuthorityClass = text(place, "class")?
            .parse()
            .map_err(|error| fault(format!("{code}: {error}")))?;
        bill.own_at_most = at_most(text(place, "authority")?, class, own)?;
        for row in base
            .precepts
            .iter()
            .filter(|row| row["authority_code"] == code)
        {
            let preceptor = &row["preceptor_code"];
            bill.precepts
                .insert(preceptor.clone(), base.less(code, preceptor)?);
        }
        Ok(bill)
    }

    fn own_with_parishes(&self) -> f64 {
        self.own + self.parishes
    }

    fn levels(&self, preceptors: &BTreeMap<String, Preceptor>) -> Vec<String> {
        let of = |classes: &[AuthorityClass]| -> f64 {
            self.precepts
                .iter()
                .filter(|(code, _)| classes.contains(&preceptors[*code].class))
                .map(|(code, less)| pennies(preceptors[code].amount.unwrap_or_default() - less))
                // An empty sum of floats is -0.
                .fold(0.0, |sum, amount| sum + amount)
        };
        let pounds = |value: f64| format!("{value:.2}");
        vec![
            self.code.clone(),
            pounds(self.own),
            pounds(self.own_with_parishes()),
            String::new(),
            pounds(of(&[AuthorityClass::County, AuthorityClass::GreaterLondon])),
            pounds(of(&[AuthorityClass::Police])),
            pounds(of(&[AuthorityClass::Fire])),
            pounds(of(&[AuthorityClass::CombinedAuthority])),
            pounds(self.area),
            String::new(),
            "M".to_owned(),
        ]
    }
}

/// A preceptor and its amount of 2026-27, pounds at band D, once it is known.
struct Preceptor {
    row_2023: Row,
    class: AuthorityClass,
    amount: Option<f64>,
}

impl Preceptor {
    fn row(&self, stated: &[Row]) -> Vec<String> {
        let code = &self.row_2023["preceptor_code"];
        let (standing, source) = match stated.iter().find(|row| row["preceptor_code"] == *code) {
            Some(row) => (row["standing"].clone(), row["source"].clone()),
            None => (
                "M".to_owned(),
                match self.class {
                    AuthorityClass::Police | AuthorityClass::Fire => {
                        "2023-24 and the most that needed no vote in each of three years".to_owned()
                    }
                    _ => "what most bills of its area leave in 2026-27".to_owned(),
                },
            ),
        };
        let amount = match self.class {
            AuthorityClass::GreaterLondon => String::new(),
            _ => self
                .amount
                .map_or(String::new(), |amount| format!("{amount:.2}")),
        };
        vec![
            code.clone(),
            self.row_2023.get("e_code").cloned().unwrap_or_default(),
            self.row_2023["preceptor"].clone(),
            self.class.code().to_owned(),
            amount,
            String::new(),
            String::new(),
            standing,
            source,
        ]
    }
}

/// Splits every bill, and says what each preceptor charges.
///
/// Police and fire authorities: stated, or what 2023-24 comes to if each year's rise is the most
/// that needed no vote. Combined authorities, the Greater London Authority and counties, in this
/// order: the median over the bills on which theirs is the last unknown amount, of what is left
/// when the council too has risen by the most that needed no vote; a county no more than the most
/// that needed no vote. The council has what is left, no more than that either: what is beyond it
/// is counted with the parishes, which nothing limits.
fn split(
    bills: &mut [Bill],
    base: &Base,
    stated: &[Row],
) -> Result<BTreeMap<String, Preceptor>, DataError> {
    let mut preceptors = BTreeMap::new();
    let rows_2023 = base.tables["preceptors"].values();
    let new = stated
        .iter()
        .filter(|row| !base.tables["preceptors"].contains_key(&row["preceptor_code"]));
    for row in rows_2023.chain(new) {
        let code = row["preceptor_code"].clone();
        let class: AuthorityClass = row["class"]
            .parse()
            .map_err(|error| fault(format!("{code}: {error}")))?;
        let published = stated.iter().find(|one| one["preceptor_code"] == code);
        let amount = match (published, class) {
            (Some(row), _) => Some(number(row, "band_d")?),
            (None, AuthorityClass::Police | AuthorityClass::Fire) => {
                Some(at_most(&row["preceptor"], class, number(row, "band_d")?)?)
            }
            (None, _) => None,
        };
        preceptors.insert(
            code,
            Preceptor {
                row_2023: row.clone(),
                class,
                amount,
            },
        );
    }
    for class in [
        AuthorityClass::CombinedAuthority,
        AuthorityClass::GreaterLondon,
        AuthorityClass::County,
    ] {
        let codes: Vec<String> = preceptors
            .iter()
            .filter(|(_, one)| one.class == class && one.amount.is_none())
            .map(|(code, _)| code.clone())
            .collect();
        for code in codes {
            let left: Vec<f64> = bills
                .iter()
                .filter_map(|bill| left_for(bill, &code, &preceptors))
                .collect();
            let amount = median(left)
                .ok_or_else(|| fault(format!("no bill settles what {code} charges")))?;
            if let Some(one) = preceptors.get_mut(&code) {
                let most = match class {
                    AuthorityClass::County => {
                        let before = number(&one.row_2023, "band_d")?;
                        at_most(&one.row_2023["preceptor"], class, before)?
                    }
                    // No principle limits the others.
                    _ => f64::INFINITY,
                };
                one.amount = Some(pennies(amount).min(most));
            }
        }
    }
    for bill in bills {
        let others: f64 = bill
            .precepts
            .iter()
            .map(|(code, less)| pennies(preceptors[code].amount.unwrap_or_default() - less))
            .sum();
        bill.own = pennies(bill.area - others - bill.parishes);
        // No council may have risen further without a vote, and none was held.
        if Nation::of_code(&bill.code) == Nation::England && bill.own > bill.own_at_most {
            bill.parishes = pennies(bill.parishes + bill.own - bill.own_at_most);
            bill.own = bill.own_at_most;
        }
        if bill.own <= 0.0 {
            return Err(fault(format!(
                "{}: nothing is left for the council",
                bill.code
            )));
        }
    }
    Ok(preceptors)
}

/// What a bill leaves for a preceptor; nothing unless its amount is the only one unknown, and all
/// of it stands on the bill.
fn left_for(bill: &Bill, code: &str, preceptors: &BTreeMap<String, Preceptor>) -> Option<f64> {
    if bill.precepts.get(code) != Some(&0.0) {
        return None;
    }
    let mut left = bill.area - bill.own_at_most - bill.parishes;
    for (other, less) in &bill.precepts {
        if other != code {
            left -= preceptors[other].amount? - less;
        }
    }
    Some(left)
}

/// What an amount of 2023-24 comes to if each year's rise is the most that needs no vote.
fn at_most(name: &str, class: AuthorityClass, pounds: f64) -> Result<f64, DataError> {
    let law = Law::embedded()?;
    let mut amount = Pence::from_pence((100.0 * pounds).round() as i64);
    for year in YEARS {
        let year = year.parse().map_err(|error| fault(format!("{error}")))?;
        let principle = law.principle_of(Nation::England, name, class, year);
        amount = principle
            .and_then(|principle| principle.limit.largest_amount_without_vote(amount))
            .ok_or_else(|| fault(format!("no principle is held for {name} in {year}")))?;
    }
    Ok(amount.pounds())
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len().checked_sub(1)? / 2;
    let upper = values.len() / 2;
    Some((values[middle] + values[upper]) / 2.0)
}

fn pennies(pounds: f64) -> f64 {
    (100.0 * pounds).round() / 100.0
}
