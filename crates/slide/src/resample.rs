//! Box filter: each result pixel is the mean of the area it covers, weighted by how much of each source
//! pixel lies in it. Rows go in, so that a large window never lies in memory.
//!
//! Exact for whole ratios of 8-bit colours (sums of integers, one rounding); otherwise in the type's own sums: `f32`
//! up to 16 bits, which rounds to another value than `f64` in less than one sample of ten thousand.

use std::ops::Range;

use crate::samples::Sample;

/// One axis of a reduction, in pixels of the source level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    /// Where the first result pixel begins.
    pub(crate) origin: f64,
    /// Source pixels per result pixel.
    pub(crate) step: f64,
    /// Result pixels.
    pub(crate) count: u32,
    /// Source pixels there are; what lies beyond repeats the last one.
    pub(crate) limit: u32,
}

impl Axis {
    /// The stretch of the source that result pixel `index` covers, never empty.
    fn cover(&self, index: u32) -> (f64, f64) {
        // Products of fractions miss whole numbers by less than this.
        let snap = |value: f64| if (value - value.round()).abs() < 1e-6 { value.round() } else { value };
        let limit = f64::from(self.limit);
        let start = snap(self.origin + self.step * f64::from(index)).clamp(0.0, limit - 1e-3);
        let end = snap(self.origin + self.step * f64::from(index + 1)).min(limit);
        if end - start < 1e-3 { (start.floor(), start.floor() + 1.0) } else { (start, end) }
    }

    /// Whether every result pixel covers whole blocks of 8 source pixels.
    pub(crate) fn in_eighths(&self) -> bool {
        let whole = |value: f64| (value / 8.0 - (value / 8.0).round()).abs() < 1e-9;
        self.step >= 8.0 && whole(self.step) && whole(self.origin)
    }

    /// The same over a source reduced to an eighth.
    pub(crate) fn eighth(&self) -> Self {
        Self { origin: self.origin / 8.0, step: self.step / 8.0, limit: self.limit.div_ceil(8), ..*self }
    }

    /// Source pixels that are needed.
    pub(crate) fn window(&self) -> Range<u32> {
        let (start, _) = self.cover(0);
        let (_, end) = self.cover(self.count - 1);
        start.floor() as u32..(end.ceil() as u32).min(self.limit)
    }

    /// The ratio, when every result pixel covers exactly `n` whole source pixels.
    fn whole(&self) -> Option<u32> {
        let window = self.window();
        let n = self.step.round();
        let exact = (self.step - n).abs() < 1e-9 && (self.origin - self.origin.round()).abs() < 1e-6;
        (exact && n >= 1.0 && f64::from(window.len() as u32) == n * f64::from(self.count)).then_some(n as u32)
    }

    /// Per result pixel the first source pixel (counted from the window) and the weights from there on.
    fn spans(&self) -> Spans {
        let base = self.window().start;
        let mut spans = Spans::default();
        for index in 0..self.count {
            let (start, end) = self.cover(index);
            let first = start.floor() as u32;
            let last = (end.ceil() as u32).max(first + 1);
            spans.starts.push((first - base, spans.weights.len() as u32));
            spans.weights.extend((first..last).map(|pixel| {
                let overlap = end.min(f64::from(pixel) + 1.0) - start.max(f64::from(pixel));
                (overlap / (end - start)) as f32
            }));
        }
        spans
    }
}

#[derive(Debug, Default)]
struct Spans {
    /// First source pixel and index of its weight.
    starts: Vec<(u32, u32)>,
    weights: Vec<f32>,
}

impl Spans {
    fn get(&self, index: usize) -> Option<(u32, &[f32])> {
        let &(first, from) = self.starts.get(index)?;
        let to = self.starts.get(index + 1).map_or(self.weights.len(), |next| next.1 as usize);
        Some((first, &self.weights[from as usize..to]))
    }
}

/// Reduces rows pushed from the top of the window.
pub(crate) struct Resampler<T: Sample> {
    out: Vec<T>,
    /// Samples per pixel.
    channels: usize,
    /// Source rows pushed so far.
    rows: u32,
    method: Method<T>,
}

enum Method<T: Sample> {
    Copy,
    /// Boxes of `n` x `n` of 8-bit colours: sums of `n` source rows, added up sideways once per result row.
    Whole {
        n: u32,
        sums: Vec<u16>,
    },
    Weighted {
        x: Spans,
        y: Spans,
        row: Vec<T::Sum>,
        sums: Vec<T::Sum>,
        next: usize,
    },
}

impl<T: Sample> Resampler<T> {
    /// Of rows with that many interleaved samples per pixel.
    pub(crate) fn new(x: &Axis, y: &Axis, channels: usize) -> Self {
        let width = x.count as usize * channels;
        let bytes = channels == 3 && T::bytes(&[]).is_some();
        let method = match (x.whole(), y.whole()) {
            (Some(1), Some(1)) => Method::Copy,
            // 255 n must fit the sums.
            (Some(n), Some(m)) if n == m && n <= 257 && bytes => {
                Method::Whole { n, sums: vec![0; width * n as usize] }
            }
            _ => Method::Weighted {
                x: x.spans(),
                y: y.spans(),
                row: vec![T::Sum::default(); width],
                sums: vec![T::Sum::default(); width],
                next: 0,
            },
        };
        Self { out: Vec::with_capacity(width * y.count as usize), channels, rows: 0, method }
    }

