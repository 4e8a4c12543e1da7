//! What was deleted long ago goes for good, and nothing else.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::sync::Arc;
use std::time::Duration;

use cytomine_domain::import::{self, Import};
use cytomine_domain::purge::{self, KEPT, Purged};
use cytomine_domain::{account, sweep, upkeep};
use cytomine_model::{EntityKind, Millis};
use cytomine_store::purge::Marks;
use cytomine_store::{Read as _, sql};
use cytomine_testkit::{App, Client, both, sample};
use serde_json::json;

const DAY: Duration = Duration::from_secs(86_400);

async fn number(app: &App, text: &str) -> i64 {
    (&app.system.db).first(sql(text.to_owned())).await.unwrap().unwrap().get("n").unwrap()
}

/// Ids of rows by kind: the living ones, or the deleted ones.
async fn rows(app: &App, living: bool) -> Vec<(EntityKind, Vec<i64>)> {
    let mut all = Vec::new();
    for kind in EntityKind::ALL {
        let condition = if living { "IS NULL" } else { "IS NOT NULL" };
        let text = format!("SELECT id FROM {} WHERE deleted_by {condition} ORDER BY id", kind.as_str());
        let found = (&app.system.db).rows(sql(text)).await.unwrap();
        let ids: Vec<i64> = found.iter().map(|row| row.get("id").unwrap()).collect();
        if !ids.is_empty() {
            all.push((*kind, ids));
        }
    }
    all
}

/// Purges, and checks that the preview said no less and that nothing living went.
async fn purged(app: &App) -> Purged {
    let (living, lines) = (rows(app, true).await, number(app, "SELECT count(*) AS n FROM activity").await);
    let preview = purge::preview(&app.system, KEPT).await.unwrap();
    let purged = purge::run(&app.system, KEPT).await.unwrap().unwrap();
    let count = |purged: &Purged| purged.rows.iter().map(|(_, rows)| rows).sum::<u64>();
    assert!(
        preview.commands == purged.commands && count(&preview) >= count(&purged),
        "{preview:?} {purged:?}"
    );
    assert_eq!(rows(app, true).await, living);
    assert_eq!(number(app, "SELECT count(*) AS n FROM activity").await, lines, "activity stays");
    assert!(upkeep::orphans(&app.system.db).await.unwrap().is_empty());
    assert!(purge::run(&app.system, KEPT).await.unwrap().unwrap().is_nothing());
    purged
}

async fn blobs(app: &App) -> usize {
    app.system.blobs.list().await.unwrap().len()
}

#[tokio::test]
async fn a_project_goes_with_its_images_their_files_and_their_bytes() {
    both(|app: App| async move {
        let alice = app.user("alice").await;
        let actor = account::actor_for_command_line(&app.system, "alice").await.unwrap();
        let wanted = Import { paths: vec![sample::slide()], project: "Lung".to_owned(), storage: None };
        let project = import::files(&app.system, &actor, wanted, Arc::new(())).await.unwrap().project.id;
        let images = alice.get(&format!("/api/project/{project}/imageinstance.json")).await.ok();
        let image = &images["collection"][0];
        let shape = json!({ "location": "POINT (1 1)", "image": image["id"], "properties": [{ "key": "a", "value": "b" }] });
        alice.made("annotation", &shape).await;
        let file = &alice.get("/api/uploadedfile.json").await.ok()["collection"][0]["id"];
        alice.delete(&format!("/api/project/{project}.json")).await.ok();
        alice.delete(&format!("/api/abstractimage/{}.json", image["baseImage"])).await.ok();
        let gone = alice.delete(&format!("/api/uploadedfile/{file}.json")).await.ok();
        assert!(blobs(&app).await > 0);

        app.clock.advance(29 * DAY);
        assert!(purged(&app).await.is_nothing());
        app.clock.advance(2 * DAY);
        let preview = purge::preview(&app.system, KEPT).await.unwrap();
        let report = purged(&app).await;
        assert_eq!(preview, report);
        let kinds: Vec<EntityKind> = report.rows.iter().map(|(kind, _)| *kind).collect();
        for kind in [
            EntityKind::Property, EntityKind::Annotation, EntityKind::SliceInstance, EntityKind::ImageInstance,
            EntityKind::AbstractSlice, EntityKind::AbstractImage, EntityKind::UploadedFile, EntityKind::Project,
        ] {
            assert!(kinds.contains(&kind), "{kind:?} of {kinds:?}");
        }
        assert!(report.bytes > 1_000_000, "{}", report.bytes);
        assert_eq!(rows(&app, false).await, []);
        assert_eq!(number(&app, &format!("SELECT count(*) AS n FROM project_member WHERE project_id = {project}")).await, 0);
        sweep::at_start(&app.system).await.unwrap();
        assert_eq!(blobs(&app).await, 0);
        let alice = app.user("alice").await;
        let refused = alice.get(&format!("/api/command/{}/undo.json", gone["command"])).await;
        assert_eq!(refused.status, 403);
        assert!(String::from_utf8_lossy(&refused.body).contains("older than 30 days"));
        let last = alice.get("/api/command/undo.json").await.ok();
        assert_eq!(last["collection"][0]["message"], "There is nothing to undo");
    })
    .await;
}

