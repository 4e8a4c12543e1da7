//! Storages, files, images and planes on both databases: lists, scopes, filters, sorts, uniqueness.
#![allow(clippy::unwrap_used, reason = "clippy does not know helpers of integration tests as tests")]

use cytomine_model::{
    AbstractImage, AbstractImageId, AbstractSlice, AbstractSliceId, Direction, EditionMode, EntityKind,
    ImageInstance, ImageInstanceId, Member, Millis, Page, Project, ProjectId, ProjectRole, Property,
    PropertyId, Scope, SliceInstance, SliceInstanceId, Sort, Storage, StorageId, UploadedFile,
    UploadedFileId, UserId,
};
use cytomine_store::abstract_image::AbstractImageFilter;
use cytomine_store::condition::{Condition, Test};
use cytomine_store::image_instance::ImageFilter;
use cytomine_store::testing::both;
use cytomine_store::uploaded_file::UploadedFileFilter;
use cytomine_store::{
    BlobKey, Db, StoreError, Write as _, abstract_image, abstract_slice, hanging, image_instance, project,
    rows, slice_instance, sql, table, uploaded_file,
};

const ALICE: UserId = UserId(201);
const BOB: UserId = UserId(202);

fn file(id: i64, name: &str, size: i64, key: &str) -> UploadedFile {
    UploadedFile {
        id: UploadedFileId(id),
        user: ALICE,
        storage: StorageId(210),
        parent: None,
        filename: key.to_owned(),
        original_filename: name.to_owned(),
        ext: "svs".to_owned(),
        content_type: "SVS".to_owned(),
        size,
        status: 100,
        error: None,
        sha256: Some("0123456789abcdef0123".to_owned()),
        projects: vec![ProjectId(211)],
        created: Millis(id),
        updated: None,
    }
}

fn base(id: i64, file: i64, name: &str, width: i32, magnification: Option<i32>) -> AbstractImage {
    AbstractImage {
        id: AbstractImageId(id),
        uploaded_file: Some(UploadedFileId(file)),
        original_filename: name.to_owned(),
        content_type: String::new(),
        path: None,
        content_id: None,
        width: Some(width),
        height: Some(100),
        depth: 1,
        duration: 1,
        channels: 1,
        sample_per_pixel: 3,
        bit_per_sample: 8,
        physical_size_x: Some(0.5),
        physical_size_y: None,
        physical_size_z: None,
        fps: None,
        magnification,
        colorspace: Some("rgb".to_owned()),
        user: None,
        created: Millis(id),
        updated: None,
    }
}

fn plane(id: i64, image: i64, (channel, z_stack, time): (i32, i32, i32)) -> AbstractSlice {
    AbstractSlice {
        id: AbstractSliceId(id),
        image: AbstractImageId(image),
        uploaded_file: Some(UploadedFileId(220)),
        channel,
        z_stack,
        time,
        channel_name: None,
        channel_color: None,
        z_name: None,
        created: Millis(id),
        updated: None,
    }
}

fn instance(id: i64, base: AbstractImage, name: Option<&str>) -> ImageInstance {
    ImageInstance {
        id: ImageInstanceId(id),
        base,
        project: ProjectId(211),
        project_blind: false,
        project_name: String::new(),
        user: ALICE,
        instance_filename: name.map(str::to_owned),
        physical_size_x: None,
        physical_size_y: None,
        physical_size_z: None,
        fps: None,
        magnification: None,
        review_start: None,
        review_stop: None,
        review_user: None,
        number_of_annotations: 0,
        created: Millis(id),
        updated: None,
    }
}

