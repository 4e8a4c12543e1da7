//! What keys held, changes by position, and bulks under way, on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use cytomine_geometry::{Bounds, Shape, StoredShape};
use cytomine_model::{
    Annotation, AnnotationId, AnnotationTerm, AnnotationTermId, CommandAction, CommandId, EntityKind,
    ImageInstanceId, Millis, ProjectId, Scope, SliceInstanceId, TermId, UserId,
};
use cytomine_store::annotation::{AnnotationFilter, insert_many, search};
use cytomine_store::change::{self, Change, Position, Read, Spot};
use cytomine_store::pending::{self, Step};
use cytomine_store::testing::both;
use cytomine_store::{Db, Read as _, StoreError, Tx, Write as _, named, sql, table};

const PROJECT: ProjectId = ProjectId(10);

async fn world(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    for text in [
        "INSERT INTO user_account (id, username, firstname, lastname, email, language, is_developer, enabled, \
         origin, created) VALUES (1, 'anna', '', '', '', 'EN', FALSE, TRUE, 'LOCAL', 1)",
        "INSERT INTO project (id, name, blind_mode, are_images_downloadable, is_closed, mode, hide_users_layers, \
         hide_admins_layers, created) VALUES (10, 'p', FALSE, FALSE, FALSE, 'CLASSIC', FALSE, FALSE, 1)",
        "INSERT INTO abstract_image (id, original_filename, depth, duration, channels, sample_per_pixel, \
         bit_per_sample, created) VALUES (20, 'a.svs', 1, 1, 1, 3, 8, 1)",
        "INSERT INTO abstract_slice (id, image_id, channel, z_stack, time, created) VALUES (40, 20, 0, 0, 0, 1)",
        "INSERT INTO image_instance (id, base_image_id, project_id, user_id, created) VALUES (30, 20, 10, 1, 1)",
        "INSERT INTO slice_instance (id, project_id, image_id, base_slice_id, created) VALUES (50, 10, 30, 40, 1)",
        "INSERT INTO ontology (id, name, user_id, created) VALUES (70, 'o', 1, 1)",
        "INSERT INTO term (id, ontology_id, name, color, created) VALUES (80, 70, 'nucleus', '#ff0000', 1)",
    ] {
        tx.execute(sql(text)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

fn boxed(id: i64) -> Annotation {
    let at = id as f64;
    let stored = StoredShape::new(&Shape::from_bounds(&Bounds::new(at, at, at + 5.0, at + 5.0)), None);
    Annotation {
        id: AnnotationId(id),
        image: ImageInstanceId(30),
        slice: SliceInstanceId(50),
        project: PROJECT,
        user: UserId(1),
        geometry: stored.blob,
        wkt: stored.wkt,
        min_x: stored.bounds.min_x,
        min_y: stored.bounds.min_y,
        max_x: stored.bounds.max_x,
        max_y: stored.bounds.max_y,
        area: stored.area,
        perimeter: stored.perimeter,
        centroid_x: stored.centroid.0,
        centroid_y: stored.centroid.1,
        geometry_compression: 0.0,
        created: Millis(1),
        updated: None,
    }
}

#[tokio::test]
async fn what_names_nothing_is_refused_and_what_slipped_in_is_counted() {
    both(|db| async move {
        world(&db).await;
        let refused = async |wrong: Annotation| {
            let mut tx = db.begin().await.unwrap();
            let outcome = insert_many(&mut tx, &[boxed(1000), wrong]).await;
            assert!(matches!(outcome, Err(StoreError::Dangling(_))), "{outcome:?}");
        };
        refused(Annotation { project: ProjectId(99), ..boxed(1001) }).await;
        refused(Annotation { image: ImageInstanceId(99), ..boxed(1001) }).await;
        refused(Annotation { slice: SliceInstanceId(99), ..boxed(1001) }).await;
        refused(Annotation { user: UserId(99), ..boxed(1001) }).await;
        let mut tx = db.begin().await.unwrap();
        insert_many(&mut tx, &[boxed(1000), Annotation { wkt: Some("P".to_owned()), ..boxed(1001) }])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let found = table::by_id::<Annotation>(&db, AnnotationId(1000), false).await.unwrap().unwrap();
        #[allow(clippy::disallowed_methods, reason = "nobody asks rights here")]
        let found = found.open();
        assert_eq!(found, boxed(1000));
        let mut tx = db.begin().await.unwrap();
        let elsewhere = Annotation { slice: SliceInstanceId(99), ..boxed(1000) };
        let moved = table::update(&mut tx, &boxed(1000), &elsewhere).await;
        assert!(matches!(moved, Err(StoreError::Dangling(_))), "{moved:?}");
        drop(tx);

        let link = |annotation, term, user| AnnotationTerm {
            id: AnnotationTermId(5000),
            annotation: AnnotationId(annotation),
            term: TermId(term),
            user: UserId(user),
            created: Millis(1),
            updated: None,
        };
        for wrong in [link(999, 80, 1), link(1000, 99, 1), link(1000, 80, 99)] {
            let mut tx = db.begin().await.unwrap();
            let outcome = table::insert_many(&mut tx, &[wrong]).await;
            assert!(matches!(outcome, Err(StoreError::Dangling(_))), "{outcome:?}");
        }
        let mut tx = db.begin().await.unwrap();
        table::insert_many(&mut tx, &[link(1000, 80, 1)]).await.unwrap();
        tx.commit().await.unwrap();

        assert!(named::orphans(&db).await.unwrap().is_empty());
        let mut tx = db.begin().await.unwrap();
        tx.execute(sql("UPDATE annotation SET slice_id = 99 WHERE id = 1001")).await.unwrap();
        tx.execute(sql("DELETE FROM term WHERE id = 80")).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            named::orphans(&db).await.unwrap(),
            [
                "1 rows of annotation name a slice_instance that does not exist",
                "1 rows of annotation_term name a term that does not exist"
            ]
        );
    })
    .await;
}

async fn change_of(tx: &mut Tx, project: Option<ProjectId>) -> i64 {
    let id = tx.next_id().await.unwrap();
    let change = Change {
        id,
        action: CommandAction::Add,
        kind: EntityKind::Annotation,
        project,
        slice: Some(SliceInstanceId(50)),
        layers: Some(vec![UserId(1)]),
        bounds: Some([1.0, 2.0, 3.0, 4.0]),
        ids: Some(vec![(1, 5), (7, 7)]),
        user: UserId(1),
        command: CommandId(id),
        created: Millis(id),
    };
    change::insert(tx, &change).await.unwrap();
    id
}

async fn read(db: &Db, position: &Position, limit: i64) -> (Vec<i64>, Position) {
    let position = Position::parse(&position.to_string()).unwrap();
    match change::since(db, Scope::Everything, None, Some(&position), limit).await.unwrap() {
        Read::Changes(changes, next) => (changes.iter().map(|change| change.id).collect(), next),
        Read::Lost(_) => panic!("lost"),
    }
}

async fn beginning(db: &Db) -> Position {
    match change::since(db, Scope::Everything, None, None, 10).await.unwrap() {
        Read::Changes(changes, position) => {
            assert!(changes.is_empty());
            position
        }
        Read::Lost(_) => panic!("lost"),
    }
}

#[tokio::test]
async fn a_long_transaction_loses_no_change_and_delays_nobody() {
    both(|db| async move {
        let begun = beginning(&db).await;
        // SQLite lets one write at a time, so nobody can commit before an open transaction there.
        let late = match &db {
            Db::Lite { .. } => None,
            Db::Pg(_) => {
                let mut tx = db.begin().await.unwrap();
                let id = change_of(&mut tx, Some(PROJECT)).await;
                Some((tx, id))
            }
        };
        let mut expected = Vec::new();
        let mut position = begun.clone();
        for _ in 0..5 {
            let mut tx = db.begin().await.unwrap();
            let id = change_of(&mut tx, Some(PROJECT)).await;
            tx.commit().await.unwrap();
            let (ids, next) = read(&db, &position, 10).await;
            assert_eq!(ids, [id]);
            assert_eq!(read(&db, &next, 10).await.0, [0_i64; 0]);
            expected.push(id);
            position = next;
        }
        if let Some((tx, id)) = late {
            tx.commit().await.unwrap();
            let (ids, next) = read(&db, &position, 10).await;
            assert_eq!(ids, [id], "it has the lowest id of all, and still comes");
            assert!(read(&db, &next, 10).await.0.is_empty());
            expected.insert(0, id);
        }
        // In parts, while more is written: what comes meanwhile is of the next reading.
        let (first, position) = read(&db, &begun, 3).await;
        let mut tx = db.begin().await.unwrap();
        let newest = change_of(&mut tx, Some(PROJECT)).await;
        tx.commit().await.unwrap();
        let (second, position) = read(&db, &position, 10).await;
        assert_eq!([first, second].concat(), expected);
        assert_eq!(read(&db, &position, 10).await.0, [newest]);
        let aborted = {
            let mut tx = db.begin().await.unwrap();
            change_of(&mut tx, Some(PROJECT)).await
        };
        assert!(!read(&db, &begun, 100).await.0.contains(&aborted));
    })
    .await;
}

#[tokio::test]
async fn changes_come_whole_to_those_whose_project_it_is() {
    both(|db| async move {
        world(&db).await;
        let begun = beginning(&db).await;
        let mut tx = db.begin().await.unwrap();
        let inside = change_of(&mut tx, Some(PROJECT)).await;
        let outside = change_of(&mut tx, None).await;
        let member = "INSERT INTO project_member (project_id, user_id, role, is_representative, created) \
                      VALUES (10, 1, 'manager', TRUE, 1)";
        tx.execute(sql(member)).await.unwrap();
        tx.commit().await.unwrap();
        let ids = async |scope, project| match change::since(&db, scope, project, Some(&begun), 10)
            .await
            .unwrap()
        {
            Read::Changes(changes, _) => changes.iter().map(|change| change.id).collect::<Vec<_>>(),
            Read::Lost(_) => panic!("lost"),
        };
        assert_eq!(ids(Scope::Everything, None).await, [inside, outside]);
        assert_eq!(ids(Scope::Everything, Some(PROJECT)).await, [inside]);
        assert_eq!(ids(Scope::User(UserId(1)), None).await, [inside, outside]);
        assert!(ids(Scope::User(UserId(2)), None).await.is_empty());
        let Read::Changes(changes, _) =
            change::since(&db, Scope::Everything, None, Some(&begun), 1).await.unwrap()
        else {
            panic!("lost")
        };
        assert_eq!(changes[0].ids.as_deref(), Some(&[(1, 5), (7, 7)][..]));
        assert_eq!(
            (changes[0].bounds, changes[0].layers.as_deref()),
            (Some([1.0, 2.0, 3.0, 4.0]), Some(&[UserId(1)][..]))
        );
        for nonsense in ["", "1", "1~x", "1~1~2", "1~1:2", "1~1:2:3~4~x", "1~1'~2~3"] {
            assert_eq!(Position::parse(nonsense), None, "{nonsense}");
        }
    })
    .await;
}

/// A position after all that is written, once no transaction that began before is open on the whole server, where other
/// tests run too: what was removed is told from what was read by the oldest of them.
async fn after_all(db: &Db, begun: &Position) -> Position {
    let written = (&*db).first(sql("SELECT max(written_in) AS x FROM change")).await.unwrap().unwrap();
    let written: i64 = written.get("x").unwrap();
    loop {
        let (_, position) = read(db, begun, 10).await;
        let text = position.to_string();
        let oldest = text.split(['~', ':']).nth(1).unwrap().parse::<i64>().unwrap();
        if oldest > written {
            return position;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_position_before_what_was_removed_or_of_another_history_is_lost() {
    both(|db| async move {
        let begun = beginning(&db).await;
        let mut tx = db.begin().await.unwrap();
        let old = change_of(&mut tx, None).await;
        tx.commit().await.unwrap();
        let between = after_all(&db, &begun).await;
        let mut tx = db.begin().await.unwrap();
        let young = change_of(&mut tx, None).await;
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(change::remove_old(&mut tx, Millis(old + 1), 10).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let lost = change::since(&db, Scope::Everything, None, Some(&begun), 10).await.unwrap();
        assert!(matches!(lost, Read::Lost(_)), "{lost:?}");
        assert_eq!(read(&db, &between, 10).await.0, [young]);
        let mut tx = db.begin().await.unwrap();
        change::forget(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let lost = change::since(&db, Scope::Everything, None, Some(&between), 10).await.unwrap();
        let Read::Lost(next) = lost else { panic!("{lost:?}") };
        assert!(read(&db, &next, 10).await.0.is_empty());
    })
    .await;
}

#[tokio::test]
async fn places_of_a_change_are_joined_by_plane() {
    both(|db| async move {
        world(&db).await;
        let mut tx = db.begin().await.unwrap();
        insert_many(&mut tx, &[boxed(1000), boxed(1001), boxed(1010)]).await.unwrap();
        let spots =
            change::spots(&mut tx, EntityKind::Annotation, &[(1000, 1000), (1001, 1020)]).await.unwrap();
        let expected = Spot {
            project: PROJECT,
            slice: Some(SliceInstanceId(50)),
            layers: vec![UserId(1)],
            bounds: [1000.0, 1000.0, 1015.0, 1015.0],
        };
        assert_eq!(spots, std::slice::from_ref(&expected));
        let many = (0..100).map(|slice| Spot { slice: Some(SliceInstanceId(slice)), ..expected.clone() });
        assert_eq!(change::joined(many.collect()), [Spot { slice: None, ..expected }]);
    })
    .await;
}

#[tokio::test]
async fn a_bulk_under_way_is_not_there_for_anybody() {
    both(|db| async move {
        world(&db).await;
        let all = async || {
            let filter = AnnotationFilter::of_project(PROJECT);
            let found = search::ids(&db, Scope::Everything, &filter).await.unwrap();
            found.iter().map(|found| found.id.0).collect::<Vec<_>>()
        };
        let mut tx = db.begin().await.unwrap();
        insert_many(&mut tx, &[boxed(1000), boxed(1001), boxed(1002), boxed(1003)]).await.unwrap();
        let ranges = [(1001, 1001), (1002, 1002)];
        let bulk = pending::begin(&mut tx, CommandId(900), Step::Add, Millis(5), &ranges).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(pending::ranges(&db, CommandId(900)).await.unwrap(), ranges);
        assert_eq!(all().await, [1003, 1000]);
        assert!(table::by_id::<Annotation>(&db, AnnotationId(1001), false).await.unwrap().is_none());
        for taken in [(1002, 1005), (990, 1001), (1001, 1001)] {
            let mut tx = db.begin().await.unwrap();
            let outcome = pending::begin(&mut tx, CommandId(901), Step::Away, Millis(5), &[taken]).await;
            assert!(matches!(outcome, Err(StoreError::Duplicate { .. })), "{outcome:?}");
        }

        assert!(pending::stale(&db, Millis(5)).await.unwrap().is_empty());
        assert_eq!(pending::stale(&db, Millis(6)).await.unwrap(), [bulk]);
        let mut tx = db.begin().await.unwrap();
        let taken = pending::take_over(&mut tx, bulk, Millis(7)).await.unwrap().unwrap();
        assert_eq!(taken.step, Step::Wipe);
        assert!(pending::take_over(&mut tx, bulk, Millis(8)).await.unwrap().is_none());
        assert!(!pending::renew(&mut tx, bulk, Millis(9)).await.unwrap(), "it is another's now");
        assert!(!pending::end(&mut tx, bulk).await.unwrap());
        assert!(pending::end(&mut tx, taken).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(all().await, [1003, 1002, 1001, 1000]);
    })
    .await;
}
