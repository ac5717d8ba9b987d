//! What a poll on the proposal says of support: its log odds, and how far they may lie off.

use jiff::civil::Date;

use crate::data::assumptions::LearningAssumptions;
use crate::domain::evidence::{Poll, PollQuestion};

/// A poll as the vote model hears it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PollReading {
    /// What was asked.
    pub question: PollQuestion,
    /// Log odds of Yes among those who had an answer.
    pub log_odds: f64,
    /// How far they may lie off the support of all electors on polling day, log odds: sampling, the
    /// house, the undecided, and opinion that moves until then.
    pub sd: f64,
}

impl PollReading {
    /// Reads a poll taken before a polling day.
    ///
    /// The variance on the log odds scale is the sum of: sampling among those with an answer, widened
    /// by the design effect; that of the house; that of a share of Yes to which the undecided add
    /// unevenly; and that of a month's drift for each month.
    ///
    /// # Example
    /// ```
    /// use bandwise::data::Assumptions;
    /// use bandwise::domain::{Poll, PollQuestion, Share};
    /// use bandwise::vote::poll::PollReading;
    /// let share = Share::new;
    /// let poll = Poll {
    ///     question: PollQuestion::OwnBill,
    ///     sample: 1_000,
    ///     yes: share(0.4)?,
    ///     no: share(0.4)?,
    ///     undecided: share(0.2)?,
    ///     date: "2027-05-06".parse()?,
    ///     mode: "online".to_owned(),
    ///     house_sd: 0.2,
    ///     source: String::new(),
    /// };
    /// let assumptions = Assumptions::embedded()?.learning;
    /// let reading = PollReading::of(&poll, "2027-05-06".parse()?, &assumptions);
    /// assert_eq!(reading.log_odds, 0.0);
    /// // By hand: 1.3 / (800 x 0.25) + 0.2^2 + (0.2 x 0.15 / 0.25)^2 = 0.0065 + 0.04 + 0.0144.
    /// assert!((reading.sd - 0.0609f64.sqrt()).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(poll: &Poll, polling_day: Date, assumptions: &LearningAssumptions) -> Self {
        let (yes, no, undecided) = (poll.yes.value(), poll.no.value(), poll.undecided.value());
        let decided = yes + no;
        let share = yes / decided;
        let slope = 1.0 / (share * (1.0 - share));
        let sampling = assumptions.poll_design_effect * slope / (f64::from(poll.sample) * decided);
        let unevenly = undecided * assumptions.poll_undecided_sd * slope;
        let days = (polling_day - poll.date).get_days();
        let months = f64::from(days.max(0)) / DAYS_A_MONTH;
        let drift = assumptions.poll_drift_sd.powi(2) * months;
        Self {
            question: poll.question,
            log_odds: (yes / no).ln(),
            sd: (sampling + poll.house_sd.powi(2) + unevenly.powi(2) + drift).sqrt(),
        }
    }

    /// Log likelihood of the poll where a share of all electors supports the proposal, up to a
    /// constant.
    pub fn log_likelihood(&self, support: f64) -> f64 {
        self.log_likelihood_of((support / (1.0 - support)).ln())
    }

    /// The same of log odds of support.
    pub fn log_likelihood_of(&self, log_odds: f64) -> f64 {
        -0.5 * ((self.log_odds - log_odds) / self.sd).powi(2)
    }
}

const DAYS_A_MONTH: f64 = 365.25 / 12.0;