    /// Takes the next source row: the samples of the window's columns.
    pub(crate) fn push(&mut self, source: &[T]) {
        let row = self.rows;
        self.rows += 1;
        match &mut self.method {
            Method::Copy => self.out.extend_from_slice(source),
            Method::Whole { n, sums } => {
                let (Some(source), Some(out)) = (T::bytes(source), T::bytes_mut(&mut self.out)) else {
                    return;
                };
                sums.iter_mut().zip(source).for_each(|(sum, sample)| *sum += u16::from(*sample));
                if self.rows.is_multiple_of(*n) {
                    match *n {
                        2 => sideways::<2>(sums, out),
                        4 => sideways::<4>(sums, out),
                        n => sideways_by(n as usize, sums, out),
                    }
                    sums.fill(0);
                }
            }
            Method::Weighted { x, y, row: reduced, sums, next } => {
                match self.channels {
                    1 => reduce::<T, 1>(x, source, reduced),
                    3 => reduce::<T, 3>(x, source, reduced),
                    channels => reduce_by(channels, x, source, reduced),
                }
                // A source row may end one result row and begin the next, or several when enlarging.
                while let Some((first, weights)) = y.get(*next) {
                    let Some(&weight) = row.checked_sub(first).and_then(|at| weights.get(at as usize)) else {
                        break;
                    };
                    let weight_of_row = T::Sum::from(weight);
                    sums.iter_mut()
                        .zip(reduced.iter())
                        .for_each(|(sum, value)| *sum += weight_of_row * *value);
                    if row + 1 < first + weights.len() as u32 {
                        break;
                    }
                    self.out.extend(sums.iter().map(|sum| T::rounded(*sum)));
                    sums.fill(T::Sum::default());
                    *next += 1;
                }
            }
        }
    }

    /// The result: `x.count * y.count` pixels.
    pub(crate) fn finish(self) -> Vec<T> {
        self.out
    }
}

/// Rounded means of boxes of `N` columns and rows, from the sums of their rows.
fn sideways<const N: usize>(sums: &[u16], out: &mut Vec<u8>) {
    sideways_by(N, sums, out);
}

#[inline(always)]
fn sideways_by(n: usize, sums: &[u16], out: &mut Vec<u8>) {
    let area = (n * n) as u32;
    let start = out.len();
    out.resize(start + sums.len() / n, 0);
    let pixels = sums.as_chunks::<3>().0.chunks_exact(n);
    for (pixels, to) in pixels.zip(out[start..].as_chunks_mut::<3>().0) {
        for c in 0..3 {
            let sum: u32 = pixels.iter().map(|pixel| u32::from(pixel[c])).sum();
            to[c] = ((sum + area / 2) / area) as u8;
        }
    }
}

fn reduce<T: Sample, const N: usize>(spans: &Spans, source: &[T], out: &mut [T::Sum]) {
    let pixels = source.as_chunks::<N>().0;
    for (index, to) in out.as_chunks_mut::<N>().0.iter_mut().enumerate() {
        let Some((first, weights)) = spans.get(index) else { return };
        let mut sum = [T::Sum::default(); N];
        for (pixel, weight) in pixels[first as usize..].iter().zip(weights) {
            for c in 0..N {
                sum[c] += T::Sum::from(*weight) * pixel[c].into();
            }
        }
        *to = sum;
    }
}

