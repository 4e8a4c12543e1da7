//! Turns stored TIFF samples of any width and colour into 8-bit grey or RGB.

use std::sync::Arc;

use super::directory::Endian;

/// How the samples of a pixel are stored and what they mean.
#[derive(Debug, Clone)]
pub(crate) struct Samples {
    /// Samples per pixel, further ones included.
    pub(crate) count: usize,
    /// Bits per sample: 1 to 16, or 32.
    pub(crate) bits: u32,
    /// Whether samples are two's complement.
    pub(crate) signed: bool,
    /// Byte order of samples of more than 8 bits.
    pub(crate) endian: Endian,
    /// Meaning of the first samples.
    pub(crate) colour: Colour,
    /// Index of an opacity sample, if any.
    pub(crate) alpha: Option<Alpha>,
}

/// Meaning of the colour samples.
#[derive(Debug, Clone)]
pub(crate) enum Colour {
    /// Black is zero.
    Grey,
    /// White is zero.
    InvertedGrey,
    Rgb,
    Palette(Arc<[[u8; 3]]>),
    /// Inks: full is the maximum.
    Cmyk,
}

/// Opacity; images are drawn over white.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alpha {
    pub(crate) index: usize,
    /// Whether the colours are already multiplied by it.
    pub(crate) premultiplied: bool,
}

impl Colour {
    /// Samples that carry colour.
    pub(crate) fn samples(&self) -> usize {
        match self {
            Self::Grey | Self::InvertedGrey | Self::Palette(_) => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }

    /// Channels shown: 1 or 3.
    pub(crate) fn channels(&self) -> usize {
        match self {
            Self::Grey | Self::InvertedGrey => 1,
            _ => 3,
        }
    }
}

impl Samples {
    /// Bytes of a row of `width` pixels with `per_pixel` samples.
    pub(crate) fn row_bytes(&self, width: usize, per_pixel: usize) -> usize {
        (width * per_pixel * self.bits as usize).div_ceil(8)
    }

    /// Whether a stored row is already interleaved 8-bit RGB.
    pub(crate) fn is_plain_rgb(&self) -> bool {
        matches!(self.colour, Colour::Rgb) && self.bits == 8 && self.count == 3 && !self.signed
    }

    /// Undoes horizontal differencing of one row; `stride` is the number of samples per pixel in the row.
    pub(crate) fn undo_prediction(&self, row: &mut [u8], stride: usize) {
        match self.bits {
            8 => {
                for at in stride..row.len() {
                    row[at] = row[at].wrapping_add(row[at - stride]);
                }
            }
            16 | 32 => {
                let size = self.bits as usize / 8;
                for at in stride..row.len() / size {
                    let before = self.read(&row[(at - stride) * size..][..size]);
                    let sum = self.read(&row[at * size..][..size]).wrapping_add(before).to_be_bytes();
                    let target = &mut row[at * size..][..size];
                    target.copy_from_slice(&sum[4 - size..]);
                    if self.endian == Endian::Little {
                        target.reverse();
                    }
                }
            }
            _ => {}
        }
    }

    fn read(&self, bytes: &[u8]) -> u32 {
        let add = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        match self.endian {
            Endian::Little => bytes.iter().rev().fold(0, add),
            Endian::Big => bytes.iter().fold(0, add),
        }
    }

    /// Unpacks stored samples to 8 bits, writing each `step`-th byte of `out` from `first` on; palette
    /// indices keep their value.
    pub(crate) fn unpack(&self, raw: &[u8], out: &mut [u8], first: usize, step: usize) {
        let scaled = !matches!(self.colour, Colour::Palette(_));
        let flip = if self.signed { 1_u32 << (self.bits - 1) } else { 0 };
        let max = if self.bits == 32 { u32::MAX } else { (1 << self.bits) - 1 };
        let eight = |value: u32| {
            let value = (value ^ flip) & max;
            match self.bits {
                8 => value as u8,
                32 => (value >> 24) as u8,
                _ if scaled => ((value * 255 + max / 2) / max) as u8,
                _ => value as u8,
            }
        };
        let targets = out.iter_mut().skip(first).step_by(step);
        match self.bits {
            8 => targets.zip(raw).for_each(|(to, from)| *to = eight(u32::from(*from))),
            16 | 32 => targets
                .zip(raw.chunks_exact(self.bits as usize / 8))
                .for_each(|(to, from)| *to = eight(self.read(from))),
            bits => targets.enumerate().for_each(|(index, to)| {
                let start = index * bits as usize;
                let word = (0..3).fold(0_u32, |word, byte| {
                    word << 8 | u32::from(raw.get(start / 8 + byte).copied().unwrap_or(0))
                });
                *to = eight((word >> (24 - bits - start as u32 % 8)) & max);
            }),
        }
    }

