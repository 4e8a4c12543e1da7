//! Parameters of display: encoding, channels, ranges, gammas, colours (rest-api 4.10).
//!
//! What would change the picture and is not done is refused with words, never ignored; what Cytomine accepts and
//! ignores (`contrast`, `resolution`, `magnification`, `drawScaleBar`, `boundaries`) is ignored here too.

use cytomine_domain::pixels::Planes;
use cytomine_model::ErrorKind;
use cytomine_slide::{Colour, Look, Output, Plane};

use super::keys::{Display, Encoding};
use crate::dialect::DialectError;
use crate::dialect::loose::{List, Text};
use crate::dialect::path::ImageFormat;
use crate::error::ApiError;

/// The encoding; `quality` (or Cytomine's `jpegQuality`) has JPEGs made anew.
pub(super) fn output(format: ImageFormat, keys: Encoding) -> Output {
    match format {
        ImageFormat::Png => Output::Png,
        ImageFormat::Webp => Output::WebP,
        ImageFormat::Jpg => Output::Jpeg { quality: keys.quality.get().or(keys.jpeg_quality.get()) },
    }
}

/// What is not shown by this version.
fn not_shown(what: &str, remedy: &str) -> ApiError {
    let words = format!("{what} is not supported by this version; {remedy}");
    ApiError::new(ErrorKind::NotImplemented, words)
}

/// The plane (the one of the address, at another focus or moment where the parameters name one), and its channels,
/// ranges, gammas and colours, by their names for tiles or for pictures.
pub(super) fn view(keys: Display, planes: &Planes) -> Result<(Plane, Look), ApiError> {
    if let Some(filters) = keys.filters.filled() {
        return Err(not_shown(&format!("The filter {filters}"), "leave `filters` out"));
    }
    if keys.log.is_on() {
        return Err(not_shown("`log`", "use `gammas`"));
    }
    if let Some(bits) = keys.bits.filled()
        && !["8", "max", "auto"].contains(&bits.to_ascii_lowercase().as_str())
    {
        return Err(not_shown(&format!("`bits={bits}`"), "ask for 8 bits"));
    }
    let z = place("zSlices", keys.z_slices, planes.shown.z, planes.depth)?;
    let t = place("timepoints", keys.timepoints, planes.shown.t, planes.duration)?;
    let channel = |text: &str| text.parse().ok();
    let gamma = |text: &str| text.parse().ok().filter(|gamma: &f64| (0.0..=10.0).contains(gamma));
    let look = Look {
        channels: list("channels", keys.channels, channel, "numbers of channels, from 0")?,
        minimums: bounds("minIntensities", keys.min_intensities)?,
        maximums: bounds("maxIntensities", keys.max_intensities)?,
        gammas: list("gammas", keys.gammas.or(keys.gamma), gamma, "numbers from 0 to 10")?,
        colours: keys.colormaps.or(keys.colormap).elements().map(colours).transpose()?,
        inverse: keys.inverse.is_on(),
    };
    Ok((Plane { z, t, ..planes.shown }, look))
}

/// A focus or moment among so many, by the parameter of that name.
fn place(name: &str, given: Text, own: u32, count: u32) -> Result<u32, DialectError> {
    let Some(text) = given.filled() else { return Ok(own) };
    let known = text.parse().ok().filter(|place| *place < count);
    known.ok_or_else(|| {
        let expected = match count {
            0 | 1 => "0: this image has one plane",
            _ => "the number of a plane of this image, from 0",
        };
        DialectError::invalid(name, &text, expected)
    })
}

fn list<T>(
    name: &str,
    given: List,
    one: impl Fn(&str) -> Option<T>,
    expected: &'static str,
) -> Result<Option<Vec<T>>, DialectError> {
    let read = |part: String| one(&part).ok_or_else(|| DialectError::invalid(name, &part, expected));
    given.elements().map(|parts| parts.into_iter().map(read).collect()).transpose()
}

/// Samples; `AUTO_IMAGE` and `AUTO_PLANE` mean the whole range of the image (image-server 3.2).
fn bounds(name: &str, given: List) -> Result<Option<Vec<Option<f64>>>, ApiError> {
    let stretched = |part: &String| part.to_ascii_uppercase().contains("STRETCH");
    if let Some(parts) = given.clone().elements().filter(|parts| parts.iter().any(stretched)) {
        return Err(not_shown(&format!("`{name}={}`", parts.join(",")), "give numbers from 0 to 255"));
    }
    let one = |text: &str| {
        if text.is_empty() || text.to_ascii_uppercase().starts_with("AUTO_") {
            return Some(None);
        }
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Some)
    };
    Ok(list(name, given, one, "numbers from 0 to 255")?)
}

fn colours(given: Vec<String>) -> Result<Vec<Colour>, ApiError> {
    let mut colours = Vec::new();
    for text in given {
        let (inverse, plain) = match text.strip_prefix('!') {
            Some(plain) => (true, plain),
            None => (false, text.as_str()),
        };
        let rgb = match plain.to_ascii_uppercase().as_str() {
            "" | "DEFAULT" | "NONE" => None,
            _ => Some(colour(plain).ok_or_else(|| {
                not_shown(&format!("The colour map {text}"), "give colours such as `#ff0000`, or `DEFAULT`")
            })?),
        };
        colours.push(Colour { rgb, inverse });
    }
    Ok(colours)
}

