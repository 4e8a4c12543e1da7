//! What those who follow changes are told of annotations.

use cytomine_domain::change::{self, Change, Read};
use cytomine_domain::{Actor, Proof, account};
use cytomine_model::{CommandAction, EntityKind, GlobalRole, ProjectId};
use cytomine_testkit::{App, both};
use serde_json::json;

use super::{SQUARE, World, draw};

async fn actor(app: &App, name: &str) -> Actor {
    let user = account::by_name(&app.system, name).await.unwrap();
    Actor { user, role: GlobalRole::User, admin_by_now: false, proof: Proof::System }
}

fn told(read: Read) -> (Vec<Change>, change::Position) {
    match read {
        Read::Changes(changes, position) => (changes, position),
        Read::Lost(_) => panic!("lost"),
    }
}

#[tokio::test]
async fn drawing_moving_undoing_and_deleting_are_told_with_their_place() {
    both(|app| async move {
        let world = World::of(&app).await;
        let bob = actor(&app, "bob").await;
        let project = Some(ProjectId(world.project));
        let (none, begun) = told(change::since(&app.system, &bob, project, None, 100).await.unwrap());
        assert!(none.is_empty());
        let image = world.first.image;
        let id =
            draw(&world.alice, json!({ "location": SQUARE, "image": image, "term": [world.nucleus] })).await;
        let path = format!("/api/annotation/{id}.json");
        world.alice.put(&path, &json!({ "location": "POINT (300 300)", "image": image })).await.ok();
        world.alice.get("/api/command/undo.json").await.ok();
        world.alice.get("/api/command/undo.json").await.ok();
        let elsewhere = json!([
            { "location": SQUARE, "image": image },
            { "location": SQUARE, "image": world.second.image },
        ]);
        world.alice.post("/api/annotation.json", &elsewhere).await.ok();

        let (changes, position) =
            told(change::since(&app.system, &bob, project, Some(&begun), 100).await.unwrap());
        let seen: Vec<_> = changes
            .iter()
            .map(|change| (change.action, change.kind, change.slice.map(|slice| slice.0), change.bounds))
            .collect();
        use CommandAction::{Add, Delete, Edit};
        use EntityKind::{Annotation, AnnotationTerm};
        let (small, wide) = (Some([0.0, 0.0, 20.0, 20.0]), Some([0.0, 0.0, 300.0, 300.0]));
        let (first, second) = (Some(world.first.slice), Some(world.second.slice));
        assert_eq!(
            seen[..7],
            [
                (Add, Annotation, first, small),
                (Add, AnnotationTerm, first, small),
                (Edit, Annotation, first, wide),
                (Edit, Annotation, first, wide),
                (Delete, Annotation, first, small),
                (Delete, AnnotationTerm, first, small),
                (Add, Annotation, first, small),
            ]
        );
        assert_eq!(seen[7..], [(Add, Annotation, second, small)]);
        assert_eq!(changes[0].ids, Some(vec![(id, id)]));
        assert_eq!(changes[6].ids, None, "a list over several planes is told by its command");
        assert!(changes.iter().all(|change| change.user.0 == world.alice.id && change.project == project));
        assert!(changes.iter().all(|change| change.layers.as_ref().unwrap()[0].0 == world.alice.id));
        let rest = change::since(&app.system, &bob, project, Some(&position), 100).await.unwrap();
        assert!(told(rest).0.is_empty());
        app.user("carol").await;
        let carol = actor(&app, "carol").await;
        assert!(change::since(&app.system, &carol, project, Some(&begun), 100).await.is_err());
        let all = change::since(&app.system, &carol, None, Some(&begun), 100).await.unwrap();
        assert!(told(all).0.is_empty(), "no member, no changes");
    })
    .await;
}
