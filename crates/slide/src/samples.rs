//! Samples of any width, as levels decode them; what is shown of them is the business of [`look`](crate::look).

use std::ops::{Add, AddAssign, Mul};

use crate::error::{Result, SlideError};

/// How a sample is stored in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SampleType {
    /// 8 bits, unsigned.
    U8,
    /// 16 bits, unsigned.
    U16,
    /// 32 bits, unsigned.
    U32,
    /// 32 bits, floating point.
    F32,
}

/// What the pixels of each plane of a slide consist of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelKind {
    /// Type of a sample.
    pub sample: SampleType,
    /// Interleaved samples per pixel as decoded. Grey of 8 bits is decoded as three equal ones.
    pub samples: usize,
    /// Channels that they show: the first so many of them.
    pub channels: usize,
    /// The samples that are shown black and full where nothing else is asked for.
    pub range: (f64, f64),
    /// The sample where nothing was scanned: full on glass, 0 in the dark.
    pub blank: f64,
}

impl PixelKind {
    /// Colour (3 channels) or grey (1) of 8 bits on white glass, decoded as RGB.
    #[must_use]
    pub fn eight_bit(channels: usize) -> Self {
        Self { sample: SampleType::U8, samples: 3, channels, range: (0.0, 255.0), blank: 255.0 }
    }

    /// Whether decoded samples are what a picture shows.
    pub(crate) fn is_shown(&self) -> bool {
        self.sample == SampleType::U8 && self.samples == 3 && self.range == (0.0, 255.0)
    }
}

/// Interleaved samples, row by row from the top left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Samples {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    F32(Vec<f32>),
}

impl Samples {
    /// The samples to fill, of that type whatever they were.
    pub(crate) fn of<T: Sample>(&mut self) -> &mut Vec<T> {
        if T::list(self).is_none() {
            *self = T::wrap(Vec::new());
        }
        T::list(self).expect("it was just made of this type")
    }

    /// The samples, where they are of that type.
    pub(crate) fn take<T: Sample>(&mut self) -> Vec<T> {
        T::list(self).map(std::mem::take).unwrap_or_default()
    }

    /// Bytes that are reserved.
    pub(crate) fn reserved(&self) -> usize {
        match self {
            Self::U8(list) => list.capacity(),
            Self::U16(list) => list.capacity() * 2,
            Self::U32(list) => list.capacity() * 4,
            Self::F32(list) => list.capacity() * 4,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::U8(list) => list.len(),
            Self::U16(list) => list.len(),
            Self::U32(list) => list.len(),
            Self::F32(list) => list.len(),
        }
    }

    /// 8-bit samples as they are.
    pub(crate) fn into_u8(self) -> Result<Vec<u8>> {
        match self {
            Self::U8(list) => Ok(list),
            _ => Err(SlideError::damaged("samples of another width than the slide says", "tile")),
        }
    }
}

/// A type of samples, and what means of it are added up in.
pub(crate) trait Sample: Copy + Into<Self::Sum> + Send + 'static {
    /// Holds sums of weighted samples without losing a step of the sample.
    type Sum: Copy + Default + From<f32> + Add<Output = Self::Sum> + AddAssign + Mul<Output = Self::Sum>;

    /// The mean as a sample.
    fn rounded(sum: Self::Sum) -> Self;

    /// The nearest sample.
    fn nearest(value: f64) -> Self;

    /// As a number.
    fn number(self) -> f64;

    /// The list in samples of this type.
    fn list(samples: &mut Samples) -> Option<&mut Vec<Self>>;

    /// 8-bit samples as what they are.
    fn bytes(list: &[Self]) -> Option<&[u8]> {
        let _ = list;
        None
    }

    /// As [`Sample::bytes`], to add to.
    fn bytes_mut(list: &mut Vec<Self>) -> Option<&mut Vec<u8>> {
        let _ = list;
        None
    }

    /// A list as samples.
    fn wrap(list: Vec<Self>) -> Samples;
}

macro_rules! sample {
    ($type:ty, $sum:ty, $variant:ident, $rounded:expr $(, $bytes:item)*) => {
        impl Sample for $type {
            type Sum = $sum;

            #[inline]
            fn rounded(sum: $sum) -> Self {
                let rounded: fn($sum) -> Self = $rounded;
                rounded(sum)
            }

            #[inline]
            fn nearest(value: f64) -> Self {
                let rounded: fn($sum) -> Self = $rounded;
                rounded(value as $sum)
            }

            #[inline]
            fn number(self) -> f64 {
                f64::from(self)
            }

            fn list(samples: &mut Samples) -> Option<&mut Vec<Self>> {
                match samples {
                    Samples::$variant(list) => Some(list),
                    _ => None,
                }
            }

            fn wrap(list: Vec<Self>) -> Samples {
                Samples::$variant(list)
            }

            $($bytes)*
        }
    };
}

sample!(
    u8,
    f32,
    U8,
    |sum| (sum + 0.5) as u8,
    fn bytes(list: &[u8]) -> Option<&[u8]> {
        Some(list)
    },
    fn bytes_mut(list: &mut Vec<u8>) -> Option<&mut Vec<u8>> {
        Some(list)
    }
);
sample!(u16, f32, U16, |sum| (sum + 0.5) as u16);
sample!(u32, f64, U32, |sum| (sum + 0.5) as u32);
sample!(f32, f32, F32, |sum| sum);
