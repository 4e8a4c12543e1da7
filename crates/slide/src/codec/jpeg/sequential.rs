//! Cuts a sequential JPEG of one scan (every plain photograph) into rows of blocks that decode on their own.
//!
//! No decoder here gives rows, and a whole photograph may need gigabytes. But the data of a JPEG may restart: the
//! prediction of the blocks' means begins anew behind a marker. So the codes are followed without computing a
//! pixel and written again with a restart before each row of blocks; any run of rows then is a JPEG of its own.
//! Codes of details are copied; those of means get a table that has all lengths, as the first one of a row changes.
//! What no code uses (bytes before a marker, behind the image) is left out; missing data is damage.

use std::io::BufRead;

use super::{
    bits::{BitReader, BitWriter, Codes},
    header::Header,
};
use crate::error::{Result, SlideError};

/// Lengths of the codes of a mean's 0 to 11 bits (ITU T.81, table K.3), and the codes.
const MEAN_COUNTS: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const MEAN_CODES: [(u32, u32); 12] = [
    (0b00, 2),
    (0b010, 3),
    (0b011, 3),
    (0b100, 3),
    (0b101, 3),
    (0b110, 3),
    (0b1110, 4),
    (0b1_1110, 5),
    (0b11_1110, 6),
    (0b111_1110, 7),
    (0b1111_1110, 8),
    (0b1_1111_1110, 9),
];

/// A component in the scan.
struct Component {
    means: usize,
    details: usize,
    /// Blocks in each unit of the scan.
    blocks: usize,
    /// The mean before.
    mean: i32,
}

/// A stream that is being cut.
pub(crate) struct Sequential<R> {
    data: BitReader<R>,
    components: Vec<Component>,
    /// Tables 0 to 3 of means and of details.
    tables: [[Option<Codes>; 4]; 2],
    /// All before the data of a stream, and where the height stands in it.
    prefix: Vec<u8>,
    height_at: usize,
    units: u32,
    /// Rows of blocks, and pixels in each.
    rows: u32,
    row_height: u32,
    restart: u16,
    until_restart: u16,
    next_restart: u8,
}

impl<R: BufRead> Sequential<R> {
    /// `head` are the first bytes of the stream, `data` what follows its first scan's header. `None` when the
    /// stream is of another kind (progressive, several scans, tables not given).
    pub(crate) fn new(head: &[u8], header: &Header, data: R) -> Option<Self> {
        let frame =
            header.frame.filter(|frame| matches!(frame.marker, 0xC0 | 0xC1) && frame.precision == 8)?;
        let count = usize::from(frame.components);
        let frame_body = head.get(header.frame_body.clone())?;
        let scan_body = head.get(header.scan_body.clone())?;
        if frame.width == 0 || frame.height == 0 || *scan_body.first()? != frame.components {
            return None;
        }
        let mut raw: [[Option<&[u8]>; 4]; 2] = Default::default();
        let mut prefix = vec![0xFF, 0xD8];
        for jfif in &header.jfif {
            prefix.extend_from_slice(head.get(jfif.clone())?);
        }
        for transform in &header.adobe {
            segment(&mut prefix, 0xEE, head.get(transform - 11..=*transform)?);
        }
        for table in &header.tables {
            let whole = head.get(table.clone())?;
            let marker = whole.iter().position(|byte| *byte != 0xFF)?;
            let body = whole.get(marker + 3..)?;
            if whole[marker] == 0xC4 { split(body, &mut raw)? } else { segment(&mut prefix, 0xDB, body) }
        }
        let mut tables: [[Option<Codes>; 4]; 2] = Default::default();
        let parts: Vec<&[u8]> = frame_body.get(6..6 + 3 * count)?.chunks_exact(3).collect();
        // The unit of a scan of one component is one block, whatever the sampling says.
        let sampling = |part: &[u8]| if count == 1 { (1, 1) } else { (part[1] >> 4, part[1] & 15) };
        let mut components = Vec::with_capacity(count);
        for selector in scan_body.get(1..1 + 2 * count)?.chunks_exact(2) {
            let part = parts.iter().find(|part| part[0] == selector[0])?;
            let (across, down) = sampling(part);
            let (means, details) = (usize::from(selector[1] >> 4), usize::from(selector[1] & 15));
            for (class, id) in [(0, means), (1, details)] {
                let body = (*raw[class].get(id)?)?;
                tables[class][id] = Some(Codes::new(&body[..16], &body[16..])?);
                let body = if class == 0 { &[&MEAN_COUNTS[..], &MEAN_ORDER].concat() } else { body };
                segment(&mut prefix, 0xC4, &[&[(class << 4 | id) as u8], body].concat());
            }
            let blocks = usize::from(across) * usize::from(down);
            components.push(Component { means, details, blocks, mean: 0 });
        }
        let (across, down) = parts
            .iter()
            .map(|part| sampling(part))
            .fold((0, 0), |most, own| (most.0.max(own.0), most.1.max(own.1)));
        let known = parts
            .iter()
            .map(|part| sampling(part))
            .all(|(across, down)| (1..=4).contains(&across) && (1..=4).contains(&down));
        if !known {
            return None;
        }
        let row_height = u32::from(down) * 8;
        let units = u32::from(frame.width).div_ceil(u32::from(across) * 8);
        let mut body = frame_body[..6 + 3 * count].to_vec();
        if count == 1 {
            body[7] = 0x11;
        }
        let height_at = prefix.len() + 5;
        segment(&mut prefix, frame.marker, &body);
        segment(&mut prefix, 0xDD, &(units as u16).to_be_bytes());
        segment(&mut prefix, 0xDA, scan_body);
        Some(Self {
            data: BitReader::new(data),
            components,
            tables,
            prefix,
            height_at,
            units,
            rows: u32::from(frame.height).div_ceil(row_height),
            row_height,
            restart: header.restart,
            until_restart: header.restart,
            next_restart: 0,
        })
    }

