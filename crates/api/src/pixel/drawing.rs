//! Parameters of pictures: size, and how a shape is shown (crop parameters of rest-api 4.10).

use cytomine_domain::pixels::Planes;
use cytomine_domain::pixels::frame::Size;
use cytomine_domain::pixels::picture::{Around, Style};
use cytomine_slide::Output;

use super::display;
use super::keys::{Drawn, PictureKeys};
use crate::dialect::DialectError;
use crate::dialect::path::ImageFormat;
use crate::error::ApiError;

/// Outlines that are asked for without a colour.
const OUTLINE: [u8; 3] = [255, 0, 0];

/// `maxSize`, `zoom` and `safe`; `longest` is the size where neither is given.
pub(super) fn size(keys: &Drawn, longest: Option<u32>) -> Size {
    let halvings = keys.zoom.clone().get();
    let longest = keys.max_size.clone().get().or(if halvings.is_none() { longest } else { None });
    Size { longest, halvings, safe: keys.safe.clone().is_on() }
}

/// How the shape is shown when its address does not say it: by `type`, or by a switch of that name.
fn style_of(keys: &Drawn) -> Result<Style, DialectError> {
    let kind = match keys.style.clone().filled() {
        Some(kind) => kind.to_ascii_lowercase(),
        None if keys.draw.clone().is_on() => "draw".to_owned(),
        None if keys.mask.clone().is_on() => "mask".to_owned(),
        None if keys.alpha_mask.clone().is_on() => "alphamask".to_owned(),
        None => "crop".to_owned(),
    };
    match kind.as_str() {
        "crop" => Ok(Style::Crop),
        "draw" => Ok(Style::Draw { colour: OUTLINE, thickness: 1.0 }),
        "mask" => Ok(Style::Mask),
        "alphamask" => Ok(Style::AlphaMask { transparency: 100 }),
        _ => Err(DialectError::invalid("type", &kind, "`crop`, `draw`, `mask` or `alphaMask`")),
    }
}

/// What a picture of a shape shows, and its encoding. `style` is what the address says; `longest` the size where the
/// parameters give none.
pub(super) fn around(
    (encoding, shown, drawn): PictureKeys,
    planes: &Planes,
    format: ImageFormat,
    style: Option<Style>,
    longest: Option<u32>,
) -> Result<(Around, Output), ApiError> {
    let size = size(&drawn, longest);
    let mut style = match style {
        Some(style) => style,
        None => style_of(&drawn)?,
    };
    match (&mut style, drawn.alpha.get()) {
        (Style::AlphaMask { transparency }, Some(percent)) => *transparency = percent,
        (Style::Crop, Some(percent)) if percent > 0 => style = Style::AlphaMask { transparency: percent },
        (Style::Draw { colour, thickness }, _) => {
            if let Some(text) = drawn.color.filled() {
                *colour = display::colour(&text).ok_or_else(|| {
                    DialectError::invalid("color", &text, "a colour such as `#ff0000` or `0xff0000`")
                })?;
            }
            if let Some(wanted) = drawn.thickness.get() {
                *thickness = wanted;
            }
        }
        _ => {}
    }
    // JPEG cannot be see-through; Cytomine answers PNG then.
    let format = match style {
        Style::AlphaMask { .. } if !format.has_alpha() => ImageFormat::Png,
        _ => format,
    };
    let (context, square) = (drawn.increase_area.get().unwrap_or(1.0), drawn.square.is_on());
    let (plane, look) = display::view(shown, planes)?;
    let around = Around { style, context, square, size, plane, look };
    Ok((around, display::output(format, encoding)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Keys as _, Values};

    fn read(raw: &str, style: Option<Style>) -> Result<(Around, Output), ApiError> {
        let keys = PictureKeys::read(&Values::of(Some(raw)).unwrap())?;
        around(keys, &Planes::default(), ImageFormat::Jpg, style, Some(256))
    }

    #[test]
    fn what_the_clients_send_is_understood() {
        let (around, output) =
            read("bits=8&complete=True&increaseArea=1.25&square=true&maxSize=128", None).unwrap();
        assert_eq!((around.style, output), (Style::Crop, Output::JPEG));
        assert_eq!((around.context, around.square), (1.25, true));
        assert_eq!(around.size, Size { longest: Some(128), halvings: None, safe: false });
        let (around, _) = read("draw=true&thickness=2&color=0x00ff00", None).unwrap();
        assert_eq!(around.style, Style::Draw { colour: [0, 255, 0], thickness: 2.0 });
        assert_eq!(around.size.longest, Some(256));
        let (around, _) = read("type=mask&zoom=2", None).unwrap();
        assert_eq!((around.style, around.size.longest, around.size.halvings), (Style::Mask, None, Some(2)));
    }

    #[test]
    fn what_is_see_through_is_never_jpeg() {
        let (around, output) = read("alpha=60", Some(Style::AlphaMask { transparency: 100 })).unwrap();
        assert_eq!((around.style, output), (Style::AlphaMask { transparency: 60 }, Output::Png));
        let (around, output) = read("alpha=60", None).unwrap();
        assert_eq!((around.style, output), (Style::AlphaMask { transparency: 60 }, Output::Png));
        let (around, output) = read("alpha=0", None).unwrap();
        assert_eq!((around.style, output), (Style::Crop, Output::JPEG));
    }

    #[test]
    fn nonsense_is_refused() {
        for raw in [
            "type=cut",
            "maxSize=0",
            "maxSize=-1",
            "zoom=-1",
            "increaseArea=0",
            "increaseArea=NaN",
            "increaseArea=1e9",
            "draw=true&color=reddish",
            "draw=true&thickness=1000",
            "alpha=101",
        ] {
            assert!(read(raw, None).is_err(), "{raw}");
        }
    }
}
