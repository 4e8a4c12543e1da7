//! Reading published and sealed bytes by ranges, wherever they lie.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::runtime::Handle;

use super::objects::{Facts, Objects};
use super::{BlobError, BlobKey, failed};

/// Ranges with no more than this between them are read in one request: less time than a second request takes.
const GAP: u64 = 64 << 10;

/// Bytes that one request for several ranges takes at most, the gaps included.
const LONGEST: u64 = 8 << 20;

/// Bytes that are opened for reading. They never change, and stay readable here after they were removed, where they
/// lie on the disk.
#[derive(Clone, Debug)]
pub struct Reader {
    len: u64,
    modified: SystemTime,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Local(Local),
    Far { objects: Arc<dyn Objects>, key: BlobKey },
}

/// A file of this machine, for reading at positions.
#[derive(Clone, Debug)]
pub struct Local(Arc<File>);

impl Local {
    /// Fills `buffer` from `offset`; waits for the disk.
    ///
    /// # Errors
    /// As the system reports; `UnexpectedEof` past the end.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }

    /// The bytes of a range if the system holds them in memory: then reading takes 4 us, less than handing it to
    /// another thread (36 to 60 us). None when it would have to wait for the disk.
    #[cfg(target_os = "linux")]
    pub fn resident(&self, range: &Range<u64>) -> Option<Vec<u8>> {
        use rustix::io::{ReadWriteFlags, preadv2};
        let mut bytes = vec![0; usize::try_from(range.end.checked_sub(range.start)?).ok()?];
        let read =
            preadv2(&self.0, &mut [io::IoSliceMut::new(&mut bytes)], range.start, ReadWriteFlags::NOWAIT);
        // Fewer bytes mean that the rest is not in memory; an error, that this file system cannot tell.
        (read.ok()? == bytes.len()).then_some(bytes)
    }

    /// As on Linux, where a system can tell whether it would have to wait.
    #[cfg(not(target_os = "linux"))]
    pub fn resident(&self, _: &Range<u64>) -> Option<Vec<u8>> {
        None
    }
}

impl Reader {
    /// Of an open file.
    pub(super) fn of_file(file: File) -> io::Result<Self> {
        let facts = file.metadata()?;
        if !facts.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let place = Place::Local(Local(Arc::new(file)));
        Ok(Self { len: facts.len(), modified: facts.modified()?, place })
    }

    /// Of bytes elsewhere.
    pub(super) fn of_object(objects: Arc<dyn Objects>, key: BlobKey, facts: Facts) -> Self {
        let since = Duration::from_millis(u64::try_from(facts.modified.0).unwrap_or(0));
        Self { len: facts.len, modified: UNIX_EPOCH + since, place: Place::Far { objects, key } }
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// When they were written.
    pub fn modified(&self) -> SystemTime {
        self.modified
    }

    /// The file, where the bytes lie on this machine.
    pub fn local(&self) -> Option<&Local> {
        match &self.place {
            Place::Local(local) => Some(local),
            Place::Far { .. } => None,
        }
    }

    /// The bytes of ranges, in their order. Ranges that lie near each other are read at once.
    ///
    /// # Errors
    /// When a range does not lie inside, or the store refuses.
    pub async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, BlobError> {
        if ranges.iter().any(|range| range.start > range.end || range.end > self.len) {
            return Err(failed("read a stored file")(io::ErrorKind::UnexpectedEof.into()));
        }
        let runs = runs(ranges);
        let mut read = Vec::with_capacity(runs.len());
        match &self.place {
            Place::Local(local) => {
                let local = local.clone();
                let work = move || {
                    for run in runs {
                        let mut bytes = vec![0; usize::try_from(run.end - run.start).unwrap_or(usize::MAX)];
                        local.read_at(&mut bytes, run.start).map_err(failed("read a stored file"))?;
                        read.push((run, Bytes::from(bytes)));
                    }
                    Ok(read)
                };
                Ok(parts(ranges, &super::blocking(work).await?))
            }
            Place::Far { objects, key } => {
                let requests = runs.iter().map(|run| objects.read(key, run.clone()));
                let answers = futures_util::future::try_join_all(requests).await;
                for (run, bytes) in runs.iter().zip(answers.map_err(failed("read a stored file"))?) {
                    if bytes.len() as u64 != run.end - run.start {
                        return Err(failed("read a stored file")(io::ErrorKind::UnexpectedEof.into()));
                    }
                    read.push((run.clone(), bytes));
                }
                Ok(parts(ranges, &read))
            }
        }
    }
}

/// Ranges put together to requests, from the front of the file to its end.
fn runs(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut sorted: Vec<&Range<u64>> = ranges.iter().filter(|range| range.start < range.end).collect();
    sorted.sort_by_key(|range| range.start);
    let mut runs: Vec<Range<u64>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match runs.last_mut() {
            Some(run)
                if range.start <= run.end.saturating_add(GAP)
                    && range.end.max(run.end) - run.start <= LONGEST.max(run.end - run.start) =>
            {
                run.end = run.end.max(range.end);
            }
            _ => runs.push(range.clone()),
        }
    }
    runs
}

