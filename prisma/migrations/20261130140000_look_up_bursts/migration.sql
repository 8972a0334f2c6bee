-- Order look-ups that failed, by place and quarter of an hour: the alert for whoever operates a shop, and what
-- makes its proofs stricter while it lasts. A row says how often, and nothing of what was tried.
CREATE TABLE look_up_burst (
  id uuid PRIMARY KEY,
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  -- Null: of staff who look in all shops.
  shop_id uuid REFERENCES shop (id),
  quarter timestamptz(3) NOT NULL,
  failures integer NOT NULL CHECK (failures > 0)
);
CREATE UNIQUE INDEX look_up_burst_place_key ON look_up_burst (merchant_id, shop_id, quarter) NULLS NOT DISTINCT;
CREATE INDEX look_up_burst_quarter_idx ON look_up_burst (quarter);
GRANT SELECT, INSERT, UPDATE, DELETE ON look_up_burst TO fapiao_app;