    /// Rows of blocks, and the pixels in each.
    pub(crate) fn rows(&self) -> (u32, u32) {
        (self.rows, self.row_height)
    }

    /// The data of the next row of blocks.
    pub(crate) fn next_row(&mut self) -> Result<Vec<u8>> {
        let mut out = BitWriter::default();
        let mut begun = [false; 4];
        for _ in 0..self.units {
            if self.restart > 0 && self.until_restart == 0 {
                self.data.restart(self.next_restart)?;
                self.components.iter_mut().for_each(|component| component.mean = 0);
                self.next_restart = (self.next_restart + 1) % 8;
                self.until_restart = self.restart;
            }
            self.until_restart = self.until_restart.wrapping_sub(1);
            for (component, begun) in self.components.iter_mut().zip(&mut begun) {
                let [means, details] = &self.tables;
                let (Some(means), Some(details)) = (&means[component.means], &details[component.details])
                else {
                    return Err(damaged("a table is missing"));
                };
                for _ in 0..component.blocks {
                    let before = component.mean;
                    component.mean += mean(&mut self.data, means)?;
                    let since = if *begun { component.mean - before } else { component.mean };
                    *begun = true;
                    put_mean(&mut out, since)?;
                    copy_details(&mut self.data, details, &mut out)?;
                }
            }
        }
        Ok(out.finish())
    }

    /// A JPEG of consecutive rows of blocks, `height` pixels high.
    pub(crate) fn stream<'a>(&self, rows: impl Iterator<Item = &'a Vec<u8>>, height: u16) -> Vec<u8> {
        let mut stream = self.prefix.clone();
        stream[self.height_at..self.height_at + 2].copy_from_slice(&height.to_be_bytes());
        for (index, row) in rows.enumerate() {
            if index > 0 {
                stream.extend([0xFF, 0xD0 + ((index - 1) % 8) as u8]);
            }
            stream.extend_from_slice(row);
        }
        stream.extend([0xFF, 0xD9]);
        stream
    }
}

/// The stream without bytes that belong to nothing; `None` when it is not of the kind that can be cut.
pub(crate) fn cleaned(jpeg: &[u8]) -> Result<Option<Vec<u8>>> {
    let header = Header::parse(jpeg).map_err(damaged)?;
    let (Some(frame), Some(data)) = (header.frame, jpeg.get(header.scan_body.end..)) else { return Ok(None) };
    let Some(mut sequential) = Sequential::new(jpeg, &header, data) else { return Ok(None) };
    let rows = (0..sequential.rows).map(|_| sequential.next_row()).collect::<Result<Vec<_>>>()?;
    Ok(Some(sequential.stream(rows.iter(), frame.height)))
}

const MEAN_ORDER: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

fn damaged(what: impl Into<String>) -> SlideError {
    SlideError::damaged(what, "JPEG data")
}

fn segment(to: &mut Vec<u8>, marker: u8, body: &[u8]) {
    to.extend([0xFF, marker]);
    to.extend(((body.len() + 2) as u16).to_be_bytes());
    to.extend_from_slice(body);
}

/// Takes the tables of a segment apart: counts and symbols by class and number.
fn split<'a>(mut body: &'a [u8], raw: &mut [[Option<&'a [u8]>; 4]; 2]) -> Option<()> {
    while let Some((&id, rest)) = body.split_first() {
        let symbols: usize = rest.get(..16)?.iter().map(|count| usize::from(*count)).sum();
        let table = rest.get(..16 + symbols)?;
        *raw.get_mut(usize::from(id >> 4))?.get_mut(usize::from(id & 15))? = Some(table);
        body = &rest[table.len()..];
    }
    Some(())
}

/// Difference of a mean to the one before (ITU T.81, F.2.2.1).
fn mean<R: BufRead>(data: &mut BitReader<R>, codes: &Codes) -> Result<i32> {
    let (bits, length) = data.code(codes)?;
    if bits > 11 {
        return Err(damaged("a block's mean is out of range"));
    }
    let taken = data.take(length + u32::from(bits))? & ((1 << bits) - 1);
    let value = taken as i32;
    let negative = bits > 0 && value < 1 << (bits - 1);
    Ok(if negative { value - (1 << bits) + 1 } else { value })
}

fn put_mean(out: &mut BitWriter, difference: i32) -> Result<()> {
    let bits = i32::BITS - difference.unsigned_abs().leading_zeros();
    let Some(&(code, length)) = MEAN_CODES.get(bits as usize) else {
        return Err(damaged("a block's mean is out of range"));
    };
    let value = if difference < 0 { difference - 1 } else { difference } as u32 & ((1 << bits) - 1);
    out.put(code << bits | value, length + bits);
    Ok(())
}

/// Copies the 63 coefficients behind the mean.
fn copy_details<R: BufRead>(data: &mut BitReader<R>, codes: &Codes, out: &mut BitWriter) -> Result<()> {
    let mut at = 1;
    while at < 64 {
        let (symbol, length) = data.code(codes)?;
        let (run, bits) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        let total = length + bits;
        out.put(data.take(total)?, total);
        match (run, bits) {
            (15, 0) => at += 16,
            (_, 0) => return Ok(()),
            _ => at += run + 1,
        }
    }
    if at > 64 { Err(damaged("a block has more than 64 coefficients")) } else { Ok(()) }
}
