//! Files of a backup: compressed with Zstandard, encrypted in the format of `age`, streamed both ways.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret as _, SecretString};
use age::stream::StreamWriter;
use age::{Decryptor, Encryptor, scrypt, x25519};
use sha2::{Digest as _, Sha256};

use crate::BackupError;
use crate::manifest::SealedFile;

/// Work of a phrase, as log2: 64 MiB and a tenth of a second each time. The phrases that we make have 256 bits and
/// would need none; one that a person chose gets what sign-in gives a password.
const WORK: u8 = 16;

/// Most work that is done to open what somebody else made with `age -p`: 256 MiB.
const MOST_WORK: u8 = 18;

/// Level of compression: 3 is what the tool `zstd` takes, and faster than the encryption.
const LEVEL: i32 = 3;

/// Bytes that are handled at a time.
const PIECE: usize = 256 << 10;

/// What backups are encrypted with and opened by.
#[derive(Clone, Default)]
pub struct Keys {
    phrase: Option<SecretString>,
    recipients: Vec<x25519::Recipient>,
    identities: Vec<x25519::Identity>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("recipients", &self.recipients.len()).finish_non_exhaustive()
    }
}

impl Keys {
    /// A phrase, recipients (`age1...`), and the text of a file of identities (`AGE-SECRET-KEY-1...`). Recipients win
    /// over the phrase when something is encrypted.
    ///
    /// # Errors
    /// When one of them is not understood.
    pub fn new(
        phrase: Option<String>,
        recipients: &[String],
        identities: Option<&str>,
    ) -> Result<Self, BackupError> {
        let recipients = recipients.iter().map(|text| {
            text.parse().map_err(|_| BackupError::NotAKey {
                what: format!("The recipient `{text}`"),
                remedy: "write the public key that `age-keygen` printed, beginning with `age1`",
            })
        });
        let lines = identities.unwrap_or_default().lines().map(str::trim);
        let identities = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
            line.parse().map_err(|_| BackupError::NotAKey {
                what: "A line of the identity file".to_owned(),
                remedy: "give the file that `age-keygen` wrote, with lines beginning with `AGE-SECRET-KEY-1`",
            })
        });
        Ok(Self {
            phrase: phrase.map(SecretString::from),
            recipients: recipients.collect::<Result<_, _>>()?,
            identities: identities.collect::<Result<_, _>>()?,
        })
    }

    /// Fails when nothing can be encrypted.
    pub(crate) fn require_lock(&self) -> Result<(), BackupError> {
        if self.phrase.is_none() && self.recipients.is_empty() { Err(BackupError::NoLock) } else { Ok(()) }
    }

    /// Whether what these encrypt can be opened by them too.
    pub(crate) fn open_their_own(&self) -> bool {
        let own: Vec<String> = self.identities.iter().map(|one| one.to_public().to_string()).collect();
        if self.recipients.is_empty() {
            self.phrase.is_some()
        } else {
            self.recipients.iter().any(|one| own.contains(&one.to_string()))
        }
    }

    fn encryptor(&self) -> Result<Encryptor, BackupError> {
        self.require_lock()?;
        let broken = |cause: age::EncryptError| BackupError::Broken(cause.to_string());
        if !self.recipients.is_empty() {
            let recipients = self.recipients.iter().map(|one| one as &dyn age::Recipient);
            return Encryptor::with_recipients(recipients).map_err(broken);
        }
        let phrase = self.phrase.as_ref().map_or("", |phrase| phrase.expose_secret());
        let mut recipient = scrypt::Recipient::new(SecretString::from(phrase.to_owned()));
        recipient.set_work_factor(WORK);
        Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).map_err(broken)
    }

    fn decrypt<R: Read>(&self, path: &Path, from: R) -> Result<impl Read + use<R>, BackupError> {
        if self.phrase.is_none() && self.identities.is_empty() {
            return Err(BackupError::NoKey);
        }
        let failed = |cause: age::DecryptError| match cause {
            age::DecryptError::DecryptionFailed
            | age::DecryptError::NoMatchingKeys
            | age::DecryptError::KeyDecryptionFailed => BackupError::WrongKey(path.to_owned()),
            age::DecryptError::Io(cause) if cause.kind() != io::ErrorKind::UnexpectedEof => {
                BackupError::io("read", path)(cause)
            }
            other => BackupError::Damaged { path: path.to_owned(), what: other.to_string() },
        };
        let decryptor = Decryptor::new(from).map_err(failed)?;
        let phrase = self.phrase.as_ref().map(|phrase| {
            let mut identity = scrypt::Identity::new(SecretString::from(phrase.expose_secret().to_owned()));
            identity.set_max_work_factor(MOST_WORK);
            identity
        });
        let identities = self.identities.iter().map(|one| one as &dyn age::Identity);
        decryptor
            .decrypt(identities.chain(phrase.as_ref().map(|one| one as &dyn age::Identity)))
            .map_err(failed)
    }
}

