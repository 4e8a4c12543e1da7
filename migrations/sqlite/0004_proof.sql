-- Who is signed in, and by what.

-- Until when the rights of an administrator are in force for a browser's session; `user_account.admin_session_until` is that of
-- the account's key.
ALTER TABLE session ADD COLUMN admin_until INTEGER;

-- Signatures of requests that changed something and covered their body, until they are too old to be taken anyway.
CREATE TABLE used_signature (
    signature BLOB NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX used_signature_until ON used_signature (until);
