//! Reads the directories of TIFF and `BigTIFF` files: tags and their values, nothing decoded.
//!
//! The `tiff` crate is not used for this: its `Decoder::new` reads the first directory before limits can be
//! set and refuses any value above 1 MiB, which is the offsets of 131,072 tiles of a `BigTIFF` (8.6
//! gigapixels), and it insists on understanding the pixels. Here every count is checked against the file's
//! length and the limits before memory is taken for it.

use std::collections::HashSet;

use crate::{
    error::{Result, SlideError},
    limits::{self, Limits},
    source::{ByteSource, read_range},
};

/// Tags this crate reads.
pub(crate) mod tag {
    pub(crate) const NEW_SUBFILE_TYPE: u16 = 254;
    pub(crate) const IMAGE_WIDTH: u16 = 256;
    pub(crate) const IMAGE_LENGTH: u16 = 257;
    pub(crate) const BITS_PER_SAMPLE: u16 = 258;
    pub(crate) const COMPRESSION: u16 = 259;
    pub(crate) const PHOTOMETRIC: u16 = 262;
    pub(crate) const FILL_ORDER: u16 = 266;
    pub(crate) const IMAGE_DESCRIPTION: u16 = 270;
    pub(crate) const MAKE: u16 = 271;
    pub(crate) const STRIP_OFFSETS: u16 = 273;
    pub(crate) const ORIENTATION: u16 = 274;
    pub(crate) const SAMPLES_PER_PIXEL: u16 = 277;
    pub(crate) const ROWS_PER_STRIP: u16 = 278;
    pub(crate) const STRIP_BYTE_COUNTS: u16 = 279;
    pub(crate) const X_RESOLUTION: u16 = 282;
    pub(crate) const Y_RESOLUTION: u16 = 283;
    pub(crate) const PLANAR_CONFIGURATION: u16 = 284;
    pub(crate) const RESOLUTION_UNIT: u16 = 296;
    pub(crate) const SOFTWARE: u16 = 305;
    pub(crate) const PREDICTOR: u16 = 317;
    pub(crate) const COLOR_MAP: u16 = 320;
    pub(crate) const TILE_WIDTH: u16 = 322;
    pub(crate) const TILE_LENGTH: u16 = 323;
    pub(crate) const TILE_OFFSETS: u16 = 324;
    pub(crate) const TILE_BYTE_COUNTS: u16 = 325;
    pub(crate) const SUB_IFDS: u16 = 330;
    pub(crate) const EXTRA_SAMPLES: u16 = 338;
    pub(crate) const SAMPLE_FORMAT: u16 = 339;
    pub(crate) const JPEG_TABLES: u16 = 347;
    pub(crate) const XMP: u16 = 700;
    pub(crate) const NDPI: u16 = 65420;
    pub(crate) const ARGOS: u16 = 65000;
}

/// Order of bytes in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endian {
    Little,
    Big,
}

impl Endian {
    /// Number of up to eight bytes.
    fn number(self, bytes: &[u8]) -> u64 {
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, add),
            Self::Big => bytes.iter().fold(0, add),
        }
    }
}

/// An open TIFF: where the bytes are and how numbers are written.
pub(crate) struct Tiff<'a> {
    source: &'a dyn ByteSource,
    limits: &'a Limits,
    pub(crate) endian: Endian,
    pub(crate) big: bool,
}

/// One directory.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    /// Where it lies in the file.
    pub(crate) offset: u64,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// The value itself or where it lies, as the file has it.
    field: [u8; 8],
}

/// Whether the head of a file is that of a TIFF.
pub(crate) fn is_tiff(head: &[u8]) -> bool {
    matches!(head, [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..])
}

fn size_of(kind: u16) -> Option<u64> {
    Some(match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => return None,
    })
}

impl<'a> Tiff<'a> {
    /// Reads the file header and all directories of the main chain, in file order.
    pub(crate) fn open(source: &'a dyn ByteSource, limits: &'a Limits) -> Result<(Self, Vec<Directory>)> {
        let head = read_range(source, &(0..source.len().min(16)), "TIFF header")?;
        let endian = if head.starts_with(b"II") { Endian::Little } else { Endian::Big };
        let version = head.get(2..4).map_or(0, |bytes| endian.number(bytes));
        let big = version == 43;
        let first = if big { head.get(8..16) } else { head.get(4..8) };
        let Some(first) = first.filter(|_| is_tiff(&head)) else {
            return Err(SlideError::damaged("the TIFF header is cut off", "byte 0"));
        };
        let tiff = Self { source, limits, endian, big };
        let mut directories = Vec::new();
        let mut seen = HashSet::new();
        let mut offset = endian.number(first);
        while offset != 0 {
            if !seen.insert(offset) {
                return Err(SlideError::damaged("the directories form a loop", format!("byte {offset}")));
            }
            limits::check(
                "number of TIFF directories",
                directories.len() as u64 + 1,
                limits.max_directories as u64,
                "store the pages in separate files",
            )?;
            let (directory, next) = tiff.directory(offset)?;
            directories.push(directory);
            offset = next;
        }
        if directories.is_empty() {
            return Err(SlideError::damaged("the TIFF has no directory", "byte 4"));
        }
        Ok((tiff, directories))
    }