/// Takes size and SHA-256 of what goes through.
struct Summed<T> {
    inner: T,
    size: u64,
    hash: Sha256,
}

impl<T> Summed<T> {
    fn new(inner: T) -> Self {
        Self { inner, size: 0, hash: Sha256::new() }
    }

    fn note(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn sums(self) -> (u64, String) {
        (self.size, hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.note(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

type Encrypted = StreamWriter<Summed<BufWriter<File>>>;

enum Layer {
    Squeezed(Box<zstd::Encoder<'static, Encrypted>>),
    Plain(Box<Encrypted>),
}

/// A file of a backup, being written. Nothing counts before [`Sealer::finish`].
pub(crate) struct Sealer {
    layer: Summed<Layer>,
    path: PathBuf,
}

impl Write for Layer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Squeezed(inner) => inner.write(bytes),
            Self::Plain(inner) => inner.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Squeezed(inner) => inner.flush(),
            Self::Plain(inner) => inner.flush(),
        }
    }
}

impl Sealer {
    /// Begins a new file; `squeeze` compresses it.
    pub(crate) fn create(keys: &Keys, path: &Path, squeeze: bool) -> Result<Self, BackupError> {
        let failed = || BackupError::io("write", path);
        let encryptor = keys.encryptor()?;
        let file = File::create_new(path).map_err(failed())?;
        let out = Summed::new(BufWriter::with_capacity(PIECE, file));
        let encrypted = encryptor.wrap_output(out).map_err(failed())?;
        let layer = if squeeze {
            Layer::Squeezed(Box::new(zstd::Encoder::new(encrypted, LEVEL).map_err(failed())?))
        } else {
            Layer::Plain(Box::new(encrypted))
        };
        Ok(Self { layer: Summed::new(layer), path: path.to_owned() })
    }

    /// Adds bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.layer.write_all(bytes).map_err(BackupError::io("write", &self.path))
    }

    /// Adds a whole file.
    pub(crate) fn add_file(&mut self, from: &Path) -> Result<(), BackupError> {
        let mut file = File::open(from).map_err(BackupError::io("read", from))?;
        let mut piece = vec![0; PIECE];
        loop {
            let read = file.read(&mut piece).map_err(BackupError::io("read", from))?;
            if read == 0 {
                return Ok(());
            }
            self.add(&piece[..read])?;
        }
    }

    /// Ends it; when this returns, it is on the disk.
    pub(crate) fn finish(self) -> Result<SealedFile, BackupError> {
        let failed = || BackupError::io("write", &self.path);
        let Summed { inner, size: plain_size, hash } = self.layer;
        let encrypted = match inner {
            Layer::Squeezed(encoder) => encoder.finish().map_err(failed())?,
            Layer::Plain(encrypted) => *encrypted,
        };
        let mut out = encrypted.finish().map_err(failed())?;
        out.flush().map_err(failed())?;
        out.inner.get_ref().sync_all().map_err(failed())?;
        // What is read back shall come from the disk.
        #[cfg(target_os = "linux")]
        let _ = rustix::fs::fadvise(out.inner.get_ref(), 0, None, rustix::fs::Advice::DontNeed);
        let (size, sha256) = out.sums();
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(SealedFile { name, size, sha256, plain_size, plain_sha256: hex(&hash.finalize()) })
    }
}

/// Size and SHA-256 of a file.
pub(crate) fn sums(path: &Path) -> Result<(u64, String), BackupError> {
    let mut sum = Summed::new(io::sink());
    let mut file = File::open(path).map_err(BackupError::io("read", path))?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).map_err(BackupError::io("read", path))?;
        if read == 0 {
            return Ok(sum.sums());
        }
        sum.note(&piece[..read]);
    }
}

/// Compares a file of a backup with its entry in the manifest.
pub(crate) fn check_sealed(folder: &Path, entry: &SealedFile) -> Result<(), BackupError> {
    let path = folder.join(&entry.name);
    let (size, sha256) = sums(&path)?;
    if (size, &sha256) == (entry.size, &entry.sha256) {
        return Ok(());
    }
    let what = if size == entry.size { "its SHA-256 differs" } else { "its size differs" };
    Err(BackupError::Damaged { path, what: format!("{what} from the manifest's") })
}

