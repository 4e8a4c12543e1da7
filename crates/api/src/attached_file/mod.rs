//! Files attached to entities (rest-api 4.22).

mod bytes;
pub mod wire;

use cytomine_model::Action;

use self::wire::AttachedFile;
use crate::answer::File;
use crate::hanging;
use crate::routes::{Routes, delete, get, post, put};

/// Routes of attached files. Bodies stream to disk; how large they may be the domain says.
pub fn routes() -> Routes {
    let (all, one) = ("/api/attachedfile", "/api/attachedfile/{id}");
    // Of a project; of other things what their nouns say.
    let (see, describe) = (Action::SeeProject, Action::DescribeProject);
    let take = |operation: crate::routes::Operation| {
        operation.takes(usize::MAX).sketched(bytes::parts).needs(describe)
    };
    Routes::of("Attached files")
        .with(
            get(all, hanging::list_all::<AttachedFile>, "List all attached files, for administrators")
                .needs(Action::SeeEverything),
        )
        .with(take(post(all, bytes::attach, "Attach a file to an entity")))
        .with(take(put(all, bytes::attach, "Attach a file to an entity, as POST does")))
        .with(
            get(
                "/api/domain/{class}/{id}/attachedfile",
                hanging::list::<AttachedFile>,
                "List the files of an entity",
            )
            .needs(see),
        )
        .with(get(one, hanging::show::<AttachedFile>, "Read about an attached file").needs(see))
        .with(delete(one, hanging::delete::<AttachedFile>, "Delete an attached file").needs(describe))
        .with(
            get(format!("{one}/download"), bytes::download, "Download an attached file")
                .gives::<File>()
                .needs(see),
        )
}
