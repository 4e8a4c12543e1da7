-- What hangs on entities, the purge, and bulks under way.

-- Tags, and what is marked with them: `kind` is the entity's table.
CREATE TABLE tag (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES user_account (id),
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX tag_name ON tag (name) WHERE deleted_by IS NULL;
CREATE TABLE tag_domain_association (
    id INTEGER NOT NULL PRIMARY KEY,
    tag_id INTEGER NOT NULL REFERENCES tag (id),
    kind TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX tag_domain_association_once ON tag_domain_association (kind, entity_id, tag_id) WHERE deleted_by IS NULL;
CREATE INDEX tag_domain_association_tag ON tag_domain_association (tag_id) WHERE deleted_by IS NULL;
CREATE INDEX tag_domain_association_deleted ON tag_domain_association (deleted_by) WHERE deleted_by IS NOT NULL;

-- Descriptions, one for an entity: `kind` is the entity's table, `data` HTML as it was sent.
CREATE TABLE description (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    data TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE UNIQUE INDEX description_once ON description (kind, entity_id) WHERE deleted_by IS NULL;
CREATE INDEX description_deleted ON description (deleted_by) WHERE deleted_by IS NOT NULL;

-- Attached files: `kind` is the entity's table, `blob` the key of the bytes in the blob store.
CREATE TABLE attached_file (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    filename TEXT NOT NULL,
    key TEXT,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER,
    deleted_by INTEGER
) STRICT;
CREATE INDEX attached_file_entity ON attached_file (kind, entity_id);
CREATE INDEX attached_file_blob ON attached_file (blob);
CREATE INDEX attached_file_deleted ON attached_file (deleted_by) WHERE deleted_by IS NOT NULL;
-- The purge.
-- When a command was last undone or done again; what is younger than 30 days by this or by `created` is kept.
ALTER TABLE command ADD COLUMN replayed INTEGER;

-- Bulks under way.
-- Bulks that are written, undone or redone in several transactions. `step` says what is going on, `since_id` is an id taken when
-- it began, `alive` the moment at which it last went on. Annotations with ids in the ranges are not there for anybody.
CREATE TABLE pending_bulk (
    command_id INTEGER NOT NULL PRIMARY KEY,
    step TEXT NOT NULL,
    since_id INTEGER NOT NULL,
    alive INTEGER NOT NULL
) STRICT;
CREATE TABLE pending_range (
    first_id INTEGER NOT NULL PRIMARY KEY,
    last_id INTEGER NOT NULL,
    command_id INTEGER NOT NULL REFERENCES pending_bulk (command_id)
) STRICT;
