-- Jobs.
-- A worker takes from the queues it is told, the job of the highest priority first, then the oldest. An attempt that
-- failed puts the job off until `not_before`.
ALTER TABLE job ADD COLUMN queue TEXT NOT NULL DEFAULT 'main';
ALTER TABLE job ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;

-- Annotations in bulk, changes.
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

-- What was changed, written in the transaction that changed it. `written_in` is the number of that transaction on PostgreSQL
-- and 0 on SQLite, where ids ascend in the order of commits; `layers` a JSON list of users, `ids` JSON ranges. Fields that are
-- absent are not known: any slice, any layer, anywhere, the ids that the command names.
CREATE TABLE change (
    id BIGINT NOT NULL PRIMARY KEY,
    written_in BIGINT NOT NULL,
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    project_id BIGINT,
    slice_id BIGINT,
    layers TEXT,
    min_x DOUBLE PRECISION,
    min_y DOUBLE PRECISION,
    max_x DOUBLE PRECISION,
    max_y DOUBLE PRECISION,
    ids TEXT,
    user_id BIGINT NOT NULL,
    command_id BIGINT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX change_written ON change (written_in, id);
CREATE INDEX change_created ON change (created);

-- `incarnation` is another one after each restore, `removed` the highest position (id or transaction) of a change that was
-- removed: positions that lie before are lost.
CREATE TABLE change_log (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    incarnation BIGINT NOT NULL,
    removed BIGINT NOT NULL
);
INSERT INTO change_log (one, incarnation, removed) VALUES (1, 1, 0);

-- As before, but without changes, which a restore does not bring back.
CREATE OR REPLACE FUNCTION cytomine_table_facts() RETURNS TABLE (table_name TEXT, row_count BIGINT, row_hash TEXT)
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
        AND c.relname NOT IN ('session', 'sign_in_try', 'backup', 'rights_generation', 'change', 'change_log')
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

-- Properties.
-- They go and come back with what they hang on.
CREATE INDEX property_deleted ON property (deleted_by) WHERE deleted_by IS NOT NULL;