#[tokio::test]
async fn what_was_undone_or_done_again_lately_stays() {
    both(|app: App| async move {
        let alice = app.user("alice").await;
        let project = app.project(&alice, "Lung").terms(&["a", "b"]).make().await;
        alice.delete(&format!("/api/term/{}.json", project.terms[0])).await.ok();
        app.clock.advance(20 * DAY);
        let alice = app.user("alice").await;
        alice.get("/api/command/undo.json").await.ok();
        alice.get("/api/command/redo.json").await.ok();
        app.clock.advance(11 * DAY);
        assert_eq!(purged(&app).await.rows, [], "done again 11 days ago");
        let alice = app.user("alice").await;
        alice.get("/api/command/undo.json").await.ok();
        assert_eq!(alice.get(&format!("/api/term/{}.json", project.terms[0])).await.status, 200);
        alice.get("/api/command/redo.json").await.ok();
        app.clock.advance(31 * DAY);
        assert_eq!(purged(&app).await.rows, [(EntityKind::Term, 1)]);
    })
    .await;
}

#[tokio::test]
async fn an_interrupted_purge_goes_on_and_thousands_go_in_steps() {
    both(|app: App| async move {
        let alice = app.user("alice").await;
        let project = app.project(&alice, "Lung").terms(&["a"]).image("a.svs", None).make().await;
        let shape = |n: i64| {
            json!({ "location": format!("POINT ({n} 1)"), "image": project.images[0].image, "term": project.terms })
        };
        let list: Vec<_> = (0..2_500).map(shape).collect();
        alice.post("/api/annotation.json", &json!(list)).await.ok();
        alice.delete(&format!("/api/imageinstance/{}.json", project.images[0].image)).await.ok();
        app.clock.advance(31 * DAY);
        // The first step of a purge that broke off.
        let before = Millis(cytomine_domain::Clock::now(&*app.clock).0 - 30 * 86_400_000);
        let mut tx = app.system.db.begin().await.unwrap();
        cytomine_store::purge::discard(&mut tx, before, 1_000).await.unwrap();
        tx.commit().await.unwrap();
        let catalogue = cytomine_store::purge::catalogue(&app.system.db).await.unwrap();
        let which = (before, Marks::Discarded);
        let links = EntityKind::AnnotationTerm;
        let (ids, _) = catalogue.doomed(&app.system.db, links, which, (0, 700)).await.unwrap().unwrap();
        let mut tx = app.system.db.begin().await.unwrap();
        assert_eq!(cytomine_store::purge::remove(&mut tx, links, &ids).await.unwrap(), 700);
        tx.commit().await.unwrap();
        let report = purged(&app).await;
        assert!(report.rows.contains(&(links, 1_800)) && report.rows.contains(&(EntityKind::Annotation, 2_500)));
        assert_eq!(rows(&app, false).await, []);
    })
    .await;
}

/// One deed of somebody, as a number says.
async fn deed(client: &Client, made: &mut Vec<(&'static str, i64)>, chance: u32) {
    let pick = (chance >> 8) as usize;
    let of = |made: &[(&'static str, i64)], noun: &str| {
        let found: Vec<i64> = made.iter().filter(|(known, _)| *known == noun).map(|(_, id)| *id).collect();
        found.get(pick % found.len().max(1)).copied()
    };
    let name = format!("n{chance}");
    let (noun, body) = match chance % 11 {
        0 => ("project", Some(json!({ "name": name, "ontology": of(made, "ontology") }))),
        1 => ("ontology", Some(json!({ "name": name }))),
        2 | 3 => (
            "term",
            of(made, "ontology").map(|id| json!({ "name": name, "color": "#123456", "ontology": id })),
        ),
        4 | 5 => (
            "annotation",
            of(made, "imageinstance").map(|id| json!({ "location": "POINT (1 1)", "image": id })),
        ),
        6 | 7 => {
            client.get("/api/command/undo.json").await;
            return;
        }
        8 => {
            client.get("/api/command/redo.json").await;
            return;
        }
        _ => {
            if let Some((noun, id)) = made.get(pick % made.len().max(1)) {
                client.delete(&format!("/api/{noun}/{id}.json")).await;
            }
            return;
        }
    };
    let Some(body) = body else { return };
    let answer = client.post(&format!("/api/{noun}.json"), &body).await;
    if answer.status == 200 {
        made.push((noun, answer.json()[noun]["id"].as_i64().unwrap()));
    }
}

#[tokio::test]
async fn after_any_deeds_all_that_lives_stays_and_all_else_goes() {
    both(|app: App| async move {
        let alice = app.user("alice").await;
        let project = app.project(&alice, "Lung").image("a.svs", None).image("b.svs", None).make().await;
        let mut made: Vec<(&'static str, i64)> =
            project.images.iter().map(|image| ("imageinstance", image.image)).collect();
        let mut state = 20_261_201_u32;
        let mut chance = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 4
        };
        for _ in 0..5 {
            let alice = app.user("alice").await;
            for _ in 0..40 {
                deed(&alice, &mut made, chance()).await;
            }
            app.clock.advance(7 * DAY);
            purged(&app).await;
        }
        app.clock.advance(31 * DAY);
        purged(&app).await;
        assert_eq!(rows(&app, false).await, []);
    })
    .await;
}
