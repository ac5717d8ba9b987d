//! Rows that share an axis: a label at the left of each, marks in the middle, figures at the right.

use std::ops::Range;

use super::axis::Axis;
use super::sheet::{
    AXIS_ROOM, Canvas, Hold, LABEL_SIZE, LINE, MARGIN, Place, Upright, WIDTH, label_lines, lines,
};

/// The rows of a chart.
pub(super) struct Rows<'a> {
    /// What is measured across.
    pub axis: &'a Axis,
    /// From where to where.
    pub extent: Range<f64>,
    /// Room for labels, pixels.
    pub labels: f64,
    /// The columns of figures: heading and width in pixels.
    pub columns: Vec<(&'a str, f64)>,
    /// The rows from top to bottom.
    pub rows: Vec<Row>,
    /// The least height of a row, pixels.
    pub least: f64,
}

/// A row.
pub(super) enum Row {
    /// A heading over the rows that follow.
    Heading(String),
    /// A row of marks.
    Marks {
        /// What it is of.
        label: String,
        /// Its figures, one a column.
        figures: Vec<String>,
    },
}

/// Pixels from a label to the panel.
const GAP: f64 = 14.0;

impl Rows<'_> {
    fn right(&self) -> f64 {
        let columns: f64 = self.columns.iter().map(|(_, width)| width).sum();
        WIDTH - MARGIN - columns - if self.columns.is_empty() { 6.0 } else { GAP }
    }

    fn left(&self) -> f64 {
        MARGIN + self.labels + GAP
    }

    fn heads(&self) -> Vec<Vec<String>> {
        let head = |(name, width): &(&str, f64)| label_lines(name, width - 12.0);
        self.columns.iter().map(head).collect()
    }

    fn heads_height(&self) -> f64 {
        let most = self
            .heads()
            .iter()
            .map(|head| lines(head))
            .fold(0.0, f64::max);
        LINE * most + 8.0
    }

    fn height_of(&self, row: &Row) -> f64 {
        match row {
            Row::Heading(_) => LINE + 13.0,
            Row::Marks { label, .. } => {
                (LINE * lines(&label_lines(label, self.labels)) + 8.0).max(self.least)
            }
        }
    }

    /// Height of all with the axis, pixels.
    pub(super) fn height(&self) -> f64 {
        let rows: f64 = self.rows.iter().map(|row| self.height_of(row)).sum();
        self.heads_height() + rows.max(self.least) + AXIS_ROOM
    }

    /// Draws the rows; `mark` is given each row of marks by its number among them, and where a value
    /// of the axis stands in it.
    pub(super) fn draw(
        &self,
        canvas: &Canvas<'_>,
        top: f64,
        mut mark: impl FnMut(usize, &dyn Fn(f64) -> Place),
    ) {
        let panel_top = top + self.heads_height();
        let panel_bottom = top + self.height() - AXIS_ROOM;
        let mut right = self.right() + GAP;
        let mut edges = Vec::new();
        for ((_, width), head) in self.columns.iter().zip(self.heads()) {
            right += width;
            edges.push(right);
            for (row, line) in (0u32..).zip(head.iter().rev()) {
                let y = panel_top - 10.0 - LINE * f64::from(row);
                canvas.heading((right, y), line, Hold::End);
            }
        }
        let panel = canvas.panel(
            (self.left(), panel_top),
            (self.right(), panel_bottom),
            (self.axis, self.extent.clone()),
            &Upright::Rows,
        );
        let mut y = panel_top;
        let mut number = 0;
        for row in &self.rows {
            let height = self.height_of(row);
            let middle = y + height / 2.0;
            match row {
                Row::Heading(words) => {
                    // Over the lines of the panel, which would run through it.
                    canvas.heading(
                        (MARGIN, y + height - LABEL_SIZE / 2.0 - 5.0),
                        words,
                        Hold::Start,
                    );
                }
                Row::Marks { label, figures } => {
                    let label = label_lines(label, self.labels);
                    canvas.labels((self.left() - GAP, middle), &label, Hold::End);
                    for (figure, edge) in figures.iter().zip(&edges) {
                        canvas.label((*edge, middle), figure, Hold::End);
                    }
                    let at = |value: f64| {
                        let place = self.axis.unit.place(value);
                        (panel.at(place, 0.0).0, middle)
                    };
                    mark(number, &at);
                    number += 1;
                }
            }
            y += height;
        }
    }
}
