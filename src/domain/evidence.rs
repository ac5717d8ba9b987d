//! What is known of how people vote on council tax: past ballots, surveys, and a council's own
//! polls and campaign.

use jiff::civil::Date;

use super::distribution::Distribution;
use super::share::Share;

/// Past ballots and surveys, with how closely each is taken to follow the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Ballots, oldest first.
    pub ballots: Vec<PastBallot>,
    /// Surveys.
    pub surveys: Vec<Survey>,
    /// How far a survey as a whole may lie off what its respondents would do, log odds.
    pub survey_offset_sd: f64,
}

/// A past ballot on council tax.
#[derive(Debug, Clone, PartialEq)]
pub struct PastBallot {
    /// Its key, such as `bedfordshire_pcc_2015`.
    pub key: String,
    /// Who asked.
    pub authority: String,
    /// When, as published: a year and month or a day.
    pub date: String,
    /// Whether it was a referendum under LGFA 1992 Part 1 Chapter 4ZA: its paper shows percentages only.
    pub statutory: bool,
    /// The options above the lowest, which they are set against, in rising order.
    pub options: Vec<BallotOption>,
    /// How far an option lies off the model beside the mood of the ballot, log odds.
    pub option_sd: f64,
}

/// One option of a ballot above the lowest.
#[derive(Debug, Clone, PartialEq)]
pub struct BallotOption {
    /// Its rise.
    pub rise: f64,
    /// What it costs a mean home over the lowest option, pounds of 2026 a year.
    pub cost: f64,
    /// The same for who reads the percentages as of the whole bill; the cost itself where the
    /// paper showed pounds.
    pub cost_of_whole_bill: f64,
    /// Share of votes for this option or a higher one.
    pub share: f64,
    /// Whether the sources disagree on the share.
    pub doubtful: bool,
}

/// A survey that asked who would pay more than some amounts.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Its key.
    pub key: String,
    /// When it was taken.
    pub date: String,
    /// Its answers, by rising amount.
    pub answers: Vec<SurveyAnswer>,
}

/// One answer of a survey.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyAnswer {
    /// The amount, pounds of 2026 a year.
    pub cost: f64,
    /// Share who would pay more than it.
    pub share: f64,
    /// How far the answer lies off the model beside the survey's offset, log odds: with its sampling
    /// error.
    pub sd: f64,
}

/// From which evidence the parameters of the vote are learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learning {
    /// From past ballots and surveys, but for the ballots named.
    FromEvidence {
        /// Keys of ballots left out.
        leave_out: Vec<String>,
    },
    /// From none: as first believed.
    PriorsOnly,
}

impl Default for Learning {
    fn default() -> Self {
        Self::FromEvidence {
            leave_out: Vec::new(),
        }
    }
}

/// What the people asked in a poll had before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollQuestion {
    /// The question of the ballot paper, with its two percentages.
    BallotPaper,
    /// What their own bill would be under a Yes and under a No.
    OwnBill,
}

impl PollQuestion {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 2] = [Self::BallotPaper, Self::OwnBill];

    /// Its word in scenarios and results.
    pub const fn key(self) -> &'static str {
        match self {
            Self::BallotPaper => "ballot-paper",
            Self::OwnBill => "own-bill",
        }
    }
}

/// A poll on the proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct Poll {
    /// What was asked.
    pub question: PollQuestion,
    /// People asked.
    pub sample: u32,
    /// Share for Yes.
    pub yes: Share,
    /// Share for No.
    pub no: Share,
    /// Share without an answer.
    pub undecided: Share,
    /// The last day of asking.
    pub date: Date,
    /// How people were asked, as in the table of poll modes.
    pub mode: String,
    /// How far polls of this house and mode lie off as a whole, log odds.
    pub house_sd: f64,
    /// Who took it, where stated.
    pub source: String,
}

/// What the campaign is taken to reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Share of voters who know on the day what a Yes would cost them; kappa where not stated.
    pub comprehension: Option<Distribution>,
    /// Named effects.
    pub effects: Vec<CampaignEffect>,
    /// The probability of winning for which it is said what would be needed.
    pub wanted: Share,
}

/// A named effect of the campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignEffect {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Shift of support, log odds: 0.1 is 2.5 points about a half.
    pub log_odds: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Where it comes from.
    pub source: String,
}

impl Default for Campaign {
    fn default() -> Self {
        Self {
            comprehension: None,
            effects: Vec::new(),
            wanted: Share::of(1, 2).expect("a half is a share"),
        }
    }
}

/// A multivariate normal on the scale of normal scores: each parameter is the quantile of its prior at
/// the standard normal distribution function of its score, so that the prior is standard normal.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedNormal {
    /// Names of the parameters, in order.
    pub names: Vec<String>,
    /// Means of their scores.
    pub mean: Vec<f64>,
    /// Covariance of their scores, row by row.
    pub covariance: Vec<Vec<f64>>,
}

impl FittedNormal {
    /// The prior itself: independent standard normals.
    pub fn standard(names: &[&str]) -> Self {
        let n = names.len();
        let row = |i: usize| (0..n).map(|j| f64::from(u8::from(i == j))).collect();
        Self {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            mean: vec![0.0; n],
            covariance: (0..n).map(row).collect(),
        }
    }
}
