-- 换开 and 红冲: a durable plan per change of an issued invoice, and the red form it sends.

-- What a shop shows on its invoices (S2-07); totals never depend on it. A request may override it.
ALTER TABLE shop
  ADD COLUMN show_gifts boolean NOT NULL DEFAULT true,
  ADD COLUMN show_discounts boolean NOT NULL DEFAULT true,
  ADD COLUMN show_remark boolean NOT NULL DEFAULT true,
  ADD COLUMN reissues_per_order integer NOT NULL DEFAULT 2,
  ADD COLUMN reissues_by_customer integer NOT NULL DEFAULT 1,
  ADD CONSTRAINT shop_reissue_caps_sane CHECK (
    reissues_per_order BETWEEN 0 AND 100 AND reissues_by_customer BETWEEN 0 AND reissues_per_order);

CREATE TABLE reissue (
  id uuid PRIMARY KEY,
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  shop_id uuid NOT NULL REFERENCES shop (id),
  invoice_id uuid NOT NULL REFERENCES invoice (id),
  state text NOT NULL,
  cause text NOT NULL,
  method text NOT NULL,
  reason text NOT NULL,
  surface text NOT NULL,
  -- The new title, address to send to, and both contents of the plan.
  changes_sealed bytea NOT NULL,
  diff_hash bytea NOT NULL,
  review_reason text,
  -- A customer asked by oneself: counts against the smaller cap.
  by_customer boolean NOT NULL,
  actor text NOT NULL,
  approved_by text,
  acknowledged_by text,
  acknowledged_at timestamptz(3),
  red_invoice_id uuid UNIQUE REFERENCES invoice (id),
  consent_until timestamptz(3),
  held_reason text,
  end_code text,
  end_detail text,
  write_back jsonb,
  version integer NOT NULL DEFAULT 1,
  lease_epoch integer NOT NULL DEFAULT 0,
  lease_until timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT reissue_state_known CHECK (state IN ('planned', 'in_review', 'red_requested', 'waiting_buyer',
    'red_issued', 'blue_issuing', 'blue_failed', 'writing_back', 'done', 'rejected', 'red_refused',
    'buyer_refused', 'lapsed', 'withdrawn')),
  CONSTRAINT reissue_method_known CHECK (method IN ('replace', 'partial_red', 'full_red')),
  CONSTRAINT reissue_reason_known CHECK (reason IN ('mistake', 'return', 'service_ended', 'allowance')),
  CONSTRAINT reissue_cause_known CHECK (cause IN ('title', 'kind', 'refund', 'other')),
  -- A mistake is always taken back whole (facts §6.2).
  CONSTRAINT reissue_mistake_is_full CHECK (reason <> 'mistake' OR method <> 'partial_red'),
  CONSTRAINT reissue_diff_hash_long CHECK (octet_length(diff_hash) = 32),
  -- No new blue before the red number is stored (design §5).
  CONSTRAINT reissue_red_first CHECK (
    state NOT IN ('red_issued', 'blue_issuing', 'blue_failed', 'writing_back', 'done') OR red_invoice_id IS NOT NULL)
);
CREATE INDEX reissue_invoice_idx ON reissue (invoice_id);
CREATE INDEX reissue_state_idx ON reissue (state, updated_at);
CREATE INDEX reissue_merchant_idx ON reissue (merchant_id, created_at);
-- One change at a time per invoice.
CREATE UNIQUE INDEX reissue_one_running ON reissue (invoice_id) WHERE state IN ('planned', 'in_review',
  'red_requested', 'waiting_buyer', 'red_issued', 'blue_issuing', 'blue_failed', 'writing_back');

