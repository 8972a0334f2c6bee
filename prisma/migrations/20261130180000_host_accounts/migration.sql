-- A shop's account at a chat console: who the console says it is, and the secret that proves it.
CREATE TABLE host_account (
  id uuid NOT NULL,
  merchant_id uuid NOT NULL,
  shop_id uuid NOT NULL,
  host text NOT NULL,
  -- What the console calls the account, and where it is reached; nothing of it is secret.
  settings jsonb NOT NULL,
  secret_sealed bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  -- From then on nobody gets in through it, and who came in has to leave.
  disabled_at timestamptz(3),
  CONSTRAINT host_account_pkey PRIMARY KEY (id),
  CONSTRAINT host_account_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id),
  CONSTRAINT host_account_shop_fkey FOREIGN KEY (shop_id) REFERENCES shop (id),
  CONSTRAINT host_account_host_known CHECK (
    host IN ('zendesk', 'front', 'crisp', 'chatwoot', 'wecom', 'feishu'))
);
CREATE INDEX host_account_shop_idx ON host_account (shop_id, host);

-- What a console lends for a while: access tokens and page tickets. They are few, and asking is counted.
CREATE TABLE host_pass (
  account_id uuid NOT NULL,
  kind text NOT NULL,
  value_sealed bytea NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  CONSTRAINT host_pass_pkey PRIMARY KEY (account_id, kind),
  CONSTRAINT host_pass_account_fkey FOREIGN KEY (account_id) REFERENCES host_account (id)
);

GRANT SELECT, INSERT ON host_account TO fapiao_app;
GRANT UPDATE (settings, secret_sealed, disabled_at) ON host_account TO fapiao_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON host_pass TO fapiao_app;

CREATE TRIGGER host_account_tells AFTER UPDATE OF disabled_at ON host_account
  FOR EACH STATEMENT EXECUTE FUNCTION tell_revoked();

-- A code that was put where only agents can read it: whoever types it is one (Chatwoot signs nothing).
CREATE TABLE host_code (
  account_id uuid NOT NULL,
  -- Of the conversation and the agent who asked: the code is good for the two together alone.
  conversation text NOT NULL,
  agent text NOT NULL,
  code_index bytea NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  tries_left integer NOT NULL,
  CONSTRAINT host_code_pkey PRIMARY KEY (account_id, conversation, agent),
  CONSTRAINT host_code_account_fkey FOREIGN KEY (account_id) REFERENCES host_account (id),
  CONSTRAINT host_code_tries_kept CHECK (tries_left >= 0)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON host_code TO fapiao_app;