    /// Reads the directory at `offset` and the offset of the one after it (0: none).
    pub(crate) fn directory(&self, offset: u64) -> Result<(Directory, u64)> {
        let place = || format!("directory at byte {offset}");
        let read = |start: u64, len: u64| -> Result<Vec<u8>> {
            let end = start.checked_add(len);
            match end.filter(|end| *end <= self.source.len()) {
                Some(end) => read_range(self.source, &(start..end), "TIFF directory"),
                None => Err(SlideError::damaged("the directory lies beyond the end of the file", place())),
            }
        };
        let (count_len, entry_len, next_len) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.endian.number(&read(offset, count_len)?);
        limits::check(
            "number of tags in a directory",
            count,
            self.limits.max_entries,
            "export the file again",
        )?;
        let table = read(offset + count_len, count * entry_len)?;
        // Some writers end the last directory without the offset of a next one.
        let next = read(offset + count_len + count * entry_len, next_len)
            .map_or(0, |bytes| self.endian.number(&bytes));
        let entries = table
            .chunks_exact(entry_len as usize)
            .map(|entry| {
                let mut field = [0; 8];
                let value = &entry[if self.big { 12 } else { 8 }..];
                field[..value.len()].copy_from_slice(value);
                Entry {
                    tag: self.endian.number(&entry[..2]) as u16,
                    kind: self.endian.number(&entry[2..4]) as u16,
                    count: self.endian.number(&entry[4..if self.big { 12 } else { 8 }]),
                    field,
                }
            })
            .collect();
        Ok((Directory { offset, entries }, next))
    }

    /// The value's bytes and the size of one element; `None` when the tag is absent or of an unknown type.
    fn bytes(&self, directory: &Directory, tag: u16, limit: u64) -> Result<Option<(Vec<u8>, u16)>> {
        let Some(entry) = directory.entries.iter().find(|entry| entry.tag == tag) else { return Ok(None) };
        let Some(size) = size_of(entry.kind) else { return Ok(None) };
        let place = || format!("tag {tag} of the directory at byte {}", directory.offset);
        let Some(len) = entry.count.checked_mul(size).filter(|len| *len <= self.source.len()) else {
            return Err(SlideError::damaged(
                format!("it claims {} values, more than the file holds", entry.count),
                place(),
            ));
        };
        limits::check("size of a TIFF tag in bytes", len, limit, "export the slide again with larger tiles")?;
        let inline = if self.big { 8 } else { 4 };
        let bytes = if len <= inline {
            entry.field[..len as usize].to_vec()
        } else {
            let start = self.endian.number(&entry.field[..inline as usize]);
            match start.checked_add(len).filter(|end| *end <= self.source.len()) {
                Some(end) => read_range(self.source, &(start..end), "TIFF tag")?,
                None => {
                    return Err(SlideError::damaged("its value lies beyond the end of the file", place()));
                }
            }
        };
        Ok(Some((bytes, entry.kind)))
    }

    /// Whether the directory has the tag, whatever its value.
    pub(crate) fn has(&self, directory: &Directory, tag: u16) -> bool {
        directory.entries.iter().any(|entry| entry.tag == tag)
    }

    /// Whole numbers of a tag; empty when absent.
    pub(crate) fn numbers(&self, directory: &Directory, tag: u16) -> Result<Box<[u64]>> {
        let Some((bytes, kind)) = self.bytes(directory, tag, self.limits.max_tiles * 8)? else {
            return Ok(Box::default());
        };
        let size = match kind {
            1 | 3 | 4 | 13 | 16 | 18 | 6 | 7 | 8 => size_of(kind).unwrap_or(1) as usize,
            _ => return Ok(Box::default()),
        };
        Ok(bytes.chunks_exact(size).map(|bytes| self.endian.number(bytes)).collect())
    }

    /// The first number of a tag.
    pub(crate) fn number(&self, directory: &Directory, tag: u16) -> Result<Option<u64>> {
        Ok(self.numbers(directory, tag)?.first().copied())
    }

    /// A positive fraction, for example a resolution.
    pub(crate) fn fraction(&self, directory: &Directory, tag: u16) -> Result<Option<f64>> {
        let Some((bytes, kind)) = self.bytes(directory, tag, self.limits.max_text)? else { return Ok(None) };
        let value = match (kind, bytes.len()) {
            (5, 8..) => self.endian.number(&bytes[..4]) as f64 / self.endian.number(&bytes[4..8]) as f64,
            (11, 4..) => f64::from(f32::from_bits(self.endian.number(&bytes[..4]) as u32)),
            (12, 8..) => f64::from_bits(self.endian.number(&bytes[..8])),
            _ => return Ok(None),
        };
        Ok(Some(value).filter(|value| value.is_finite() && *value > 0.0))
    }

    /// Bytes of a tag as they are.
    pub(crate) fn blob(&self, directory: &Directory, tag: u16) -> Result<Option<Vec<u8>>> {
        Ok(self.bytes(directory, tag, self.limits.max_text)?.map(|(bytes, _)| bytes))
    }

    /// Text of a tag up to its first zero; bytes that are not UTF-8 are replaced.
    pub(crate) fn text(&self, directory: &Directory, tag: u16) -> Result<Option<String>> {
        Ok(self.blob(directory, tag)?.map(|bytes| {
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            String::from_utf8_lossy(&bytes[..end]).into_owned()
        }))
    }
}
