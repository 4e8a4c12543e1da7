//! Writes a tiled `BigTIFF`: tiles as they come, directories at the end, then the header's pointer to them.

use std::io::{Seek, SeekFrom, Write};

use crate::{
    codec::jpeg::header::Header,
    error::{Result, SlideError},
    formats::tiff::directory::tag,
    request::TILE_SIZE,
};

/// Size of a level in pixels.
pub(super) struct LevelSize {
    pub(super) width: u64,
    pub(super) height: u64,
}

/// What was written.
pub(super) struct Written {
    pub(super) levels: u32,
    pub(super) tiles: u64,
    pub(super) bytes: u64,
}

/// The file under construction.
pub(super) struct Writer<'a, W> {
    file: &'a mut W,
    at: u64,
    /// Per level: offset and length of each tile, in order.
    tiles: Vec<Vec<(u64, u32)>>,
    /// Tables shared by all tiles: a stream of its own.
    tables: Vec<u8>,
}

const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const UNDEFINED: u16 = 7;
const ASCII: u16 = 2;
const LONG8: u16 = 16;

impl<'a, W: Write + Seek> Writer<'a, W> {
    pub(super) fn new(file: &'a mut W) -> Result<Self> {
        let mut writer = Self { file, at: 0, tiles: Vec::new(), tables: Vec::new() };
        writer.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        // Little endian, BigTIFF, 8-byte offsets; the offset of the first directory is filled in last.
        writer.write(&[b'I', b'I', 43, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        Ok(writer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(failed)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Writes the next tile of a level: an encoded JPEG, whose tables and JFIF marker are taken out.
    pub(super) fn tile(&mut self, level: usize, jpeg: &[u8]) -> Result<()> {
        let header = Header::parse(jpeg).map_err(|what| SlideError::damaged(what, "encoded tile"))?;
        let mut tables = vec![0xFF, 0xD8];
        header.tables.iter().for_each(|segment| tables.extend_from_slice(&jpeg[segment.clone()]));
        tables.extend([0xFF, 0xD9]);
        if self.tables.is_empty() {
            self.tables.clone_from(&tables);
        }
        let mut drop: Vec<_> = header.jfif.clone();
        // Tables are the same for one quality; a tile that has others keeps them.
        if tables == self.tables {
            drop.extend(header.tables.iter().cloned());
        }
        drop.sort_by_key(|segment| segment.start);
        let mut short = Vec::with_capacity(jpeg.len());
        let mut from = 0;
        for segment in drop {
            short.extend_from_slice(&jpeg[from..segment.start]);
            from = segment.end;
        }
        short.extend_from_slice(&jpeg[from..]);
        if self.tiles.len() <= level {
            self.tiles.resize_with(level + 1, Vec::new);
        }
        self.tiles[level].push((self.at, short.len() as u32));
        self.write(&short)
    }

    /// Writes the directories, finest level first.
    pub(super) fn finish(
        mut self,
        sizes: &[LevelSize],
        channels: usize,
        physical_size: (Option<f64>, Option<f64>),
    ) -> Result<Written> {
        let tiles = std::mem::take(&mut self.tiles);
        let tables_at = self.at;
        let tables = std::mem::take(&mut self.tables);
        self.write(&tables)?;
        let software_at = self.at;
        let software = concat!("cytomine ", env!("CARGO_PKG_VERSION"), "\0").as_bytes();
        self.write(software)?;
        // Where the offset of the next directory has to be written.
        let mut link = 8;
        for (level, (size, tiles)) in sizes.iter().zip(&tiles).enumerate() {
            let offsets_at = self.at;
            for (offset, _) in tiles {
                self.write(&offset.to_le_bytes())?;
            }
            let counts_at = self.at;
            for (_, count) in tiles {
                self.write(&count.to_le_bytes())?;
            }
            let padding = self.at % 2;
            self.write(&[0][..padding as usize])?;
            let count = tiles.len() as u64;
            // A list of one value stands in the directory itself.
            let (offsets, counts) = match tiles[..] {
                [(offset, count)] => (offset, u64::from(count)),
                [(_, first), (_, second)] => (offsets_at, u64::from(first) | u64::from(second) << 32),
                _ => (offsets_at, counts_at),
            };
            let bits = if channels == 1 { 8 } else { 0x0008_0008_0008 };
            let mut entries = vec![
                (tag::NEW_SUBFILE_TYPE, LONG, 1, u64::from(level > 0)),
                (tag::IMAGE_WIDTH, LONG, 1, size.width),
                (tag::IMAGE_LENGTH, LONG, 1, size.height),
                (tag::BITS_PER_SAMPLE, SHORT, channels as u64, bits),
                (tag::COMPRESSION, SHORT, 1, 7),
                (tag::PHOTOMETRIC, SHORT, 1, if channels == 1 { 1 } else { 6 }),
                (tag::SAMPLES_PER_PIXEL, SHORT, 1, channels as u64),
            ];
            if let (Some(x), Some(y)) = physical_size {
                let scale = (1_u64 << level) as f64;
                entries.push((tag::X_RESOLUTION, RATIONAL, 1, per_centimetre(x * scale)));
                entries.push((tag::Y_RESOLUTION, RATIONAL, 1, per_centimetre(y * scale)));
            }
            entries.push((tag::PLANAR_CONFIGURATION, SHORT, 1, 1));
            entries.push((tag::RESOLUTION_UNIT, SHORT, 1, if physical_size.0.is_some() { 3 } else { 1 }));
            entries.push((tag::SOFTWARE, ASCII, software.len() as u64, software_at));
            entries.push((tag::TILE_WIDTH, LONG, 1, TILE_SIZE.into()));
            entries.push((tag::TILE_LENGTH, LONG, 1, TILE_SIZE.into()));
            entries.push((tag::TILE_OFFSETS, LONG8, count, offsets));
            entries.push((tag::TILE_BYTE_COUNTS, LONG, count, counts));
            entries.push((tag::JPEG_TABLES, UNDEFINED, tables.len() as u64, tables_at));
            if channels == 3 {
                entries.push((YCBCR_SUBSAMPLING, SHORT, 2, 0x0002_0002));
            }
            let start = self.at;
            self.write(&(entries.len() as u64).to_le_bytes())?;
            for (tag, kind, count, value) in entries {
                self.write(&tag.to_le_bytes())?;
                self.write(&kind.to_le_bytes())?;
                self.write(&count.to_le_bytes())?;
                self.write(&value.to_le_bytes())?;
            }
            let next = self.at;
            self.write(&0_u64.to_le_bytes())?;
            self.file.seek(SeekFrom::Start(link)).map_err(failed)?;
            self.file.write_all(&start.to_le_bytes()).map_err(failed)?;
            self.file.seek(SeekFrom::Start(self.at)).map_err(failed)?;
            link = next;
        }
        self.file.flush().map_err(failed)?;
        Ok(Written {
            levels: sizes.len() as u32,
            tiles: tiles.iter().map(|level| level.len() as u64).sum(),
            bytes: self.at,
        })
    }
}

const YCBCR_SUBSAMPLING: u16 = 530;

/// Pixels per centimetre as a TIFF fraction.
fn per_centimetre(micrometres: f64) -> u64 {
    let numerator = (1e7 / micrometres).round().clamp(1.0, f64::from(u32::MAX)) as u64;
    numerator | 1000 << 32
}

fn failed(error: std::io::Error) -> SlideError {
    SlideError::io("write the converted slide", error)
}