/// Decrypts (and decompresses) a file of a backup to `to` and checks what comes out.
pub(crate) fn unseal(
    keys: &Keys,
    path: &Path,
    squeezed: bool,
    (plain_size, plain_sha256): (u64, &str),
    to: &mut dyn Write,
    to_path: &Path,
) -> Result<(), BackupError> {
    let damaged = |what: String| BackupError::Damaged { path: path.to_owned(), what };
    let file = File::open(path).map_err(BackupError::io("read", path))?;
    let decrypted = keys.decrypt(path, BufReader::with_capacity(PIECE, file))?;
    let mut plain: Box<dyn Read + '_> = if squeezed {
        Box::new(zstd::Decoder::new(decrypted).map_err(|cause| damaged(cause.to_string()))?)
    } else {
        Box::new(decrypted)
    };
    let mut sum = Summed::new(to);
    let mut piece = vec![0; PIECE];
    loop {
        let read = plain.read(&mut piece).map_err(|cause| damaged(cause.to_string()))?;
        if read == 0 {
            break;
        }
        sum.write_all(&piece[..read]).map_err(BackupError::io("write", to_path))?;
        if sum.size > plain_size {
            return Err(damaged("it holds more than its description says".to_owned()));
        }
    }
    sum.flush().map_err(BackupError::io("write", to_path))?;
    let (size, sha256) = sum.sums();
    if size != plain_size || sha256 != plain_sha256 {
        return Err(damaged("what it holds differs from its description".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn phrase(text: &str) -> Keys {
        Keys::new(Some(text.to_owned()), &[], None).unwrap()
    }

    fn pair() -> (String, String) {
        let identity = x25519::Identity::generate();
        (identity.to_public().to_string(), identity.to_string().expose_secret().to_owned())
    }

    fn sealed(keys: &Keys, folder: &Path, content: &[u8], squeeze: bool) -> SealedFile {
        let mut sealer = Sealer::create(keys, &folder.join("x.age"), squeeze).unwrap();
        sealer.add(content).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(keys: &Keys, folder: &Path, entry: &SealedFile, squeeze: bool) -> Result<Vec<u8>, BackupError> {
        let mut out = Vec::new();
        let plain = (entry.plain_size, entry.plain_sha256.as_str());
        unseal(keys, &folder.join("x.age"), squeeze, plain, &mut out, Path::new("out"))?;
        Ok(out)
    }

    #[test]
    fn a_phrase_opens_what_it_sealed_and_no_other_does() {
        let folder = tempfile::tempdir().unwrap();
        let content = b"annotation ".repeat(100_000);
        let keys = phrase("right");
        let entry = sealed(&keys, folder.path(), &content, true);
        assert!(entry.size < entry.plain_size / 100, "it is compressed: {entry:?}");
        check_sealed(folder.path(), &entry).unwrap();
        assert_eq!(opened(&keys, folder.path(), &entry, true).unwrap(), content);
        let text = opened(&phrase("wrong"), folder.path(), &entry, true).unwrap_err().to_string();
        assert!(text.contains("another phrase"), "{text}");
        assert!(matches!(opened(&Keys::default(), folder.path(), &entry, true), Err(BackupError::NoKey)));
        assert!(matches!(Keys::default().require_lock(), Err(BackupError::NoLock)));
    }

    #[test]
    fn a_recipient_opens_with_the_identity_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (public, secret) = pair();
        let lock = Keys::new(Some("unused".to_owned()), &[public], None).unwrap();
        assert!(!lock.open_their_own());
        let entry = sealed(&lock, folder.path(), b"rows", false);
        let key = Keys::new(None, &[], Some(&format!("# made today\n{secret}\n"))).unwrap();
        assert_eq!(opened(&key, folder.path(), &entry, false).unwrap(), b"rows");
        assert!(matches!(opened(&lock, folder.path(), &entry, false), Err(BackupError::WrongKey(_))));
        let text = Keys::new(None, &["age1nonsense".to_owned()], None).unwrap_err().to_string();
        assert!(text.contains("age-keygen"), "{text}");
        assert!(Keys::new(None, &[], Some("nonsense")).is_err());
    }

    #[test]
    fn every_flipped_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.age");
        let (public, secret) = pair();
        let keys = Keys::new(None, &[public], Some(&secret)).unwrap();
        let entry = sealed(&keys, folder.path(), b"some rows", true);
        let good = fs::read(&path).unwrap();
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 1;
            fs::write(&path, &bad).unwrap();
            assert!(matches!(check_sealed(folder.path(), &entry), Err(BackupError::Damaged { .. })));
            assert!(opened(&keys, folder.path(), &entry, true).is_err(), "byte {place}");
        }
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        let text = check_sealed(folder.path(), &entry).unwrap_err().to_string();
        assert!(text.contains("size differs"), "{text}");
        assert!(opened(&keys, folder.path(), &entry, true).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_bytes_come_back(content in proptest::collection::vec(any::<u8>(), 0..200_000), squeeze: bool) {
            let folder = tempfile::tempdir().unwrap();
            let (public, secret) = pair();
            let keys = Keys::new(None, &[public], Some(&secret)).unwrap();
            let entry = sealed(&keys, folder.path(), &content, squeeze);
            prop_assert_eq!(entry.plain_size, content.len() as u64);
            prop_assert_eq!(opened(&keys, folder.path(), &entry, squeeze).unwrap(), content);
        }
    }
}
