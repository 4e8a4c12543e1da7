-- Jobs.
-- A worker takes from the queues it is told, the job of the highest priority first, then the oldest. An attempt that
-- failed puts the job off until `not_before`.
ALTER TABLE job ADD COLUMN queue TEXT NOT NULL DEFAULT 'main';
ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;

-- Annotations in bulk, changes.
-- The keys of annotations and their term links go (see the same step for PostgreSQL). SQLite drops keys with their table only.
CREATE TABLE annotation_unkeyed (
    id INTEGER NOT NULL PRIMARY KEY,
    project_id INTEGER NOT NULL,
    image_id INTEGER NOT NULL,
    slice_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    level INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    min_x REAL NOT NULL,
    min_y REAL NOT NULL,
    max_x REAL NOT NULL,
    max_y REAL NOT NULL,
    geometry BLOB NOT NULL,
    wkt TEXT,
    area REAL NOT NULL,
    perimeter REAL NOT NULL,
    centroid_x REAL NOT NULL,
    centroid_y REAL NOT NULL,
    geometry_compression REAL NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
INSERT INTO annotation_unkeyed SELECT id, project_id, image_id, slice_id, user_id, level, cell, min_x, min_y, max_x, max_y, geometry, wkt, area, perimeter, centroid_x, centroid_y, geometry_compression, created, updated, deleted_by
FROM annotation;
CREATE TABLE annotation_term_unkeyed (
    id INTEGER NOT NULL PRIMARY KEY,
    annotation_id INTEGER NOT NULL,
    term_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
INSERT INTO annotation_term_unkeyed SELECT id, annotation_id, term_id, user_id, created, updated, deleted_by
FROM annotation_term;
DROP TABLE annotation_term;
DROP TABLE annotation;
ALTER TABLE annotation_unkeyed RENAME TO annotation;
ALTER TABLE annotation_term_unkeyed RENAME TO annotation_term;
CREATE INDEX annotation_cell ON annotation (image_id, level, cell, id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_project ON annotation (project_id, id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_deleted ON annotation (deleted_by) WHERE deleted_by IS NOT NULL;
CREATE UNIQUE INDEX annotation_term_once ON annotation_term (annotation_id, term_id, user_id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_term_term ON annotation_term (term_id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_term_deleted ON annotation_term (deleted_by) WHERE deleted_by IS NOT NULL;

-- What was changed, written in the transaction that changed it. `written_in` is the number of that transaction on PostgreSQL
-- and 0 on SQLite, where ids ascend in the order of commits; `layers` a JSON list of users, `ids` JSON ranges. Fields that are
-- absent are not known: any slice, any layer, anywhere, the ids that the command names.
CREATE TABLE change (
    id INTEGER NOT NULL PRIMARY KEY,
    written_in INTEGER NOT NULL,
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    project_id INTEGER,
    slice_id INTEGER,
    layers TEXT,
    min_x REAL,
    min_y REAL,
    max_x REAL,
    max_y REAL,
    ids TEXT,
    user_id INTEGER NOT NULL,
    command_id INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX change_written ON change (written_in, id);
CREATE INDEX change_created ON change (created);

-- `incarnation` is another one after each restore, `removed` the highest position (id or transaction) of a change that was
-- removed: positions that lie before are lost.
CREATE TABLE change_log (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    incarnation INTEGER NOT NULL,
    removed INTEGER NOT NULL
) STRICT;
INSERT INTO change_log (one, incarnation, removed) VALUES (1, 1, 0);

-- Properties.
-- They go and come back with what they hang on.
CREATE INDEX property_deleted ON property (deleted_by) WHERE deleted_by IS NOT NULL;
