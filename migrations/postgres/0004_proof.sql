-- Who is signed in, and by what.

-- Until when the rights of an administrator are in force for a browser's session; `user_account.admin_session_until` is that of
-- the account's key.
ALTER TABLE session ADD COLUMN admin_until BIGINT;

-- Signatures of requests that changed something and covered their body, until they are too old to be taken anyway.
CREATE TABLE used_signature (
    signature BYTEA NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);
CREATE INDEX used_signature_until ON used_signature (until);

-- Backups leave them out.
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
        AND c.relname NOT IN ('session', 'sign_in_try', 'backup', 'rights_generation', 'change', 'change_log', 'used_signature')
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
