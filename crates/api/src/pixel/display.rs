//! Parameters of display: encoding, channels, ranges, gammas, colours (rest-api 4.10).
//!
//! What would change the picture and is not done is refused with words, never ignored; what Cytomine accepts and
//! ignores (`contrast`, `resolution`, `magnification`, `drawScaleBar`, `boundaries`) is ignored here too.

use cytomine_domain::pixels::look::{Colour, Look, not_shown};
use cytomine_slide::Output;

use crate::dialect::DialectError;
use crate::dialect::path::ImageFormat;
use crate::dialect::query::Query;
use crate::error::ApiError;

/// The encoding; `quality` (or Cytomine's `jpegQuality`) from 1 to 100 has JPEGs made anew.
pub(super) fn output(format: ImageFormat, query: &Query) -> Result<Output, ApiError> {
    Ok(match format {
        ImageFormat::Png => Output::Png,
        ImageFormat::Webp => Output::WebP,
        ImageFormat::Jpg => {
            let quality = match query.filled("quality") {
                Some(_) => quality(query, "quality")?,
                None => quality(query, "jpegQuality")?,
            };
            Output::Jpeg { quality }
        }
    })
}

fn quality(query: &Query, name: &str) -> Result<Option<u8>, DialectError> {
    const EXPECTED: &str = "a quality from 1 to 100";
    match query.parsed::<u8>(name, EXPECTED)? {
        Some(quality) if !(1..=100).contains(&quality) => {
            Err(DialectError::invalid(name, &quality.to_string(), EXPECTED))
        }
        quality => Ok(quality),
    }
}

/// Channels, ranges, gammas and colours, by their names for tiles or for pictures.
pub(super) fn look(query: &Query) -> Result<Look, ApiError> {
    if query.pairs().next().is_none() {
        return Ok(Look::default());
    }
    if let Some(filters) = query.filled("filters") {
        return Err(not_shown(&format!("The filter {filters}"), "leave `filters` out").into());
    }
    if query.flag("log")? {
        return Err(not_shown("`log`", "use `gammas`").into());
    }
    if let Some(bits) = query.filled("bits")
        && !["8", "max", "auto"].contains(&bits.to_ascii_lowercase().as_str())
    {
        return Err(not_shown(&format!("`bits={bits}`"), "ask for 8 bits").into());
    }
    for plane in ["zSlices", "timepoints"] {
        if let Some(text) = query.filled(plane)
            && text != "0"
        {
            return Err(DialectError::invalid(plane, text, "0: this image has one plane").into());
        }
    }
    let either = |names: [&'static str; 2]| names.into_iter().find(|name| query.filled(name).is_some());
    let gammas = either(["gammas", "gamma"]).map(|name| gammas(query, name)).transpose()?;
    let colours = either(["colormaps", "colormap"]).map(|name| colours(query, name)).transpose()?;
    Ok(Look {
        channels: list(query, "channels", |text| text.parse().ok(), "numbers of channels, from 0")?,
        minimums: bounds(query, "minIntensities")?,
        maximums: bounds(query, "maxIntensities")?,
        gammas,
        colours,
        inverse: query.flag("inverse")?,
    })
}

fn list<T>(
    query: &Query,
    name: &str,
    one: impl Fn(&str) -> Option<T>,
    expected: &'static str,
) -> Result<Option<Vec<T>>, DialectError> {
    let Some(text) = query.filled(name) else { return Ok(None) };
    let parts = text.split(',').map(str::trim);
    parts
        .map(|part| one(part).ok_or_else(|| DialectError::invalid(name, part, expected)))
        .collect::<Result<_, _>>()
        .map(Some)
}

fn gammas(query: &Query, name: &str) -> Result<Vec<f64>, DialectError> {
    let gamma = |text: &str| text.parse().ok().filter(|gamma: &f64| (0.0..=10.0).contains(gamma));
    Ok(list(query, name, gamma, "numbers from 0 to 10")?.unwrap_or_default())
}

/// Samples; `AUTO_IMAGE` and `AUTO_PLANE` mean the whole range of 8 bits (image-server 3.2).
fn bounds(query: &Query, name: &str) -> Result<Option<Vec<u8>>, ApiError> {
    if let Some(text) = query.filled(name)
        && text.to_ascii_uppercase().contains("STRETCH")
    {
        return Err(not_shown(&format!("`{name}={text}`"), "give numbers from 0 to 255").into());
    }
    let whole = if name.starts_with("min") { 0 } else { 255 };
    let one = |text: &str| {
        if text.is_empty() || text.to_ascii_uppercase().starts_with("AUTO_") {
            return Some(whole);
        }
        let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
        Some(number.round().clamp(0.0, 255.0) as u8)
    };
    Ok(list(query, name, one, "numbers from 0 to 255")?)
}

fn colours(query: &Query, name: &str) -> Result<Vec<Colour>, ApiError> {
    let mut colours = Vec::new();
    for text in query.filled(name).unwrap_or_default().split(',').map(str::trim) {
        let (inverse, plain) = match text.strip_prefix('!') {
            Some(plain) => (true, plain),
            None => (false, text),
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
    use axum::http::StatusCode;
    use proptest::prelude::*;

    fn read(raw: &str) -> Result<Look, ApiError> {
        look(&Query::parse(Some(raw)).unwrap())
    }

    #[test]
    fn what_the_web_viewer_sends_is_the_identity() {
        let raw = "zSlices=0&timepoints=0&channels=0,1,2&minIntensities=0,0,0&maxIntensities=255,255,255\
                   &gammas=1,1,1&colormaps=%23f00,%230f0,%2300f&filters=";
        assert!(read(raw).unwrap().mixer(3).unwrap().is_none());
        for raw in
            ["colormaps=DEFAULT", "minIntensities=AUTO_IMAGE&maxIntensities=AUTO_PLANE", "bits=8", "v=1"]
        {
            assert!(read(raw).unwrap().mixer(3).unwrap().is_none(), "{raw}");
        }
        assert!(read("gamma=2").unwrap().mixer(3).unwrap().is_some());
        assert!(read("inverse=true").unwrap().mixer(3).unwrap().is_some());
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
        let read = |raw| output(ImageFormat::Jpg, &Query::parse(Some(raw)).unwrap());
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
            let mut query = Query::default();
            query.merge_body(&serde_json::json!({ name: value }));
            if let Ok(look) = look(&query) {
                let _ = (look.mixer(1).is_ok(), look.mixer(3).is_ok());
            }
        }
    }
}
