//! How stored samples are shown: range, gamma and colour of each channel, several of them mixed (image-server 3.1).
//!
//! A [`Look`] is what was asked for, a [`Mixer`] what it means for the samples of a slide. A look that changes nothing
//! of 8-bit colours has no mixer, so stored tiles pass through; the viewers of Cytomine send the identity with every
//! tile. Samples of other widths always have one: it brings them to the 8 bits of a picture.
//! One deviation: Cytomine's image server reaches full brightness one step below the maximum, here it is at it.

use crate::{
    error::{Result, SlideError},
    info::Channel,
    samples::{PixelKind, Sample, SampleType, Samples},
};

/// What was asked for. Lists hold one entry per channel shown, or one for all of them; absent ones change nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Channels shown, from 0, counted over all stored channels and the samples of each; where absent, those of the
    /// plane that is asked for.
    pub channels: Option<Vec<u32>>,
    /// Samples up to here are black; an absent entry is the least of the slide's range.
    pub minimums: Option<Vec<Option<f64>>>,
    /// Samples from here on are full; an absent entry is the largest of the slide's range.
    pub maximums: Option<Vec<Option<f64>>>,
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
    /// Stored channels that are shown, each once.
    planes: Vec<u32>,
    way: Way,
}

#[derive(Clone)]
enum Way {
    /// What a sample of each channel of an 8-bit plane adds to red, green and blue.
    Table(Box<[[[u8; 3]; 256]; 3]>),
    /// What is shown of each channel.
    Curves(Vec<(Source, Curve)>),
}

/// Which sample of which of the mixer's planes.
#[derive(Clone, Copy, Debug)]
struct Source {
    plane: usize,
    sample: usize,
}

/// From a sample to what it adds to red, green and blue.
#[derive(Clone, Copy, Debug)]
struct Curve {
    minimum: f64,
    maximum: f64,
    gamma: f64,
    inverse: bool,
    rgb: [u8; 3],
}

impl std::fmt::Debug for Mixer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mixer").field("planes", &self.planes).finish_non_exhaustive()
    }
}

/// Red, green, blue, and what further channels are shown in where nothing says it.
const PRIMARIES: [[u8; 3]; 6] =
    [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 255, 255], [255, 0, 255], [255, 255, 0]];

impl Look {
    /// What this look does to the plane of stored channel `c` of a slide with these pixels and stored channels; `None`
    /// when it changes nothing.
    ///
    /// # Errors
    /// [`SlideError::Look`] when the lists do not fit the channels.
    pub fn mixer(&self, kind: &PixelKind, stored: &[Channel], c: u32) -> Result<Option<Mixer>> {
        if kind.is_shown() && *self == Self::default() {
            return Ok(None);
        }
        let per_plane = kind.channels.max(1);
        let shown = self.shown(per_plane, stored.len(), c)?;
        let mut planes = Vec::new();
        let mut curves = Vec::with_capacity(shown.len());
        for (place, &channel) in shown.iter().enumerate() {
            let (stored_channel, sample) = (channel / per_plane, channel % per_plane);
            let plane =
                planes.iter().position(|plane| *plane == stored_channel as u32).unwrap_or_else(|| {
                    planes.push(stored_channel as u32);
                    planes.len() - 1
                });
            let own = match (per_plane, shown.len()) {
                (1, 1) => [255; 3],
                (1, _) => {
                    stored[stored_channel].colour.unwrap_or(PRIMARIES[stored_channel % PRIMARIES.len()])
                }
                _ => PRIMARIES[sample % PRIMARIES.len()],
            };
            let curve = self.curve(kind, channel, (place, shown.len()), own)?;
            curves.push((Source { plane, sample }, curve));
        }
        if !kind.is_shown() || planes != [c] {
            return Ok(Some(Mixer { planes, way: Way::Curves(curves) }));
        }
        let mut parts = Box::new([[[0; 3]; 256]; 3]);
        for (source, curve) in curves {
            for (sample, part) in parts[source.sample].iter_mut().enumerate() {
                *part = curve.shown(sample as f64);
            }
        }
        let identity = is_identity(&parts, per_plane);
        Ok((!identity).then_some(Mixer { planes, way: Way::Table(parts) }))
    }

