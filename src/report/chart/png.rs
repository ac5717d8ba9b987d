//! A chart as a picture of pixels, for whatever cannot show SVG.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{self, Options, Tree};
use thiserror::Error;

/// Pixels of the picture in a pixel of the chart.
const SCALE: f32 = 2.0;

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// PNG.
    pub bytes: Vec<u8>,
    /// Its width in pixels: twice that of the chart.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Why there is no picture.
#[derive(Debug, Error)]
pub enum PictureError {
    /// It is no chart.
    #[error("no chart that can be drawn: {0}")]
    NoChart(#[from] usvg::Error),
    /// It has no pixels, or more than memory holds.
    #[error("no picture of {width} by {height} pixels can be drawn")]
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels upright.
        height: u32,
    },
    /// It cannot be written.
    #[error("no picture could be written: {0}")]
    Encoding(String),
}

/// The fonts of all pictures: those of the program, so that a picture is the same on every machine.
fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let loaded = FONTS.get_or_init(|| {
        let mut fonts = Database::new();
        for font in [dejavu::sans::regular(), dejavu::sans::bold()] {
            fonts.load_font_source(Source::Binary(Arc::new(font)));
        }
        fonts.set_sans_serif_family("DejaVu Sans");
        Arc::new(fonts)
    });
    Arc::clone(loaded)
}

/// A chart as PNG on white, 2 pixels for each of the chart, 1,600 across.
///
/// # Errors
/// When the text is no SVG; never for a chart of this program.
///
/// # Example
/// ```
/// use bandwise::report::chart::{Axis, Unit, picture, tornado};
/// let axis = Axis::new("pounds", Unit::Pounds);
/// let drawn = picture(&tornado(&[], 0.0, "Nothing", &axis, "none"))?;
/// assert_eq!(drawn.width, 1600);
/// assert!(drawn.bytes.starts_with(b"\x89PNG"));
/// assert!(picture("no chart").is_err());
/// # Ok::<(), bandwise::report::chart::PictureError>(())
/// ```
pub fn picture(svg: &str) -> Result<Picture, PictureError> {
    let options = Options {
        fontdb: fonts(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options)?;
    let size = tree.size().to_int_size();
    let pixels = |length: u32| (f64::from(length) * f64::from(SCALE)).round() as u32;
    let (width, height) = (pixels(size.width()), pixels(size.height()));
    let mut pixmap = Pixmap::new(width, height).ok_or(PictureError::Size { width, height })?;
    pixmap.fill(Color::WHITE);
    let transform = Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    let bytes = pixmap
        .encode_png()
        .map_err(|error| PictureError::Encoding(error.to_string()))?;
    Ok(Picture {
        bytes,
        width,
        height,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Sheet;
    use super::*;

    fn sheet(title: &str) -> String {
        Sheet {
            title,
            description: String::new(),
            key: Vec::new(),
            notes: Vec::new(),
            source: "own",
            body: 100.0,
        }
        .draw(|_, _| {})
    }

    #[test]
    fn a_picture_has_words_in_it_and_is_the_same_each_time() {
        let (some, none) = (picture(&sheet("Derby")), picture(&sheet("")));
        let (some, none) = (some.expect("a chart"), none.expect("a chart"));
        assert_eq!(some, picture(&sheet("Derby")).expect("a chart"));
        assert!(
            some.bytes.len() > none.bytes.len() + 1_000,
            "words are drawn"
        );
        assert_eq!((some.width, none.width), (1600, 1600));
    }

    #[test]
    fn what_is_no_chart_is_refused() {
        let error = picture("<html/>").expect_err("no SVG");
        assert!(error.to_string().starts_with("no chart that can be drawn"));
    }
}