/// [`reduce`] for any number of samples per pixel.
fn reduce_by<T: Sample>(channels: usize, spans: &Spans, source: &[T], out: &mut [T::Sum]) {
    for (index, to) in out.chunks_exact_mut(channels).enumerate() {
        let Some((first, weights)) = spans.get(index) else { return };
        to.fill(T::Sum::default());
        let pixels = source.chunks_exact(channels).skip(first as usize);
        for (pixel, weight) in pixels.zip(weights) {
            for (sum, sample) in to.iter_mut().zip(pixel) {
                *sum += T::Sum::from(*weight) * (*sample).into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition in `f64`, pixel by pixel.
    fn reference(source: &[u8], width: u32, x: &Axis, y: &Axis) -> Vec<f64> {
        let mut out = Vec::new();
        for oy in 0..y.count {
            for ox in 0..x.count {
                let ((x0, x1), (y0, y1)) = (x.cover(ox), y.cover(oy));
                for c in 0..3 {
                    let mut sum = 0.0;
                    for py in y0.floor() as u32..y1.ceil() as u32 {
                        for px in x0.floor() as u32..x1.ceil() as u32 {
                            let wx = x1.min(f64::from(px) + 1.0) - x0.max(f64::from(px));
                            let wy = y1.min(f64::from(py) + 1.0) - y0.max(f64::from(py));
                            sum += wx * wy * f64::from(source[((py * width + px) * 3 + c) as usize]);
                        }
                    }
                    out.push(sum / ((x1 - x0) * (y1 - y0)));
                }
            }
        }
        out
    }

    fn resample(source: &[u8], width: u32, x: &Axis, y: &Axis) -> Vec<u8> {
        let mut resampler = Resampler::new(x, y, 3);
        for row in y.window() {
            let at = |column: u32| ((row * width + column) * 3) as usize;
            resampler.push(&source[at(x.window().start)..at(x.window().end)]);
        }
        resampler.finish()
    }

    fn noise(width: u32, height: u32) -> Vec<u8> {
        (0..width * height * 3).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    fn axis(origin: f64, step: f64, count: u32, limit: u32) -> Axis {
        Axis { origin, step, count, limit }
    }

    #[test]
    fn a_border_pixel_is_the_mean_of_what_exists() {
        let source: Vec<u8> = [0, 100, 200, 40, 90].iter().flat_map(|&v| [v; 3]).collect();
        let out = resample(&source, 5, &axis(0.0, 2.0, 3, 5), &axis(0.0, 2.0, 1, 1));
        assert_eq!(out.chunks(3).map(|p| p[0]).collect::<Vec<_>>(), [50, 120, 90]);
    }

    #[test]
    fn beyond_the_end_the_last_pixel_repeats() {
        let source: Vec<u8> = [10, 20, 30].iter().flat_map(|&v| [v; 3]).collect();
        let out = resample(&source, 3, &axis(0.0, 1.0, 4, 3), &axis(0.0, 1.0, 2, 1));
        assert_eq!(out.chunks(3).map(|p| p[0]).collect::<Vec<_>>(), [10, 20, 30, 30, 10, 20, 30, 30]);
    }

    /// Each channel of each type is reduced as the 8-bit colours are.
    fn resample_as<T: Sample>(source: &[u8], channels: usize, x: &Axis, y: &Axis) -> Vec<f64> {
        let wide: Vec<T> = source.iter().map(|sample| T::nearest(f64::from(*sample))).collect();
        let row_len = x.limit as usize * channels;
        let mut resampler = Resampler::new(x, y, channels);
        for row in y.window() {
            let row = &wide[row as usize * row_len..][..row_len];
            resampler.push(&row[x.window().start as usize * channels..x.window().end as usize * channels]);
        }
        resampler.finish().into_iter().map(Sample::number).collect()
    }

    #[test]
    fn every_type_and_number_of_channels_is_reduced_alike() {
        let source = noise(40, 30);
        let (x, y) = (axis(1.5, 2.3, 9, 40), axis(0.0, 3.0, 9, 30));
        let expected: Vec<f64> = resample(&source, 40, &x, &y).into_iter().map(f64::from).collect();
        assert_eq!(resample_as::<u16>(&source, 3, &x, &y), expected);
        let near = |got: Vec<f64>| {
            assert_eq!(got.len(), expected.len());
            got.iter().zip(&expected).all(|(got, want)| (got - want).abs() <= 1.0)
        };
        assert!(near(resample_as::<u32>(&source, 3, &x, &y)));
        assert!(near(resample_as::<f32>(&source, 3, &x, &y)));
        // Five channels: the columns are five thirds as few.
        let five = resample_as::<u16>(&source, 5, &Axis { limit: 24, ..x }, &y);
        let one: Vec<f64> = (0..5)
            .flat_map(|c| {
                let plane: Vec<u8> = source.chunks_exact(5).map(|pixel| pixel[c]).collect();
                resample_as::<u16>(&plane, 1, &Axis { limit: 24, ..x }, &y)
            })
            .collect();
        let pixels = five.len() / 5;
        for pixel in 0..pixels {
            for c in 0..5 {
                assert_eq!(five[pixel * 5 + c], one[c * pixels + pixel]);
            }
        }
    }

    proptest! {
        #[test]
        fn matches_the_definition(
            ox in 0.0..20.0_f64, oy in 0.0..20.0_f64, sx in 0.2..9.0_f64, sy in 0.2..9.0_f64,
            nx in 1u32..9, ny in 1u32..9, whole in any::<bool>(),
        ) {
            let (width, height) = (61, 53);
            let source = noise(width, height);
            let f = |v: f64| if whole { v.ceil() } else { v };
            let (x, y) = (axis(f(ox), f(sx), nx, width), axis(f(oy), f(if whole { sx } else { sy }), ny, height));
            let (got, want) = (resample(&source, width, &x, &y), reference(&source, width, &x, &y));
            prop_assert_eq!(got.len(), want.len());
            for (got, want) in got.iter().zip(&want) {
                prop_assert!((f64::from(*got) - want).abs() <= 0.5 + 1e-3, "{} {}", got, want);
            }
        }
    }
}
