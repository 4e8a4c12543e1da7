//! Files attached to entities (rest-api 4.22).

mod bytes;
pub mod wire;

use self::wire::AttachedFile;
use crate::answer::File;
use crate::hanging;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of attached files. Bodies stream to disk; how large they may be the domain says.
pub fn routes() -> Routes {
    let (all, one) = ("/api/attachedfile", "/api/attachedfile/{id}");
    let take = |operation: crate::routes::Operation| operation.takes(usize::MAX).sketched(bytes::parts);
    Routes::of("Attached files")
        .with(get(all, hanging::list_all::<AttachedFile>, "List all attached files, for administrators"))
        .with(take(post(all, bytes::attach, "Attach a file to an entity")))
        .with(take(put(all, bytes::attach, "Attach a file to an entity, as POST does")))
        .with(get(
            "/api/domain/{class}/{id}/attachedfile",
            hanging::list::<AttachedFile>,
            "List the files of an entity",
        ))
        .with(get(one, hanging::show::<AttachedFile>, "Read about an attached file"))
        .with(delete(one, hanging::delete::<AttachedFile>, "Delete an attached file"))
        .with(get(format!("{one}/download"), bytes::download, "Download an attached file").gives::<File>())
}