CREATE TABLE reissue_move (
  id uuid PRIMARY KEY,
  reissue_id uuid NOT NULL REFERENCES reissue (id),
  from_state text,
  to_state text NOT NULL,
  actor text NOT NULL,
  reason text,
  at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX reissue_move_reissue_idx ON reissue_move (reissue_id, at);

-- What was sent as a red form: committed before a byte leaves, never changed afterwards.
CREATE TABLE red_sending (
  form_serial text PRIMARY KEY,
  reissue_id uuid NOT NULL UNIQUE REFERENCES reissue (id),
  payload_sealed bytea NOT NULL,
  payload_sha256 bytea NOT NULL,
  issuer_id text NOT NULL,
  form_number text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  sent_at timestamptz(3),
  answered_at timestamptz(3),
  absent_count integer NOT NULL DEFAULT 0,
  query_count integer NOT NULL DEFAULT 0,
  contradiction jsonb,
  CONSTRAINT red_sending_form_number_long CHECK (form_number ~ '^\d{20}$')
);

-- A red invoice comes from a reissue, a blue one from a request.
ALTER TABLE invoice
  ALTER COLUMN request_id DROP NOT NULL,
  ADD COLUMN reissue_id uuid UNIQUE REFERENCES reissue (id),
  ADD COLUMN original_id uuid REFERENCES invoice (id),
  ADD COLUMN red_form_number text,
  ADD CONSTRAINT invoice_red_names_its_blue CHECK (
    (colour = 'blue' AND request_id IS NOT NULL AND reissue_id IS NULL AND original_id IS NULL
      AND red_form_number IS NULL)
    OR (colour = 'red' AND request_id IS NULL AND reissue_id IS NOT NULL AND original_id IS NOT NULL
      AND red_form_number ~ '^\d{20}$'));
CREATE INDEX invoice_original_idx ON invoice (original_id) WHERE original_id IS NOT NULL;

-- Σ red of an invoice never exceeds it (design §6.3). The blue's row is locked, so that two reds add up.
CREATE FUNCTION invoice_red_within_blue() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  blue invoice%ROWTYPE;
  red_net bigint;
  red_tax bigint;
BEGIN
  SELECT * INTO blue FROM invoice WHERE id = NEW.original_id FOR UPDATE;
  SELECT coalesce(sum(net_fen), 0), coalesce(sum(tax_fen), 0) INTO red_net, red_tax
    FROM invoice WHERE original_id = NEW.original_id;
  IF blue.colour <> 'blue' OR blue.merchant_id <> NEW.merchant_id
     OR red_net + blue.net_fen < 0 OR red_tax + blue.tax_fen < 0 THEN
    RAISE EXCEPTION 'reds of invoice % would exceed it', NEW.original_id USING ERRCODE = 'check_violation',
      CONSTRAINT = 'invoice_red_within_blue';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER invoice_red_within_blue AFTER INSERT ON invoice
  FOR EACH ROW WHEN (NEW.original_id IS NOT NULL) EXECUTE FUNCTION invoice_red_within_blue();

-- The new blue of a reissue, and what a request wanted to show.
ALTER TABLE invoice_request
  ADD COLUMN reissue_id uuid UNIQUE REFERENCES reissue (id),
  ADD COLUMN presentation jsonb;
-- The version of the rule set that let it through (S0-40).
ALTER TABLE sending ADD COLUMN rules_version text;

CREATE FUNCTION red_sending_keeps_payload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.form_serial, NEW.reissue_id, NEW.payload_sealed, NEW.payload_sha256)
     IS DISTINCT FROM (OLD.form_serial, OLD.reissue_id, OLD.payload_sealed, OLD.payload_sha256) THEN
    RAISE EXCEPTION 'what was sent as red form % never changes', OLD.form_serial
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER red_sending_keeps_payload BEFORE UPDATE ON red_sending
  FOR EACH ROW EXECUTE FUNCTION red_sending_keeps_payload();

GRANT SELECT, INSERT, UPDATE ON reissue TO fapiao_app;
GRANT SELECT, INSERT ON reissue_move, red_sending TO fapiao_app;
GRANT UPDATE (form_number, sent_at, answered_at, absent_count, query_count, contradiction) ON red_sending TO fapiao_app;
