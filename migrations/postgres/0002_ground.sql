-- Jobs.
-- A worker takes from the queues it is told, the job of the highest priority first, then the oldest. An attempt that
-- failed puts the job off until `not_before`.
ALTER TABLE job ADD COLUMN queue TEXT NOT NULL DEFAULT 'main';
ALTER TABLE job ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;
