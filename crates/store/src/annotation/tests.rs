//! On both databases: what is found equals a comparison of every row, and the plans use the index of cells.

use cytomine_geometry::{Bounds, Shape, StoredShape};
use cytomine_model::{
    Annotation, AnnotationId, AnnotationTerm, AnnotationTermId, CommandId, EntityKind, ImageInstance,
    ImageInstanceId, Millis, Project, ProjectId, Scope, SliceInstanceId, TermId, UserId,
};

use super::{AnnotationFilter, Columns, TermFilter, in_cell_order, insert_many, read, search};
use crate::dialect::Dialect;
use crate::testing::both;
use crate::{Db, Read as _, Tx, Write as _, annotation_term, rows, sql, table};

async fn by_id<T: table::Table>(db: &Db, id: T::Id, counted: bool) -> Option<T> {
    let found = table::by_id(db, id, counted).await.unwrap();
    #[allow(clippy::disallowed_methods, reason = "nobody has rights here")]
    found.map(table::Found::open)
}

const PROJECT: ProjectId = ProjectId(10);
const IMAGE: ImageInstanceId = ImageInstanceId(30);
const OTHER_IMAGE: ImageInstanceId = ImageInstanceId(31);
const SLICE: SliceInstanceId = SliceInstanceId(50);
const OTHER_SLICE: SliceInstanceId = SliceInstanceId(51);
const ANNA: UserId = UserId(1);
const BERT: UserId = UserId(2);
const NUCLEUS: TermId = TermId(80);
const STROMA: TermId = TermId(81);

async fn world(tx: &mut Tx) {
    let mut texts = Vec::new();
    for (id, name) in [(1, "anna"), (2, "bert")] {
        texts.push(format!(
            "INSERT INTO user_account (id, username, firstname, lastname, email, language, is_developer, \
             enabled, origin, created) VALUES ({id}, '{name}', '', '', '', 'EN', FALSE, TRUE, 'LOCAL', 1)"
        ));
    }
    texts.push(
        "INSERT INTO project (id, name, blind_mode, are_images_downloadable, is_closed, mode, \
         hide_users_layers, hide_admins_layers, created) \
         VALUES (10, 'p', FALSE, FALSE, FALSE, 'CLASSIC', FALSE, FALSE, 1)"
            .to_owned(),
    );
    texts.push(
        "INSERT INTO project_member (project_id, user_id, role, is_representative, created) \
         VALUES (10, 1, 'manager', TRUE, 1)"
            .to_owned(),
    );
    for (base, plane, image, slice) in [(20, 40, 30, 50), (21, 41, 31, 51)] {
        texts.push(format!(
            "INSERT INTO abstract_image (id, original_filename, width, height, depth, duration, channels, \
             sample_per_pixel, bit_per_sample, created) \
             VALUES ({base}, 'a.svs', 100000, 80000, 1, 1, 1, 3, 8, 1)"
        ));
        texts.push(format!(
            "INSERT INTO abstract_slice (id, image_id, channel, z_stack, time, created) \
             VALUES ({plane}, {base}, 0, 0, 0, 1)"
        ));
        texts.push(format!(
            "INSERT INTO image_instance (id, base_image_id, project_id, user_id, created) \
             VALUES ({image}, {base}, 10, 1, 1)"
        ));
        texts.push(format!(
            "INSERT INTO slice_instance (id, project_id, image_id, base_slice_id, created) \
             VALUES ({slice}, 10, {image}, {plane}, 1)"
        ));
    }
    texts.push("INSERT INTO ontology (id, name, user_id, created) VALUES (70, 'o', 1, 1)".to_owned());
    for (id, name) in [(80, "nucleus"), (81, "stroma")] {
        texts.push(format!(
            "INSERT INTO term (id, ontology_id, name, color, created) VALUES ({id}, 70, '{name}', '#ff0000', 1)"
        ));
    }
    for text in texts {
        tx.execute(sql(text)).await.unwrap();
    }
}

