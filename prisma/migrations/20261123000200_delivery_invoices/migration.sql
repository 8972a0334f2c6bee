-- One mail for a reissue: the new blue (invoice_id) and the red that made room for it. Where nothing new was
-- issued, the red is invoice_id itself.
ALTER TABLE delivery
  ADD COLUMN red_invoice_id uuid REFERENCES invoice (id),
  ADD CONSTRAINT delivery_red_is_another CHECK (red_invoice_id <> invoice_id);
CREATE INDEX delivery_red_invoice_idx ON delivery (red_invoice_id) WHERE red_invoice_id IS NOT NULL;

-- A public check of a file finds it by its hash.
CREATE INDEX document_sha256_idx ON document (sha256);
