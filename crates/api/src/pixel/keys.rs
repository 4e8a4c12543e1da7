//! The parameters of pictures, described: what reads them is [`super::display`] and [`super::drawing`].

use serde_json::{Value, json};

use crate::describe::{Keys, Sketch, asked};
use crate::dialect::loose::{Flag, Number, Text};
use crate::extract::schema;

type Key = (&'static str, &'static str, Value);

/// Parameters of tiles.
#[derive(Debug)]
pub(super) struct TileKeys;

/// Parameters of pictures.
#[derive(Debug)]
pub(super) struct PictureKeys;

/// Parameters of encoding alone.
#[derive(Debug)]
pub(super) struct EncodingKeys;

impl Keys for EncodingKeys {
    fn keys() -> Vec<Key> {
        let quality = json!({ "type": "integer", "minimum": 1, "maximum": 100 });
        vec![
            (
                "quality",
                "Quality of JPEG, from 1 to 100; without it stored tiles are sent as they are",
                quality.clone(),
            ),
            ("jpegQuality", "The same", quality),
        ]
    }
}

impl Keys for TileKeys {
    fn keys() -> Vec<Key> {
        let text = schema::<Text>;
        let mut keys = EncodingKeys::keys();
        keys.extend([
            ("v", "Version of the pixels: with it the answer may be kept for ever", text()),
            ("channels", "Numbers of channels, from 0", text()),
            ("minIntensities", "Lowest value shown, of each channel", text()),
            ("maxIntensities", "Highest value shown, of each channel", text()),
            ("gammas", "Gamma of each channel, from 0 to 10", text()),
            ("gamma", "The same", text()),
            ("colormaps", "Colour of each channel", text()),
            ("colormap", "The same", text()),
            ("inverse", "Dark for light", schema::<Flag>()),
            ("bits", "Bits of a sample in the answer: 8", text()),
            ("zSlices", "Number of the z plane", text()),
            ("timepoints", "Number of the time", text()),
        ]);
        keys
    }
}

impl Keys for PictureKeys {
    fn keys() -> Vec<Key> {
        let pixels = json!({ "type": "integer", "minimum": 1 });
        let mut keys = TileKeys::keys();
        keys.extend([
            ("maxSize", "Longest side in pixels", pixels),
            ("zoom", "How many times the full size is halved", json!({ "type": "integer", "minimum": 0 })),
            ("safe", "Make it smaller instead of refusing it", schema::<Flag>()),
            ("location", "Shape to crop around, as WKT", schema::<Text>()),
            ("geometry", "The same", schema::<Text>()),
            ("type", "How the shape is shown: `crop`, `draw`, `mask` or `alphaMask`", schema::<Text>()),
            ("draw", "Draw the outline of the shape", schema::<Flag>()),
            ("mask", "The shape in white on black", schema::<Flag>()),
            ("alphaMask", "The shape cut out", schema::<Flag>()),
            (
                "alpha",
                "How see-through what lies around is, in percent",
                json!({ "type": "integer", "minimum": 0, "maximum": 100 }),
            ),
            ("color", "Colour of the outline", schema::<Text>()),
            ("thickness", "Thickness of the outline in pixels", schema::<Number>()),
            ("increaseArea", "How much more than the shape is shown", schema::<Number>()),
            ("square", "As wide as high", schema::<Flag>()),
        ]);
        keys
    }
}

/// A picture by POST: its parameters may stand in the body too.
pub(super) fn in_body(sketch: &mut Sketch<'_>) {
    asked::<PictureKeys>(sketch);
    sketch.refuses(413);
    let schema = json!({ "description": "The parameters, as an object", "type": ["object", "null"] });
    sketch.body = Some(("application/json", schema));
}

/// A descriptor of Deep Zoom.
pub(super) fn deep_zoom(sketch: &mut Sketch<'_>) {
    let text = json!({ "type": "string", "contentMediaType": "application/xml" });
    sketch.answers.insert(200, ("The descriptor", "application/xml", text));
    sketch.answers.insert(304, ("The client has it already", "", Value::Null));
}
