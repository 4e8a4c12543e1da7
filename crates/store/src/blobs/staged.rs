//! A file on its way into the store.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{BlobError, Reader, blocking, failed};

/// Bytes gathered before they are hashed and written: few enough for memory, enough to make the hop to another
/// thread cheap.
const CHUNK: usize = 1 << 20;

/// A file that is being written. Dropped without [`Staged::seal`], it is removed.
#[derive(Debug)]
pub struct Staged {
    path: TempPath,
    buffer: Vec<u8>,
    // Moved to the writing thread and back; none after a failure there.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    hash: Sha256,
    size: u64,
}

/// A file that is complete and safe on the disk, without a name yet. Dropped, it is removed.
#[derive(Debug)]
pub struct Sealed {
    path: TempPath,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

#[derive(Debug)]
struct TempPath(PathBuf);

impl Drop for TempPath {
    fn drop(&mut self) {
        // Gone already when it was moved to its key.
        let _ = fs::remove_file(&self.0);
    }
}

impl Staged {
    pub(super) fn create(folder: &Path) -> Result<Self, BlobError> {
        let path = folder.join(uuid::Uuid::new_v4().to_string());
        let file = File::options()
            .create_new(true)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed("make a file for an upload"))?;
        let open = Open { file, hash: Sha256::new(), size: 0 };
        Ok(Self { path: TempPath(path), buffer: Vec::new(), open: Some(open) })
    }

    /// Adds bytes at the end. Memory stays at about a megabyte whatever the file's size.
    ///
    /// # Errors
    /// When the disk refuses or is full.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), BlobError> {
        let mut open = self.open.take().ok_or_else(lost)?;
        let buffer = std::mem::take(&mut self.buffer);
        let (open, mut buffer) = blocking(move || {
            open.hash.update(&buffer);
            open.file.write_all(&buffer).map_err(failed("write an upload"))?;
            open.size += buffer.len() as u64;
            Ok((open, buffer))
        })
        .await?;
        buffer.clear();
        self.buffer = buffer;
        self.open = Some(open);
        Ok(())
    }

    /// Ends the file: everything is on the disk when this returns.
    ///
    /// # Errors
    /// When the disk refuses or is full.
    pub async fn seal(mut self) -> Result<Sealed, BlobError> {
        self.flush().await?;
        let Self { path, open, .. } = self;
        let open = open.ok_or_else(lost)?;
        blocking(move || {
            open.file.sync_all().map_err(failed("flush an upload"))?;
            Ok(Sealed { path, size: open.size, sha256: hex(&open.hash.finalize()) })
        })
        .await
    }

    /// Lets `write` fill the file by any way of writing and seeking, then ends it. Blocks.
    ///
    /// # Errors
    /// What `write` answers, and when the disk refuses.
    pub fn fill<E: From<BlobError>>(
        self,
        write: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<Sealed, E> {
        let Self { path, open, .. } = self;
        let Open { mut file, .. } = open.ok_or_else(lost)?;
        write(&mut file)?;
        let sealed = || -> io::Result<Sealed> {
            file.sync_all()?;
            file.seek(SeekFrom::Start(0))?;
            let (mut hash, mut buffer, mut size) = (Sha256::new(), vec![0; CHUNK], 0);
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                hash.update(&buffer[..read]);
                size += read as u64;
            }
            Ok(Sealed { path, size, sha256: hex(&hash.finalize()) })
        };
        sealed().map_err(|cause| failed("write a converted slide")(cause).into())
    }
}

impl Sealed {
    /// Opens the bytes, for looking into them. They stay readable there when this is dropped. Blocks.
    pub fn reader(&self) -> Result<Reader, BlobError> {
        Reader::of_file(self.reopen()?).map_err(failed("read an upload"))
    }

    pub(super) fn reopen(&self) -> Result<File, BlobError> {
        File::open(&self.path.0).map_err(failed("read an upload"))
    }

    pub(super) fn rename_to(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path.0, target)
    }
}

fn lost() -> BlobError {
    failed("write an upload")(io::Error::other("an earlier write failed"))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
