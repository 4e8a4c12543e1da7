//! Bulks in many transactions: seen at once or not at all, one step for undo, and nothing is left of those that are broken
//! off.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use std::time::Duration;

use cytomine_domain::{long_bulk, sweep};
use cytomine_store::{Read as _, sql};
use cytomine_testkit::{Answer, App, Client, TestProject, both};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A little more than what makes a bulk long.
const COUNT: i64 = 10_500;

/// So that looking does not take the whole time.
const BETWEEN_LOOKS: Duration = Duration::from_millis(30);

struct World {
    app: App,
    alice: Client,
    bob: Client,
    lung: TestProject,
}

impl World {
    async fn of(app: App) -> Self {
        let (alice, bob) = (app.user("alice").await, app.user("bob").await);
        let lung = app
            .project(&alice, "Lung")
            .member(&bob)
            .terms(&["nucleus"])
            .image("a.svs", Some(0.5))
            .make()
            .await;
        Self { app, alice, bob, lung }
    }

    fn image(&self) -> i64 {
        self.lung.images[0].image
    }

    fn element(&self, n: i64) -> Value {
        json!({
            "location": format!("POINT ({} {})", n % 300 * 100, n / 300 * 100),
            "image": self.image(), "term": [self.lung.terms[0]], "properties": [{ "key": "n", "value": n.to_string() }]
        })
    }

    /// Sends a bulk in the name of bob, who is no manager.
    fn send(&self, change: impl Fn(&mut Vec<Value>)) -> JoinHandle<Answer> {
        let mut elements = (0..COUNT).map(|n| self.element(n)).collect();
        change(&mut elements);
        let bob = self.bob.clone();
        tokio::spawn(async move { bob.post("/api/annotation.json", &Value::Array(elements)).await })
    }

    fn step(&self, which: &str) -> JoinHandle<Answer> {
        let (bob, path) = (self.bob.clone(), format!("/api/command/{which}.json"));
        tokio::spawn(async move { bob.get(&path).await })
    }

    /// Everything that tells how many annotations there are; all say the same.
    async fn seen(&self) -> i64 {
        let image = format!("/api/imageinstance/{}.json", self.image());
        let before = self.alice.get(&image).await.ok()["numberOfAnnotations"].as_i64().unwrap();
        let project = self.alice.get(&self.lung.path).await.ok()["numberOfAnnotations"].as_i64().unwrap();
        let count = format!("/api/project/{}/userannotation/count.json", self.lung.id);
        let counted = self.alice.get(&count).await.ok()["total"].as_i64().unwrap();
        let list = format!("/api/annotation.json?image={}&bbox=0,0,99999,79999&max=1", self.image());
        let listed = self.alice.get(&list).await.ok()["size"].as_i64().unwrap();
        let term = format!("/api/annotation.json?project={}&term={}&max=1", self.lung.id, self.lung.terms[0]);
        let of_term = self.alice.get(&term).await.ok()["size"].as_i64().unwrap();
        let after = self.alice.get(&image).await.ok()["numberOfAnnotations"].as_i64().unwrap();
        if before == after {
            assert_eq!([project, counted, listed, of_term], [before; 4]);
        }
        after
    }

    async fn rows(&self, text: &'static str) -> i64 {
        let row = (&self.app.system.db).first(sql(text)).await.unwrap().unwrap();
        row.get("n").unwrap()
    }

    async fn annotations(&self) -> i64 {
        self.rows("SELECT count(*) AS n FROM annotation").await
    }

    /// Rows of annotations, what hangs on them, and bulks under way.
    async fn left(&self) -> [i64; 4] {
        [
            self.annotations().await,
            self.rows("SELECT count(*) AS n FROM annotation_term").await,
            self.rows("SELECT count(*) AS n FROM property").await,
            self.rows("SELECT count(*) AS n FROM pending_bulk").await
                + self.rows("SELECT count(*) AS n FROM pending_range").await,
        ]
    }

