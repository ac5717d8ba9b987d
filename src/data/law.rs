//! The law as data: band proportions and referendum principles, each dated and cited.

use std::path::Path;

use serde::Deserialize;

use super::catalogue::{self, DataError};
use crate::domain::{
    Authority, AuthorityClass, Band, BandProportions, FinancialYear, Limit, Nation, Pence,
    Principle, Proportion, Rise, Source, Standing,
};

/// The proportions and principles that are built in.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    england: BandProportions,
    wales: BandProportions,
    scotland: Vec<(FinancialYear, BandProportions)>,
    band_limits: Vec<BandLimits>,
    premiums: Vec<PremiumLimit>,
    high_value_surcharge: Vec<SurchargeStep>,
    principles: Vec<Principle>,
}

/// Why a home may be charged more than the whole bill (LGFA 1992 ss.11B and 11C).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vacancy {
    /// Unoccupied and substantially unfurnished for so many whole years (s.11B).
    LongTermEmpty {
        /// Whole years.
        years: i64,
    },
    /// Furnished and nobody's main home (s.11C).
    SecondHome,
}

/// One step of a charge by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurchargeStep {
    /// The lowest value at which it is due.
    pub from_value: Pence,
    /// The charge a year; the step with the highest reached value replaces those below.
    pub charge: Pence,
    /// Where it is announced.
    pub source: Source,
}

/// The highest value of each band of a nation; nothing for the dearest.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BandLimits {
    nation: Nation,
    upper: Vec<(Band, Option<Pence>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PremiumLimit {
    from_year: FinancialYear,
    kind: String,
    at_least_years: i64,
    highest_percent: i64,
}

const PRINCIPLES: &str = "law/principles.csv";
const PROPORTIONS: &str = "law/band_proportions.csv";
const PREMIUMS: &str = "law/premiums.csv";
const SURCHARGE: &str = "law/high_value_surcharge.csv";

impl Law {
    /// The embedded law.
    ///
    /// # Errors
    /// When an embedded table is broken: a fault of the build.
    pub fn embedded() -> Result<Self, DataError> {
        let principles = catalogue::rows::<RawPrinciple>(PRINCIPLES)?
            .into_iter()
            .map(RawPrinciple::checked)
            .collect::<Result<_, _>>()?;
        let rows: Vec<RawProportion> = catalogue::rows(PROPORTIONS)?;
        Ok(Self {
            england: newest(&rows, "England")?,
            wales: newest(&rows, "Wales")?,
            scotland: of_each_year(&rows, "Scotland")?,
            band_limits: [Nation::England, Nation::Wales]
                .map(|nation| band_limits(&rows, nation))
                .into_iter()
                .collect::<Result<_, _>>()?,
            premiums: premiums()?,
            high_value_surcharge: surcharge()?,
            principles,
        })
    }

    /// What each band pays in proportion to band D (LGFA 1992 s.5(1) England, (1A) Wales).
    ///
    /// England has no band I: its entry is the Welsh one, and no home is in it.
    pub fn proportions(&self, nation: Nation) -> &BandProportions {
        match nation {
            Nation::England => &self.england,
            Nation::Wales => &self.wales,
        }
    }

    /// What each band pays in proportion to band D in Scotland (LGFA 1992 s.74): ninths, and from
    /// 2017-18 360ths. Nothing before 1993-94. No Scottish council is modelled: these check the
    /// reforms that were made and proposed there. The entry of band I is the Welsh one.
    ///
    /// # Example
    /// ```
    /// use bandwise::data::Law;
    /// use bandwise::domain::Band;
    /// let law = Law::embedded()?;
    /// let before = law.scottish_proportions("2016-17".parse()?).expect("held")[Band::E];
    /// assert_eq!((before.numerator(), before.denominator()), (11, 9));
    /// let after = law.scottish_proportions("2017-18".parse()?).expect("held")[Band::E];
    /// assert_eq!((after.numerator(), after.denominator()), (473, 360));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scottish_proportions(&self, year: FinancialYear) -> Option<&BandProportions> {
        self.scotland
            .iter()
            .rev()
            .find(|(from, _)| *from <= year)
            .map(|(_, proportions)| proportions)
    }

    /// The highest value of a band on its valuation date (1 April 1991 in England, 1 April 2003 in
    /// Wales; LGFA 1992 s.5(2) and (3)); nothing for the dearest band, or where there is no such
    /// band.
    pub fn highest_value(&self, nation: Nation, band: Band) -> Option<Pence> {
        self.band_limits
            .iter()
            .find(|limits| limits.nation == nation)?
            .upper
            .iter()
            .find(|(of, _)| *of == band)?
            .1
    }

    /// The most that an English council may add to the whole bill of a home without residents, in
    /// percent (LGFA 1992 ss.11B and 11C); 0 where there is no premium.
    ///
    /// # Example
    /// ```
    /// use bandwise::data::Law;
    /// use bandwise::data::law::Vacancy;
    /// let law = Law::embedded()?;
    /// let six_years = Vacancy::LongTermEmpty { years: 6 };
    /// assert_eq!(law.highest_premium_percent(six_years, "2025-26".parse()?), 200);
    /// assert_eq!(law.highest_premium_percent(Vacancy::SecondHome, "2024-25".parse()?), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn highest_premium_percent(&self, vacancy: Vacancy, year: FinancialYear) -> i64 {
        let (kind, years) = match vacancy {
            Vacancy::LongTermEmpty { years } => ("long_term_empty", years),
            Vacancy::SecondHome => ("second_home", 0),
        };
        let of_kind = |limit: &&PremiumLimit| limit.kind == kind && limit.from_year <= year;
        let in_force = self.premiums.iter().filter(of_kind);
        let newest = in_force.clone().map(|limit| limit.from_year).max();
        in_force
            .filter(|limit| Some(limit.from_year) == newest && limit.at_least_years <= years)
            .map(|limit| limit.highest_percent)
            .max()
            .unwrap_or(0)
    }

    /// The High Value Council Tax Surcharge announced for England from 2028-29, lowest value first.
    pub fn high_value_surcharge(&self) -> &[SurchargeStep] {
        &self.high_value_surcharge
    }

    /// All principles, by year.
    pub fn principles(&self) -> &[Principle] {
        &self.principles
    }

    /// The principle for an authority: its own exception, or that of its class.
    ///
    /// Nothing where none is held for the year.
    pub fn principle(&self, authority: &Authority, year: FinancialYear) -> Option<&Principle> {
        let nation = authority.code.nation();
        self.principle_of(nation, &authority.name, authority.class, year)
    }

    /// The same by nation, name and class. In Wales there are no referendums, whoever precepts.
    pub fn principle_of(
        &self,
        nation: Nation,
        name: &str,
        class: AuthorityClass,
        year: FinancialYear,
    ) -> Option<&Principle> {
        let class = match nation {
            Nation::England => class,
            Nation::Wales => AuthorityClass::WelshPrincipalArea,
        };
        self.named(name, year)
            .or_else(|| self.named(class.principle(), year))
    }

    fn named(&self, applies_to: &str, year: FinancialYear) -> Option<&Principle> {
        self.principles
            .iter()
            .find(|principle| principle.year == year && principle.applies_to == applies_to)
    }
}

