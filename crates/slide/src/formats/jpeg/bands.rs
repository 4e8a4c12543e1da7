//! Rows of a sequential JPEG, decoded a band of rows of blocks at a time.
//!
//! Halved chroma is interpolated across rows, so each band is decoded with a row of blocks above and below,
//! whose pixels are dropped: bands then meet without a seam.

use std::{collections::VecDeque, io::BufRead};

use crate::{
    codec::{
        Channels,
        jpeg::{self, sequential::Sequential},
    },
    error::{Result, SlideError},
    formats::Rows,
};

/// Decoded bytes of a band: large against the two rows of blocks that are decoded twice.
const BAND_BYTES: u64 = 8 << 20;

/// Rows of blocks of a band.
fn band_rows(width: u32, row_height: u32) -> u32 {
    let row = u64::from(width) * u64::from(row_height) * 3;
    (BAND_BYTES / row.max(1)).clamp(4, 1024) as u32
}

/// Bytes that decoding by bands takes; inks are kept beside the RGB made from them, and the data that is
/// not decoded yet is taken as long as its pixels.
pub(super) fn bytes<R: BufRead>(stream: &Sequential<R>, width: u32, components: u8) -> u64 {
    let (rows, row_height) = stream.rows();
    let per_pixel = if components == 4 { 8 } else { u64::from(components) + 1 };
    let rows = (band_rows(width, row_height) + 2).min(rows);
    u64::from(width) * u64::from(rows * row_height) * per_pixel
}

/// The image by rows.
pub(super) struct Bands<R> {
    stream: Sequential<R>,
    size: (u32, u32),
    channels: Channels,
    held: u64,
    /// Rows of blocks decoded at once.
    band: u32,
    /// Rows of blocks that are needed yet, and the number of the first.
    waiting: VecDeque<Vec<u8>>,
    first: u32,
    /// The decoded band: where its next row begins in `samples`, and the rows of blocks done with it.
    samples: Vec<u8>,
    next: usize,
    end: usize,
    done: u32,
}

impl<R: BufRead> Bands<R> {
    pub(super) fn new(stream: Sequential<R>, size: (u32, u32), components: u8) -> Self {
        let channels = if components == 1 { Channels::Grey } else { Channels::Rgb };
        let held = bytes(&stream, size.0, components);
        let band = band_rows(size.0, stream.rows().1);
        Self {
            stream,
            band,
            size,
            channels,
            held,
            waiting: VecDeque::new(),
            first: 0,
            samples: Vec::new(),
            next: 0,
            end: 0,
            done: 0,
        }
    }

    fn decode_band(&mut self) -> Result<()> {
        let (rows, row_height) = self.stream.rows();
        let (from, to) = (self.done, rows.min(self.done + self.band));
        let (above, below) = (from.saturating_sub(1), rows.min(to + 1));
        self.waiting.drain(..(above - self.first) as usize);
        self.first = above;
        while self.first + (self.waiting.len() as u32) < below {
            let row = self.stream.next_row()?;
            self.waiting.push_back(row);
        }
        let bottom = |row: u32| self.size.1.min(row * row_height);
        let height = bottom(below) - above * row_height;
        let jpeg = self.stream.stream(self.waiting.iter(), height as u16);
        let decoded = jpeg::backend().decode(&jpeg, self.channels, &mut self.samples)?;
        if (decoded.width, decoded.height) != (self.size.0, height) {
            return Err(SlideError::damaged("a band has another size than the image", "JPEG data"));
        }
        let row_len = self.size.0 as usize * self.channels.count();
        self.next = ((from - above) * row_height) as usize * row_len;
        self.end = (bottom(to) - above * row_height) as usize * row_len;
        self.done = to;
        Ok(())
    }
}

impl<R: BufRead> Rows for Bands<R> {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn channels(&self) -> usize {
        self.channels.count()
    }

    fn held(&self) -> u64 {
        self.held
    }

