//! Encoders and decoders.

use crate::{
    error::{Result, SlideError},
    pixels::Pixels,
    request::{Encoded, Output},
};

pub(crate) fn encode(_pixels: &Pixels, _output: Output) -> Result<Encoded> {
    Err(SlideError::unsupported("encoding", "wait for this version"))
}

pub(crate) fn encode_with_alpha(_pixels: &Pixels, _alpha: &[u8], _output: Output) -> Result<Encoded> {
    Err(SlideError::unsupported("encoding", "wait for this version"))
}

pub(crate) fn encode_grey(_width: u32, _height: u32, _samples: &[u8], _output: Output) -> Result<Encoded> {
    Err(SlideError::unsupported("encoding", "wait for this version"))
}