#[derive(Deserialize)]
struct RawProportion {
    nation: String,
    from_year: String,
    band: String,
    numerator: i64,
    denominator: i64,
    upper_value_pounds: Option<i64>,
}

fn broken(file: &str, text: String) -> DataError {
    DataError::fault(Path::new(file), text)
}

fn year_of(text: &str, file: &str) -> Result<FinancialYear, DataError> {
    text.parse()
        .map_err(|error| broken(file, format!("from_year: {error}")))
}

/// The proportions of a nation in force now.
fn newest(rows: &[RawProportion], nation: &str) -> Result<BandProportions, DataError> {
    of_each_year(rows, nation)?
        .pop()
        .map(|(_, proportions)| proportions)
        .ok_or_else(|| broken(PROPORTIONS, format!("{nation} has no proportions")))
}

/// The proportions of a nation by the year from which they hold, oldest first. A nation without
/// band I has the Welsh entry for it, and no home in it.
fn of_each_year(
    rows: &[RawProportion],
    nation: &str,
) -> Result<Vec<(FinancialYear, BandProportions)>, DataError> {
    let mut years = rows
        .iter()
        .filter(|row| row.nation == nation)
        .map(|row| year_of(&row.from_year, PROPORTIONS))
        .collect::<Result<Vec<_>, _>>()?;
    years.sort();
    years.dedup();
    years
        .into_iter()
        .map(|year| {
            let find = |band: Band| {
                let row = |row: &&RawProportion| match band {
                    Band::I => row.nation == "Wales",
                    _ => row.nation == nation && row.from_year == year.to_string(),
                };
                rows.iter()
                    .filter(row)
                    .find(|row| row.band == band.to_string())
                    .and_then(|row| Proportion::new(row.numerator, row.denominator))
            };
            if let Some(missing) = Band::ALL.into_iter().find(|&band| find(band).is_none()) {
                let text = format!("band {missing} of {nation} has no proportion in {year}");
                return Err(broken(PROPORTIONS, text));
            }
            let proportions = BandProportions::from_fn(|band| find(band).expect("checked above"));
            Ok((year, proportions))
        })
        .collect()
}

