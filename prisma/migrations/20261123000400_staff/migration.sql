-- Staff accounts (S0-53, S0-54): a name, a password, a second factor, a role.
CREATE TABLE staff (
  id uuid PRIMARY KEY,
  merchant_id uuid NOT NULL REFERENCES merchant (id),
  shop_id uuid REFERENCES shop (id),
  login_index bytea NOT NULL UNIQUE,
  login_sealed bytea NOT NULL,
  role text NOT NULL,
  -- The name that the merchant's launch tokens use for the same person: nobody reviews an own request.
  launch_subject text,
  password_hash text NOT NULL,
  totp_sealed bytea NOT NULL,
  totp_last_step bigint,
  -- Sessions opened before this are over: disabled, another role, new password or factor.
  sessions_from timestamptz(3) NOT NULL,
  disabled_at timestamptz(3),
  last_login_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT staff_role_known CHECK (
    role IN ('agent', 'senior_agent', 'finance', 'auditor', 'ops', 'shop_admin')),
  CONSTRAINT staff_password_hashed CHECK (password_hash LIKE '$argon2id$%')
);
CREATE INDEX staff_merchant_idx ON staff (merchant_id);

CREATE TABLE staff_recovery_code (
  staff_id uuid NOT NULL REFERENCES staff (id),
  code_index bytea NOT NULL,
  used_at timestamptz(3),
  PRIMARY KEY (staff_id, code_index)
);

-- A session that has shown its second factor again, and until when that counts.
CREATE TABLE staff_step_up (
  sid text PRIMARY KEY,
  staff_id uuid NOT NULL REFERENCES staff (id),
  until timestamptz(3) NOT NULL
);
CREATE INDEX staff_step_up_until_idx ON staff_step_up (until);

-- Wrong logins and codes by a keyed hash of the name or the address, whether an account exists or not.
CREATE TABLE staff_guard (
  key bytea PRIMARY KEY,
  failures integer NOT NULL,
  since timestamptz(3) NOT NULL,
  locked_until timestamptz(3)
);

GRANT SELECT, INSERT ON staff TO fapiao_app;
GRANT UPDATE (shop_id, role, launch_subject, password_hash, totp_sealed, totp_last_step, sessions_from, disabled_at,
  last_login_at) ON staff TO fapiao_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_recovery_code, staff_step_up, staff_guard TO fapiao_app;
