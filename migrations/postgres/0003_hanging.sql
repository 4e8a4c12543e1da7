-- What hangs on entities, the purge, and bulks under way.

-- Tags, and what is marked with them: `kind` is the entity's table.
CREATE TABLE tag (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user_account (id),
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX tag_name ON tag (name) WHERE deleted_by IS NULL;
CREATE TABLE tag_domain_association (
    id BIGINT NOT NULL PRIMARY KEY,
    tag_id BIGINT NOT NULL REFERENCES tag (id),
    kind TEXT NOT NULL,
    entity_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX tag_domain_association_once ON tag_domain_association (kind, entity_id, tag_id) WHERE deleted_by IS NULL;
CREATE INDEX tag_domain_association_tag ON tag_domain_association (tag_id) WHERE deleted_by IS NULL;
CREATE INDEX tag_domain_association_deleted ON tag_domain_association (deleted_by) WHERE deleted_by IS NOT NULL;

-- Descriptions, one for an entity: `kind` is the entity's table, `data` HTML as it was sent.
CREATE TABLE description (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    entity_id BIGINT NOT NULL,
    data TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE UNIQUE INDEX description_once ON description (kind, entity_id) WHERE deleted_by IS NULL;
CREATE INDEX description_deleted ON description (deleted_by) WHERE deleted_by IS NOT NULL;

-- Attached files: `kind` is the entity's table, `blob` the key of the bytes in the blob store.
CREATE TABLE attached_file (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    entity_id BIGINT NOT NULL,
    filename TEXT NOT NULL,
    key TEXT,
    blob TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT,
    deleted_by BIGINT
);
CREATE INDEX attached_file_entity ON attached_file (kind, entity_id);
CREATE INDEX attached_file_blob ON attached_file (blob);
CREATE INDEX attached_file_deleted ON attached_file (deleted_by) WHERE deleted_by IS NOT NULL;
-- Attached files are named by backups, too.
CREATE OR REPLACE FUNCTION cytomine_backup_facts() RETURNS SETOF TEXT
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
        FROM (SELECT id, filename, size, sha256 FROM public.uploaded_file
            WHERE sha256 IS NOT NULL AND (status >= 100 OR status % 2 = 0)
            UNION ALL SELECT id, blob, size, sha256 FROM public.attached_file) AS files ORDER BY id;
    RETURN NEXT '{"end":true}';
END
$function$;
-- The purge.
-- When a command was last undone or done again; what is younger than 30 days by this or by `created` is kept.
ALTER TABLE command ADD COLUMN replayed BIGINT;

-- Bulks under way.
-- Bulks that are written, undone or redone in several transactions. `step` says what is going on, `since_id` is an id taken when
-- it began, `alive` the moment at which it last went on. Annotations with ids in the ranges are not there for anybody.
CREATE TABLE pending_bulk (
    command_id BIGINT NOT NULL PRIMARY KEY,
    step TEXT NOT NULL,
    since_id BIGINT NOT NULL,
    alive BIGINT NOT NULL
);
CREATE TABLE pending_range (
    first_id BIGINT NOT NULL PRIMARY KEY,
    last_id BIGINT NOT NULL,
    command_id BIGINT NOT NULL REFERENCES pending_bulk (command_id)
);
