//! How stored samples are shown: range, gamma and colour of each channel (image-server 3.1).
//!
//! A [`Look`] is what was asked for, a [`Mixer`] what it means for the pixels of a slide. A look that changes nothing
//! has no mixer, so stored tiles pass through; the viewers of Cytomine send the identity with every tile.
//! One deviation: Cytomine's image server reaches full brightness one step below the maximum, here it is at it.

use cytomine_model::ErrorKind;

use crate::DomainError;

/// What was asked for. Lists hold one entry per channel shown, or one for all of them; absent ones change nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Channels shown, from 0; all where absent.
    pub channels: Option<Vec<u32>>,
    /// Samples up to here are black.
    pub minimums: Option<Vec<u8>>,
    /// Samples from here on are full.
    pub maximums: Option<Vec<u8>>,
    /// Exponents.
    pub gammas: Option<Vec<f64>>,
    /// Colours of the channels.
    pub colours: Option<Vec<Colour>>,
    /// Dark and bright change places.
    pub inverse: bool,
}

/// The colour of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// As `[r, g, b]`; absent: the channel's own.
    pub rgb: Option<[u8; 3]>,
    /// Dark and bright change places.
    pub inverse: bool,
}

/// Makes shown pixels of stored ones.
#[derive(Clone)]
pub struct Mixer {
    /// What a sample of each stored channel adds to red, green and blue.
    parts: Box<[[[u8; 3]; 256]; 3]>,
}

impl std::fmt::Debug for Mixer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mixer")
    }
}

/// Red, green, blue.
const PRIMARIES: [[u8; 3]; 3] = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];

impl Look {
    /// What this look does to the pixels of a slide of that many channels (1 or 3); `None` when it changes nothing.
    ///
    /// # Errors
    /// Kind invalid when the lists do not fit the channels.
    pub fn mixer(&self, channels: u8) -> Result<Option<Mixer>, DomainError> {
        if *self == Self::default() {
            return Ok(None);
        }
        let count = usize::from(channels).clamp(1, 3);
        let shown = self.shown(count)?;
        let mut parts = Box::new([[[0; 3]; 256]; 3]);
        for (place, &channel) in shown.iter().enumerate() {
            let minimum = entry("minIntensities", self.minimums.as_deref(), place, shown.len())?.unwrap_or(0);
            let maximum =
                entry("maxIntensities", self.maximums.as_deref(), place, shown.len())?.unwrap_or(255);
            let gamma = entry("gammas", self.gammas.as_deref(), place, shown.len())?.unwrap_or(1.0);
            let colour = entry("colormaps", self.colours.as_deref(), place, shown.len())?;
            if minimum > maximum {
                return Err(DomainError::invalid(format!(
                    "The minimum {minimum} of channel {channel} is above its maximum {maximum}; exchange them"
                )));
            }
            if !gamma.is_finite() || gamma < 0.0 {
                return Err(DomainError::invalid(format!("{gamma} is no gamma: give a number from 0 to 10")));
            }
            let own = if count == 1 { [255; 3] } else { PRIMARIES[channel] };
            let rgb = colour.and_then(|colour| colour.rgb).unwrap_or(own);
            let inverse = self.inverse != colour.is_some_and(|colour| colour.inverse);
            for (sample, part) in parts[channel].iter_mut().enumerate() {
                let value = ramp(sample, minimum, maximum).powf(gamma);
                let value = if inverse { 1.0 - value } else { value };
                *part = rgb.map(|full| (f64::from(full) * value).round_ties_even() as u8);
            }
        }
        let mixer = Mixer { parts };
        Ok(if mixer.is_identity(count) { None } else { Some(mixer) })
    }

    fn shown(&self, count: usize) -> Result<Vec<usize>, DomainError> {
        let Some(channels) = &self.channels else { return Ok((0..count).collect()) };
        let mut shown = Vec::with_capacity(channels.len());
        for &channel in channels {
            let known = usize::try_from(channel).ok().filter(|channel| *channel < count);
            let channel = known.ok_or_else(|| {
                DomainError::invalid(format!(
                    "There is no channel {channel}: this image has channels 0 to {}",
                    count - 1
                ))
            })?;
            if shown.contains(&channel) {
                return Err(DomainError::invalid(format!("Channel {channel} is named twice in `channels`")));
            }
            shown.push(channel);
        }
        Ok(shown)
    }
}

/// Entry of a list for the channel at that place.
fn entry<T: Copy>(
    name: &str,
    list: Option<&[T]>,
    place: usize,
    shown: usize,
) -> Result<Option<T>, DomainError> {
    match list {
        None => Ok(None),
        Some([one]) => Ok(Some(*one)),
        Some(list) if list.len() == shown => Ok(list.get(place).copied()),
        Some(list) => Err(DomainError::invalid(format!(
            "`{name}` has {} values: give one, or one for each of the {shown} channels shown",
            list.len()
        ))),
    }
}

