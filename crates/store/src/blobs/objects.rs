//! A place for published bytes other than the folder `slides`: what a bucket has to offer.
//!
//! Uploads and conversions are staged on the disk all the same, since their hash and format are known only at their
//! end; publishing hands them over. Locks stay on the disk too.

use std::fs::File;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::pin::Pin;

use bytes::Bytes;
use cytomine_model::Millis;

use super::{BlobKey, Found};

/// Work of an [`Objects`] under way.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// What is known of bytes without reading them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How many there are.
    pub len: u64,
    /// When they were written.
    pub modified: Millis,
}

/// Named bytes that never change. Each call is one request: whoever calls asks for few, large ranges.
pub trait Objects: std::fmt::Debug + Send + Sync {
    /// What is known of the bytes of a key; none when there are none.
    fn facts<'a>(&'a self, key: &'a BlobKey) -> Work<'a, Option<Facts>>;

    /// The bytes of a range that lies inside.
    fn read<'a>(&'a self, key: &'a BlobKey, range: Range<u64>) -> Work<'a, Bytes>;

    /// Takes all bytes of a file, from its start; when this returns, they survive a crash.
    fn write<'a>(&'a self, key: &'a BlobKey, file: File) -> Work<'a, ()>;

    /// Removes the bytes; none there is no error.
    fn delete<'a>(&'a self, key: &'a BlobKey) -> Work<'a, ()>;

    /// Everything there is, in no order.
    fn list(&self) -> Work<'_, Vec<Found>>;
}