fn boxed(id: i64, image: ImageInstanceId, user: UserId, bounds: &Bounds) -> Annotation {
    let stored = StoredShape::new(&Shape::from_bounds(bounds), None);
    Annotation {
        id: AnnotationId(id),
        image,
        slice: if image == IMAGE { SLICE } else { OTHER_SLICE },
        project: PROJECT,
        user,
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
        created: Millis(id),
        updated: None,
    }
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: f64) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64 * limit
    }

    fn bounds(&mut self, largest: f64) -> Bounds {
        // Sizes spread over orders of magnitude, so that every level of the grid holds some.
        let size = largest * 10_f64.powf(-self.below(4.0));
        let (x, y) = (self.below(100_000.0), self.below(80_000.0));
        let (width, height) = (1.0 + self.below(size), 1.0 + self.below(size));
        let half = |value: f64| (value * 2.0).round() / 2.0;
        Bounds::new(half(x), half(y), half(x + width), half(y + height))
    }
}

async fn many(db: &Db, count: i64) -> Vec<Annotation> {
    let mut tx = db.begin().await.unwrap();
    world(&mut tx).await;
    let mut dice = Dice(7);
    let mut made: Vec<Annotation> = (0..count)
        .map(|number| {
            let image = if number % 10 == 0 { OTHER_IMAGE } else { IMAGE };
            boxed(0, image, if number % 3 == 0 { BERT } else { ANNA }, &dice.bounds(30_000.0))
        })
        .collect();
    in_cell_order(&mut made);
    for (annotation, id) in made.iter_mut().zip(1000..) {
        annotation.id = AnnotationId(id);
        annotation.created = Millis(id);
    }
    insert_many(&mut tx, &made).await.unwrap();
    tx.commit().await.unwrap();
    made
}

fn on(image: ImageInstanceId) -> AnnotationFilter {
    AnnotationFilter { images: Some(vec![image]), ..AnnotationFilter::of_project(PROJECT) }
}

async fn found(db: &Db, filter: &AnnotationFilter) -> Vec<i64> {
    let found = search::ids(db, Scope::Everything, filter).await.unwrap();
    found.iter().map(|found| found.id.0).collect()
}

fn newest_first(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids
}

#[tokio::test]
async fn boxes_find_what_a_look_at_every_row_finds() {
    both(|db| async move {
        let all = many(&db, 3000).await;
        let mut dice = Dice(99);
        for round in 0..60 {
            let region = dice.bounds(if round % 4 == 0 { 90_000.0 } else { 8_000.0 });
            let image = if round % 5 == 0 { OTHER_IMAGE } else { IMAGE };
            let meets = |a: &&Annotation| {
                a.image == image && Bounds::new(a.min_x, a.min_y, a.max_x, a.max_y).intersects(&region)
            };
            let expected: Vec<(i64, bool)> = {
                let mut met: Vec<&Annotation> = all.iter().filter(meets).collect();
                met.sort_by_key(|a| std::cmp::Reverse(a.id));
                let inside =
                    |a: &Annotation| region.contains(&Bounds::new(a.min_x, a.min_y, a.max_x, a.max_y));
                met.into_iter().map(|a| (a.id.0, inside(a))).collect()
            };
            let filter = AnnotationFilter { region: Some(region), ..on(image) };
            let met = search::ids(&db, Scope::User(ANNA), &filter).await.unwrap();
            let met: Vec<(i64, bool)> = met.iter().map(|found| (found.id.0, found.inside)).collect();
            assert_eq!(met, expected, "{region:?} on {image}");
            let everywhere =
                AnnotationFilter { region: Some(region), ..AnnotationFilter::of_project(PROJECT) };
            assert!(found(&db, &everywhere).await.len() >= expected.len());
        }
    })
    .await;
}

