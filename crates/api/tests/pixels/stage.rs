//! A project of alice's with the project's own test slide, and readers of what the server answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cytomine_domain::import::{self, Import};
use cytomine_domain::{Actor, Proof, slice_instance};
use cytomine_model::{GlobalRole, Page};
use cytomine_slide::codec::{Channels, jpeg};
use cytomine_testkit::{Answer, App, Client, sample};

/// Size of the test slide.
pub(crate) const WIDTH: u32 = 2220;
pub(crate) const HEIGHT: u32 = 2967;

pub(crate) struct Stage {
    pub(crate) alice: Client,
    pub(crate) project: i64,
    pub(crate) image: i64,
    pub(crate) slice: i64,
    pub(crate) abstract_image: i64,
    pub(crate) abstract_slice: i64,
    pub(crate) version: String,
}

/// The test slide of this repository.
pub(crate) fn slide() -> PathBuf {
    sample::slide()
}

impl Stage {
    pub(crate) async fn new(app: &App) -> Self {
        Self::with(app, &slide()).await
    }

    /// A project with the slide in that file.
    pub(crate) async fn with(app: &App, file: &Path) -> Self {
        let alice = app.user("alice").await;
        let user = app.account("alice", GlobalRole::User).await;
        let actor = Actor { user, role: GlobalRole::User, admin_by_now: false, proof: Proof::System };
        let import =
            Import { paths: vec![file.to_owned()], project: "Pixels".to_owned(), ..Import::default() };
        let report = import::files(&app.system, &actor, import, Arc::new(())).await.unwrap();
        assert_eq!(report.imported(), 1, "{:?}", report.files);
        let project = report.project.id;
        let filter = Default::default();
        let (_, seen, _) = cytomine_domain::image_instance::list_of_project(
            &app.system,
            &actor,
            project,
            filter,
            None,
            Page::default(),
        )
        .await
        .unwrap();
        let image = &seen[0].image;
        let (plane, _) = slice_instance::reference(&app.system, &actor, image.id).await.unwrap();
        Self {
            project: project.0,
            image: image.id.0,
            slice: plane.id.0,
            abstract_image: image.base.id.0,
            abstract_slice: plane.base.id.0,
            version: image.base.content_id.clone().unwrap(),
            alice,
        }
    }

    pub(crate) fn native(&self, tx: u32, ty: u32) -> String {
        format!("/api/sliceinstance/{}/tile/level/0/tx/{tx}/ty/{ty}.jpg?v={}", self.slice, self.version)
    }

    /// The picture of alice's at that address below the plane.
    pub(crate) async fn of_slice(&self, rest: &str) -> Answer {
        self.alice.get(&format!("/api/sliceinstance/{}/{rest}", self.slice)).await
    }
}

/// 8-bit samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Samples {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) channels: usize,
    pub(crate) data: Vec<u8>,
}

impl Samples {
    pub(crate) fn at(&self, x: u32, y: u32) -> &[u8] {
        let start = (y as usize * self.width as usize + x as usize) * self.channels;
        &self.data[start..start + self.channels]
    }
}

/// Decodes an answer that must be a picture of that type.
pub(crate) fn decode(answer: &Answer, media_type: &str) -> Samples {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("content-type"), media_type);
    match media_type {
        "image/jpeg" => {
            let mut data = Vec::new();
            let size = jpeg::backend().decode(&answer.body, Channels::Rgb, &mut data).unwrap();
            Samples { width: size.width, height: size.height, channels: 3, data }
        }
        "image/png" => {
            let mut reader = png::Decoder::new(std::io::Cursor::new(&answer.body)).read_info().unwrap();
            let mut data = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut data).unwrap();
            data.truncate(info.buffer_size());
            let channels = info.color_type.samples();
            Samples { width: info.width, height: info.height, channels, data }
        }
        other => panic!("no decoder for {other}"),
    }
}
