-- Requests by minute and keyed hash of who sent them, of all processes together. Not logged: what a crash forgets
-- here is at most a minute old, and a flood must not become a flood of WAL.
CREATE UNLOGGED TABLE request_count (
  key bytea NOT NULL,
  minute timestamptz(3) NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (key, minute)
);
CREATE INDEX request_count_minute_idx ON request_count (minute);
GRANT SELECT, INSERT, UPDATE, DELETE ON request_count TO fapiao_app;
