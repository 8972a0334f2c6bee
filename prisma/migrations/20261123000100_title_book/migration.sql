-- 抬头簿 (S1-01): the titles that a customer whom the merchant knows asked to keep.
CREATE TABLE customer_title (
  id uuid PRIMARY KEY,
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  -- Keyed hashes: of whose book it is, and of kind, tax id and name, so that a title stands in it once.
  subject_index bytea NOT NULL,
  title_index bytea NOT NULL,
  title_sealed bytea NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  last_used_at timestamptz(3) NOT NULL,
  CONSTRAINT customer_title_hashes_long CHECK (octet_length(subject_index) = 32 AND octet_length(title_index) = 32),
  UNIQUE (merchant_id, subject_index, title_index)
);
CREATE UNIQUE INDEX customer_title_one_default ON customer_title (merchant_id, subject_index) WHERE is_default;

GRANT SELECT, INSERT, UPDATE, DELETE ON customer_title TO fapiao_app;
