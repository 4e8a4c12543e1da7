-- Jobs.
-- A worker takes from the queues it is told, the job of the highest priority first, then the oldest. An attempt that
-- failed puts the job off until `not_before`.
ALTER TABLE job ADD COLUMN queue TEXT NOT NULL DEFAULT 'main';
ALTER TABLE job ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;

-- Annotations in bulk.
-- The keys of annotations and their term links cost three quarters of the time that a bulk insert takes: what they held is
-- looked up and locked once per statement by the program instead, and counted by `cytomine doctor`.
ALTER TABLE annotation_term
    DROP CONSTRAINT annotation_term_annotation_id_fkey,
    DROP CONSTRAINT annotation_term_term_id_fkey,
    DROP CONSTRAINT annotation_term_user_id_fkey;
ALTER TABLE annotation
    DROP CONSTRAINT annotation_project_id_fkey,
    DROP CONSTRAINT annotation_image_id_fkey,
    DROP CONSTRAINT annotation_slice_id_fkey,
    DROP CONSTRAINT annotation_user_id_fkey;
