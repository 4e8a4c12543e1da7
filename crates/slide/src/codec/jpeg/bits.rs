//! Bits of entropy-coded JPEG data: read without stuffing, Huffman codes, written with stuffing.

use std::io::{self, BufRead};

use crate::error::{Result, SlideError};

/// A Huffman table: for each 16 bits that may come next, length and symbol of the code they begin with.
pub(super) struct Codes(Vec<u16>);

impl Codes {
    /// From the 16 counts of codes per length and the symbols in order (ITU T.81, annex C); `None` when there
    /// are more codes than 16 bits tell apart.
    pub(super) fn new(counts: &[u8], symbols: &[u8]) -> Option<Self> {
        let mut codes = vec![0; 1 << 16];
        let (mut at, mut symbols) = (0, symbols.iter());
        for (length, &count) in (1_u16..).zip(counts) {
            for &symbol in symbols.by_ref().take(count.into()) {
                let end = at + (1 << (16 - length));
                codes.get_mut(at..end)?.fill(length << 8 | u16::from(symbol));
                at = end;
            }
        }
        Some(Self(codes))
    }
}

/// Reads entropy-coded data up to the next marker.
pub(super) struct BitReader<R> {
    source: R,
    /// Bits to come, the next one on top.
    bits: u64,
    /// How many of them are there, and how many of these are filling behind the end.
    count: u32,
    filling: u32,
    /// The marker at which the data ended.
    marker: Option<u8>,
    ended: bool,
}

fn damaged(what: impl Into<String>) -> SlideError {
    SlideError::damaged(what, "JPEG data")
}

fn io(error: io::Error) -> SlideError {
    SlideError::io("read the JPEG", error)
}

impl<R: BufRead> BitReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, bits: 0, count: 0, filling: 0, marker: None, ended: false }
    }

    fn byte(&mut self) -> Result<Option<u8>> {
        let byte = self.source.fill_buf().map_err(io)?.first().copied();
        self.source.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    /// The next byte of data; `None` at a marker and at the end.
    fn data(&mut self) -> Result<Option<u8>> {
        if self.ended {
            return Ok(None);
        }
        let mut byte = self.byte()?;
        if byte == Some(0xFF) {
            while byte == Some(0xFF) {
                byte = self.byte()?;
            }
            if byte == Some(0) {
                return Ok(Some(0xFF));
            }
            self.marker = byte;
            byte = None;
        }
        self.ended = byte.is_none();
        Ok(byte)
    }

    /// Makes at least 32 bits available, filling behind the end.
    fn fill(&mut self) -> Result<()> {
        while self.count <= 56 {
            match self.data()? {
                Some(byte) => self.bits |= u64::from(byte) << (56 - self.count),
                None => self.filling += 8,
            }
            self.count += 8;
        }
        Ok(())
    }

    /// The next code: its symbol and its length.
    pub(super) fn code(&mut self, codes: &Codes) -> Result<(u8, u32)> {
        if self.count < 32 {
            self.fill()?;
        }
        match codes.0[(self.bits >> 48) as usize] {
            0 if self.count - self.filling < 16 => Err(damaged("it ends inside the image")),
            0 => Err(damaged("a code that its Huffman table does not have")),
            code => Ok((code as u8, u32::from(code >> 8))),
        }
    }

    /// Takes 1 to 32 bits, of which a code may have been looked at.
    pub(super) fn take(&mut self, count: u32) -> Result<u32> {
        if self.count < 32 {
            self.fill()?;
        }
        if count > self.count - self.filling {
            return Err(damaged("it ends inside the image"));
        }
        let bits = (self.bits >> (64 - count)) as u32;
        self.bits <<= count;
        self.count -= count;
        Ok(bits)
    }

    /// Goes behind the restart marker `number` (0 to 7). Bytes that no code used are skipped.
    pub(super) fn restart(&mut self, number: u8) -> Result<()> {
        while self.data()?.is_some() {}
        match self.marker {
            Some(marker) if marker == 0xD0 + number => {
                (self.bits, self.count, self.filling) = (0, 0, 0);
                (self.marker, self.ended) = (None, false);
                Ok(())
            }
            Some(0xD0..=0xD7) => Err(damaged("its restart markers are out of order")),
            _ => Err(damaged("it ends inside the image")),
        }
    }
}

/// Writes entropy-coded data.
#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    bits: u64,
    count: u32,
}

impl BitWriter {
    /// Appends the lowest `count` bits, 32 at most.
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        self.bits = self.bits << count | u64::from(bits);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.bits >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// The bytes, the last one filled with ones.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let missing = (8 - self.count) % 8;
        self.put((1 << missing) - 1, missing);
        self.bytes
    }
}