    /// Waits until more than a part of a step is done, and not all.
    async fn half(&self, step: &JoinHandle<Answer>, done: &'static str) {
        loop {
            assert!(!step.is_finished(), "it was over before it was half done");
            if (1_001..COUNT).contains(&self.rows(done).await) {
                assert_eq!(self.rows("SELECT count(*) AS n FROM pending_bulk").await, 1);
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

const ALL: &str = "SELECT count(*) AS n FROM annotation";
const GONE: &str = "SELECT count(*) AS n FROM annotation WHERE deleted_by IS NOT NULL";
const LIVING: &str = "SELECT count(*) AS n FROM annotation WHERE deleted_by IS NULL";

#[tokio::test]
async fn it_is_seen_at_once_and_undone_and_redone_as_one() {
    both(|app: App| async move {
        let world = World::of(app).await;
        let import = world.send(|elements| elements[10_400]["location"] = json!("POLYGON ((0 0, 9 9, 9 0, 0 9, 0 0))"));
        world.half(&import, ALL).await;
        // Somebody draws meanwhile, and sees what they drew.
        let drawn = world.alice.made("annotation", &world.element(5)).await;
        let whole = COUNT - 1 + 1;
        while !import.is_finished() {
            assert!([1, whole].contains(&world.seen().await));
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        let answer = import.await.unwrap().json();
        assert_eq!((&answer["status"], &answer["data"]["errors"][0]["data"]["properties"][0]["value"]), (&json!(206), &json!("10400")));
        assert_eq!(answer["data"]["message"], "10499 annotations added, 1 refused");
        assert_eq!(world.seen().await, whole);
        assert_eq!(world.rows("SELECT count(*) AS n FROM command WHERE kind = 'annotation'").await, 2);
        let told = "SELECT count(*) AS n FROM change WHERE kind = 'annotation' AND min_x = 0 AND max_x = 29900 AND ids IS NOT NULL";
        assert_eq!(world.rows(told).await, 1);

        for (which, before, after) in [("undo", whole, 1), ("redo", 1, whole)] {
            let step = world.step(which);
            while !step.is_finished() {
                assert!([before, after].contains(&world.seen().await));
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            let answer = step.await.unwrap().ok();
            assert_eq!(answer["collection"][0]["message"], "10499 annotations added");
            assert_eq!(world.seen().await, after);
        }
        assert_eq!(world.left().await[3], 0);
        assert_eq!(world.alice.get(&format!("/api/annotation/{drawn}.json")).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_left_of_one_that_is_broken_off() {
    both(|app: App| async move {
        let world = World::of(app).await;
        let import = world.send(|_| {});
        world.half(&import, ALL).await;
        import.abort();
        assert!(import.await.unwrap_err().is_cancelled());
        assert_eq!(world.seen().await, 0);
        assert_eq!(
            long_bulk::sweep_stale(&world.app.system).await.unwrap(),
            0,
            "another process may be at it"
        );
        assert!(world.annotations().await > 0);
        world.app.clock.advance(long_bulk::STALE + Duration::from_secs(1));
        assert_eq!(long_bulk::sweep_stale(&world.app.system).await.unwrap(), 1);
        assert_eq!(world.left().await, [0; 4]);
        assert_eq!(world.seen().await, 0);
    })
    .await;
}

#[tokio::test]
async fn undo_that_is_broken_off_is_carried_on_and_redo_is_taken_back() {
    both(|app: App| async move {
        let world = World::of(app).await;
        world.send(|_| {}).await.unwrap().ok();
        let undo = world.step("undo");
        world.half(&undo, GONE).await;
        undo.abort();
        assert!(undo.await.unwrap_err().is_cancelled());
        assert_eq!(world.seen().await, 0);
        let redo = world.bob.get("/api/command/redo.json").await;
        assert_eq!((redo.status, world.seen().await), (403, 0), "what is half done is not begun again");
        sweep::at_start(&world.app.system).await.unwrap();
        assert_eq!([world.rows(GONE).await, world.left().await[3]], [COUNT, 0]);

        let redo = world.step("redo");
        world.half(&redo, LIVING).await;
        redo.abort();
        assert!(redo.await.unwrap_err().is_cancelled());
        assert_eq!(world.seen().await, 0);
        sweep::at_start(&world.app.system).await.unwrap();
        assert_eq!([world.rows(GONE).await, world.left().await[3]], [COUNT, 0]);
        world.step("redo").await.unwrap().ok();
        assert_eq!(world.seen().await, COUNT);
    })
    .await;
}

#[tokio::test]
async fn whoever_loses_the_right_half_way_leaves_nothing() {
    both(|app: App| async move {
        let world = World::of(app).await;
        let member = format!("/api/project/{}/user/{}.json", world.lung.id, world.bob.id);
        let import = world.send(|_| {});
        world.half(&import, ALL).await;
        world.alice.delete(&member).await.ok();
        assert_eq!(import.await.unwrap().status, 403);
        assert_eq!(world.left().await, [0; 4]);

        // The same when they come back from undo.
        world.alice.post(&member, &json!({})).await.ok();
        world.send(|_| {}).await.unwrap().ok();
        world.step("undo").await.unwrap().ok();
        let redo = world.step("redo");
        world.half(&redo, LIVING).await;
        world.alice.delete(&member).await.ok();
        assert_eq!(redo.await.unwrap().status, 403);
        assert_eq!((world.seen().await, world.rows(GONE).await, world.left().await[3]), (0, COUNT, 0));
    })
    .await;
}

#[tokio::test]
async fn nobody_is_author_who_left_half_way() {
    both(|app: App| async move {
        let world = World::of(app).await;
        let carol = world.app.user("carol").await;
        let people = format!("/api/project/{}/user", world.lung.id);
        let member = format!("{people}/{}.json", carol.id);
        world.alice.post(&member, &json!({})).await.ok();
        world.alice.post(&format!("{people}/{}/admin.json", world.bob.id), &json!({})).await.ok();
        let import = world.send(|elements| {
            for element in elements {
                element["user"] = json!(carol.id);
            }
        });
        world.half(&import, ALL).await;
        world.alice.delete(&member).await.ok();
        let answer = import.await.unwrap();
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("member.none")));
        assert_eq!(world.left().await, [0; 4]);
    })
    .await;
}

#[tokio::test]
async fn what_nobody_sees_does_not_keep_the_ontology() {
    both(|app: App| async move {
        let world = World::of(app).await;
        let import = world.send(|_| {});
        world.half(&import, ALL).await;
        world.alice.put(&world.lung.path, &json!({ "ontology": null })).await.ok();
        assert_eq!(import.await.unwrap().status, 400);
        assert_eq!(world.left().await, [0; 4]);
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_with_its_image_meanwhile_does_not_come_back_with_it() {
    both(|app: App| async move {
        let world = World::of(app).await;
        let image = format!("/api/imageinstance/{}.json", world.image());
        let import = world.send(|_| {});
        world.half(&import, ALL).await;
        world.alice.delete(&image).await.ok();
        assert_eq!(import.await.unwrap().status, 404);
        assert_eq!(world.left().await, [0; 4]);
        world.alice.get("/api/command/undo.json").await.ok();
        world.send(|_| {}).await.unwrap().ok();
        let undo = world.step("undo");
        world.half(&undo, GONE).await;
        world.alice.delete(&image).await.ok();
        undo.await.unwrap().ok();
        world.alice.get("/api/command/undo.json").await.ok();
        assert_eq!((world.seen().await, world.rows(LIVING).await), (0, 0));
        let links = "SELECT count(*) AS n FROM annotation_term WHERE deleted_by IS NULL";
        assert_eq!(world.rows(links).await, 0);
        world.step("redo").await.unwrap().ok();
        assert_eq!((world.seen().await, world.rows(links).await), (COUNT, COUNT));
    })
    .await;
}

#[tokio::test]
async fn many_go_with_their_image_and_come_back_with_it() {
    both(|app: App| async move {
        let world = World::of(app).await;
        world.send(|_| {}).await.unwrap().ok();
        let (image, project) =
            (format!("/api/imageinstance/{}.json", world.image()), world.lung.path.clone());
        let step = |path: &str, delete: bool| {
            let (alice, path) = (world.alice.clone(), path.to_owned());
            tokio::spawn(
                async move { if delete { alice.delete(&path).await } else { alice.get(&path).await } },
            )
        };
        let (undo, redo) = ("/api/command/undo.json", "/api/command/redo.json");
        let links = "SELECT count(*) AS n FROM annotation_term WHERE deleted_by IS NULL";
        for (path, delete) in [(&image, true), (&project, true)] {
            for (path, delete, living) in
                [(path.as_str(), delete, 0), (undo, false, COUNT), (redo, false, 0), (undo, false, COUNT)]
            {
                let step = step(path, delete);
                let list = format!("/api/annotation.json?image={}&max=1", world.image());
                while !step.is_finished() {
                    let answer = world.alice.get(&list).await;
                    let seen = if answer.status == 200 { answer.json()["size"].as_i64().unwrap() } else { 0 };
                    assert!([0, COUNT].contains(&seen), "{seen}");
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
                step.await.unwrap().ok();
                assert_eq!(
                    [world.rows(LIVING).await, world.rows(links).await, world.left().await[3]],
                    [living, living, 0]
                );
            }
        }
        assert_eq!(world.seen().await, COUNT);

        // Broken off, the image has gone, and what hung on it follows; or it has not come back, and neither has that.
        let delete = step(&image, true);
        world.half(&delete, GONE).await;
        delete.abort();
        assert!(delete.await.unwrap_err().is_cancelled());
        sweep::at_start(&world.app.system).await.unwrap();
        assert_eq!([world.rows(LIVING).await, world.rows(links).await, world.left().await[3]], [0, 0, 0]);
        let back = step(undo, false);
        world.half(&back, LIVING).await;
        back.abort();
        assert!(back.await.unwrap_err().is_cancelled());
        sweep::at_start(&world.app.system).await.unwrap();
        assert_eq!([world.rows(LIVING).await, world.rows(links).await, world.left().await[3]], [0, 0, 0]);
        world.alice.get(undo).await.ok();
        assert_eq!((world.seen().await, world.rows(links).await), (COUNT, COUNT));
    })
    .await;
}