    /// What is shown of the channel at `place` of so many.
    fn curve(
        &self,
        kind: &PixelKind,
        channel: usize,
        (place, shown): (usize, usize),
        own: [u8; 3],
    ) -> Result<Curve> {
        let bound = |name, list: Option<&[Option<f64>]>, natural| -> Result<f64> {
            let asked = entry(name, list, place, shown)?.flatten().unwrap_or(natural);
            Ok(match kind.sample {
                SampleType::F32 => asked,
                _ => asked.round().clamp(kind.range.0, kind.range.1),
            })
        };
        let minimum = bound("minIntensities", self.minimums.as_deref(), kind.range.0)?;
        let maximum = bound("maxIntensities", self.maximums.as_deref(), kind.range.1)?;
        let gamma = entry("gammas", self.gammas.as_deref(), place, shown)?.unwrap_or(1.0);
        let colour = entry("colormaps", self.colours.as_deref(), place, shown)?;
        if minimum > maximum {
            return Err(refused(format!(
                "The minimum {minimum} of channel {channel} is above its maximum {maximum}; exchange them"
            )));
        }
        if !gamma.is_finite() || gamma < 0.0 {
            return Err(refused(format!("{gamma} is no gamma: give a number from 0 to 10")));
        }
        let rgb = colour.and_then(|colour| colour.rgb).unwrap_or(own);
        let inverse = self.inverse != colour.is_some_and(|colour| colour.inverse);
        Ok(Curve { minimum, maximum, gamma, inverse, rgb })
    }

    /// The channels shown, counted over all stored channels.
    fn shown(&self, per_plane: usize, stored: usize, c: u32) -> Result<Vec<usize>> {
        let Some(channels) = &self.channels else {
            let first = c as usize * per_plane;
            return Ok((first..first + per_plane).collect());
        };
        let count = per_plane * stored;
        let mut shown = Vec::with_capacity(channels.len());
        for &channel in channels {
            let known = usize::try_from(channel).ok().filter(|channel| *channel < count);
            let channel = known.ok_or_else(|| {
                refused(format!("There is no channel {channel}: this image has channels 0 to {}", count - 1))
            })?;
            if shown.contains(&channel) {
                return Err(refused(format!("Channel {channel} is named twice in `channels`")));
            }
            shown.push(channel);
        }
        Ok(shown)
    }
}

fn refused(what: String) -> SlideError {
    SlideError::Look { what }
}

/// Entry of a list for the channel at that place.
fn entry<T: Copy>(name: &str, list: Option<&[T]>, place: usize, shown: usize) -> Result<Option<T>> {
    match list {
        None => Ok(None),
        Some([one]) => Ok(Some(*one)),
        Some(list) if list.len() == shown => Ok(list.get(place).copied()),
        Some(list) => Err(refused(format!(
            "`{name}` has {} values: give one, or one for each of the {shown} channels shown",
            list.len()
        ))),
    }
}

impl Curve {
    /// 0 up to the minimum, 1 from the maximum on, a line between; bent, turned and coloured. A channel without a
    /// range is dropped.
    fn shown(&self, sample: f64) -> [u8; 3] {
        let value = if self.minimum == self.maximum {
            0.0
        } else {
            ((sample - self.minimum) / (self.maximum - self.minimum)).clamp(0.0, 1.0)
        };
        let value = if self.gamma == 1.0 { value } else { value.powf(self.gamma) };
        let value = if self.inverse { 1.0 - value } else { value };
        self.rgb.map(|full| (f64::from(full) * value).round_ties_even() as u8)
    }
}

fn is_identity(parts: &[[[u8; 3]; 256]; 3], channels: usize) -> bool {
    (0..=255u8).all(|sample| {
        let at = usize::from(sample);
        match channels {
            1 => parts[0][at] == [sample; 3],
            _ => (0..3).all(|channel| {
                let mut own = [0; 3];
                own[channel] = sample;
                parts[channel][at] == own
            }),
        }
    })
}

