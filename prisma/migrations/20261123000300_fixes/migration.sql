-- What follows a rejection, a late order and a split ask; refund events that cannot be counted.

ALTER TABLE invoice_request
  -- What the reviewer wants corrected (F9).
  ADD COLUMN reject_fields text[] NOT NULL DEFAULT '{}',
  -- Why the deadline shall not count (F24).
  ADD COLUMN override_reason text,
  -- Requests of one ask that was split at the issuer's limits (F25): part 1, 2, … of it.
  ADD COLUMN batch_id uuid,
  ADD COLUMN part_no integer NOT NULL DEFAULT 1,
  ADD CONSTRAINT invoice_request_part_named CHECK (part_no >= 1 AND (part_no = 1 OR batch_id IS NOT NULL));
CREATE UNIQUE INDEX invoice_request_batch_part ON invoice_request (batch_id, part_no) WHERE batch_id IS NOT NULL;

-- A rejected sending is over; a corrected request is sent under a serial of its own. At most one is open.
ALTER TABLE sending ADD COLUMN closed_at timestamptz(3);
DROP INDEX sending_request_id_key;
CREATE UNIQUE INDEX sending_one_open ON sending (request_id) WHERE closed_at IS NULL;
CREATE INDEX sending_request_idx ON sending (request_id);
GRANT UPDATE (closed_at) ON sending TO fapiao_app;

-- The request that answered a ticket (F24).
ALTER TABLE ticket ADD COLUMN request_id uuid REFERENCES invoice_request (id);

-- A refund event that would break the books is kept and moves no money; a person looks (S2-04).
CREATE TABLE order_exception (
  id uuid PRIMARY KEY,
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  shop_id uuid NOT NULL REFERENCES shop (id),
  order_id uuid NOT NULL REFERENCES "order" (id),
  kind text NOT NULL,
  reference text NOT NULL,
  amount_fen bigint NOT NULL,
  -- What it was held against: what is left to refund, or the amount known before.
  expected_fen bigint NOT NULL,
  actor text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  -- A later event under the same reference fits.
  resolved_at timestamptz(3),
  CONSTRAINT order_exception_kind_known CHECK (kind IN ('refund_above_paid', 'refund_contradicts')),
  CONSTRAINT order_exception_amount_positive CHECK (amount_fen > 0 AND expected_fen >= 0)
);
-- Told again, it is the same one.
CREATE UNIQUE INDEX order_exception_once ON order_exception (order_id, kind, reference, amount_fen)
  WHERE resolved_at IS NULL;
CREATE INDEX order_exception_open_idx ON order_exception (merchant_id, created_at) WHERE resolved_at IS NULL;
CREATE INDEX order_over_invoiced_idx ON "order" (merchant_id) WHERE is_over_invoiced;

GRANT SELECT, INSERT ON order_exception TO fapiao_app;
GRANT UPDATE (resolved_at) ON order_exception TO fapiao_app;
