//! Import, the demonstration, and bad files on the way in.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use cytomine_domain::annotation::CountFilter;
use cytomine_domain::demo::{self, Demo};
use cytomine_domain::import::{self, Fate, Import, Progress};
use cytomine_domain::{Actor, account, annotation, image_instance, ontology, project, sweep};
use cytomine_model::{GlobalRole, Page};
use cytomine_testkit::{App, both, sample};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

async fn actor(app: &App, name: &str, role: GlobalRole) -> Actor {
    app.account(name, role).await;
    account::actor_for_command_line(&app.system, name).await.unwrap()
}

/// Counts what it is told.
#[derive(Default)]
struct Told {
    copied: Mutex<u64>,
    ended: Mutex<Vec<(PathBuf, Fate)>>,
}

impl Progress for Told {
    fn copied(&self, bytes: u64) {
        *self.copied.lock().unwrap() += bytes;
    }

    fn ended(&self, path: &Path, fate: &Fate) {
        self.ended.lock().unwrap().push((path.to_owned(), fate.clone()));
    }
}

#[tokio::test]
async fn a_folder_is_imported_with_what_is_no_slide_left_out() {
    both(|app| async move {
        let alice = actor(&app, "alice", GlobalRole::User).await;
        let folder = app.data().join("scans");
        std::fs::create_dir_all(folder.join("day 1")).unwrap();
        std::fs::write(folder.join("day 1/a.png"), sample::png(70, 50)).unwrap();
        std::fs::write(folder.join("day 1/notes.txt"), "no slide").unwrap();
        std::fs::copy(sample::slide(), folder.join("b.svs")).unwrap();
        let wanted = Import { paths: vec![folder.clone()], project: "Lung".to_owned(), storage: None };
        let told = Arc::new(Told::default());
        let report = import::files(&app.system, &alice, wanted.clone(), told.clone()).await.unwrap();
        assert_eq!((report.imported(), report.files.len()), (2, 3));
        assert_eq!(*told.ended.lock().unwrap(), report.files);
        let size: u64 = report.files.iter().map(|(path, _)| std::fs::metadata(path).unwrap().len()).sum();
        assert_eq!(*told.copied.lock().unwrap(), size);
        // In the order of names: b.svs, then the folder.
        let skipped: Vec<_> = report.files.iter().filter(|(_, fate)| *fate != Fate::Imported).collect();
        let [(path, Fate::Skipped(reason))] = &skipped[..] else { panic!("{skipped:?}") };
        assert!(
            path.ends_with("day 1/notes.txt") && reason.starts_with("notes.txt: not a slide"),
            "{reason}"
        );
        let listed = |project| {
            image_instance::list_of_project(
                &app.system,
                &alice,
                project,
                Default::default(),
                None,
                Page::default(),
            )
        };
        let (_, images, total) = listed(report.project.id).await.unwrap();
        assert_eq!((images.len(), total), (2, 2));

        let again = import::files(&app.system, &alice, wanted, Arc::new(())).await.unwrap();
        assert_eq!(
            (again.project.id, again.imported()),
            (report.project.id, 0),
            "what is there stays single"
        );
        assert_eq!(listed(report.project.id).await.unwrap().2, 2);
        let swept = sweep::at_start(&app.system).await.unwrap();
        assert_eq!(swept, sweep::Swept::default());
    })
    .await;
}

#[tokio::test]
async fn only_who_may_add_images_imports_into_a_project() {
    both(|app| async move {
        let (alice, bob) =
            (actor(&app, "alice", GlobalRole::User).await, actor(&app, "bob", GlobalRole::User).await);
        let wanted = Import { paths: vec![sample::slide()], project: "Lung".to_owned(), storage: None };
        import::files(&app.system, &alice, wanted.clone(), Arc::new(())).await.unwrap();
        assert!(import::files(&app.system, &bob, wanted.clone(), Arc::new(())).await.is_err());
        let missing = Import { paths: vec![PathBuf::from("/none")], ..wanted };
        let error = import::files(&app.system, &alice, missing, Arc::new(())).await.unwrap_err();
        assert!(error.message.contains("/none") && error.message.contains("check the path"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn the_demonstration_is_made_once() {
    both(|app| async move {
        let admin = actor(&app, account::ADMIN, GlobalRole::Admin).await;
        let slide = std::fs::read(sample::slide()).unwrap();
        let nuclei = std::fs::read_to_string(format!("{DATA}/CMU-1-nuclei.txt")).unwrap();
        let demo = Demo { slide: &slide, nuclei: &nuclei };
        assert!(demo::ensure(&app.system, &admin, demo).await.unwrap());
        assert!(!demo::ensure(&app.system, &admin, demo).await.unwrap());
        let filter = project::ProjectFilter::default();
        let (projects, total) =
            project::list(&app.system, &admin, &filter, None, Page::default()).await.unwrap();
        assert_eq!((total, projects[0].name.as_str()), (1, demo::PROJECT));
        let count = CountFilter { project: Some(projects[0].id), ..CountFilter::default() };
        let drawn = annotation::count(&app.system, &admin, count).await.unwrap();
        assert_eq!(drawn, 1936, "every nucleus lies inside the slide and is valid");
        let tree = ontology::get(&app.system, &admin, projects[0].ontology.unwrap()).await.unwrap();
        assert_eq!(tree.terms.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn malformed_files_are_refused_or_read_and_nothing_falls() {
    let shared = std::env::var("CYTOMINE_SHARED").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("slides/malformed");
    if !folder.is_dir() {
        #[allow(clippy::print_stderr, reason = "tells whoever runs the tests what was skipped")]
        {
            eprintln!(
                "skipped: {} is absent (CYTOMINE_SHARED names where the sample slides are)",
                folder.display()
            );
        }
        return;
    }
    let app = App::lite().await;
    let alice = actor(&app, "alice", GlobalRole::User).await;
    let wanted = Import { paths: vec![folder], project: "Bad".to_owned(), storage: None };
    let report = import::files(&app.system, &alice, wanted, Arc::new(())).await.unwrap();
    assert!(report.files.len() > 10);
    for (path, fate) in &report.files {
        if let Fate::Skipped(reason) = fate {
            let name = path.file_name().unwrap().to_string_lossy();
            assert!(reason.starts_with(&*name), "{}: {reason}", path.display());
        }
    }
    let listed = image_instance::list_of_project(
        &app.system,
        &alice,
        report.project.id,
        Default::default(),
        None,
        Page::default(),
    );
    assert_eq!(listed.await.unwrap().2, i64::try_from(report.imported()).unwrap());
    assert_eq!(sweep::at_start(&app.system).await.unwrap(), sweep::Swept::default(), "no byte without a row");
}