    /// Colours of unpacked samples: grey when `out` has one byte per pixel, else RGB.
    pub(crate) fn colours(&self, samples: &[u8], out: &mut [u8]) {
        let grey = out.len() * self.count == samples.len();
        for (pixel, to) in
            samples.chunks_exact(self.count).zip(out.chunks_exact_mut(if grey { 1 } else { 3 }))
        {
            let mut rgb = match &self.colour {
                Colour::Grey => [pixel[0]; 3],
                Colour::InvertedGrey => [255 - pixel[0]; 3],
                Colour::Rgb => [pixel[0], pixel[1], pixel[2]],
                Colour::Palette(palette) => palette.get(usize::from(pixel[0])).copied().unwrap_or([0; 3]),
                Colour::Cmyk => {
                    let black = 255 - u32::from(pixel[3]);
                    [0, 1, 2].map(|i| (((255 - u32::from(pixel[i])) * black + 127) / 255) as u8)
                }
            };
            if let Some(alpha) = self.alpha {
                let opacity = u32::from(pixel[alpha.index]);
                let white = 255 * (255 - opacity);
                rgb = rgb.map(|c| {
                    let own = u32::from(c) * if alpha.premultiplied { 255 } else { opacity };
                    ((own + white + 127) / 255).min(255) as u8
                });
            }
            to.copy_from_slice(&rgb[..to.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(bits: u32, count: usize, colour: Colour) -> Samples {
        Samples { count, bits, signed: false, endian: Endian::Little, colour, alpha: None }
    }

    #[test]
    fn bits_of_one_four_and_twelve_are_scaled() {
        let mut out = [0; 4];
        samples(1, 1, Colour::Grey).unpack(&[0b1010_0000], &mut out, 0, 1);
        assert_eq!(out, [255, 0, 255, 0]);
        samples(4, 1, Colour::Grey).unpack(&[0x0F, 0x80], &mut out, 0, 1);
        assert_eq!(out, [0, 255, 136, 0]);
        samples(12, 1, Colour::Grey).unpack(&[0xFF, 0xF0, 0x00, 0x80, 0x0F, 0xFF], &mut out, 0, 1);
        assert_eq!(out, [255, 0, 128, 255]);
    }

    #[test]
    fn sixteen_bits_follow_the_byte_order_and_the_sign() {
        let mut layout = samples(16, 1, Colour::Grey);
        let mut out = [0; 2];
        layout.unpack(&[0xFF, 0x7F, 0x00, 0x80], &mut out, 0, 1);
        assert_eq!(out, [127, 128]);
        layout.endian = Endian::Big;
        layout.signed = true;
        layout.unpack(&[0x7F, 0xFF, 0x80, 0x00], &mut out, 0, 1);
        assert_eq!(out, [255, 0]);
    }

    #[test]
    fn prediction_is_undone_per_channel() {
        let mut row = [10, 20, 30, 1, 2, 255, 1, 1, 1];
        samples(8, 3, Colour::Rgb).undo_prediction(&mut row, 3);
        assert_eq!(row, [10, 20, 30, 11, 22, 29, 12, 23, 30]);
        let mut row = [0xFF, 0x00, 0x01, 0x00];
        samples(16, 1, Colour::Grey).undo_prediction(&mut row, 1);
        assert_eq!(row, [0xFF, 0x00, 0x00, 0x01]);
    }

    #[test]
    fn transparency_is_drawn_over_white() {
        let mut layout = samples(8, 4, Colour::Rgb);
        let mut out = [0; 3];
        layout.alpha = Some(Alpha { index: 3, premultiplied: false });
        layout.colours(&[100, 0, 200, 0], &mut out);
        assert_eq!(out, [255; 3]);
        layout.colours(&[100, 0, 200, 255], &mut out);
        assert_eq!(out, [100, 0, 200]);
        layout.alpha = Some(Alpha { index: 3, premultiplied: true });
        layout.colours(&[50, 0, 100, 127], &mut out);
        assert_eq!(out, [178, 128, 228]);
    }

    #[test]
    fn inks_become_light() {
        let mut out = [0; 6];
        samples(8, 4, Colour::Cmyk).colours(&[0, 0, 0, 0, 255, 0, 0, 0], &mut out);
        assert_eq!(out, [255, 255, 255, 0, 255, 255]);
    }
}