/// 0 up to the minimum, 1 from the maximum on, a line between. A channel without a range is dropped.
fn ramp(sample: usize, minimum: u8, maximum: u8) -> f64 {
    if minimum == maximum {
        return 0.0;
    }
    let (minimum, maximum) = (f64::from(minimum), f64::from(maximum));
    ((sample as f64 - minimum) / (maximum - minimum)).clamp(0.0, 1.0)
}

impl Mixer {
    fn is_identity(&self, count: usize) -> bool {
        (0..=255u8).all(|sample| {
            let at = usize::from(sample);
            match count {
                1 => self.parts[0][at] == [sample; 3],
                _ => (0..3).all(|channel| {
                    let mut own = [0; 3];
                    own[channel] = sample;
                    self.parts[channel][at] == own
                }),
            }
        })
    }

    /// Changes interleaved RGB samples in place. Grey pixels hold their one sample three times.
    pub fn apply(&self, rgb: &mut [u8]) {
        let [red, green, blue] = &*self.parts;
        for pixel in rgb.chunks_exact_mut(3) {
            let parts =
                [red[usize::from(pixel[0])], green[usize::from(pixel[1])], blue[usize::from(pixel[2])]];
            for (at, sample) in pixel.iter_mut().enumerate() {
                *sample = parts[0][at].saturating_add(parts[1][at]).saturating_add(parts[2][at]);
            }
        }
    }
}

/// What is not shown by this version.
pub fn not_shown(what: &str, remedy: &str) -> DomainError {
    DomainError::new(ErrorKind::NotImplemented, format!("{what} is not supported by this version; {remedy}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(look: &Look, channels: u8, pixel: [u8; 3]) -> [u8; 3] {
        let mut pixel = pixel;
        if let Some(mixer) = look.mixer(channels).unwrap() {
            mixer.apply(&mut pixel);
        }
        pixel
    }

    fn plain(rgb: [u8; 3]) -> Colour {
        Colour { rgb: Some(rgb), inverse: false }
    }

    #[test]
    fn what_the_web_viewer_sends_changes_nothing() {
        let look = Look {
            channels: Some(vec![0, 1, 2]),
            minimums: Some(vec![0, 0, 0]),
            maximums: Some(vec![255, 255, 255]),
            gammas: Some(vec![1.0, 1.0, 1.0]),
            colours: Some(PRIMARIES.map(plain).to_vec()),
            inverse: false,
        };
        assert!(look.mixer(3).unwrap().is_none());
        let grey = Look { channels: Some(vec![0]), colours: Some(vec![plain([255; 3])]), ..Look::default() };
        assert!(grey.mixer(1).unwrap().is_none());
    }

    #[test]
    fn ranges_stretch_and_gammas_bend() {
        let look = Look { minimums: Some(vec![50]), maximums: Some(vec![150]), ..Look::default() };
        assert_eq!(shown(&look, 3, [50, 100, 150]), [0, 128, 255]);
        let look = Look { gammas: Some(vec![2.0, 1.0, 0.5]), ..Look::default() };
        assert_eq!(shown(&look, 3, [128, 128, 128]), [64, 128, 181]);
        let look = Look { minimums: Some(vec![7]), maximums: Some(vec![7]), ..Look::default() };
        assert_eq!(shown(&look, 3, [200, 200, 200]), [0, 0, 0]);
    }

    #[test]
    fn channels_can_be_left_out_coloured_and_inverted() {
        let look = Look { channels: Some(vec![1]), ..Look::default() };
        assert_eq!(shown(&look, 3, [10, 20, 30]), [0, 20, 0]);
        let look =
            Look { channels: Some(vec![0, 2]), colours: Some(vec![plain([255; 3]); 2]), ..Look::default() };
        assert_eq!(shown(&look, 3, [10, 20, 30]), [40, 40, 40]);
        assert_eq!(shown(&look, 3, [200, 0, 100]), [255, 255, 255]);
        let look = Look { inverse: true, ..Look::default() };
        assert_eq!(shown(&look, 3, [0, 100, 255]), [255, 155, 0]);
        let tinted = Look { colours: Some(vec![plain([255, 0, 128])]), ..Look::default() };
        assert_eq!(shown(&tinted, 1, [255; 3]), [255, 0, 128]);
    }

    #[test]
    fn lists_that_do_not_fit_are_refused_with_words() {
        let look = Look { gammas: Some(vec![1.0, 2.0]), ..Look::default() };
        let error = look.mixer(3).unwrap_err();
        assert_eq!(error.message, "`gammas` has 2 values: give one, or one for each of the 3 channels shown");
        let look = Look { channels: Some(vec![3]), ..Look::default() };
        assert_eq!(
            look.mixer(3).unwrap_err().message,
            "There is no channel 3: this image has channels 0 to 2"
        );
        let look = Look { minimums: Some(vec![9]), maximums: Some(vec![3]), ..Look::default() };
        assert!(look.mixer(3).is_err());
    }
}
