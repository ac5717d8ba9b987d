//! Today, after a No and after a Yes: how each is called and marked in every chart.

use super::sheet::{
    APRICOT, BLUE, Canvas, Colour, DARK, Fill, KeyEntry, PALE, Place, SKY, Shape, VERMILION,
};

/// How what is set against each other is called in a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseNames {
    /// What is charged now: `today (2026-27)`.
    pub today: String,
    /// What is charged if nothing comes of it: `after a No (4.99% for all)`; nothing where there is no
    /// such thing to set it against.
    pub no: Option<String>,
    /// What is proposed: `after a Yes`.
    pub yes: String,
    /// The change over today: `Yes less today`.
    pub yes_less_today: String,
    /// The change over a No: `Yes less No`.
    pub yes_less_no: String,
    /// Those who pay more: `pay more than after a No`.
    pub pay_more: String,
}

/// One of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Today,
    No,
    Yes,
}

impl Case {
    /// The colour of its bars, and that of its mark.
    pub(super) const fn colours(self) -> (Colour, Colour) {
        match self {
            Self::Today => (PALE, DARK),
            Self::No => (APRICOT, VERMILION),
            Self::Yes => (SKY, BLUE),
        }
    }

    /// Its mark of so many pixels from its middle to its edge.
    pub(super) fn mark(self, canvas: &Canvas<'_>, at: Place, size: f64) {
        let (_, colour) = self.colours();
        let (shape, fill) = match self {
            Self::Today => (Shape::Circle, Fill::Hollow),
            Self::No => (Shape::Square, Fill::Solid),
            Self::Yes => (Shape::Diamond, Fill::Solid),
        };
        canvas.mark(shape, at, size, fill, colour);
    }

    /// A bar of a height up to its mark.
    pub(super) fn bar(self, canvas: &Canvas<'_>, from: Place, to: Place, height: f64) {
        let (colour, _) = self.colours();
        let half = height / 2.0;
        canvas.rectangle(
            (from.0.min(to.0), to.1 - half),
            (from.0.max(to.0), to.1 + half),
            colour,
        );
        self.mark(canvas, to, 3.4);
    }

    /// Its entry in a key.
    pub(super) fn key(self, meaning: &str) -> KeyEntry {
        KeyEntry::new(meaning, move |canvas, (x, y)| {
            self.bar(canvas, (x - 12.0, y), (x + 8.0, y), 7.0);
        })
    }
}
