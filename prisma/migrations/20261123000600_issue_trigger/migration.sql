-- When a shop's orders are invoiced without anybody asking (X1, S0-20).
ALTER TABLE shop
  ADD COLUMN issue_trigger text NOT NULL DEFAULT 'on_request',
  ADD COLUMN return_window_days integer NOT NULL DEFAULT 7,
  ADD COLUMN issue_without_title boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT shop_issue_trigger_known CHECK (
    issue_trigger IN ('on_request', 'on_paid', 'on_shipped', 'on_completed', 'after_return_window')),
  ADD CONSTRAINT shop_return_window_bounded CHECK (return_window_days BETWEEN 0 AND 365);

-- Orders that reached their shop's trigger: at most one request comes of each.
CREATE TABLE auto_issue (
  order_id uuid PRIMARY KEY REFERENCES "order" (id),
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  -- When it is looked at next. Null: not before something new is told about the order.
  due_at timestamptz(3),
  -- When it was due first.
  since timestamptz(3) NOT NULL,
  -- Why the last look asked for nothing.
  reason text,
  -- What was asked for it, by the trigger or by a person before: the end of it.
  request_id uuid REFERENCES invoice_request (id),
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT auto_issue_asked_is_over CHECK (request_id IS NULL OR due_at IS NULL)
);
CREATE INDEX auto_issue_due_idx ON auto_issue (due_at) WHERE due_at IS NOT NULL;

-- Once an order has its request, no event makes the trigger ask again.
CREATE FUNCTION auto_issue_asks_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.request_id IS NOT NULL THEN
    RAISE EXCEPTION 'order % was asked for already', OLD.order_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER auto_issue_asks_once BEFORE UPDATE ON auto_issue
  FOR EACH ROW EXECUTE FUNCTION auto_issue_asks_once();

GRANT SELECT, INSERT ON auto_issue TO fapiao_app;
GRANT UPDATE (due_at, reason, request_id, updated_at) ON auto_issue TO fapiao_app;

-- Jobs of a whole batch in one statement; each key at most once in it.
CREATE FUNCTION enqueue_all(jobs json)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*) FROM graphile_worker.add_jobs((
    SELECT array_agg((j.kind, j.payload, NULL, j.run_at, 25, j.key, j.priority, NULL)::graphile_worker.job_spec)
    FROM json_to_recordset(jobs)
      AS j (kind text, payload json, key text, run_at timestamptz, priority smallint)))
$$;
REVOKE ALL ON FUNCTION enqueue_all(json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue_all(json) TO fapiao_app;
