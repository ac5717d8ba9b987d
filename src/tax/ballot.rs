//! The ballot paper that a proposal would produce.

use crate::domain::{FinancialYear, Rise};

/// The question prescribed by Schedule 1 to SI 2012/444 as substituted by SI 2013/409.
///
/// It names no bands, no pounds and no freeze; percentages stand to one decimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BallotPaper {
    /// The authority as it is named on the paper.
    pub authority: String,
    /// The financial year of the rise.
    pub year: FinancialYear,
    /// The rise set.
    pub headline: Rise,
    /// The rise if most vote No.
    pub no: Rise,
}

impl BallotPaper {
    /// The wording, a paragraph a line: as put to the electors of Bedfordshire on 7 May 2015.
    pub fn wording(&self) -> Vec<String> {
        let name = &self.authority;
        let yes = self.headline.percent_to_one_decimal();
        let no = self.no.percent_to_one_decimal();
        let year = self.year.first_calendar_year();
        vec![
            format!("Part of the council tax in your area goes to {name}."),
            format!(
                "For the financial year beginning on 1st April {year} {name} has set an increase \
                 of {yes}% in the amount it charges."
            ),
            format!("If most voters choose 'yes', the increase will be {yes}%."),
            format!("If most voters choose 'no', the increase will be {no}% instead."),
            format!("Do you want {name} to increase the amount it charges by {yes}%?"),
        ]
    }
}
