//! Colours of a map: classes of round width, from light to dark, so that they stay apart in grey.

use super::super::card::signed;
use super::axis::Unit;
use super::distribution::round_step;
use super::sheet::{BLACK, Colour, DARK, KeyEntry, WHITE};

/// What is below nothing, from far to near.
const LESS: [Colour; 4] = [
    rgb(255, 252, 236),
    rgb(255, 244, 204),
    rgb(254, 229, 153),
    rgb(250, 208, 110),
];
/// The same where there is more above nothing to tell apart.
const FEW_LESS: [Colour; 2] = [LESS[0], LESS[2]];
/// What is above nothing, from near to far.
const MORE: [Colour; 5] = [
    rgb(173, 205, 225),
    rgb(124, 172, 208),
    rgb(74, 137, 186),
    rgb(30, 94, 150),
    rgb(10, 50, 98),
];

const fn rgb(red: u8, green: u8, blue: u8) -> Colour {
    Colour(red, green, blue)
}

/// What a value is coloured by.
pub(super) struct Scale {
    unit: Unit,
    /// The lower edge of each class, its upper one, and its colour, from low to high.
    classes: Vec<(f64, f64, Colour)>,
}

impl Scale {
    /// The classes that hold these values: up to four below nothing, or two where some are above it,
    /// and up to five above.
    pub(super) fn of(unit: Unit, values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        let mut classes = Vec::new();
        if low < 0.0 {
            let colours: &[Colour] = if high >= 0.0 { &FEW_LESS } else { &LESS };
            // Counted from nothing downwards, then turned round.
            let edges = edges(unit, (-high).max(0.0), -low, colours.len());
            let below = edges.windows(2).map(|pair| (-pair[1], -pair[0])).rev();
            let count = edges.len() - 1;
            let colours = &colours[colours.len() - count..];
            classes.extend(
                below
                    .zip(colours)
                    .map(|((from, to), colour)| (from, to, *colour)),
            );
        }
        if high >= 0.0 {
            let edges = edges(unit, low.max(0.0), high, MORE.len());
            let count = edges.len() - 1;
            for (number, pair) in edges.windows(2).enumerate() {
                let shade = number * (MORE.len() - 1) / (count - 1).max(1);
                classes.push((pair[0], pair[1], MORE[shade]));
            }
        }
        Self { unit, classes }
    }

    /// The colour of a value: white where it is not known.
    pub(super) fn colour(&self, value: Option<f64>) -> Colour {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            return WHITE;
        };
        let class = self.classes.iter().rev().find(|(from, ..)| value >= *from);
        class
            .or(self.classes.first())
            .map_or(WHITE, |(.., colour)| *colour)
    }

    /// The colour of words on a value's colour.
    pub(super) fn ink(&self, value: Option<f64>) -> Colour {
        let Colour(red, green, blue) = self.colour(value);
        let light = 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
        if light < 140.0 { WHITE } else { BLACK }
    }

    /// Its classes in the key.
    pub(super) fn key(&self, unknown: bool) -> Vec<KeyEntry> {
        let words = |value: f64| match self.unit {
            Unit::Pounds => signed(value, 0),
            unit => unit.words(value),
        };
        let known = self
            .classes
            .iter()
            .map(|&(from, to, colour)| (format!("{} to {}", words(from), words(to)), colour));
        let all = known.chain(unknown.then(|| ("no figure".to_owned(), WHITE)));
        all.map(|(meaning, colour)| {
            KeyEntry::new(meaning, move |canvas, (x, y)| {
                canvas.rectangle((x - 12.0, y - 8.0), (x + 12.0, y + 8.0), DARK);
                canvas.rectangle((x - 11.3, y - 7.3), (x + 11.3, y + 7.3), colour);
            })
        })
        .collect()
    }
}

/// The round edges of at most so many classes that hold what lies between two values above nothing:
/// from nothing where the values go near it, else from where they begin.
fn edges(unit: Unit, low: f64, high: f64, most: usize) -> Vec<f64> {
    let start = if low > 0.4 * high { low } else { 0.0 };
    let mut step = round_step(((high - start) / most as f64).max(least_step(unit)));
    let count = |step: f64| ((high / step).ceil() - (start / step).floor()).max(1.0) as usize;
    while count(step) > most {
        step = round_step(1.01 * step);
    }
    let first = (start / step).floor();
    (0..=count(step))
        .map(|number| step * (first + number as f64))
        .collect()
}

/// The least width of a class.
const fn least_step(unit: Unit) -> f64 {
    match unit {
        Unit::Share | Unit::Points => 0.01,
        Unit::Pounds | Unit::Number | Unit::Year => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(unit: Unit, values: &[f64]) -> Scale {
        Scale::of(unit, values.iter().copied())
    }

    #[test]
    fn nothing_is_an_edge_and_colours_grow_darker() {
        let held = scale(Unit::Pounds, &[-45.0, 328.0]);
        assert!(held.classes.iter().any(|(from, ..)| *from == 0.0));
        let light = |(.., Colour(r, g, b)): &(f64, f64, Colour)| {
            0.299 * f64::from(*r) + 0.587 * f64::from(*g) + 0.114 * f64::from(*b)
        };
        for pair in held.classes.windows(2) {
            assert!(light(&pair[0]) > light(&pair[1]) + 12.0);
            assert_eq!(pair[0].1, pair[1].0, "one class begins where the last ends");
        }
    }

    #[test]
    fn every_value_lies_in_a_class() {
        for values in [
            &[-45.0, 328.0][..],
            &[0.0, 0.0],
            &[-3.0, -2.0],
            &[-620.0, -460.0],
            &[12_500.0, 12_900.0],
            &[0.001, 5.0],
            &[-1e6, 1e6],
            &[100.0, 600.0],
        ] {
            let held = scale(Unit::Pounds, values);
            for value in values {
                let inside = |(from, to, _): &(f64, f64, Colour)| from <= value && value <= to;
                assert!(
                    held.classes.iter().any(inside),
                    "{value} in {:?}",
                    held.classes
                );
            }
            assert!(held.classes.len() <= FEW_LESS.len() + MORE.len());
        }
    }

    #[test]
    fn a_value_that_is_not_known_is_white() {
        let held = scale(Unit::Share, &[0.1, 0.6]);
        assert!(held.colour(None) == WHITE && held.colour(Some(f64::NAN)) == WHITE);
        assert!(scale(Unit::Share, &[]).classes.is_empty());
    }
}
