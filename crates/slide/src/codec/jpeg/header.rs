//! Reads the markers of a JPEG stream up to its first scan, without decoding anything.

use std::ops::Range;

/// What the markers before the first scan say.
#[derive(Debug, Default)]
pub(crate) struct Header {
    /// The frame header.
    pub(crate) frame: Option<Frame>,
    /// Where the first start-of-scan marker begins.
    pub(crate) scan: Option<usize>,
    /// Bodies of the frame header and of the first start-of-scan.
    pub(crate) frame_body: Range<usize>,
    pub(crate) scan_body: Range<usize>,
    /// Units of the scan between restart markers, 0 = none.
    pub(crate) restart: u16,
    /// Whole JFIF and JFXX segments, markers included.
    pub(crate) jfif: Vec<Range<usize>>,
    /// Index of the transform byte of each Adobe segment.
    pub(crate) adobe: Vec<usize>,
    /// Quantization and Huffman tables: whole segments, markers included.
    pub(crate) tables: Vec<Range<usize>>,
    /// Payload of each EXIF segment, after `Exif\0\0`.
    pub(crate) exif: Vec<Range<usize>>,
    /// Whether quantization tables are defined.
    pub(crate) quantization: bool,
    /// Whether Huffman tables are defined.
    pub(crate) huffman: bool,
}

/// The frame header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Second byte of the marker: C0 baseline, C1 extended, C2 progressive, others are rare.
    pub(crate) marker: u8,
    /// Bits per sample.
    pub(crate) precision: u8,
    /// Width in pixels.
    pub(crate) width: u16,
    /// Height in pixels.
    pub(crate) height: u16,
    /// Number of components.
    pub(crate) components: u8,
}

impl Header {
    /// Parses a stream or an abbreviated table stream; the error says what is wrong and where.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        if !bytes.starts_with(&[0xFF, 0xD8]) {
            return Err("does not start with a JPEG marker (FF D8)".into());
        }
        let mut header = Self::default();
        let mut at = 2;
        loop {
            // Bytes that belong to no segment are skipped, as decoders do.
            while bytes.get(at).is_some_and(|byte| *byte != 0xFF) {
                at += 1;
            }
            let start = at;
            while bytes.get(at) == Some(&0xFF) {
                at += 1;
            }
            let Some(&marker) = bytes.get(at) else { return Ok(header) };
            at += 1;
            match marker {
                0x00 | 0x01 | 0xD0..=0xD7 => continue,
                0xD9 => return Ok(header),
                0xD8 => return Err(format!("a second image starts at byte {start}")),
                _ => {}
            }
            let length = match bytes.get(at..at + 2) {
                Some(length) => usize::from(u16::from_be_bytes([length[0], length[1]])),
                None => return Err(format!("segment at byte {start} is cut off")),
            };
            let Some(body) = bytes.get(at + 2..at + length).filter(|_| length >= 2) else {
                return Err(format!("segment at byte {start} is cut off"));
            };
            header.segment(marker, body, start..at + length, at + 2)?;
            if marker == 0xDA {
                header.scan_body = at + 2..at + length;
                header.scan = Some(start);
                return Ok(header);
            }
            at += length;
        }
    }

    fn segment(
        &mut self,
        marker: u8,
        body: &[u8],
        whole: Range<usize>,
        body_at: usize,
    ) -> Result<(), String> {
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                if self.frame.is_some() {
                    return Err(format!("a second frame header at byte {}", whole.start));
                }
                let &[precision, h1, h0, w1, w0, components, ..] = body else {
                    return Err(format!("frame header at byte {} is cut off", whole.start));
                };
                if body.len() < 6 + usize::from(components) * 3 {
                    return Err(format!("frame header at byte {} is cut off", whole.start));
                }
                let width = u16::from_be_bytes([w1, w0]);
                let height = u16::from_be_bytes([h1, h0]);
                self.frame_body = body_at..whole.end;
                self.frame = Some(Frame { marker, precision, width, height, components });
            }
            0xC4 => {
                self.huffman = true;
                self.tables.push(whole);
            }
            0xDD => {
                if let &[high, low, ..] = body {
                    self.restart = u16::from_be_bytes([high, low]);
                }
            }
            0xDB => {
                self.quantization = true;
                self.tables.push(whole);
            }
            0xE0 if body.starts_with(b"JFIF\0") || body.starts_with(b"JFXX\0") => self.jfif.push(whole),
            0xE1 if body.starts_with(b"Exif\0\0") => self.exif.push(body_at + 6..whole.end),
            0xEE if body.starts_with(b"Adobe") && body.len() >= 12 => self.adobe.push(body_at + 11),
            _ => {}
        }
        Ok(())
    }
}

impl Frame {
    /// Whether browsers decode this kind of frame; the error names the kind.
    pub(crate) fn displayable(&self) -> Result<(), String> {
        let kind = match self.marker {
            0xC0..=0xC2 if self.precision == 8 => return Ok(()),
            0xC0..=0xC2 => format!("{} bits per sample", self.precision),
            0xC3 | 0xC7 | 0xCB | 0xCF => "lossless".to_owned(),
            0xC5 | 0xC6 | 0xCD | 0xCE => "hierarchical".to_owned(),
            _ => "arithmetic coding".to_owned(),
        };
        Err(format!("JPEG with {kind}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_frame_tables_and_markers() {
        let stream = [
            0xFF, 0xD8, // start
            0xFF, 0xE0, 0, 9, b'J', b'F', b'I', b'F', 0, 1, 1, // JFIF
            0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0,
            1, // Adobe, transform 1
            0xFF, 0xDB, 0, 3, 0, // quantization
            0xFF, 0xC0, 0, 11, 8, 0, 16, 0, 32, 1, 1, 0x11, 0, // baseline, 32 x 16, one component
            0xFF, 0xC4, 0, 3, 0, // Huffman
            0xFF, 0xDA, 0, 2, // scan
        ];
        let header = Header::parse(&stream).unwrap();
        assert_eq!(
            header.frame,
            Some(Frame { marker: 0xC0, precision: 8, width: 32, height: 16, components: 1 })
        );
        assert_eq!(header.jfif, vec![2..13; 1]);
        assert_eq!(header.adobe.iter().map(|&at| stream[at]).collect::<Vec<_>>(), [1]);
        assert!(header.quantization && header.huffman);
        assert_eq!(header.scan, Some(stream.len() - 4));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(mut data in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Header::parse(&data);
            data.splice(0..0, [0xFF, 0xD8, 0xFF]);
            if let Ok(header) = Header::parse(&data) {
                prop_assert!(header.scan.is_none_or(|at| at < data.len()));
                prop_assert!(header.adobe.iter().all(|&at| at < data.len()));
            }
        }
    }
}
