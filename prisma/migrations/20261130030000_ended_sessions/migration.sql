-- Sessions that ended before their tokens did. A row is of use for as long as such a token could live.
CREATE TABLE ended_session (
  -- `session:<sid>`, or `person:<merchant>:<sub>` for all that the person had opened by then.
  subject text PRIMARY KEY,
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  at timestamptz(3) NOT NULL
);
CREATE INDEX ended_session_at_idx ON ended_session (at);
CREATE INDEX link_revoked_idx ON link (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX merchant_key_revoked_idx ON merchant_key (kid) WHERE status = 'revoked';
GRANT SELECT, INSERT, UPDATE, DELETE ON ended_session TO fapiao_app;

-- Whatever takes a right away, a statement by hand included, wakes every process at its commit.
CREATE FUNCTION tell_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('fapiao_revoked', '');
  RETURN NULL;
END $$;
CREATE TRIGGER ended_session_tells AFTER INSERT OR UPDATE ON ended_session
  FOR EACH STATEMENT EXECUTE FUNCTION tell_revoked();
CREATE TRIGGER link_tells AFTER UPDATE OF revoked_at ON link
  FOR EACH STATEMENT EXECUTE FUNCTION tell_revoked();
CREATE TRIGGER merchant_key_tells AFTER UPDATE OF status ON merchant_key
  FOR EACH STATEMENT EXECUTE FUNCTION tell_revoked();
CREATE TRIGGER signing_key_tells AFTER UPDATE OF status ON signing_key
  FOR EACH STATEMENT EXECUTE FUNCTION tell_revoked();
CREATE TRIGGER staff_tells AFTER UPDATE OF role, sessions_from, disabled_at ON staff
  FOR EACH STATEMENT EXECUTE FUNCTION tell_revoked();
