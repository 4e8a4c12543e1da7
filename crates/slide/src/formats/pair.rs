//! A format for tests alone, of all that the shipped ones do not have: two files, 16 bits, three stored channels, two
//! foci, tiles that lie in either file, that were never scanned, or that only the format itself can read.
//!
//! The first file begins with `PAIR`, then one record per tile (level, z, channel, row, column from the outside in): how
//! it is kept (0 nowhere, 1 in the first file, 2 in the second, 3 by own reading), first byte, length. The label stands at
//! the end. The second file is called `tiles.dat`.

use std::sync::Arc;

use super::{Format, Opened, Probe};
use crate::{
    error::{Result, SlideError},
    info::{Associated, AssociatedKind, Channel, ColorSpace, FormatId, Level, SlideInfo},
    level::{Located, Picture, PictureData, Piece, TileAt, Tiles, only},
    samples::{PixelKind, SampleType, Samples},
    source::{ByteSource, Part, Parts, read_range},
};

pub(super) const FORMAT: Format =
    Format { recognise, open, rows: |_| Err(SlideError::unsupported("the conversion of a pair", "open it")) };

pub(crate) const SIZES: [(u32, u32); 2] = [(40, 24), (20, 12)];
pub(crate) const TILE: u32 = 16;
pub(crate) const DEPTH: u32 = 2;
pub(crate) const LABEL: (u32, u32) = (5, 3);
const CHANNELS: u32 = 3;
const RECORD: usize = 17;
const START: u64 = 4;

/// The sample of a pixel; different on every plane.
pub(crate) fn sample(level: u32, c: u32, z: u32, x: u32, y: u32) -> u16 {
    (20_000 * c + 10_000 * z + 1_000 * level + 40 * y + x) as u16
}

/// How the tiles are kept: by (level, z, channel, row, column).
pub(crate) type Keep = fn((u32, u32, u32, u32, u32)) -> u8;

/// Both files.
pub(crate) fn files(keep: Keep) -> (Vec<u8>, Vec<u8>) {
    let levels: Vec<Level> = SIZES.iter().map(|size| Level::new(*size, (TILE, TILE), SIZES[0])).collect();
    let records: u32 = levels.iter().map(|level| level.columns * level.rows * CHANNELS * DEPTH).sum();
    let (mut index, mut first, mut second) = (b"PAIR".to_vec(), Vec::new(), Vec::new());
    let data = START + u64::from(records) * RECORD as u64;
    for (number, level) in (0..).zip(&levels) {
        for (z, c) in (0..DEPTH).flat_map(|z| (0..CHANNELS).map(move |c| (z, c))) {
            for (ty, tx) in (0..level.rows).flat_map(|ty| (0..level.columns).map(move |tx| (ty, tx))) {
                let how = keep((number, z, c, ty, tx));
                let pixels = (0..TILE).flat_map(|y| (0..TILE).map(move |x| (x, y)));
                let stored: Vec<u8> = pixels
                    .flat_map(|(x, y)| sample(number, c, z, tx * TILE + x, ty * TILE + y).to_le_bytes())
                    .collect();
                let (at, len) = match how {
                    0 => (0, 0),
                    1 => (data + first.len() as u64, stored.len()),
                    _ => (second.len() as u64, stored.len()),
                };
                index.push(how);
                index.extend(at.to_le_bytes());
                index.extend((len as u64).to_le_bytes());
                match how {
                    0 => {}
                    1 => first.extend(stored),
                    _ => second.extend(stored),
                }
            }
        }
    }
    index.extend(first);
    index.extend((0..LABEL.0 * LABEL.1).map(|grey| grey as u8 * 10));
    (index, second)
}

/// The slide as its parts.
pub(crate) fn parts((first, second): (Vec<u8>, Vec<u8>)) -> Parts {
    let part = |name: &str, bytes| Part { name: name.to_owned(), source: Arc::new(bytes) };
    Parts::new(part("a.pair", first), [part("other.txt", Vec::new()), part("tiles.dat", second)])
}

fn recognise(probe: &Probe<'_>) -> Result<Option<FormatId>> {
    Ok(probe.head.starts_with(b"PAIR").then_some(FormatId::PyrTiff))
}