/// The ranges out of the runs that hold them.
fn parts(ranges: &[Range<u64>], read: &[(Range<u64>, Bytes)]) -> Vec<Bytes> {
    let part = |range: &Range<u64>| {
        let (run, bytes) = read.iter().find(|(run, _)| run.start <= range.start && range.end <= run.end)?;
        let from = usize::try_from(range.start - run.start).ok()?;
        let to = usize::try_from(range.end - run.start).ok()?;
        (to <= bytes.len()).then(|| bytes.slice(from..to))
    };
    ranges.iter().map(|range| part(range).unwrap_or_default()).collect()
}

/// A block that is read ahead of bytes that lie elsewhere.
const BLOCK: u64 = 256 << 10;

/// Blocks that are kept.
const KEPT: usize = 16;

/// A reader for code that reads small pieces here and there and waits for each: headers, and the rows of a conversion.
/// Bytes of this machine are read as they are asked for; others in blocks that are kept for a while.
#[derive(Debug)]
pub struct Waiting {
    reader: Reader,
    runtime: Handle,
    blocks: Mutex<VecDeque<(u64, Bytes)>>,
}

impl Waiting {
    /// Of a reader, inside of the runtime that will do the work.
    pub fn new(reader: Reader) -> Self {
        Self { reader, runtime: Handle::current(), blocks: Mutex::default() }
    }

    /// The reader.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Fills `buffer` from `offset`. Blocks: for threads that are not the executor's.
    ///
    /// # Errors
    /// As the store reports; `UnexpectedEof` past the end.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        if let Some(local) = self.reader.local() {
            return local.read_at(buffer, offset);
        }
        let end = offset.checked_add(buffer.len() as u64).filter(|end| *end <= self.reader.len);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        if buffer.len() as u64 > BLOCK {
            buffer.copy_from_slice(&self.fetch(offset..end)?);
            return Ok(());
        }
        let mut at = offset;
        while at < end {
            let start = at / BLOCK * BLOCK;
            let block = self.block(start)?;
            let until = end.min(start + BLOCK);
            let part = block.get((at - start) as usize..(until - start) as usize);
            let to = &mut buffer[(at - offset) as usize..(until - offset) as usize];
            to.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
            at = until;
        }
        Ok(())
    }

    /// Gives the kept blocks back: what follows are large reads.
    pub fn forget(&self) {
        *self.blocks.lock().unwrap_or_else(PoisonError::into_inner) = VecDeque::new();
    }

    fn block(&self, start: u64) -> io::Result<Bytes> {
        let kept = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = kept.iter().find(|(own, _)| *own == start) {
            return Ok(block.clone());
        }
        drop(kept);
        let block = self.fetch(start..(start + BLOCK).min(self.reader.len))?;
        let mut kept = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((start, block.clone()));
        Ok(block)
    }

    fn fetch(&self, range: Range<u64>) -> io::Result<Bytes> {
        let read = self.runtime.block_on(self.reader.read(std::slice::from_ref(&range)));
        let read = read.map_err(|error| match error {
            BlobError::Io { cause, .. } => cause,
            other => io::Error::other(other),
        })?;
        Ok(read.into_iter().next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_lies_near_is_one_request() {
        assert_eq!(runs(&[10..20, 20..30, 40..45]), std::slice::from_ref(&(10..45)));
        let far = 45 + GAP + 1;
        assert_eq!(runs(&[far..far + 5, 0..45]), [0..45, far..far + 5]);
        assert_eq!(runs(std::slice::from_ref(&(5..5))), []);
        assert_eq!(runs(&[0..LONGEST, LONGEST..LONGEST + 1]).len(), 2, "no request grows without end");
    }

    proptest! {
        #[test]
        fn every_range_comes_out_of_the_runs(ranges in proptest::collection::vec((0u64..5_000_000, 0u64..100_000), 0..20)) {
            let ranges: Vec<_> = ranges.into_iter().map(|(start, len)| start..start + len).collect();
            let value = |at: u64| (at % 251) as u8;
            let read: Vec<_> = runs(&ranges)
                .into_iter()
                .map(|run| (run.clone(), run.map(value).collect::<Bytes>()))
                .collect();
            for (range, part) in ranges.iter().zip(parts(&ranges, &read)) {
                prop_assert_eq!(part, range.clone().map(value).collect::<Bytes>());
            }
        }
    }
}