impl Mixer {
    /// Stored channels that it needs the samples of, in the order [`Mixer::mix`] expects them.
    pub(crate) fn planes(&self) -> &[u32] {
        &self.planes
    }

    /// The RGB of a picture from the samples of its planes.
    pub(crate) fn mix(&self, kind: &PixelKind, mut planes: Vec<Samples>) -> Result<Vec<u8>> {
        match &self.way {
            Way::Table(parts) => {
                let mut rgb = planes.pop().map_or(Ok(Vec::new()), Samples::into_u8)?;
                apply(parts, &mut rgb);
                Ok(rgb)
            }
            Way::Curves(curves) => {
                let pixels = planes.first().map_or(0, Samples::len) / kind.samples.max(1);
                let mut rgb = vec![0; pixels * 3];
                for (source, curve) in curves {
                    let Some(plane) = planes.get(source.plane) else { continue };
                    match plane {
                        Samples::U8(list) => add(curve, list, source.sample, kind.samples, &mut rgb),
                        Samples::U16(list) => add(curve, list, source.sample, kind.samples, &mut rgb),
                        Samples::U32(list) => add(curve, list, source.sample, kind.samples, &mut rgb),
                        Samples::F32(list) => add(curve, list, source.sample, kind.samples, &mut rgb),
                    }
                }
                Ok(rgb)
            }
        }
    }
}

/// Changes interleaved RGB samples in place. Grey pixels hold their one sample three times.
fn apply(parts: &[[[u8; 3]; 256]; 3], rgb: &mut [u8]) {
    let [red, green, blue] = parts;
    for pixel in rgb.chunks_exact_mut(3) {
        let parts = [red[usize::from(pixel[0])], green[usize::from(pixel[1])], blue[usize::from(pixel[2])]];
        for (at, sample) in pixel.iter_mut().enumerate() {
            *sample = parts[0][at].saturating_add(parts[1][at]).saturating_add(parts[2][at]);
        }
    }
}