async fn plan(db: &Db, filter: &AnnotationFilter) -> String {
    let mut statement = filter.statement(Scope::User(ANNA), db.dialect());
    let (explain, column) = match db.dialect() {
        Dialect::Lite => ("EXPLAIN QUERY PLAN ", "detail"),
        Dialect::Pg => ("EXPLAIN ", "QUERY PLAN"),
    };
    statement.text = format!("{explain}{}", statement.text).into();
    let mut db = db;
    let rows = db.rows(statement).await.unwrap();
    rows.iter().map(|row| row.get::<String>(column).unwrap()).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn searches_by_image_use_the_index_of_cells() {
    both(|db| async move {
        many(&db, 20_000).await;
        if let Db::Pg(_) = db {
            db.administer(sql("ANALYZE annotation")).await.unwrap();
        }
        let screen = Some(Bounds::new(40_000.0, 30_000.0, 41_900.0, 31_000.0));
        let users = Some(vec![ANNA]);
        for filter in [
            AnnotationFilter { region: screen, ..on(IMAGE) },
            AnnotationFilter { region: screen, users, ..on(OTHER_IMAGE) },
            AnnotationFilter { region: screen, images: Some(vec![IMAGE, OTHER_IMAGE]), ..on(IMAGE) },
        ] {
            let plan = plan(&db, &filter).await;
            assert!(plan.contains("annotation_cell"), "{plan}");
        }
    })
    .await;
}

#[tokio::test]
async fn filters_hold_together() {
    both(|db| async move {
        let all = many(&db, 300).await;
        let ids = |test: &dyn Fn(&Annotation) -> bool| {
            newest_first(all.iter().filter(|a| test(a)).map(|a| a.id.0).collect())
        };
        let project = AnnotationFilter::of_project(PROJECT);
        assert_eq!(found(&db, &project).await, ids(&|_| true));
        assert_eq!(found(&db, &on(OTHER_IMAGE)).await, ids(&|a| a.image == OTHER_IMAGE));
        let filter = AnnotationFilter { slices: Some(vec![SLICE]), ..on(IMAGE) };
        assert_eq!(found(&db, &filter).await, ids(&|a| a.image == IMAGE));
        let filter = AnnotationFilter { users: Some(vec![BERT]), ..project.clone() };
        assert_eq!(found(&db, &filter).await, ids(&|a| a.user == BERT));
        let filter = AnnotationFilter { users: Some(vec![]), ..project.clone() };
        assert_eq!(found(&db, &filter).await, Vec::<i64>::new(), "nobody is not everybody");
        let filter = AnnotationFilter {
            after: Some(Millis(1050)),
            before: Some(Millis(1060)),
            excluded: Some(AnnotationId(1055)),
            ..project.clone()
        };
        let expected = ids(&|a| (1050..=1060).contains(&a.id.0) && a.id.0 != 1055);
        assert_eq!(found(&db, &filter).await, expected);
        let stranger = search::ids(&db, Scope::User(BERT), &project).await.unwrap();
        assert!(stranger.is_empty(), "no member, no rows");
        let count = |scope, user| {
            let filter = search::CountFilter { project: Some(PROJECT), user, ..Default::default() };
            search::count(&db, scope, filter)
        };
        assert_eq!(count(Scope::User(ANNA), Some(BERT)).await.unwrap(), 100);
        assert_eq!(count(Scope::User(BERT), None).await.unwrap(), 0);
        let counted = by_id::<Project>(&db, PROJECT, true).await.unwrap();
        let uncounted = by_id::<Project>(&db, PROJECT, false).await.unwrap();
        assert_eq!((counted.number_of_annotations, counted.number_of_images), (300, 2));
        assert_eq!((uncounted.number_of_annotations, uncounted.number_of_images), (0, 0));
        let counted = by_id::<ImageInstance>(&db, OTHER_IMAGE, true).await.unwrap();
        let uncounted = by_id::<ImageInstance>(&db, OTHER_IMAGE, false).await.unwrap();
        assert_eq!((counted.number_of_annotations, uncounted.number_of_annotations), (30, 0));
        let layers = read::layers(&db, Scope::User(ANNA), IMAGE, SLICE).await.unwrap();
        let layers: Vec<(UserId, i64)> = layers.iter().map(|layer| (layer.user, layer.annotations)).collect();
        let on_image = |user| ids(&|a| a.image == IMAGE && a.user == user).len() as i64;
        assert_eq!(layers, [(ANNA, on_image(ANNA)), (BERT, on_image(BERT))]);
    })
    .await;
}

#[tokio::test]
async fn term_links_filter() {
    both(|db| async move {
        many(&db, 6).await;
        let link = |id: i64, annotation: i64, term, user| AnnotationTerm {
            id: AnnotationTermId(id),
            annotation: AnnotationId(annotation),
            term,
            user,
            created: Millis(1),
            updated: None,
        };
        let links = [
            link(5000, 1000, NUCLEUS, ANNA),
            link(5001, 1000, NUCLEUS, BERT),
            link(5002, 1001, NUCLEUS, ANNA),
            link(5003, 1001, STROMA, BERT),
            link(5004, 1002, STROMA, ANNA),
        ];
        let mut tx = db.begin().await.unwrap();
        table::insert_many(&mut tx, &links).await.unwrap();
        tx.commit().await.unwrap();
        let search = async |terms: TermFilter| {
            found(&db, &AnnotationFilter { terms, ..AnnotationFilter::of_project(PROJECT) }).await
        };
        let terms = |terms: &[TermId]| TermFilter { terms: Some(terms.to_vec()), ..Default::default() };
        assert_eq!(search(terms(&[NUCLEUS])).await, [1001, 1000]);
        assert_eq!(search(terms(&[])).await, Vec::<i64>::new());
        assert_eq!(search(TermFilter { none: true, ..Default::default() }).await, [1005, 1004, 1003]);
        assert_eq!(
            search(TermFilter { none: true, ..terms(&[STROMA]) }).await,
            [1005, 1004, 1003, 1002, 1001]
        );
        assert_eq!(search(TermFilter { several: true, ..Default::default() }).await, [1001]);
        assert_eq!(search(TermFilter { users: Some(vec![BERT]), ..Default::default() }).await, [1001, 1000]);
        assert_eq!(search(TermFilter { users: Some(vec![BERT]), ..terms(&[STROMA]) }).await, [1001]);

        let read =
            annotation_term::of_annotations(&db, &[AnnotationId(1000), AnnotationId(1001)]).await.unwrap();
        assert_eq!(read.iter().map(|link| link.id.0).collect::<Vec<_>>(), [5002, 5003, 5000, 5001]);
        let between = |user| annotation_term::between(&db, AnnotationId(1000), NUCLEUS, user);
        assert_eq!(between(None).await.unwrap().unwrap().id.0, 5000);
        assert_eq!(between(Some(BERT)).await.unwrap().unwrap().id.0, 5001);
        let again = [link(5005, 1000, NUCLEUS, BERT)];
        let mut tx = db.begin().await.unwrap();
        let refused = table::insert_many(&mut tx, &again).await;
        assert!(matches!(refused, Err(crate::StoreError::Duplicate { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn rows_come_in_the_order_asked_for_with_the_columns_asked_for() {
    both(|db| async move {
        let all = many(&db, 1200).await;
        let ids: Vec<AnnotationId> = all.iter().rev().step_by(7).map(|a| a.id).collect();
        let bare = read::rows(&db, &ids, Columns::default()).await.unwrap();
        assert_eq!(bare.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
        assert!(bare.iter().all(|row| row.shape.is_none() && row.measures.is_none()));
        let full = read::rows(&db, &ids[..1], Columns { shape: true, measures: true }).await.unwrap();
        let original = by_id::<Annotation>(&db, ids[0], false).await.unwrap();
        assert_eq!(&original, all.iter().find(|a| a.id == ids[0]).unwrap());
        assert_eq!(full[0].shape.as_ref().unwrap().blob, original.geometry);
        assert_eq!(full[0].measures.unwrap().area, original.area);

        let mut tx = db.begin().await.unwrap();
        let mut moved = boxed(ids[0].0, IMAGE, BERT, &Bounds::new(5.0, 5.0, 9.0, 9.0));
        moved.created = original.created;
        table::update(&mut tx, &original, &moved).await.unwrap();
        rows::delete_with_dependents(
            &mut tx,
            EntityKind::Annotation,
            &[(ids[1].0, ids[1].0)],
            CommandId(9),
            u64::MAX,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(by_id::<Annotation>(&db, ids[0], false).await.unwrap(), moved);
        let corner = AnnotationFilter { region: Some(Bounds::new(4.0, 4.0, 6.0, 6.0)), ..on(IMAGE) };
        assert!(found(&db, &corner).await.contains(&ids[0].0), "the key of the cell follows the shape");
        assert!(by_id::<Annotation>(&db, ids[1], false).await.is_none());
        assert_eq!(read::rows(&db, &ids[..2], Columns::default()).await.unwrap().len(), 1);
    })
    .await;
}
