//! The web UI, embedded. `build.rs` prepared the files.

use cytomine_api::edge::ui::{NoPage, UiAssets, UiFile};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/ui"]
struct Build;

/// The files of the build, ready to be served.
pub(crate) fn assets() -> Result<UiAssets, NoPage> {
    UiAssets::new(Build::iter().filter_map(|path| {
        let file = Build::get(&path)?;
        Some(UiFile {
            path: path.into_owned(),
            hash: file.metadata.sha256_hash(),
            media_type: file.metadata.mimetype().to_owned(),
            bytes: file.data,
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_has_a_page() {
        assert!(assets().is_ok());
    }
}
