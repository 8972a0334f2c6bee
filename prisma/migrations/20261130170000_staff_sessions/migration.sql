-- A row per log-in (S0-54, S0-58): what the console's cookie stands for, and what can be taken back.
CREATE TABLE staff_session (
  -- The `sid` of the session's tokens, of its step-up and of its audit entries.
  id uuid PRIMARY KEY,
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  staff_id uuid NOT NULL REFERENCES staff (id),
  -- SHA-256 of the cookie: a backup opens nothing.
  secret_hash bytea NOT NULL UNIQUE,
  -- Coarse: browser and system.
  device text NOT NULL,
  -- Its network; the last part was never kept.
  address text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  last_used_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  CONSTRAINT staff_session_hashed CHECK (octet_length(secret_hash) = 32)
);
CREATE INDEX staff_session_staff_idx ON staff_session (staff_id, created_at);
CREATE INDEX staff_session_last_used_idx ON staff_session (last_used_at);

-- A password was right, and the second factor is missing. Opens nothing but the next step.
CREATE TABLE staff_log_in (
  token_hash bytea PRIMARY KEY,
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  staff_id uuid NOT NULL REFERENCES staff (id),
  expires_at timestamptz(3) NOT NULL,
  CONSTRAINT staff_log_in_hashed CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX staff_log_in_expires_idx ON staff_log_in (expires_at);

GRANT SELECT, INSERT, DELETE ON staff_session TO fapiao_app;
GRANT UPDATE (secret_hash, last_used_at, ended_at) ON staff_session TO fapiao_app;
GRANT SELECT, INSERT, DELETE ON staff_log_in TO fapiao_app;

-- Sessions end one by one now: no instant before which all of an account are over.
DROP TRIGGER staff_tells ON staff;
ALTER TABLE staff DROP COLUMN sessions_from;
CREATE TRIGGER staff_tells AFTER UPDATE OF role, disabled_at ON staff
  FOR EACH STATEMENT EXECUTE FUNCTION tell_revoked();
CREATE TRIGGER staff_session_tells AFTER UPDATE OF ended_at ON staff_session
  FOR EACH STATEMENT EXECUTE FUNCTION tell_revoked();
