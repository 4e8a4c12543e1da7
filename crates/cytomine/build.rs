//! Prepares the web UI for embedding: copies `ui/dist` and compresses what gets smaller, so that the server never
//! compresses. Where the UI is not built, a page that says so takes its place and cargo works alone.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Shown instead of the UI. No style element: the page must pass the policy without help.
const PLACEHOLDER: &str = "<!doctype html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><title>Cytomine</title></head>
<body>
<h1>The web interface is not part of this build</h1>
<p>The server runs and answers its API. To have the web interface as well, build with <code>make build</code>
and start the server again.</p>
</body>
</html>
";

/// Endings of files that are compressed already.
const DENSE: [&str; 6] = ["png", "jpg", "webp", "woff2", "gz", "br"];

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let built = manifest.join("../../ui/dist");
    let target = PathBuf::from(std::env::var("OUT_DIR")?).join("ui");
    println!("cargo::rerun-if-changed=build.rs");
    // cargo watches a directory only if it is there; a missing one would rebuild this crate every time.
    if built.is_dir() || fs::create_dir_all(&built).is_ok() {
        println!("cargo::rerun-if-changed={}", built.display());
    }
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    if built.join("index.html").is_file() {
        embed(&built, &target)
    } else {
        Ok(fs::write(target.join("index.html"), PLACEHOLDER)?)
    }
}

fn embed(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            embed(&entry.path(), &target)?;
        } else if entry.path().extension() != Some(OsStr::new("map")) {
            let bytes = fs::read(entry.path())?;
            compress(&target, &bytes)?;
            fs::write(&target, &bytes)?;
        }
    }
    Ok(())
}

/// Writes `x.br` and `x.gz` beside `x` where they save at least a tenth. The page itself is left out: it is small
/// and changes with every answer.
fn compress(target: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let dense = target.extension().and_then(OsStr::to_str).is_some_and(|ending| DENSE.contains(&ending));
    if dense || target.file_name() == Some(OsStr::new("index.html")) {
        return Ok(());
    }
    // Level 9 of 11: 0.6 s/MB in a build script, which is not optimised; level 11 takes 12 s/MB to save 8 % more.
    let mut brotli = Vec::new();
    brotli::CompressorWriter::new(&mut brotli, 1 << 16, 9, 22).write_all(bytes)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes)?;
    for (compressed, ending) in [(brotli, "br"), (gzip.finish()?, "gz")] {
        if compressed.len() < bytes.len() / 10 * 9 {
            let mut name = target.as_os_str().to_owned();
            name.push(format!(".{ending}"));
            fs::write(name, compressed)?;
        }
    }
    Ok(())
}