/// Alice's storage with two files and images, both in a project of hers; Bob has nothing.
async fn fill(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    for user in [ALICE, BOB] {
        let statement = sql("INSERT INTO user_account (id, username, firstname, lastname, email, language, \
             is_developer, enabled, origin, created) VALUES ($1, $2, '', '', '', 'EN', FALSE, TRUE, 'LOCAL', 0)")
        .bind(user)
        .bind(format!("user{user}"));
        tx.execute(statement).await.unwrap();
    }
    let owned = Storage {
        id: StorageId(210),
        name: "Store".to_owned(),
        user: ALICE,
        created: Millis(1),
        updated: None,
    };
    table::insert(&mut tx, &owned).await.unwrap();
    let lung = Project {
        id: ProjectId(211),
        name: "Lung".to_owned(),
        ontology: None,
        ontology_name: None,
        blind_mode: false,
        are_images_downloadable: false,
        is_closed: false,
        mode: EditionMode::Classic,
        hide_users_layers: false,
        hide_admins_layers: false,
        number_of_images: 0,
        number_of_annotations: 0,
        created: Millis(1),
        updated: None,
    };
    table::insert(&mut tx, &lung).await.unwrap();
    let member =
        Member { project: lung.id, user: ALICE, role: ProjectRole::Manager, is_representative: true };
    project::put_member(&mut tx, member, Millis(1)).await.unwrap();
    for (id, name, width, magnification) in
        [(220, "Beta_1.svs", 5000, Some(20)), (221, "alpha%.svs", 300, None)]
    {
        table::insert(&mut tx, &file(id, name, id, &format!("upload-{id}/x"))).await.unwrap();
        let image = base(id + 10, id, name, width, magnification);
        table::insert(&mut tx, &image).await.unwrap();
        abstract_image::set_slide_file(&mut tx, image.id, Some(UploadedFileId(id))).await.unwrap();
        table::insert(&mut tx, &instance(id + 20, image, None)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn by_id<T: table::Table>(db: &Db, id: T::Id) -> Option<T> {
    let found = table::by_id(db, id, true).await.unwrap();
    #[allow(clippy::disallowed_methods, reason = "nobody has rights here")]
    found.map(table::Found::open)
}

fn names(images: &[ImageInstance]) -> Vec<&str> {
    images.iter().map(ImageInstance::name).collect()
}

fn test(field: &str, test: Test) -> ImageFilter {
    let conditions = vec![Condition { field: field.to_owned(), test }];
    ImageFilter { conditions, ..ImageFilter::default() }
}

async fn found(db: &Db, filter: &ImageFilter) -> Vec<ImageInstance> {
    let (images, total) =
        image_instance::list(db, Scope::User(ALICE), filter, None, Page::default()).await.unwrap();
    assert_eq!(total, i64::try_from(images.len()).unwrap());
    images
}

#[tokio::test]
async fn images_carry_what_their_files_say() {
    both(|db| async move {
        fill(&db).await;
        let image = by_id::<ImageInstance>(&db, ImageInstanceId(240)).await.unwrap();
        assert_eq!(image.base.content_type, "SVS");
        assert_eq!(image.base.path.as_deref(), Some("upload-220/x"));
        assert_eq!(image.base.content_id.as_deref(), Some("0123456789abcdef"));
        assert_eq!((image.project_name.as_str(), image.base.user), ("Lung", Some(ALICE)));
        assert_eq!((image.base.physical_size_x, image.base.magnification), (Some(0.5), Some(20)));
        assert_eq!(by_id::<ImageInstance>(&db, ImageInstanceId(999)).await, None);
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_by_every_kind_of_test() {
    both(|db| async move {
        fill(&db).await;
        let contains = |text: &str| Test::Contains(text.split('*').map(str::to_owned).collect());
        for (filter, expected) in [
            (test("name", contains("BETA")), vec!["Beta_1.svs"]),
            (test("name", contains("b*1")), vec!["Beta_1.svs"]),
            (test("name", contains("%")), vec!["alpha%.svs"]),
            (test("name", contains("a_1")), vec!["Beta_1.svs"]),
            (test("name", Test::Equals("Beta_1.svs".to_owned())), vec!["Beta_1.svs"]),
            (test("name", Test::Differs("Beta_1.svs".to_owned())), vec!["alpha%.svs"]),
            (test("width", Test::AtLeast(301.0)), vec!["Beta_1.svs"]),
            (test("width", Test::AtMost(300.0)), vec!["alpha%.svs"]),
            (test("width", Test::Equals("x".to_owned())), vec![]),
            (test("magnification", Test::AnyOf(vec![None])), vec!["alpha%.svs"]),
            (
                test("magnification", Test::AnyOf(vec![Some("20".to_owned()), None])),
                vec!["alpha%.svs", "Beta_1.svs"],
            ),
            (
                test("physical_size_x", Test::AnyOf(vec![Some("0.5".to_owned())])),
                vec!["alpha%.svs", "Beta_1.svs"],
            ),
            (test("content_type", Test::AnyOf(vec![Some("PNG".to_owned())])), vec![]),
            (test("number_of_annotations", Test::AtLeast(1.0)), vec![]),
            (test("vendor", Test::Equals("x".to_owned())), vec!["alpha%.svs", "Beta_1.svs"]),
        ] {
            let images = found(&db, &filter).await;
            assert_eq!(names(&images), expected, "{:?}", filter.conditions);
        }
        let mut filter = test("width", Test::AtLeast(301.0));
        filter.include = vec![ImageInstanceId(241)];
        assert_eq!(found(&db, &filter).await.len(), 2);
        let filter = ImageFilter { blind: true, ..test("name", Test::Equals("230".to_owned())) };
        assert_eq!(names(&found(&db, &filter).await), ["Beta_1.svs"]);
    })
    .await;
}

#[tokio::test]
async fn every_order_runs_and_pages_are_cut() {
    both(|db| async move {
        fill(&db).await;
        for field in [
            "name",
            "instance_filename",
            "original_filename",
            "blinded_name",
            "base_image",
            "width",
            "height",
            "content_type",
            "magnification",
            "physical_size_x",
            "number_of_annotations",
            "project",
            "updated",
            "id",
            "created",
            "none",
        ] {
            for (direction, blind) in [(Direction::Ascending, false), (Direction::Descending, true)] {
                let sort = Sort { field: field.to_owned(), direction };
                let filter = ImageFilter { blind, ..ImageFilter::default() };
                let page = Page { offset: 1, max: 1 };
                let (images, total) =
                    image_instance::list(&db, Scope::Everything, &filter, Some(&sort), page).await.unwrap();
                assert_eq!((images.len(), total), (1, 2), "{field}");
            }
        }
        let sort = Sort { field: "name".to_owned(), direction: Direction::Ascending };
        let all = ImageFilter::default();
        let (images, _) =
            image_instance::list(&db, Scope::Everything, &all, Some(&sort), Page::default()).await.unwrap();
        assert_eq!(names(&images), ["alpha%.svs", "Beta_1.svs"]);
    })
    .await;
}

#[tokio::test]
async fn others_see_nothing_of_it() {
    both(|db| async move {
        fill(&db).await;
        let (bob, page) = (Scope::User(BOB), Page::default());
        assert_eq!(image_instance::list(&db, bob, &ImageFilter::default(), None, page).await.unwrap().1, 0);
        assert_eq!(
            abstract_image::list(&db, bob, &AbstractImageFilter::default(), None, page).await.unwrap().1,
            0
        );
        assert_eq!(
            uploaded_file::list(&db, bob, &UploadedFileFilter::default(), None, page).await.unwrap().1,
            0
        );
        assert_eq!(cytomine_store::storage::list(&db, bob, None, page).await.unwrap().1, 0);
        assert_eq!(
            abstract_image::role_through_projects(&db, AbstractImageId(230), BOB).await.unwrap(),
            None
        );
        assert_eq!(uploaded_file::role_through_projects(&db, UploadedFileId(220), BOB).await.unwrap(), None);
        let mut tx = db.begin().await.unwrap();
        let member = Member {
            project: ProjectId(211),
            user: BOB,
            role: ProjectRole::Contributor,
            is_representative: false,
        };
        project::put_member(&mut tx, member, Millis(1)).await.unwrap();
        tx.commit().await.unwrap();
        let role = Some(ProjectRole::Contributor);
        assert_eq!(
            abstract_image::role_through_projects(&db, AbstractImageId(230), BOB).await.unwrap(),
            role
        );
        assert_eq!(uploaded_file::role_through_projects(&db, UploadedFileId(220), BOB).await.unwrap(), role);
        assert_eq!(abstract_image::owner(&db, AbstractImageId(230)).await.unwrap(), Some(ALICE));
        assert_eq!(image_instance::list(&db, bob, &ImageFilter::default(), None, page).await.unwrap().1, 2);
    })
    .await;
}

#[tokio::test]
async fn neighbours_follow_the_date_of_creation() {
    both(|db| async move {
        fill(&db).await;
        let first = by_id::<ImageInstance>(&db, ImageInstanceId(240)).await.unwrap();
        let second = image_instance::neighbour(&db, &first, false).await.unwrap().unwrap();
        assert_eq!(second.id, ImageInstanceId(241));
        assert_eq!(image_instance::neighbour(&db, &second, true).await.unwrap().unwrap().id, first.id);
        assert!(image_instance::neighbour(&db, &second, false).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn an_image_has_each_plane_once_and_a_project_each_image_once() {
    both(|db| async move {
        fill(&db).await;
        let mut tx = db.begin().await.unwrap();
        table::insert(&mut tx, &plane(250, 230, (0, 1, 2))).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let again = table::insert(&mut tx, &plane(251, 230, (0, 1, 2))).await;
        assert!(matches!(again, Err(StoreError::Duplicate { .. })), "{again:?}");
        drop(tx);
        let image = by_id::<AbstractImage>(&db, AbstractImageId(230)).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let again = table::insert(&mut tx, &instance(260, image, None)).await;
        assert!(matches!(again, Err(StoreError::Duplicate { .. })), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn the_reference_plane_is_the_middle_one() {
    both(|db| async move {
        fill(&db).await;
        let mut tx = db.begin().await.unwrap();
        let mut id = 300;
        for time in 0..2 {
            for z in 0..3 {
                let base = plane(id, 230, (0, z, time));
                table::insert(&mut tx, &base).await.unwrap();
                let slice = SliceInstance {
                    id: SliceInstanceId(id + 50),
                    project: ProjectId(211),
                    image: ImageInstanceId(240),
                    base,
                    created: Millis(1),
                    updated: None,
                };
                table::insert(&mut tx, &slice).await.unwrap();
                id += 1;
            }
        }
        tx.commit().await.unwrap();
        let slices = slice_instance::of_image(&db, ImageInstanceId(240)).await.unwrap();
        let order: Vec<(i32, i32)> =
            slices.iter().map(|slice| (slice.base.time, slice.base.z_stack)).collect();
        assert_eq!(order, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
        let reference = slice_instance::reference_of(&db, ImageInstanceId(240)).await.unwrap().unwrap();
        assert_eq!((reference.base.time, reference.base.z_stack), (1, 1));
        assert_eq!(slice_instance::reference_of(&db, ImageInstanceId(241)).await.unwrap(), None);
        assert_eq!(abstract_slice::of_file(&db, UploadedFileId(220)).await.unwrap().len(), 6);
    })
    .await;
}

#[tokio::test]
async fn uses_are_named_and_unused_images_found() {
    both(|db| async move {
        fill(&db).await;
        let uses = abstract_image::uses(&db, &[AbstractImageId(230)]).await.unwrap();
        assert_eq!(uses, [(ProjectId(211), "Lung".to_owned(), "Beta_1.svs".to_owned())]);
        let files = [UploadedFileId(220)];
        assert_eq!(abstract_image::of_files(&db, &files).await.unwrap(), [AbstractImageId(230)]);
        assert_eq!(uploaded_file::images_of(&db, &files).await.unwrap(), [(files[0], AbstractImageId(230))]);
        let unused = AbstractImageFilter { unused: true, ..AbstractImageFilter::default() };
        let listed =
            abstract_image::list(&db, Scope::User(ALICE), &unused, None, Page::default()).await.unwrap();
        assert_eq!(listed.1, 0);
        assert!(uploaded_file::in_project(&db, ProjectId(211), "Beta_1.svs", 220).await.unwrap());
        assert!(!uploaded_file::in_project(&db, ProjectId(211), "Beta_1.svs", 221).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_sweeper_spares_what_a_row_needs() {
    both(|db| async move {
        fill(&db).await;
        let keys: Vec<BlobKey> =
            ["upload-220/x", "upload-221/x", "upload-9/x"].iter().map(|key| key.parse().unwrap()).collect();
        assert_eq!(uploaded_file::unneeded(&db, &keys).await.unwrap(), [keys[2].clone()]);
        let mut tx = db.begin().await.unwrap();
        uploaded_file::set_status(&mut tx, UploadedFileId(220), 31, Some("broken"), Millis(9)).await.unwrap();
        assert!(uploaded_file::advance(&mut tx, UploadedFileId(221), 100, 40, Millis(9)).await.unwrap());
        assert!(!uploaded_file::advance(&mut tx, UploadedFileId(221), 100, 40, Millis(9)).await.unwrap());
        tx.commit().await.unwrap();
        let unneeded = uploaded_file::unneeded(&db, &keys).await.unwrap();
        assert_eq!(unneeded, [keys[0].clone(), keys[2].clone()], "bytes of a failed import go");
        let failed = by_id::<UploadedFile>(&db, UploadedFileId(220)).await.unwrap();
        assert_eq!((failed.status, failed.error.as_deref()), (31, Some("broken")));
        assert_eq!(failed.projects, [ProjectId(211)]);
    })
    .await;
}

#[tokio::test]
async fn properties_hang_on_any_entity() {
    both(|db| async move {
        let property = |id: i64, key: &str| Property {
            id: PropertyId(id),
            kind: EntityKind::AbstractImage,
            entity: 230,
            key: key.to_owned(),
            value: "1".to_owned(),
            created: Millis(1),
            updated: None,
        };
        let mut tx = db.begin().await.unwrap();
        let before = property(302, "a");
        table::insert_many(&mut tx, &[property(301, "a"), before.clone()]).await.unwrap();
        table::insert_many::<Property>(&mut tx, &[]).await.unwrap();
        let value = "2".to_owned();
        let after = Property { value, updated: Some(Millis(2)), ..property(302, "b") };
        table::update(&mut tx, &before, &after).await.unwrap();
        tx.commit().await.unwrap();
        let listed: Vec<Property> = hanging::of(&db, EntityKind::AbstractImage, &[230]).await.unwrap();
        let pairs: Vec<(&str, &str)> =
            listed.iter().map(|property| (property.key.as_str(), property.value.as_str())).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "2")]);
        assert!(hanging::of::<Property>(&db, EntityKind::Project, &[230]).await.unwrap().is_empty());
        let mut tx = db.begin().await.unwrap();
        let command = cytomine_model::CommandId(9);
        let gone =
            rows::delete_with_dependents(&mut tx, EntityKind::Property, &[(301, 301)], command, u64::MAX)
                .await;
        assert_eq!(gone.unwrap().count, 1);
        tx.commit().await.unwrap();
        let left: Vec<Property> = hanging::of(&db, EntityKind::AbstractImage, &[230, 231]).await.unwrap();
        assert_eq!(left.len(), 1);
        assert!(by_id::<Property>(&db, PropertyId(301)).await.is_none());
    })
    .await;
}
