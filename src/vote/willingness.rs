//! Willingness to pay: a spike log-logistic (Kristrom 1997).

/// The odds of a Yes from a voter who believes that it costs `x` pounds of 2026 a year.
///
/// For a cost, `P(yes) = pi / (1 + (x / m)^k)`: `pi` would pay anything, `m` is the median of what
/// they would pay. For a gain, `logit P = logit pi + gamma * min(1, -x / 50)`. Continuous at 0 and
/// falling in `x` where `gamma` is positive.
///
/// # Example
/// ```
/// use bandwise::vote::willingness::yes_odds;
/// let share = |odds: f64| odds / (1.0 + odds);
/// assert!((share(yes_odds(0.0, 0.57, 30.0, 1.6, 0.35)) - 0.57).abs() < 1e-12);
/// assert!((share(yes_odds(30.0, 0.57, 30.0, 1.6, 0.35)) - 0.285).abs() < 1e-12);
/// ```
pub fn yes_odds(x: f64, pi: f64, m: f64, k: f64, gamma: f64) -> f64 {
    if x > 0.0 {
        pi / (1.0 + (k * (x / m).ln()).exp() - pi)
    } else {
        pi / (1.0 - pi) * (gamma * gain_strength(x)).exp()
    }
}

/// Pounds of 2026 a year at which a gain has its whole effect.
const FULL_GAIN: f64 = 50.0;

/// How strong a gain is, from 0 to 1 for its whole effect.
pub fn gain_strength(x: f64) -> f64 {
    f64::min(1.0, -x / FULL_GAIN)
}