fn band_limits(rows: &[RawProportion], nation: Nation) -> Result<BandLimits, DataError> {
    let upper = rows
        .iter()
        .filter(|row| row.nation == nation.to_string())
        .map(|row| {
            let band: Band = row
                .band
                .parse()
                .map_err(|error| broken(PROPORTIONS, format!("{error}")))?;
            let pounds = row.upper_value_pounds;
            Ok((band, pounds.map(|pounds| Pence::from_pence(100 * pounds))))
        })
        .collect::<Result<_, DataError>>()?;
    Ok(BandLimits { nation, upper })
}

fn premiums() -> Result<Vec<PremiumLimit>, DataError> {
    #[derive(Deserialize)]
    struct Row {
        from_year: String,
        kind: String,
        at_least_years: i64,
        highest_percent: i64,
    }
    catalogue::rows::<Row>(PREMIUMS)?
        .into_iter()
        .map(|row| {
            if !["long_term_empty", "second_home"].contains(&row.kind.as_str()) {
                return Err(broken(PREMIUMS, format!("{:?} is no kind", row.kind)));
            }
            Ok(PremiumLimit {
                from_year: year_of(&row.from_year, PREMIUMS)?,
                kind: row.kind,
                at_least_years: row.at_least_years,
                highest_percent: row.highest_percent,
            })
        })
        .collect()
}

fn surcharge() -> Result<Vec<SurchargeStep>, DataError> {
    #[derive(Deserialize)]
    struct Row {
        from_value_pounds: i64,
        surcharge_pounds: i64,
        standing: String,
        source: String,
    }
    let mut steps = catalogue::rows::<Row>(SURCHARGE)?
        .into_iter()
        .map(|row| {
            let standing: Standing = row
                .standing
                .parse()
                .map_err(|error| broken(SURCHARGE, format!("{error}")))?;
            Ok(SurchargeStep {
                from_value: Pence::from_pence(100 * row.from_value_pounds),
                charge: Pence::from_pence(100 * row.surcharge_pounds),
                source: Source {
                    citation: row.source,
                    standing,
                },
            })
        })
        .collect::<Result<Vec<_>, DataError>>()?;
    steps.sort_by_key(|step| step.from_value);
    Ok(steps)
}

#[derive(Deserialize)]
struct RawPrinciple {
    year: String,
    applies_to: String,
    kind: String,
    percent: Option<f64>,
    pounds: Option<i64>,
    standing: String,
    source: String,
}

impl RawPrinciple {
    fn checked(self) -> Result<Principle, DataError> {
        let fault = |text: String| {
            let row = format!("{} {}: {text}", self.year, self.applies_to);
            DataError::fault(Path::new(PRINCIPLES), row)
        };
        let percent = || {
            let percent = self
                .percent
                .ok_or_else(|| fault("has no percentage".to_owned()))?;
            Rise::new(percent / 100.0).map_err(|error| fault(format!("{error}")))
        };
        let pounds = || {
            self.pounds
                .map(|pounds| Pence::from_pence(100 * pounds))
                .ok_or_else(|| fault("has no pounds".to_owned()))
        };
        let limit = match self.kind.as_str() {
            "percent" => Limit::Percent(percent()?),
            "percent_and_pounds" => Limit::PercentAndPounds(percent()?, pounds()?),
            "pounds" => Limit::Pounds(pounds()?),
            "none" => Limit::Unlimited,
            other => return Err(fault(format!("{other:?} is no kind of principle"))),
        };
        let year = self
            .year
            .parse()
            .map_err(|error| fault(format!("{error}")))?;
        let standing: Standing = self
            .standing
            .parse()
            .map_err(|error| fault(format!("{error}")))?;
        let source = Source {
            citation: self.source.clone(),
            standing,
        };
        Ok(Principle {
            year,
            limit,
            applies_to: self.applies_to.clone(),
            source,
        })
    }
}