/// Adds what a channel shows.
fn add<T: Sample>(curve: &Curve, samples: &[T], sample: usize, count: usize, rgb: &mut [u8]) {
    for (pixel, to) in samples.chunks_exact(count).zip(rgb.as_chunks_mut::<3>().0) {
        let part = curve.shown(pixel[sample].number());
        for (to, part) in to.iter_mut().zip(part) {
            *to = to.saturating_add(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixer(look: &Look, channels: usize) -> Result<Option<Mixer>> {
        look.mixer(&PixelKind::eight_bit(channels), &[Channel::default()], 0)
    }

    fn shown(look: &Look, channels: usize, pixel: [u8; 3]) -> [u8; 3] {
        match mixer(look, channels).unwrap() {
            None => pixel,
            Some(mixer) => {
                let planes = vec![Samples::U8(pixel.to_vec())];
                mixer.mix(&PixelKind::eight_bit(channels), planes).unwrap().try_into().unwrap()
            }
        }
    }

    /// One sample of 12 bits per plane, in three stored channels.
    const WIDE: PixelKind =
        PixelKind { sample: SampleType::U16, samples: 1, channels: 1, range: (0.0, 4095.0), blank: 0.0 };

    fn wide(look: &Look, c: u32, samples: &[u16]) -> Vec<u8> {
        let stored = [None, Some([255, 128, 0]), None].map(|colour| Channel { name: None, colour });
        let mixer = look.mixer(&WIDE, &stored, c).unwrap().unwrap();
        let planes = mixer.planes().iter().map(|c| Samples::U16(vec![samples[*c as usize]])).collect();
        mixer.mix(&WIDE, planes).unwrap()
    }

    #[test]
    fn wide_samples_are_brought_to_eight_bits_by_their_range() {
        let plain = Look::default();
        assert_eq!(wide(&plain, 0, &[4095, 0, 0]), [255; 3]);
        assert_eq!(wide(&plain, 1, &[0, 2048, 0]), [128; 3], "a channel alone is grey");
        let stretched =
            Look { minimums: Some(vec![Some(100.0)]), maximums: Some(vec![Some(300.0)]), ..Look::default() };
        assert_eq!(wide(&stretched, 0, &[200, 0, 0]), [128; 3]);
        let beyond = Look { maximums: Some(vec![Some(9e9)]), ..Look::default() };
        assert_eq!(wide(&beyond, 0, &[4095, 0, 0]), [255; 3], "bounds end with the range");
    }

    #[test]
    fn channels_are_mixed_in_their_colours() {
        let all = Look { channels: Some(vec![0, 1, 2]), ..Look::default() };
        assert_eq!(wide(&all, 0, &[4095, 0, 0]), [255, 0, 0]);
        assert_eq!(wide(&all, 0, &[0, 4095, 4095]), [255, 128, 255], "a stated colour and the third one's");
        let only = Look { channels: Some(vec![2]), ..Look::default() };
        assert_eq!(wide(&only, 0, &[4095, 0, 4095]), [255; 3]);
        let error = Look { channels: Some(vec![3]), ..Look::default() };
        assert!(error.mixer(&WIDE, &[Channel::default(), Channel::default()], 0).is_err());
    }

    #[test]
    fn fractions_and_numbers_of_32_bits_are_shown() {
        let kind = PixelKind { sample: SampleType::F32, range: (-1.0, 1.0), ..WIDE };
        let mixer = Look::default().mixer(&kind, &[Channel::default()], 0).unwrap().unwrap();
        let rgb = mixer.mix(&kind, vec![Samples::F32(vec![-2.0, 0.0, 1.0, f32::NAN])]).unwrap();
        assert_eq!(rgb.chunks(3).map(|pixel| pixel[0]).collect::<Vec<_>>(), [0, 128, 255, 0]);
        let kind = PixelKind { sample: SampleType::U32, range: (0.0, f64::from(u32::MAX)), ..WIDE };
        let look = Look { gammas: Some(vec![2.0]), ..Look::default() };
        let mixer = look.mixer(&kind, &[Channel::default()], 0).unwrap().unwrap();
        assert_eq!(mixer.mix(&kind, vec![Samples::U32(vec![u32::MAX / 2])]).unwrap(), [64; 3]);
    }

    fn plain(rgb: [u8; 3]) -> Colour {
        Colour { rgb: Some(rgb), inverse: false }
    }

    #[test]
    fn what_the_web_viewer_sends_changes_nothing() {
        let look = Look {
            channels: Some(vec![0, 1, 2]),
            minimums: Some(vec![Some(0.0); 3]),
            maximums: Some(vec![Some(255.0); 3]),
            gammas: Some(vec![1.0, 1.0, 1.0]),
            colours: Some(PRIMARIES[..3].iter().map(|rgb| plain(*rgb)).collect()),
            inverse: false,
        };
        assert!(mixer(&look, 3).unwrap().is_none());
        let grey = Look { channels: Some(vec![0]), colours: Some(vec![plain([255; 3])]), ..Look::default() };
        assert!(mixer(&grey, 1).unwrap().is_none());
    }

    #[test]
    fn ranges_stretch_and_gammas_bend() {
        let look =
            Look { minimums: Some(vec![Some(50.0)]), maximums: Some(vec![Some(150.0)]), ..Look::default() };
        assert_eq!(shown(&look, 3, [50, 100, 150]), [0, 128, 255]);
        let look = Look { gammas: Some(vec![2.0, 1.0, 0.5]), ..Look::default() };
        assert_eq!(shown(&look, 3, [128, 128, 128]), [64, 128, 181]);
        let look =
            Look { minimums: Some(vec![Some(7.0)]), maximums: Some(vec![Some(7.0)]), ..Look::default() };
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
        let error = mixer(&look, 3).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`gammas` has 2 values: give one, or one for each of the 3 channels shown"
        );
        let look = Look { channels: Some(vec![3]), ..Look::default() };
        assert_eq!(
            mixer(&look, 3).unwrap_err().to_string(),
            "There is no channel 3: this image has channels 0 to 2"
        );
        let look =
            Look { minimums: Some(vec![Some(9.0)]), maximums: Some(vec![Some(3.0)]), ..Look::default() };
        assert!(mixer(&look, 3).is_err());
    }
}
