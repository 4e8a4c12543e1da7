//! Published bytes in memory, which counts how they are read and answers late: a bucket for tests.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cytomine_model::Millis;

use crate::BlobKey;
use crate::blobs::{Facts, Found, Objects, Work};

/// Named bytes in memory.
#[derive(Debug)]
pub struct Memory {
    held: Mutex<BTreeMap<String, Bytes>>,
    reads: Mutex<Vec<Range<u64>>>,
    late: Duration,
}

/// When everything was written.
const WRITTEN: Millis = Millis(1_700_000_000_000);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// Nothing yet; each answer comes that late.
    pub fn new(late: Duration) -> Self {
        Self { held: Mutex::default(), reads: Mutex::default(), late }
    }

    /// The ranges read since this was asked last, one per request.
    pub fn reads(&self) -> Vec<Range<u64>> {
        std::mem::take(&mut *locked(&self.reads))
    }

    /// Puts bytes under a key.
    pub fn put(&self, key: &BlobKey, bytes: impl Into<Bytes>) {
        locked(&self.held).insert(key.to_string(), bytes.into());
    }
}

impl Objects for Memory {
    fn facts<'a>(&'a self, key: &'a BlobKey) -> Work<'a, Option<Facts>> {
        Box::pin(async move {
            tokio::time::sleep(self.late).await;
            let held = locked(&self.held);
            Ok(held.get(key.as_str()).map(|bytes| Facts { len: bytes.len() as u64, modified: WRITTEN }))
        })
    }

    fn read<'a>(&'a self, key: &'a BlobKey, range: Range<u64>) -> Work<'a, Bytes> {
        Box::pin(async move {
            locked(&self.reads).push(range.clone());
            tokio::time::sleep(self.late).await;
            let bytes = locked(&self.held).get(key.as_str()).cloned().ok_or(io::ErrorKind::NotFound)?;
            let [from, to] = [range.start, range.end].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
            if to > bytes.len() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(bytes.slice(from..to))
        })
    }

    fn write<'a>(&'a self, key: &'a BlobKey, mut file: File) -> Work<'a, ()> {
        Box::pin(async move {
            tokio::time::sleep(self.late).await;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            self.put(key, bytes);
            Ok(())
        })
    }

    fn delete<'a>(&'a self, key: &'a BlobKey) -> Work<'a, ()> {
        Box::pin(async move {
            locked(&self.held).remove(key.as_str());
            Ok(())
        })
    }

    fn list(&self) -> Work<'_, Vec<Found>> {
        Box::pin(async move {
            let held = locked(&self.held);
            let keys = held.keys().filter_map(|key| key.parse().ok());
            Ok(keys.map(|key| Found { key, modified: WRITTEN }).collect())
        })
    }
}
