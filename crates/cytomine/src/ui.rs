//! The web UI, embedded. `build.rs` prepared the files.

use std::borrow::Cow;

use cytomine_api::edge::ui::{NoPage, UiAssets, UiFile};
use sha2::{Digest as _, Sha256};

/// Path inside of the build, media type, content.
const FILES: &[(&str, &str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/ui.rs"));

/// The files of the build, ready to be served.
pub(crate) fn assets() -> Result<UiAssets, NoPage> {
    UiAssets::new(FILES.iter().map(|(path, media_type, bytes)| UiFile {
        path: (*path).to_owned(),
        hash: Sha256::digest(bytes).into(),
        media_type: (*media_type).to_owned(),
        bytes: Cow::Borrowed(bytes),
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
