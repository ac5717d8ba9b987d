//! The charts of every result, each with the table behind it.
//!
//! `run`: those of one proposal. `several`: those of a comparison, a sweep, a sensitivity analysis, a
//! frontier and a back-test.

mod run;
mod several;

pub(super) use run::bill_of;
pub use run::of_run;
pub use several::{
    MOST_SCENARIOS, names_of_sweep, of_backtest, of_compare, of_frontier, of_sensitivity, of_sweep,
    set_against,
};

use std::collections::BTreeMap;

use super::chart::{NORMAL_90, Picture, description_of, picture};
use super::document::{Figure, Table};
use super::tables::Record;

/// The folder of charts in a folder of results.
pub const FOLDER: &str = "charts";

/// Charts as pictures, by the names of their figures.
///
/// # Panics
/// When a figure's chart is no SVG: a fault of the build.
pub fn pictures(figures: &[Figure]) -> BTreeMap<String, Picture> {
    figures
        .iter()
        .map(|figure| {
            let drawn = picture(&figure.svg).expect("a chart of this program is SVG");
            (figure.name.clone(), drawn)
        })
        .collect()
}

/// The files of charts: `charts/NAME.png` and `charts/NAME.svg` of each, in the order of the charts.
pub fn files(figures: &[Figure], pictures: &BTreeMap<String, Picture>) -> Vec<(String, Vec<u8>)> {
    let drawn = |figure: &Figure| {
        let picture = pictures.get(&figure.name)?;
        Some((
            format!("{FOLDER}/{}.png", figure.name),
            picture.bytes.clone(),
        ))
    };
    let written = |figure: &Figure| {
        let name = format!("{FOLDER}/{}.svg", figure.name);
        (name, figure.svg.clone().into_bytes())
    };
    figures
        .iter()
        .flat_map(|figure| drawn(figure).into_iter().chain([written(figure)]))
        .collect()
}

/// A chart of rows of a table of results, that tells itself what it shows.
fn figure<R: Record>(name: &str, title: String, svg: String, table: Table) -> Figure {
    Figure {
        name: name.to_owned(),
        rows: R::TABLE,
        alt: description_of(&svg),
        svg,
        title,
        table,
    }
}

#[cfg(test)]
mod tests {
    use super::super::chart::{Axis, Unit, tornado};
    use super::super::tables::BandRow;
    use super::*;

    #[test]
    fn every_chart_is_a_picture_and_a_drawing_in_its_folder() {
        let axis = Axis::new("pounds", Unit::Pounds);
        let table = Table {
            caption: String::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            note: String::new(),
        };
        let svg = tornado(&[], 0.0, "t", &axis, "s");
        let one = figure::<BandRow>("bills", "t".to_owned(), svg, table);
        let all = [one.clone()];
        let names: Vec<String> = (files(&all, &pictures(&all)).into_iter())
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["charts/bills.png", "charts/bills.svg"]);
        assert!(one.alt.starts_with("pounds: £0"), "{}", one.alt);
    }
}
