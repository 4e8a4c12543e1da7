//! The byte-oriented compressions of TIFF as readers: whole tiles at once, strips by rows.

use std::io::{self, BufRead, BufReader, Read};

use crate::error::{Result, SlideError};

/// A compression whose output is plain sample bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Lzw,
    Deflate,
    PackBits,
    Zstd,
}

/// A reader of the unpacked bytes.
pub(crate) fn unpacker<'a>(packing: Packing, packed: impl Read + 'a) -> Result<Box<dyn Read + 'a>> {
    Ok(match packing {
        Packing::None => Box::new(packed),
        Packing::Lzw => Box::new(LzwReader::new(BufReader::with_capacity(16 << 10, packed))),
        Packing::Deflate => Box::new(flate2::read::ZlibDecoder::new(packed)),
        Packing::PackBits => {
            Box::new(PackBitsReader { packed: BufReader::new(packed), run: Run::Literal(0) })
        }
        Packing::Zstd => Box::new(
            ruzstd::decoding::StreamingDecoder::new(BufReader::new(packed))
                .map_err(|error| SlideError::damaged(format!("Zstandard: {error}"), "tile or strip"))?,
        ),
    })
}

/// Unpacks exactly `expected` bytes; what follows is ignored.
pub(crate) fn unpack(packing: Packing, packed: &[u8], expected: usize) -> Result<Vec<u8>> {
    let mut unpacked = vec![0; expected];
    unpacker(packing, packed)?.read_exact(&mut unpacked).map_err(|error| {
        let cause = match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                format!("its {} bytes do not hold {expected} bytes", packed.len())
            }
            _ => error.to_string(),
        };
        SlideError::damaged(format!("cannot unpack {packing:?}: {cause}"), "tile or strip")
    })?;
    Ok(unpacked)
}

struct LzwReader<R> {
    packed: R,
    decoder: weezl::decode::Decoder,
}

impl<R: BufRead> LzwReader<R> {
    fn new(packed: R) -> Self {
        let decoder = weezl::decode::Configuration::with_tiff_size_switch(weezl::BitOrder::Msb, 8).build();
        Self { packed, decoder }
    }
}

impl<R: BufRead> Read for LzwReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let input = self.packed.fill_buf()?;
            let at_end = input.is_empty();
            let step = self.decoder.decode_bytes(input, buffer);
            self.packed.consume(step.consumed_in);
            match step.status {
                Ok(weezl::LzwStatus::Ok) if step.consumed_out == 0 && !at_end => {}
                Ok(_) => return Ok(step.consumed_out),
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
            }
        }
    }
}

/// What the current header of a `PackBits` stream still owes.
enum Run {
    Literal(usize),
    Repeat(usize, u8),
}

struct PackBitsReader<R> {
    packed: R,
    run: Run,
}

impl<R: BufRead> Read for PackBitsReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.run {
                Run::Repeat(left, value) if *left > 0 => {
                    let n = buffer.len().min(*left);
                    buffer[..n].fill(*value);
                    *left -= n;
                    return Ok(n);
                }
                Run::Literal(left) if *left > 0 => {
                    let want = buffer.len().min(*left);
                    let n = self.packed.read(&mut buffer[..want])?;
                    *left -= n;
                    return Ok(n);
                }
                _ => {}
            }
            let mut header = [0];
            if self.packed.read(&mut header)? == 0 {
                return Ok(0);
            }
            // 0..=127: that many and one bytes follow; -127..=-1: the next byte repeats; -128: nothing.
            match header[0] {
                n @ 0..=127 => self.run = Run::Literal(usize::from(n) + 1),
                128 => {}
                n => {
                    let mut value = [0];
                    self.packed.read_exact(&mut value)?;
                    self.run = Run::Repeat(257 - usize::from(n), value[0]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    #[test]
    fn packbits_of_apples_technical_note() {
        let packed =
            [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA];
        let mut expected = vec![0xAA; 3];
        expected.extend([0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22]);
        expected.extend([0xAA; 10]);
        assert_eq!(unpack(Packing::PackBits, &packed, 24).unwrap(), expected);
    }

    #[test]
    fn short_data_is_damage_not_padding() {
        for packing in [Packing::None, Packing::Lzw, Packing::Deflate, Packing::PackBits, Packing::Zstd] {
            let error = unpack(packing, &[], 16).unwrap_err();
            assert!(matches!(error, SlideError::Damaged { .. }), "{packing:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn lzw_and_deflate_give_back_what_was_packed(data in proptest::collection::vec(0u8..4, 1..20_000)) {
            let lzw = weezl::encode::Configuration::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
                .build().encode(&data).unwrap();
            prop_assert_eq!(&unpack(Packing::Lzw, &lzw, data.len()).unwrap(), &data);
            let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            zlib.write_all(&data).unwrap();
            prop_assert_eq!(&unpack(Packing::Deflate, &zlib.finish().unwrap(), data.len()).unwrap(), &data);
        }

        #[test]
        fn any_bytes_end(data in proptest::collection::vec(any::<u8>(), 0..2_000), n in 0usize..5_000) {
            for packing in [Packing::Lzw, Packing::Deflate, Packing::PackBits, Packing::Zstd] {
                if let Ok(unpacked) = unpack(packing, &data, n) {
                    prop_assert_eq!(unpacked.len(), n);
                }
            }
        }
    }
}
