//! The law as data: band proportions and referendum principles, each dated and cited.

use std::path::Path;

use serde::Deserialize;

use super::catalogue::{self, DataError};
use crate::domain::{
    Authority, Band, BandProportions, FinancialYear, Limit, Pence, Principle, Proportion, Rise,
    Source, Standing,
};

/// The proportions and principles that are built in.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    proportions: BandProportions,
    principles: Vec<Principle>,
}

/// A body with a precept of its own on the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preceptor {
    /// A county council.
    County,
    /// A police and crime commissioner.
    Police,
    /// A fire and rescue authority.
    Fire,
}

const PRINCIPLES: &str = "law/principles.csv";
const PROPORTIONS: &str = "law/band_proportions.csv";

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
        Ok(Self {
            proportions: proportions()?,
            principles,
        })
    }

    /// What each band pays in proportion to band D.
    pub fn proportions(&self) -> &BandProportions {
        &self.proportions
    }

    /// All principles, by year.
    pub fn principles(&self) -> &[Principle] {
        &self.principles
    }

    /// The principle for a billing authority: its own exception, or that of its class.
    ///
    /// Nothing where the year has not been published.
    pub fn principle(&self, authority: &Authority, year: FinancialYear) -> Option<&Principle> {
        let class = if authority.class.has_social_care() {
            "social_care"
        } else {
            "shire_district"
        };
        self.named(&authority.name, year)
            .or_else(|| self.named(class, year))
    }

    /// The principle for another body on the bill.
    pub fn preceptor_principle(
        &self,
        preceptor: Preceptor,
        year: FinancialYear,
    ) -> Option<&Principle> {
        let class = match preceptor {
            Preceptor::County => "social_care",
            Preceptor::Police => "police",
            Preceptor::Fire => "fire",
        };
        self.named(class, year)
    }

    fn named(&self, applies_to: &str, year: FinancialYear) -> Option<&Principle> {
        self.principles
            .iter()
            .find(|principle| principle.year == year && principle.applies_to == applies_to)
    }
}

fn proportions() -> Result<BandProportions, DataError> {
    #[derive(Deserialize)]
    struct Row {
        nation: String,
        band: String,
        numerator: i64,
        denominator: i64,
    }
    let rows: Vec<Row> = catalogue::rows(PROPORTIONS)?;
    let find = |band: Band| {
        rows.iter()
            .find(|row| row.nation == "England" && row.band == band.to_string())
            .and_then(|row| Proportion::new(row.numerator, row.denominator))
    };
    if let Some(missing) = Band::ALL.into_iter().find(|&band| find(band).is_none()) {
        let text = format!("band {missing} of England has no proportion");
        return Err(DataError::fault(Path::new(PROPORTIONS), text));
    }
    Ok(BandProportions::from_fn(|band| {
        find(band).expect("checked above")
    }))
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
