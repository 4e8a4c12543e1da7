//! What keys held, on both databases.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use cytomine_geometry::{Bounds, Shape, StoredShape};
use cytomine_model::{
    Annotation, AnnotationId, AnnotationTerm, AnnotationTermId, ImageInstanceId, Millis, ProjectId,
    SliceInstanceId, TermId, UserId,
};
use cytomine_store::annotation::insert_many;
use cytomine_store::testing::both;
use cytomine_store::{Db, Executor as _, StoreError, annotation, annotation_term, named, sql};

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
        assert_eq!(annotation::by_id(&db, AnnotationId(1000)).await.unwrap().unwrap(), boxed(1000));
        let mut tx = db.begin().await.unwrap();
        let moved =
            annotation::update(&mut tx, &Annotation { slice: SliceInstanceId(99), ..boxed(1000) }).await;
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
            let outcome = annotation_term::insert_many(&mut tx, &[wrong]).await;
            assert!(matches!(outcome, Err(StoreError::Dangling(_))), "{outcome:?}");
        }
        let mut tx = db.begin().await.unwrap();
        annotation_term::insert_many(&mut tx, &[link(1000, 80, 1)]).await.unwrap();
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