fn open(probe: &Probe<'_>) -> Result<Opened> {
    let companion = probe.parts.all().iter().position(|part| part.name == "tiles.dat");
    let Some(companion) = companion else {
        return Err(SlideError::unsupported("a pair without `tiles.dat`", "upload both files together"));
    };
    let own = Arc::clone(&probe.parts.all()[companion].source);
    let mut at = START;
    let mut levels: Vec<Arc<dyn Tiles>> = Vec::new();
    for size in SIZES {
        let level = Level::new(size, (TILE, TILE), SIZES[0]);
        let records = u64::from(level.columns * level.rows * CHANNELS * DEPTH);
        let end = at + records * RECORD as u64;
        let index = read_range(probe.source, &(at..end), "index")?;
        levels.push(Arc::new(PairLevel { level, index, companion, own: Arc::clone(&own) }));
        at = end;
    }
    let channels =
        ["DAPI", "FITC", "TRITC"].map(|name| Channel { name: Some(name.to_owned()), colour: None });
    let label = u64::from(LABEL.0 * LABEL.1);
    let info = SlideInfo {
        format: FormatId::PyrTiff,
        width: SIZES[0].0,
        height: SIZES[0].1,
        pixel: PixelKind {
            sample: SampleType::U16,
            samples: 1,
            channels: 1,
            range: (0.0, 65_535.0),
            blank: 0.0,
        },
        channels: channels.into(),
        depth: DEPTH,
        duration: 1,
        samples_per_pixel: 1,
        bits_per_sample: 16,
        physical_size_x: None,
        physical_size_y: None,
        magnification: None,
        colorspace: ColorSpace::Grey,
        needs_conversion: false,
        associated: vec![Associated { kind: AssociatedKind::Label, width: LABEL.0, height: LABEL.1 }],
    };
    let label = Label(Piece::new(0, probe.source.len().saturating_sub(label), label));
    let associated: Vec<(AssociatedKind, Arc<dyn Picture>)> = vec![(AssociatedKind::Label, Arc::new(label))];
    Ok(Opened { info, levels, metadata: Vec::new(), associated })
}

struct PairLevel {
    level: Level,
    index: Vec<u8>,
    companion: usize,
    own: Arc<dyn ByteSource>,
}

impl std::fmt::Debug for PairLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairLevel").field("level", &self.level).finish_non_exhaustive()
    }
}

impl PairLevel {
    fn record(&self, at: TileAt) -> (u8, u64, u64) {
        let plane = at.plane.z * CHANNELS + at.plane.c;
        let number = (plane * self.level.rows + at.ty) * self.level.columns + at.tx;
        let record = &self.index[number as usize * RECORD..][..RECORD];
        let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
        (record[0], number(&record[1..9]), number(&record[9..17]))
    }
}

impl Tiles for PairLevel {
    fn level(&self) -> &Level {
        &self.level
    }

    fn locate(&self, at: TileAt, pieces: &mut Vec<Piece>) -> Result<Located> {
        let (how, start, len) = self.record(at);
        match how {
            0 => return Ok(Located::Blank),
            3 => return Ok(Located::Read),
            1 => pieces.push(Piece::new(0, start, len)),
            // Of the second file in two halves, as formats with cut tiles have them.
            _ => pieces.extend([
                Piece::new(self.companion, start, len / 2),
                Piece::new(self.companion, start + len / 2, len - len / 2),
            ]),
        }
        Ok(Located::Stored)
    }

    fn decode(&self, at: TileAt, stored: &[&[u8]], out: &mut Samples) -> Result<()> {
        let (how, start, len) = self.record(at);
        let bytes = match how {
            1 => only(stored, at)?.to_vec(),
            3 => read_range(self.own.as_ref(), &(start..start.saturating_add(len)), &at.to_string())?,
            _ => stored.concat(),
        };
        let out = out.of::<u16>();
        out.clear();
        out.extend(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
        Ok(())
    }
}

#[derive(Debug)]
struct Label(Piece);

impl Picture for Label {
    fn size(&self) -> (u32, u32) {
        LABEL
    }

    fn pieces(&self) -> Vec<Piece> {
        vec![self.0.clone()]
    }

    fn decode(&self, stored: &[&[u8]]) -> Result<PictureData> {
        Ok(PictureData::Grey(stored.concat()))
    }
}
