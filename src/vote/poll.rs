//! What polls on the proposal say of support: log odds, and how far they may lie off.

use jiff::civil::Date;
use nalgebra::DMatrix;

use crate::data::assumptions::LearningAssumptions;
use crate::domain::evidence::{Poll, PollQuestion};

/// A poll as the vote model hears it.
#[derive(Debug, Clone, PartialEq)]
pub struct PollReading {
    /// What was asked.
    pub question: PollQuestion,
    /// Log odds of Yes among those who had an answer.
    pub log_odds: f64,
    /// Variance of its own, log odds squared: sampling and the undecided.
    own: f64,
    /// How far polls of its mode lie off together, log odds.
    house_sd: f64,
    mode: String,
    /// Variance of opinion that moves until polling day.
    drift: f64,
}

impl PollReading {
    /// Reads a poll taken before a polling day.
    ///
    /// The variance on the log odds scale is the sum of: sampling among those with an answer, widened
    /// by the design effect; that of a share of Yes to which the undecided add unevenly; that of the
    /// house; and that of a month's drift for each month.
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
    /// assert!((reading.sd() - 0.0609f64.sqrt()).abs() < 1e-12);
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
        Self {
            question: poll.question,
            log_odds: (yes / no).ln(),
            own: sampling + unevenly * unevenly,
            house_sd: poll.house_sd,
            mode: poll.mode.clone(),
            drift: assumptions.poll_drift_sd.powi(2) * months,
        }
    }

    /// How far the poll may lie off the support of all electors on polling day, log odds.
    pub fn sd(&self) -> f64 {
        self.shared_with(self).sqrt()
    }

    /// Covariance with a poll: its own errors with itself, the house with polls of its mode, and the
    /// drift that both have before them.
    fn shared_with(&self, other: &Self) -> f64 {
        let own = if std::ptr::eq(self, other) {
            self.own
        } else {
            0.0
        };
        let house = if self.mode == other.mode {
            self.house_sd * other.house_sd
        } else {
            0.0
        };
        own + house + self.drift.min(other.drift)
    }

    /// Log likelihoods of the poll alone at log odds of support, up to a constant.
    pub fn log_likelihoods(&self, log_odds: &[f64]) -> Vec<f64> {
        let sd = self.sd();
        let of_one = |log_odds: &f64| -0.5 * ((self.log_odds - log_odds) / sd).powi(2);
        log_odds.iter().map(of_one).collect()
    }
}

/// The polls of a scenario together: those of one mode may lie off together, and all share the drift
/// that they have before them, so that ten polls of one house say little more than one.
#[derive(Debug, Clone, PartialEq)]
pub struct Polls {
    readings: Vec<PollReading>,
    /// Inverse of the covariance of their errors.
    precision: DMatrix<f64>,
}

impl Polls {
    /// Reads polls taken before a polling day.
    ///
    /// # Panics
    /// When a poll has no sampling error: checked scenarios have none such.
    pub fn of(polls: &[Poll], polling_day: Date, assumptions: &LearningAssumptions) -> Self {
        let read = |poll: &Poll| PollReading::of(poll, polling_day, assumptions);
        let readings: Vec<PollReading> = polls.iter().map(read).collect();
        let n = readings.len();
        let covariance = DMatrix::from_fn(n, n, |i, j| readings[i].shared_with(&readings[j]));
        let precision = if n == 0 {
            covariance
        } else {
            let factor = covariance.cholesky();
            factor
                .expect("every poll has an error of its own")
                .inverse()
        };
        Self {
            readings,
            precision,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// Poll by poll.
    pub fn readings(&self) -> &[PollReading] {
        &self.readings
    }

    /// Log likelihood of all at log odds of support, one a poll, up to a constant.
    pub fn log_likelihood(&self, log_odds: &[f64]) -> f64 {
        let off = |i: usize| self.readings[i].log_odds - log_odds[i];
        let n = self.readings.len();
        let row = |i: usize| (0..n).map(|j| self.precision[(i, j)] * off(j)).sum::<f64>();
        let distance: f64 = (0..n).map(|i| off(i) * row(i)).sum();
        -0.5 * distance
    }
}

/// Log odds of support, no further than of nobody or all: there no poll can tell how far.
pub fn support_log_odds(support: f64) -> f64 {
    const FURTHEST: f64 = 40.0;
    (support / (1.0 - support)).ln().clamp(-FURTHEST, FURTHEST)
}

const DAYS_A_MONTH: f64 = 365.25 / 12.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Assumptions;
    use crate::domain::Share;

    fn poll(mode: &str, date: &str) -> Poll {
        Poll {
            question: PollQuestion::BallotPaper,
            sample: 1_300,
            yes: Share::new(0.5).expect("a share"),
            no: Share::new(0.5).expect("a share"),
            undecided: Share::new(0.0).expect("a share"),
            date: date.parse().expect("a date"),
            mode: mode.to_owned(),
            house_sd: 0.2,
            source: String::new(),
        }
    }

    fn polls(polls: &[Poll]) -> Polls {
        let assumptions = Assumptions::embedded().expect("embedded").learning;
        let day = "2027-05-06".parse().expect("a date");
        Polls::of(polls, day, &assumptions)
    }

    #[test]
    fn one_poll_is_its_own_reading() {
        let one = polls(&[poll("phone", "2027-03-06")]);
        let alone = one.readings()[0].log_likelihoods(&[0.7])[0];
        assert!((one.log_likelihood(&[0.7]) - alone).abs() < 1e-12);
    }

    /// By hand: own variance 1.3 x 4 / 1300 = 0.004; of one house two polls of the last day have
    /// covariance [[0.044, 0.04], [0.04, 0.044]], whose inverse sums to 2 / 0.084; of two modes
    /// 2 / 0.044.
    #[test]
    fn polls_of_one_mode_share_their_house() {
        let day = "2027-05-06";
        let same = polls(&[poll("phone", day), poll("phone", day)]);
        assert!((same.log_likelihood(&[1.0, 1.0]) + 1.0 / 0.084).abs() < 1e-9);
        let apart = polls(&[poll("phone", day), poll("online", day)]);
        assert!((apart.log_likelihood(&[1.0, 1.0]) + 1.0 / 0.044).abs() < 1e-9);
    }

    /// Ten polls of one house, all a year old, say hardly more than one.
    #[test]
    fn many_polls_of_one_house_say_little_more_than_one() {
        let one = polls(&[poll("phone", "2026-05-06")]);
        let ten = polls(&vec![poll("phone", "2026-05-06"); 10]);
        let (one, ten) = (one.log_likelihood(&[1.0]), ten.log_likelihood(&[1.0; 10]));
        assert!(ten < one && ten > 1.05 * one, "{one} {ten}");
    }

    #[test]
    fn support_of_nobody_or_all_has_finite_log_odds() {
        assert_eq!(
            (support_log_odds(0.0), support_log_odds(1.0)),
            (-40.0, 40.0)
        );
    }
}
