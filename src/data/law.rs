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
    principles: Vec<Principle>,
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
            england: proportions(Nation::England)?,
            wales: proportions(Nation::Wales)?,
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

fn proportions(nation: Nation) -> Result<BandProportions, DataError> {
    #[derive(Deserialize)]
    struct Row {
        nation: String,
        band: String,
        numerator: i64,
        denominator: i64,
    }
    let rows: Vec<Row> = catalogue::rows(PROPORTIONS)?;
    let find = |band: Band| {
        let nation = match band {
            Band::I => Nation::Wales,
            _ => nation,
        };
        rows.iter()
            .find(|row| row.nation == nation.to_string() && row.band == band.to_string())
            .and_then(|row| Proportion::new(row.numerator, row.denominator))
    };
    if let Some(missing) = Band::ALL.into_iter().find(|&band| find(band).is_none()) {
        let text = format!("band {missing} of {nation} has no proportion");
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
