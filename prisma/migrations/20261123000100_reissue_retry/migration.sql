-- A new blue that the issuer refused is asked for again by another request: what was sent under the first
-- one's serial never changes. One at a time stays true.
ALTER TABLE invoice_request DROP CONSTRAINT invoice_request_reissue_id_key;
CREATE INDEX invoice_request_reissue_idx ON invoice_request (reissue_id) WHERE reissue_id IS NOT NULL;
CREATE UNIQUE INDEX invoice_request_one_replacement ON invoice_request (reissue_id)
  WHERE reissue_id IS NOT NULL AND state NOT IN ('rejected', 'withdrawn');
