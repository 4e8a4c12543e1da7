//! Prepares the web UI for embedding: copies `ui/dist` and compresses what gets smaller, so that the server never
//! compresses, and lists them for `ui.rs`. Where the UI is not built, a page that says so takes its place and cargo works
//! alone.

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

/// Media types by ending.
const MEDIA_TYPES: [(&str, &str); 13] = [
    ("css", "text/css"),
    ("html", "text/html"),
    ("ico", "image/x-icon"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("wasm", "application/wasm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
];

/// Endings of files that are compressed already.
const DENSE: [&str; 6] = ["png", "jpg", "webp", "woff2", "gz", "br"];

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let built = manifest.join("../../ui/dist");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let target = out.join("ui");
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
        embed(&built, &target)?;
    } else {
        fs::write(target.join("index.html"), PLACEHOLDER)?;
    }
    let mut files = Vec::new();
    list(&target, "", &mut files)?;
    files.sort();
    Ok(fs::write(out.join("ui.rs"), format!("&[\n{}]\n", files.concat()))?)
}

/// Lines of a table: path inside of the build, media type, bytes.
fn list(folder: &Path, prefix: &str, lines: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name =
            entry.file_name().into_string().map_err(|name| format!("{} is not UTF-8", name.display()))?;
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{path}/"), lines)?;
            continue;
        }
        let plain = name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz")).unwrap_or(&name);
        let ending = plain.rsplit_once('.').map_or("", |(_, ending)| ending);
        let (_, media_type) = MEDIA_TYPES
            .iter()
            .find(|(known, _)| *known == ending)
            .ok_or_else(|| format!("{path} has no media type: add its ending to MEDIA_TYPES in build.rs"))?;
        lines.push(format!("({path:?}, {media_type:?}, include_bytes!({:?})),\n", entry.path()));
    }
    Ok(())
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
