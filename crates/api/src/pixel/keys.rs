//! The keys of pictures (rest-api 4.10), and what else they say of themselves.

use serde_json::{Value, json};

use crate::describe::Sketch;

crate::keys! {
    /// How a picture is encoded.
    pub(super) struct Encoding {
        /// Quality of JPEG, from 1 to 100; without it stored tiles are sent as they are
        quality: Quality,
        /// The same
        jpeg_quality: Quality,
    }
}

crate::keys! {
    /// What the client takes the pixels for.
    pub(super) struct Version {
        /// Version of the pixels: with it the answer may be kept for ever
        v: Text,
    }
}

crate::keys! {
    /// Which plane and channels are shown, and in which colours.
    pub(super) struct Display {
        /// Numbers of channels, from 0
        channels: List,
        /// Lowest value shown, of each channel
        min_intensities: List,
        /// Highest value shown, of each channel
        max_intensities: List,
        /// Gamma of each channel, from 0 to 10
        gammas: List,
        /// The same
        gamma: List,
        /// Colour of each channel
        colormaps: List,
        /// The same
        colormap: List,
        /// Dark for light
        inverse: Flag,
        /// Bits of a sample in the answer: 8
        bits: Text,
        /// Number of the z plane
        z_slices: Text,
        /// Number of the time
        timepoints: Text,
        /// Filters: none yet
        filters: Text,
        /// Logarithmic values: not yet
        log: Flag,
    }
}

crate::keys! {
    /// How large a picture is, and how it shows a shape.
    pub(super) struct Drawn {
        /// Longest side in pixels
        max_size: Side = 256,
        /// How many times the full size is halved
        zoom: Halvings,
        /// Make it smaller instead of refusing it
        safe: Flag,
        /// Shape to crop around, as WKT
        location: Long,
        /// The same
        geometry: Long,
        /// How the shape is shown: `crop`, `draw`, `mask` or `alphaMask`
        #[serde(rename = "type")]
        style: Text,
        /// Draw the outline of the shape
        draw: Flag,
        /// The shape in white on black
        mask: Flag,
        /// The shape cut out
        alpha_mask: Flag,
        /// How see-through what lies around is, in percent
        alpha: Percent,
        /// Colour of the outline
        color: Text,
        /// Thickness of the outline in pixels
        thickness: Thickness,
        /// How much more than the shape is shown
        increase_area: Enlargement,
        /// As wide as high
        square: Flag,
    }
}

/// Everything that a tile reads.
pub(super) type TileKeys = (Encoding, Version, Display);

/// Everything that a picture reads.
pub(super) type PictureKeys = (Encoding, Display, Drawn);

/// A descriptor of Deep Zoom.
pub(super) fn deep_zoom(sketch: &mut Sketch<'_>) {
    let text = json!({ "type": "string", "contentMediaType": "application/xml" });
    sketch.answers.insert(200, ("The descriptor", "application/xml", text));
    sketch.answers.insert(304, ("The client has it already", "", Value::Null));
}