    fn next_row(&mut self, out: &mut [u8]) -> Result<()> {
        if self.next == self.end {
            self.decode_band()?;
        }
        let end = self.next + out.len();
        out.copy_from_slice(&self.samples[self.next..end]);
        self.next = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::jpeg::{header::Header, sequential::cleaned};
    use proptest::prelude::*;

    const SIZE: (u32, u32) = (203, 331);

    fn picture(channels: usize) -> Vec<u8> {
        let wave = |at: usize, c: usize| {
            let (x, y) = ((at % SIZE.0 as usize) as f64, (at / SIZE.0 as usize) as f64);
            (127.0 + 120.0 * (x * 0.21 + y * (0.3 - 0.17 * c as f64) + (x * y).sin() * 0.4).sin()) as u8
        };
        (0..SIZE.0 as usize * SIZE.1 as usize * channels).map(|i| wave(i / channels, i % channels)).collect()
    }

    fn encoded(channels: Channels, subsampling: jpeg::Subsampling) -> Vec<u8> {
        let samples = picture(channels.count());
        let raster = crate::codec::Raster::new(SIZE.0, SIZE.1, channels, &samples).unwrap();
        jpeg::backend().encode(raster, 92, subsampling).unwrap()
    }

    fn by_bands(jpeg: &[u8], components: u8) -> Result<Vec<u8>> {
        let header = Header::parse(jpeg).unwrap();
        let stream = Sequential::new(jpeg, &header, &jpeg[header.scan_body.end..]).expect("of this kind");
        let mut bands = Bands::new(stream, SIZE, components);
        bands.band = 3;
        let mut samples = vec![0; SIZE.0 as usize * SIZE.1 as usize * bands.channels()];
        for row in samples.chunks_exact_mut(SIZE.0 as usize * bands.channels.count()) {
            bands.next_row(row)?;
        }
        Ok(samples)
    }

    fn whole(jpeg: &[u8], channels: Channels) -> Vec<u8> {
        let mut samples = Vec::new();
        jpeg::backend().decode(jpeg, channels, &mut samples).unwrap();
        samples
    }

    #[test]
    fn bands_are_the_image() {
        for (channels, components, subsampling) in [
            (Channels::Rgb, 3, jpeg::Subsampling::Both),
            (Channels::Rgb, 3, jpeg::Subsampling::None),
            (Channels::Grey, 1, jpeg::Subsampling::None),
        ] {
            let jpeg = encoded(channels, subsampling);
            let expected = whole(&jpeg, channels);
            assert!(by_bands(&jpeg, components).unwrap() == expected, "{channels:?} {subsampling:?}");
            let restarting = cleaned(&jpeg).unwrap().unwrap();
            assert!(whole(&restarting, channels) == expected, "written with restarts");
            assert_eq!(cleaned(&restarting).unwrap().unwrap(), restarting, "cut once more");
            assert!(by_bands(&restarting, components).unwrap() == expected, "{channels:?} {subsampling:?}");
        }
    }

    #[cfg(feature = "turbojpeg")]
    #[test]
    fn tables_made_for_the_image_and_other_kinds() {
        let samples = picture(3);
        let image = turbojpeg::Image {
            pixels: samples.as_slice(),
            width: SIZE.0 as usize,
            pitch: SIZE.0 as usize * 3,
            height: SIZE.1 as usize,
            format: turbojpeg::PixelFormat::RGB,
        };
        let mut compressor = turbojpeg::Compressor::new().unwrap();
        compressor.set_optimize(true).unwrap();
        for subsamp in [turbojpeg::Subsamp::Sub2x1, turbojpeg::Subsamp::Sub1x2, turbojpeg::Subsamp::Sub4x1] {
            compressor.set_subsamp(subsamp).unwrap();
            let jpeg = compressor.compress_to_vec(image).unwrap();
            assert!(by_bands(&jpeg, 3).unwrap() == whole(&jpeg, Channels::Rgb), "{subsamp:?}");
        }
        compressor.set_progressive(true).unwrap();
        let jpeg = compressor.compress_to_vec(image).unwrap();
        let header = Header::parse(&jpeg).unwrap();
        assert!(Sequential::new(&jpeg, &header, &jpeg[header.scan_body.end..]).is_none());
    }

    #[test]
    fn bytes_too_many_are_left_out_and_missing_ones_are_damage() {
        let jpeg = cleaned(&encoded(Channels::Rgb, jpeg::Subsampling::Both)).unwrap().unwrap();
        let expected = whole(&jpeg, Channels::Rgb);
        let restart = jpeg.windows(2).position(|pair| pair == [0xFF, 0xD3]).unwrap();
        for at in [2, restart, jpeg.len() - 2] {
            let more = [&jpeg[..at], &[1, 2, 3, 0xFF, 0, 4], &jpeg[at..]].concat();
            assert!(by_bands(&more, 3).unwrap() == expected, "bytes too many at {at}");
            assert!(whole(&more, Channels::Rgb) == expected, "bytes too many at {at}");
        }
        for at in [restart - 9, restart, restart + 1, jpeg.len() - 40] {
            let error = by_bands(&jpeg[..at], 3).unwrap_err();
            assert!(matches!(error, SlideError::Damaged { .. }), "cut at {at}: {error}");
        }
        // Missing bytes are not forgiven because others are too many.
        let both = [&jpeg[..restart - 9], &jpeg[restart..jpeg.len() - 2], &[1, 2, 3, 0xFF, 0xD9]].concat();
        assert!(by_bands(&both, 3).is_err());
        // zune-jpeg, outside of bands, fills what is missing and does not tell.
        let told = jpeg::backend().decode(&both, Channels::Rgb, &mut Vec::new()).is_err();
        assert_eq!(told, cfg!(feature = "turbojpeg"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn changed_bytes_never_panic(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            len in any::<prop::sample::Index>(),
        ) {
            let mut jpeg = encoded(Channels::Grey, jpeg::Subsampling::None);
            for (at, value) in changes {
                let at = at.index(jpeg.len());
                jpeg[at] = value;
            }
            jpeg.truncate(len.index(jpeg.len()) + 1);
            if let Ok(Some(clean)) = cleaned(&jpeg) {
                prop_assert!(clean.starts_with(&[0xFF, 0xD8]));
            }
        }
    }
}
