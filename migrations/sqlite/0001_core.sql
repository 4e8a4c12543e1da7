-- Ids of all kinds of entity come from one row; it is updated inside the writer's transaction.
CREATE TABLE id_sequence (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO id_sequence (one, last) VALUES (1, 100);

-- Raised by every change of rights; replicas and the command line read it once a second.
CREATE TABLE rights_generation (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    value INTEGER NOT NULL
) STRICT;
INSERT INTO rights_generation (one, value) VALUES (1, 1);

-- Accounts. `private_key` is sealed with the server key; `password_hash` is an argon2id PHC string.
CREATE TABLE user_account (
    id INTEGER NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    firstname TEXT NOT NULL,
    lastname TEXT NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL,
    is_developer INTEGER NOT NULL,
    enabled INTEGER NOT NULL,
    origin TEXT NOT NULL,
    password_hash TEXT,
    public_key TEXT,
    private_key BLOB,
    admin_session_until INTEGER,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX user_account_username ON user_account (username) WHERE deleted_by IS NULL;
CREATE UNIQUE INDEX user_account_public_key ON user_account (public_key) WHERE deleted_by IS NULL;

CREATE TABLE role (
    id INTEGER NOT NULL PRIMARY KEY,
    authority TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO role (id, authority) VALUES (1, 'ROLE_GUEST'), (2, 'ROLE_USER'), (3, 'ROLE_ADMIN'), (4, 'ROLE_SUPER_ADMIN');

CREATE TABLE user_role (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    role_id INTEGER NOT NULL REFERENCES role (id),
    created INTEGER NOT NULL,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX user_role_once ON user_role (user_id, role_id) WHERE deleted_by IS NULL;

-- Browser sessions. Only the SHA-256 of the token is kept.
CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    created INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) STRICT;
CREATE INDEX session_of_user ON session (user_id);

-- Latest tries to sign in that did not succeed, a JSON list of moments by name and address.
CREATE TABLE sign_in_try (
    username TEXT NOT NULL,
    address TEXT NOT NULL,
    tries TEXT NOT NULL,
    latest INTEGER NOT NULL,
    PRIMARY KEY (username, address)
) STRICT;

-- A word sealed with the server key: tells a process whether its key is the one that others use.
CREATE TABLE server_key (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    sealed BLOB NOT NULL
) STRICT;

-- What was last taken from the file of a setting, as a hash: tells whether the file holds something new.
CREATE TABLE applied (
    name TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    time INTEGER NOT NULL
) STRICT;

CREATE TABLE storage (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE INDEX storage_user ON storage (user_id);

-- `filename` is the key of the bytes in the blob store. `projects` is a JSON array of ids.
CREATE TABLE uploaded_file (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    storage_id INTEGER NOT NULL REFERENCES storage (id),
    parent_id INTEGER REFERENCES uploaded_file (id),
    filename TEXT NOT NULL,
    original_filename TEXT NOT NULL,
    ext TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    status INTEGER NOT NULL,
    error TEXT,
    sha256 TEXT,
    projects TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE INDEX uploaded_file_storage ON uploaded_file (storage_id);
CREATE INDEX uploaded_file_parent ON uploaded_file (parent_id);
CREATE INDEX uploaded_file_filename ON uploaded_file (filename);

-- `slide_file_id` names the file that tiles are read from: the upload itself, or what it was converted to.
CREATE TABLE abstract_image (
    id INTEGER NOT NULL PRIMARY KEY,
    uploaded_file_id INTEGER REFERENCES uploaded_file (id),
    slide_file_id INTEGER REFERENCES uploaded_file (id),
    original_filename TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    depth INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    sample_per_pixel INTEGER NOT NULL,
    bit_per_sample INTEGER NOT NULL,
    physical_size_x REAL,
    physical_size_y REAL,
    physical_size_z REAL,
    fps REAL,
    magnification INTEGER,
    colorspace TEXT,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE INDEX abstract_image_file ON abstract_image (uploaded_file_id);

CREATE TABLE abstract_slice (
    id INTEGER NOT NULL PRIMARY KEY,
    image_id INTEGER NOT NULL REFERENCES abstract_image (id),
    uploaded_file_id INTEGER REFERENCES uploaded_file (id),
    channel INTEGER NOT NULL,
    z_stack INTEGER NOT NULL,
    time INTEGER NOT NULL,
    channel_name TEXT,
    channel_color TEXT,
    z_name TEXT,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX abstract_slice_plane ON abstract_slice (image_id, channel, z_stack, time) WHERE deleted_by IS NULL;

CREATE TABLE ontology (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX ontology_name ON ontology (name) WHERE deleted_by IS NULL;

CREATE TABLE term (
    id INTEGER NOT NULL PRIMARY KEY,
    ontology_id INTEGER NOT NULL REFERENCES ontology (id),
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    comment TEXT,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX term_name ON term (ontology_id, name) WHERE deleted_by IS NULL;

CREATE TABLE relation (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO relation (id, name) VALUES (5, 'parent'), (6, 'synonyme');

CREATE TABLE relation_term (
    id INTEGER NOT NULL PRIMARY KEY,
    relation_id INTEGER NOT NULL REFERENCES relation (id),
    term1_id INTEGER NOT NULL REFERENCES term (id),
    term2_id INTEGER NOT NULL REFERENCES term (id),
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX relation_term_once ON relation_term (relation_id, term1_id, term2_id) WHERE deleted_by IS NULL;
CREATE INDEX relation_term_child ON relation_term (term2_id);

CREATE TABLE project (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    ontology_id INTEGER REFERENCES ontology (id),
    blind_mode INTEGER NOT NULL,
    are_images_downloadable INTEGER NOT NULL,
    is_closed INTEGER NOT NULL,
    mode TEXT NOT NULL,
    hide_users_layers INTEGER NOT NULL,
    hide_admins_layers INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX project_name ON project (name) WHERE deleted_by IS NULL;
CREATE INDEX project_ontology ON project (ontology_id);

CREATE TABLE project_member (
    project_id INTEGER NOT NULL REFERENCES project (id),
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    role TEXT NOT NULL,
    is_representative INTEGER NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (project_id, user_id)
) STRICT;
CREATE INDEX project_member_user ON project_member (user_id, project_id);

-- Members whose layers show by themselves when an image opens (or are listed, but hidden).
CREATE TABLE project_default_layer (
    project_id INTEGER NOT NULL REFERENCES project (id),
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    hide_by_default INTEGER NOT NULL,
    PRIMARY KEY (project_id, user_id)
) STRICT;

CREATE TABLE image_instance (
    id INTEGER NOT NULL PRIMARY KEY,
    base_image_id INTEGER NOT NULL REFERENCES abstract_image (id),
    project_id INTEGER NOT NULL REFERENCES project (id),
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    instance_filename TEXT,
    physical_size_x REAL,
    physical_size_y REAL,
    physical_size_z REAL,
    fps REAL,
    magnification INTEGER,
    review_start INTEGER,
    review_stop INTEGER,
    review_user_id INTEGER REFERENCES user_account (id),
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX image_instance_once ON image_instance (project_id, base_image_id) WHERE deleted_by IS NULL;
CREATE INDEX image_instance_base ON image_instance (base_image_id);

CREATE TABLE slice_instance (
    id INTEGER NOT NULL PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project (id),
    image_id INTEGER NOT NULL REFERENCES image_instance (id),
    base_slice_id INTEGER NOT NULL REFERENCES abstract_slice (id),
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX slice_instance_once ON slice_instance (image_id, base_slice_id) WHERE deleted_by IS NULL;

-- Geometry as a compact blob, y up. `level` and `cell` place the bounds' centre on a grid of cells (Hilbert order).
CREATE TABLE annotation (
    id INTEGER NOT NULL PRIMARY KEY,
    project_id INTEGER NOT NULL REFERENCES project (id),
    image_id INTEGER NOT NULL REFERENCES image_instance (id),
    slice_id INTEGER NOT NULL REFERENCES slice_instance (id),
    user_id INTEGER NOT NULL REFERENCES user_account (id),
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
CREATE INDEX annotation_cell ON annotation (image_id, level, cell, id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_project ON annotation (project_id, id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_deleted ON annotation (deleted_by) WHERE deleted_by IS NOT NULL;

CREATE TABLE annotation_term (
    id INTEGER NOT NULL PRIMARY KEY,
    annotation_id INTEGER NOT NULL REFERENCES annotation (id),
    term_id INTEGER NOT NULL REFERENCES term (id),
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX annotation_term_once ON annotation_term (annotation_id, term_id, user_id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_term_term ON annotation_term (term_id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_term_deleted ON annotation_term (deleted_by) WHERE deleted_by IS NOT NULL;

-- Keys and values on any entity; `kind` is the entity's table.
CREATE TABLE property (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE INDEX property_entity ON property (kind, entity_id);

-- Undoable steps; `ids` and `dependents` are JSON ranges, `entity_before` and `entity_after` JSON entities.
CREATE TABLE command (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    ids TEXT NOT NULL,
    dependents TEXT NOT NULL,
    entity_before TEXT,
    entity_after TEXT,
    project_id INTEGER,
    message TEXT NOT NULL,
    undone_at INTEGER,
    discarded INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX command_user ON command (user_id, id);
CREATE INDEX command_redo ON command (user_id, undone_at) WHERE undone_at IS NOT NULL;

CREATE TABLE activity (
    id INTEGER NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    project_id INTEGER,
    command_id INTEGER NOT NULL REFERENCES command (id),
    message TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX activity_project ON activity (project_id, id);

-- The queue. A job whose lease ran out is taken again.
CREATE TABLE job (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER,
    error TEXT,
    created INTEGER NOT NULL,
    finished INTEGER
) STRICT;
CREATE INDEX job_waiting ON job (state, id);

-- What was backed up, and what trials of restoring found. `kind` is push or drill, `result` ok or failed. `name` is the
-- folder of the backup, `size` its bytes, `duration` milliseconds; `removed` says when it was pruned.
CREATE TABLE backup (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    time INTEGER NOT NULL,
    size INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    result TEXT NOT NULL,
    error TEXT,
    removed INTEGER
) STRICT;
CREATE INDEX backup_kind ON backup (kind, time);
