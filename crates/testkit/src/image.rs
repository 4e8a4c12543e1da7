//! Images in projects without pixels, for tests of what lies on them.

use cytomine_store::{Write as _, sql};

use crate::App;

/// An image in a project with its one plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestImage {
    /// The image in the project.
    pub image: i64,
    /// Its plane.
    pub slice: i64,
}

impl App {
    /// An image of 100,000 x 80,000 pixels in a project, named `name`, added by `user`. `pixel_size` is in
    /// micrometres.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn image(&self, project: i64, user: i64, name: &str, pixel_size: Option<f64>) -> TestImage {
        let mut tx = self.system.db.begin().await.expect("a transaction begins");
        let ids = tx.next_ids(4).await.expect("ids are to be had");
        let [base, plane, image, slice] = ids[..] else { unreachable!("four ids were asked for") };
        let statements = [
            sql("INSERT INTO abstract_image (id, original_filename, width, height, depth, duration, channels, \
                 sample_per_pixel, bit_per_sample, physical_size_x, created) \
                 VALUES ($1, $2, 100000, 80000, 1, 1, 1, 3, 8, $3, 1)")
            .bind(base)
            .bind(name)
            .bind(pixel_size),
            sql("INSERT INTO abstract_slice (id, image_id, channel, z_stack, time, created) \
                 VALUES ($1, $2, 0, 0, 0, 1)")
            .bind(plane)
            .bind(base),
            sql("INSERT INTO image_instance (id, base_image_id, project_id, user_id, created) \
                 VALUES ($1, $2, $3, $4, 1)")
            .bind(image)
            .bind(base)
            .bind(project)
            .bind(user),
            sql("INSERT INTO slice_instance (id, project_id, image_id, base_slice_id, created) \
                 VALUES ($1, $2, $3, $4, 1)")
            .bind(slice)
            .bind(project)
            .bind(image)
            .bind(plane),
        ];
        for statement in statements {
            tx.execute(statement).await.expect("a row can be written");
        }
        tx.commit().await.expect("rows can be kept");
        TestImage { image, slice }
    }
}
