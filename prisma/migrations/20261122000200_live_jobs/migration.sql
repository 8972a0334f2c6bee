-- Keys of jobs that will still run. The reconciler asks which due work has none; a job whose attempts are
-- spent is none (graphile-worker leaves it lying there), unless its last attempt is running now.
CREATE FUNCTION live_job_keys() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT j.key FROM graphile_worker.jobs j
  WHERE j.key IS NOT NULL AND (j.attempts < j.max_attempts OR j.locked_at IS NOT NULL)
$$;
REVOKE ALL ON FUNCTION live_job_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION live_job_keys() TO fapiao_app;
