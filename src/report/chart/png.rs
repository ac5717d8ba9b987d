//! A chart as a picture of pixels, for whatever cannot show SVG.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use png::{
    BitDepth, ColorType, Compression, Encoder, EncodingError, Filter, PixelDimensions, Unit,
};
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
    /// It cannot be packed.
    #[error("no picture could be packed: {0}")]
    Packing(#[from] EncodingError),
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
    // Drawn on white, so that every pixel is opaque.
    let pixels: Vec<Rgb> = (pixmap.pixels().iter())
        .map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
        .collect();
    Ok(Picture {
        bytes: indexed_png(&pixels, width, height)?,
        width,
        height,
    })
}

/// Red, green and blue.
type Rgb = [u8; 3];

/// Colours that a PNG with a palette has at most.
const MOST_COLOURS: usize = 256;
/// Pixels in a metre of paper at 192 to the inch.
const PIXELS_PER_METRE: u32 = 7559;

/// Pixels row by row as PNG with a palette: a chart has few colours, and a byte a pixel is packed in a
/// third of the time and the room that three take.
fn indexed_png(pixels: &[Rgb], width: u32, height: u32) -> Result<Vec<u8>, EncodingError> {
    let (palette, places) = palette(pixels);
    let place = |pixel: &Rgb| places.get(pixel).copied().unwrap_or_default();
    let mut packed = Vec::with_capacity(pixels.len());
    for run in pixels.chunk_by(|one, other| one == other) {
        packed.resize(packed.len() + run.len(), place(&run[0]));
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.concat());
    // The quick way packs by plain code of its own: the same bytes on every processor.
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::NoFilter);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: PIXELS_PER_METRE,
        yppu: PIXELS_PER_METRE,
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&packed)?;
    writer.finish()?;
    Ok(bytes)
}

/// The colours of a palette, and which of them stands for each colour: itself, or the nearest where
/// there are too many, which happens to the rims of letters and lines only.
fn palette(pixels: &[Rgb]) -> (Vec<Rgb>, BTreeMap<Rgb, u8>) {
    let mut counts: BTreeMap<Rgb, usize> = BTreeMap::new();
    for run in pixels.chunk_by(|one, other| one == other) {
        *counts.entry(run[0]).or_default() += run.len();
    }
    let mut colours: Vec<(Rgb, usize)> = counts.into_iter().collect();
    colours.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    let palette: Vec<Rgb> = (colours.iter().take(MOST_COLOURS))
        .map(|(colour, _)| *colour)
        .collect();
    let nearest = |colour: Rgb| {
        (0..=u8::MAX)
            .zip(&palette)
            .min_by_key(|(_, held)| apart(colour, **held))
            .map_or(0, |(place, _)| place)
    };
    let places = colours.iter().map(|&(colour, _)| (colour, nearest(colour)));
    (palette.clone(), places.collect())
}

/// How far two colours are from each other, squared.
fn apart(one: Rgb, other: Rgb) -> u32 {
    (one.iter().zip(other))
        .map(|(one, other)| u32::from(one.abs_diff(other)).pow(2))
        .sum()
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
    fn colours_beyond_the_palette_stand_for_their_nearest() {
        // Every grey twice, and a red once: it has no place of its own.
        let mut pixels: Vec<Rgb> = (0..=u8::MAX).flat_map(|n| [[n, n, n]; 2]).collect();
        pixels.push([1, 0, 0]);
        let (palette, places) = palette(&pixels);
        assert_eq!(palette.len(), MOST_COLOURS);
        assert_eq!(palette[usize::from(places[&[7, 7, 7]])], [7, 7, 7]);
        assert_eq!(palette[usize::from(places[&[1, 0, 0]])], [0, 0, 0]);
    }

    #[test]
    fn a_png_is_read_back_as_it_was() {
        let drawn = picture(&sheet("Derby")).expect("a chart");
        let read = Pixmap::decode_png(&drawn.bytes).expect("a PNG");
        assert_eq!((read.width(), read.height()), (drawn.width, drawn.height));
        let corner = read.pixel(0, 0).expect("a pixel");
        assert_eq!((corner.red(), corner.alpha()), (255, 255));
        assert!(
            read.pixels().iter().any(|pixel| pixel.red() == 0),
            "black words"
        );
    }

    #[test]
    fn what_is_no_chart_is_refused() {
        let error = picture("<html/>").expect_err("no SVG");
        assert!(error.to_string().starts_with("no chart that can be drawn"));
    }
}