/// A colour as `#rgb`, `#rrggbb`, `0xrrggbb`, or by one of the names that Cytomine uses.
pub(super) fn colour(text: &str) -> Option<[u8; 3]> {
    let digits =
        text.strip_prefix('#').or_else(|| text.strip_prefix("0x")).or_else(|| text.strip_prefix("0X"));
    let Some(digits) = digits else {
        return Some(match text.to_ascii_lowercase().as_str() {
            "black" => [0; 3],
            "white" => [255; 3],
            "red" => [255, 0, 0],
            "lime" => [0, 255, 0],
            "green" => [0, 128, 0],
            "blue" => [0, 0, 255],
            "yellow" => [255, 255, 0],
            "cyan" | "aqua" => [0, 255, 255],
            "magenta" | "fuchsia" => [255, 0, 255],
            _ => return None,
        });
    };
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        3 => Some([8, 4, 0].map(|shift| ((number >> shift) & 0xF) as u8 * 17)),
        6 => Some([16, 8, 0].map(|shift| (number >> shift) as u8)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Keys as _, Values};
    use axum::http::StatusCode;
    use cytomine_slide::{Channel, Mixer, PixelKind, SlideError};
    use proptest::prelude::*;

    fn keys(raw: &str) -> Display {
        Display::read(&Values::of(Some(raw)).unwrap()).unwrap()
    }

    fn read(raw: &str) -> Result<Look, ApiError> {
        view(keys(raw), &Planes::default()).map(|(_, look)| look)
    }

    fn mixer(look: &Look, channels: usize) -> Result<Option<Mixer>, SlideError> {
        look.mixer(&PixelKind::eight_bit(channels), &[Channel::default()], 0)
    }

    #[test]
    fn foci_and_moments_are_those_of_the_image() {
        let shown = Plane { c: 2, z: 1, t: 0 };
        let planes = Planes { shown, depth: 5, duration: 1 };
        let read = |raw| view(keys(raw), &planes).map(|(plane, _)| plane);
        assert_eq!(read("v=1").unwrap(), shown);
        assert_eq!(read("zSlices=4&timepoints=0").unwrap(), Plane { z: 4, ..shown });
        for raw in ["zSlices=5", "zSlices=1,2", "timepoints=1", "zSlices=-1"] {
            assert_eq!(read(raw).unwrap_err().status(), StatusCode::BAD_REQUEST, "{raw}");
        }
    }

    #[test]
    fn what_the_web_viewer_sends_is_the_identity() {
        let raw = "zSlices=0&timepoints=0&channels=0,1,2&minIntensities=0,0,0&maxIntensities=255,255,255\
                   &gammas=1,1,1&colormaps=%23f00,%230f0,%2300f&filters=";
        assert!(mixer(&read(raw).unwrap(), 3).unwrap().is_none());
        for raw in
            ["colormaps=DEFAULT", "minIntensities=AUTO_IMAGE&maxIntensities=AUTO_PLANE", "bits=8", "v=1"]
        {
            assert!(mixer(&read(raw).unwrap(), 3).unwrap().is_none(), "{raw}");
        }
        assert!(mixer(&read("gamma=2").unwrap(), 3).unwrap().is_some());
        assert!(mixer(&read("inverse=true").unwrap(), 3).unwrap().is_some());
    }

    #[test]
    fn what_is_not_done_is_refused_with_words() {
        for raw in ["filters=binary", "colormap=JET", "minIntensities=STRETCH_IMAGE", "bits=16", "log=true"] {
            assert_eq!(read(raw).unwrap_err().status(), StatusCode::NOT_IMPLEMENTED, "{raw}");
        }
        for raw in ["channels=a", "gammas=-1", "gammas=NaN", "zSlices=3", "maxIntensities=x"] {
            assert_eq!(read(raw).unwrap_err().status(), StatusCode::BAD_REQUEST, "{raw}");
        }
    }

    #[test]
    fn colours_in_all_spellings() {
        for text in ["#f00", "#FF0000", "0xff0000", "0XFF0000", "Red"] {
            assert_eq!(colour(text), Some([255, 0, 0]), "{text}");
        }
        for text in ["", "#", "#ff", "#ff00000", "0xgg0000", "#+f0000", "jet"] {
            assert_eq!(colour(text), None, "{text}");
        }
    }

    #[test]
    fn qualities_are_from_1_to_100() {
        let read =
            |raw| Encoding::read(&Values::of(Some(raw)).unwrap()).map(|keys| output(ImageFormat::Jpg, keys));
        assert_eq!(read("quality=70").unwrap(), Output::Jpeg { quality: Some(70) });
        assert_eq!(read("jpegQuality=100").unwrap(), Output::Jpeg { quality: Some(100) });
        assert_eq!(read("v=1").unwrap(), Output::JPEG);
        for raw in ["quality=0", "quality=101", "quality=high", "quality=-1"] {
            assert!(read(raw).is_err(), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn no_parameters_panic(name in "channels|minIntensities|maxIntensities|gammas|colormaps|bits", value in ".{0,30}") {
            let raw = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish();
            let Ok(values) = Values::of(Some(&raw)) else { return Ok(()) };
            if let Ok((_, look)) = Display::read(&values).and_then(|keys| view(keys, &Planes::default())) {
                let _ = (mixer(&look, 1).is_ok(), mixer(&look, 3).is_ok());
            }
        }
    }
}
