-- Ids of all kinds of entity come from one sequence.
CREATE SEQUENCE ids START WITH 101;

-- Raised by every change of rights; replicas and the command line read it once a second.
CREATE TABLE rights_generation (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    value BIGINT NOT NULL
);
INSERT INTO rights_generation (one, value) VALUES (1, 1);

-- Accounts. `private_key` is sealed with the server key; `password_hash` is an argon2id PHC string.
CREATE TABLE user_account (
    id BIGINT NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    firstname TEXT NOT NULL,
    lastname TEXT NOT NULL,
    email TEXT NOT NULL,
    language TEXT NOT NULL,
    is_developer BOOLEAN NOT NULL,
    enabled BOOLEAN NOT NULL,
    origin TEXT NOT NULL,
    password_hash TEXT,
    public_key TEXT,
    private_key BYTEA,
    admin_session_until BIGINT,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX user_account_username ON user_account (username) WHERE deleted_by IS NULL;
CREATE UNIQUE INDEX user_account_public_key ON user_account (public_key) WHERE deleted_by IS NULL;

CREATE TABLE role (
    id BIGINT NOT NULL PRIMARY KEY,
    authority TEXT NOT NULL UNIQUE
);
INSERT INTO role (id, authority) VALUES (1, 'ROLE_GUEST'), (2, 'ROLE_USER'), (3, 'ROLE_ADMIN'), (4, 'ROLE_SUPER_ADMIN');

CREATE TABLE user_role (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    role_id BIGINT NOT NULL REFERENCES role (id),
    created BIGINT NOT NULL,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX user_role_once ON user_role (user_id, role_id) WHERE deleted_by IS NULL;

-- Browser sessions. Only the SHA-256 of the token is kept.
CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    created BIGINT NOT NULL,
    last_seen BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);

-- Latest tries to sign in that did not succeed, a JSON list of moments by name and address.
CREATE TABLE sign_in_try (
    username TEXT NOT NULL,
    address TEXT NOT NULL,
    tries TEXT NOT NULL,
    latest BIGINT NOT NULL,
    PRIMARY KEY (username, address)
);

-- A word sealed with the server key: tells a process whether its key is the one that others use.
CREATE TABLE server_key (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    sealed BYTEA NOT NULL
);

-- What was last taken from the file of a setting, as a hash: tells whether the file holds something new.
CREATE TABLE applied (
    name TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    time BIGINT NOT NULL
);

CREATE TABLE storage (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE INDEX storage_user ON storage (user_id);

-- `filename` is the key of the bytes in the blob store. `projects` is a JSON array of ids.
CREATE TABLE uploaded_file (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    storage_id BIGINT NOT NULL REFERENCES storage (id),
    parent_id BIGINT REFERENCES uploaded_file (id),
    filename TEXT NOT NULL,
    original_filename TEXT NOT NULL,
    ext TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    status BIGINT NOT NULL,
    error TEXT,
    sha256 TEXT,
    projects TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE INDEX uploaded_file_storage ON uploaded_file (storage_id);
CREATE INDEX uploaded_file_parent ON uploaded_file (parent_id);
CREATE INDEX uploaded_file_filename ON uploaded_file (filename);

-- `slide_file_id` names the file that tiles are read from: the upload itself, or what it was converted to.
CREATE TABLE abstract_image (
    id BIGINT NOT NULL PRIMARY KEY,
    uploaded_file_id BIGINT REFERENCES uploaded_file (id),
    slide_file_id BIGINT REFERENCES uploaded_file (id),
    original_filename TEXT NOT NULL,
    width BIGINT,
    height BIGINT,
    depth BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    channels BIGINT NOT NULL,
    sample_per_pixel BIGINT NOT NULL,
    bit_per_sample BIGINT NOT NULL,
    physical_size_x DOUBLE PRECISION,
    physical_size_y DOUBLE PRECISION,
    physical_size_z DOUBLE PRECISION,
    fps DOUBLE PRECISION,
    magnification BIGINT,
    colorspace TEXT,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE INDEX abstract_image_file ON abstract_image (uploaded_file_id);

CREATE TABLE abstract_slice (
    id BIGINT NOT NULL PRIMARY KEY,
    image_id BIGINT NOT NULL REFERENCES abstract_image (id),
    uploaded_file_id BIGINT REFERENCES uploaded_file (id),
    channel BIGINT NOT NULL,
    z_stack BIGINT NOT NULL,
    time BIGINT NOT NULL,
    channel_name TEXT,
    channel_color TEXT,
    z_name TEXT,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX abstract_slice_plane ON abstract_slice (image_id, channel, z_stack, time) WHERE deleted_by IS NULL;

CREATE TABLE ontology (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX ontology_name ON ontology (name) WHERE deleted_by IS NULL;

CREATE TABLE term (
    id BIGINT NOT NULL PRIMARY KEY,
    ontology_id BIGINT NOT NULL REFERENCES ontology (id),
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    comment TEXT,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX term_name ON term (ontology_id, name) WHERE deleted_by IS NULL;

CREATE TABLE relation (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
INSERT INTO relation (id, name) VALUES (5, 'parent'), (6, 'synonyme');

CREATE TABLE relation_term (
    id BIGINT NOT NULL PRIMARY KEY,
    relation_id BIGINT NOT NULL REFERENCES relation (id),
    term1_id BIGINT NOT NULL REFERENCES term (id),
    term2_id BIGINT NOT NULL REFERENCES term (id),
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX relation_term_once ON relation_term (relation_id, term1_id, term2_id) WHERE deleted_by IS NULL;
CREATE INDEX relation_term_child ON relation_term (term2_id);

CREATE TABLE project (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    ontology_id BIGINT REFERENCES ontology (id),
    blind_mode BOOLEAN NOT NULL,
    are_images_downloadable BOOLEAN NOT NULL,
    is_closed BOOLEAN NOT NULL,
    mode TEXT NOT NULL,
    hide_users_layers BOOLEAN NOT NULL,
    hide_admins_layers BOOLEAN NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX project_name ON project (name) WHERE deleted_by IS NULL;
CREATE INDEX project_ontology ON project (ontology_id);

CREATE TABLE project_member (
    project_id BIGINT NOT NULL REFERENCES project (id),
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    role TEXT NOT NULL,
    is_representative BOOLEAN NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_member_user ON project_member (user_id, project_id);

-- Members whose layers show by themselves when an image opens (or are listed, but hidden).
CREATE TABLE project_default_layer (
    project_id BIGINT NOT NULL REFERENCES project (id),
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    hide_by_default BOOLEAN NOT NULL,
    PRIMARY KEY (project_id, user_id)
);

CREATE TABLE image_instance (
    id BIGINT NOT NULL PRIMARY KEY,
    base_image_id BIGINT NOT NULL REFERENCES abstract_image (id),
    project_id BIGINT NOT NULL REFERENCES project (id),
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    instance_filename TEXT,
    physical_size_x DOUBLE PRECISION,
    physical_size_y DOUBLE PRECISION,
    physical_size_z DOUBLE PRECISION,
    fps DOUBLE PRECISION,
    magnification BIGINT,
    review_start BIGINT,
    review_stop BIGINT,
    review_user_id BIGINT REFERENCES user_account (id),
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX image_instance_once ON image_instance (project_id, base_image_id) WHERE deleted_by IS NULL;
CREATE INDEX image_instance_base ON image_instance (base_image_id);

CREATE TABLE slice_instance (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    image_id BIGINT NOT NULL REFERENCES image_instance (id),
    base_slice_id BIGINT NOT NULL REFERENCES abstract_slice (id),
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX slice_instance_once ON slice_instance (image_id, base_slice_id) WHERE deleted_by IS NULL;

-- Geometry as a compact blob, y up. `level` and `cell` place the bounds' centre on a grid of cells (Hilbert order).
CREATE TABLE annotation (
    id BIGINT NOT NULL PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    image_id BIGINT NOT NULL REFERENCES image_instance (id),
    slice_id BIGINT NOT NULL REFERENCES slice_instance (id),
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    level BIGINT NOT NULL,
    cell BIGINT NOT NULL,
    min_x DOUBLE PRECISION NOT NULL,
    min_y DOUBLE PRECISION NOT NULL,
    max_x DOUBLE PRECISION NOT NULL,
    max_y DOUBLE PRECISION NOT NULL,
    geometry BYTEA NOT NULL,
    wkt TEXT,
    area DOUBLE PRECISION NOT NULL,
    perimeter DOUBLE PRECISION NOT NULL,
    centroid_x DOUBLE PRECISION NOT NULL,
    centroid_y DOUBLE PRECISION NOT NULL,
    geometry_compression DOUBLE PRECISION NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE INDEX annotation_cell ON annotation (image_id, level, cell, id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_project ON annotation (project_id, id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_deleted ON annotation (deleted_by) WHERE deleted_by IS NOT NULL;

CREATE TABLE annotation_term (
    id BIGINT NOT NULL PRIMARY KEY,
    annotation_id BIGINT NOT NULL REFERENCES annotation (id),
    term_id BIGINT NOT NULL REFERENCES term (id),
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX annotation_term_once ON annotation_term (annotation_id, term_id, user_id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_term_term ON annotation_term (term_id) WHERE deleted_by IS NULL;
CREATE INDEX annotation_term_deleted ON annotation_term (deleted_by) WHERE deleted_by IS NOT NULL;

-- Keys and values on any entity; `kind` is the entity's table.
CREATE TABLE property (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    entity_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE INDEX property_entity ON property (kind, entity_id);

-- Undoable steps; `ids` and `dependents` are JSON ranges, `entity_before` and `entity_after` JSON entities.
CREATE TABLE command (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    ids TEXT NOT NULL,
    dependents TEXT NOT NULL,
    entity_before TEXT,
    entity_after TEXT,
    project_id BIGINT,
    message TEXT NOT NULL,
    undone_at BIGINT,
    discarded BOOLEAN NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX command_user ON command (user_id, id);
CREATE INDEX command_redo ON command (user_id, undone_at) WHERE undone_at IS NOT NULL;

CREATE TABLE activity (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    project_id BIGINT,
    command_id BIGINT NOT NULL REFERENCES command (id),
    message TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX activity_project ON activity (project_id, id);

-- The queue. A job whose lease ran out is taken again.
CREATE TABLE job (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    error TEXT,
    created BIGINT NOT NULL,
    finished BIGINT
);
CREATE INDEX job_waiting ON job (state, id);

-- What was backed up, and what trials of restoring found. `kind` is push or drill, `result` ok or failed. `name` is the
-- folder of the backup, `size` its bytes, `duration` milliseconds; `removed` says when it was pruned.
CREATE TABLE backup (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    time BIGINT NOT NULL,
    size BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    result TEXT NOT NULL,
    error TEXT,
    removed BIGINT
);
CREATE INDEX backup_kind ON backup (kind, time);

-- Rows of each table, and a hash that does not depend on their order: the sum of 128 bits of the SHA-256 of each row's
-- text, whose form no setting of the session can change. Left out is what a restore does not bring back (sessions, also
-- those of administrators, and tries to sign in: who signed out must stay out) and what it changes itself (the history
-- of backups, the generation of rights).
CREATE FUNCTION cytomine_table_facts() RETURNS TABLE (table_name TEXT, row_count BIGINT, row_hash TEXT)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, MDY'
SET intervalstyle = 'postgres'
SET timezone = 'UTC'
SET extra_float_digits = 1
SET bytea_output = 'hex'
AS $function$
DECLARE
    next_table TEXT;
    next_columns TEXT;
BEGIN
    FOR next_table, next_columns IN
        SELECT c.relname, string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE n.nspname = 'public' AND c.relkind = 'r'
        AND c.relname NOT IN ('session', 'sign_in_try', 'backup', 'rights_generation')
        AND a.attname <> 'admin_session_until'
        GROUP BY c.relname ORDER BY c.relname COLLATE "C"
    LOOP
        RETURN QUERY EXECUTE format($query$
            SELECT %1$L::TEXT, count(*), mod(mod(
                coalesce(sum(('x' || substr(hash, 1, 16))::BIT(64)::BIGINT), 0) * 18446744073709551616
                + coalesce(sum(('x' || substr(hash, 17, 16))::BIT(64)::BIGINT), 0),
                340282366920938463463374607431768211456) + 340282366920938463463374607431768211456,
                340282366920938463463374607431768211456)::TEXT
            FROM (SELECT encode(sha256(convert_to(ROW(%2$s)::TEXT, 'UTF8')), 'hex') AS hash
                FROM public.%1$I OFFSET 0) AS hashes
        $query$, next_table, next_columns);
    END LOOP;
END
$function$;

-- What a backup notes of the database, as lines of JSON, all of the moment that the caller's transaction sees: the
-- schema, the tables, the stored files that are named, and a last line by which a cut text is known.
CREATE FUNCTION cytomine_backup_facts() RETURNS SETOF TEXT
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN QUERY SELECT json_build_object(
        'schema', (SELECT max(version) FROM public._sqlx_migrations WHERE success),
        'time', (extract(epoch FROM transaction_timestamp()) * 1000)::BIGINT)::TEXT;
    RETURN QUERY SELECT json_build_object('table', table_name, 'rows', row_count, 'hash', row_hash)::TEXT
        FROM public.cytomine_table_facts();
    RETURN QUERY SELECT json_build_object('file', filename, 'size', size, 'sha256', sha256)::TEXT
        FROM public.uploaded_file
        WHERE sha256 IS NOT NULL AND (status >= 100 OR status % 2 = 0) ORDER BY id;
    RETURN NEXT '{"end":true}';
END
$function$;
