-- What the hashes of personal values in an entry are made with. Deleting a row erases those values for good;
-- the entry's bytes, and with them the log, stay as they are.
CREATE TABLE audit_salt (
  entry_id uuid NOT NULL,
  merchant_id uuid NOT NULL,
  salt bytea NOT NULL,
  CONSTRAINT audit_salt_pkey PRIMARY KEY (entry_id),
  CONSTRAINT audit_salt_entry_fkey FOREIGN KEY (entry_id) REFERENCES audit_entry (id),
  CONSTRAINT audit_salt_long CHECK (octet_length(salt) = 32)
);
GRANT SELECT, INSERT, DELETE ON audit_salt TO fapiao_app;
