-- What Prisma's schema language cannot say: the second wall behind the code.

-- Money is never negative, and an order never carries more live blue than what is left of it.
ALTER TABLE "order"
  ADD CONSTRAINT order_money_not_negative CHECK (
    goods_fen >= 0 AND freight_fen >= 0 AND discount_fen >= 0 AND paid_fen >= 0
    AND platform_fen >= 0 AND refunded_fen >= 0 AND claimed_fen >= 0),
  ADD CONSTRAINT order_money_bounded CHECK (goods_fen < 100000000000000 AND paid_fen < 100000000000000),
  ADD CONSTRAINT order_refund_within_paid CHECK (refunded_fen + platform_fen <= paid_fen OR is_over_invoiced),
  ADD CONSTRAINT order_claim_within_remainder CHECK (
    is_over_invoiced OR claimed_fen <= paid_fen - platform_fen - refunded_fen),
  ADD CONSTRAINT order_state_known CHECK (
    state IN ('pending_review', 'pending_payment', 'paid', 'shipped', 'completed', 'cancelled')),
  ADD CONSTRAINT order_refund_state_known CHECK (
    refund_state IN ('none', 'in_progress', 'partial', 'full', 'amount_unknown')),
  ADD CONSTRAINT order_number_normal CHECK (number ~ '^[!-`{-~]{1,64}$');

ALTER TABLE order_line
  ADD CONSTRAINT order_line_money_not_negative CHECK (amount_fen >= 0 AND discount_fen >= 0 AND paid_fen >= 0),
  ADD CONSTRAINT order_line_adds_up CHECK (paid_fen = amount_fen - discount_fen),
  ADD CONSTRAINT order_line_kind_known CHECK (kind IN ('goods', 'freight', 'gift')),
  ADD CONSTRAINT order_line_rate_plausible CHECK (rate_bp BETWEEN 0 AND 10000),
  ADD CONSTRAINT order_line_tax_code_long CHECK (tax_code ~ '^\d{19}$');

ALTER TABLE refund
  ADD CONSTRAINT refund_money_positive CHECK (amount_fen > 0),
  ADD CONSTRAINT refund_state_known CHECK (state IN ('applied', 'agreed', 'rejected', 'completed')),
  ADD CONSTRAINT refund_completed_when CHECK ((state = 'completed') = (completed_at IS NOT NULL));

ALTER TABLE shop
  ADD CONSTRAINT shop_code_plain CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
  ADD CONSTRAINT shop_accent_hex CHECK (accent ~ '^#[0-9a-f]{6}$'),
  ADD CONSTRAINT shop_limits_sane CHECK (
    undo_seconds BETWEEN 0 AND 86400 AND self_service_days BETWEEN 0 AND 3650
    AND link_days BETWEEN 1 AND 400 AND review_from_fen >= 0);

ALTER TABLE goods_rule
  ADD CONSTRAINT goods_rule_matcher_known CHECK (matcher IN ('sku', 'title', 'any')),
  ADD CONSTRAINT goods_rule_treatment_known CHECK (treatment IN ('taxed', 'exempt', 'untaxed')),
  ADD CONSTRAINT goods_rule_rate_plausible CHECK (rate_bp BETWEEN 0 AND 10000),
  ADD CONSTRAINT goods_rule_tax_code_long CHECK (tax_code ~ '^\d{19}$'),
  ADD CONSTRAINT goods_rule_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id);

ALTER TABLE invoice_request
  ADD CONSTRAINT invoice_request_amount_positive CHECK (amount_fen > 0),
  ADD CONSTRAINT invoice_request_kind_known CHECK (kind IN ('ordinary', 'special')),
  ADD CONSTRAINT invoice_request_state_known CHECK (
    state IN ('submitted', 'in_review', 'approved', 'rejected', 'queued', 'held', 'issuing', 'in_doubt',
              'issued', 'withdrawn')),
  ADD CONSTRAINT invoice_request_shop_fkey FOREIGN KEY (shop_id) REFERENCES shop (id),
  ADD CONSTRAINT invoice_request_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id);

ALTER TABLE request_share ADD CONSTRAINT request_share_positive CHECK (amount_fen > 0);

ALTER TABLE invoice
  ADD CONSTRAINT invoice_number_long CHECK (number ~ '^\d{20}$'),
  ADD CONSTRAINT invoice_adds_up CHECK (net_fen + tax_fen = gross_fen),
  ADD CONSTRAINT invoice_colour_sign CHECK (
    (colour = 'blue' AND gross_fen > 0 AND net_fen >= 0) OR (colour = 'red' AND gross_fen < 0)),
  ADD CONSTRAINT invoice_kind_known CHECK (kind IN ('ordinary', 'special')),
  ADD CONSTRAINT invoice_state_known CHECK (state IN ('issued', 'partly_reversed', 'reversed', 'replaced')),
  ADD CONSTRAINT invoice_shop_fkey FOREIGN KEY (shop_id) REFERENCES shop (id),
  ADD CONSTRAINT invoice_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id);

ALTER TABLE invoice_line
  ADD CONSTRAINT invoice_line_adds_up CHECK (net_fen + tax_fen = gross_fen),
  ADD CONSTRAINT invoice_line_tax_code_long CHECK (tax_code ~ '^\d{19}$');

ALTER TABLE document
  ADD CONSTRAINT document_format_known CHECK (format IN ('pdf', 'xml', 'png', 'ofd')),
  ADD CONSTRAINT document_hash_long CHECK (octet_length(sha256) = 32),
  ADD CONSTRAINT document_not_empty CHECK (byte_length > 0);

ALTER TABLE delivery
  ADD CONSTRAINT delivery_state_known CHECK (state IN ('queued', 'sent', 'delivered', 'bounced', 'failed')),
  ADD CONSTRAINT delivery_channel_known CHECK (channel IN ('mail'));

ALTER TABLE audit_entry ADD CONSTRAINT audit_entry_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id);
ALTER TABLE audit_leaf
  ADD CONSTRAINT audit_leaf_index_not_negative CHECK (index >= 0),
  ADD CONSTRAINT audit_leaf_hashes_long CHECK (octet_length(leaf_hash) = 32 AND octet_length(chain_hash) = 32);
ALTER TABLE audit_pending ADD CONSTRAINT audit_pending_entry_fkey FOREIGN KEY (entry_id) REFERENCES audit_entry (id);

ALTER TABLE link
  ADD CONSTRAINT link_shop_fkey FOREIGN KEY (shop_id) REFERENCES shop (id),
  ADD CONSTRAINT link_order_fkey FOREIGN KEY (order_id) REFERENCES "order" (id);
ALTER TABLE ticket
  ADD CONSTRAINT ticket_shop_fkey FOREIGN KEY (shop_id) REFERENCES shop (id),
  ADD CONSTRAINT ticket_order_fkey FOREIGN KEY (order_id) REFERENCES "order" (id),
  ADD CONSTRAINT ticket_state_known CHECK (state IN ('open', 'done'));
ALTER TABLE import
  ADD CONSTRAINT import_state_known CHECK (state IN ('running', 'done', 'failed')),
  ADD CONSTRAINT import_shop_fkey FOREIGN KEY (shop_id) REFERENCES shop (id);
ALTER TABLE daily_budget ADD CONSTRAINT daily_budget_kept CHECK (used >= 0 AND used <= granted);
ALTER TABLE signing_key ADD CONSTRAINT signing_key_status_known CHECK (status IN ('active', 'retired', 'revoked'));
ALTER TABLE merchant_key
  ADD CONSTRAINT merchant_key_status_known CHECK (status IN ('active', 'retired', 'revoked')),
  ADD CONSTRAINT merchant_key_one_of CHECK ((public_jwk IS NULL) <> (secret_sealed IS NULL)),
  ADD CONSTRAINT merchant_key_algorithm_known CHECK (algorithm IN ('EdDSA', 'ES256', 'RS256', 'HS256')),
  ADD CONSTRAINT merchant_key_merchant_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id);

-- Sums that span rows are checked when the transaction commits.
CREATE FUNCTION order_lines_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  total bigint;
BEGIN
  SELECT sum(l.paid_fen) INTO total FROM order_line l WHERE l.order_id = NEW.id;
  IF total IS DISTINCT FROM (SELECT o.paid_fen FROM "order" o WHERE o.id = NEW.id)
     AND NEW.state NOT IN ('pending_payment', 'pending_review', 'cancelled') THEN
    RAISE EXCEPTION 'lines of order % do not add up', NEW.id USING ERRCODE = 'check_violation',
      CONSTRAINT = 'order_lines_add_up';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER order_lines_add_up AFTER INSERT OR UPDATE OF paid_fen ON "order"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION order_lines_add_up();

CREATE FUNCTION invoice_lines_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM invoice_line l WHERE l.invoice_id = NEW.id
    HAVING sum(l.net_fen) = NEW.net_fen AND sum(l.tax_fen) = NEW.tax_fen AND sum(l.gross_fen) = NEW.gross_fen
  ) OR (SELECT sum(a.amount_fen) FROM invoice_allocation a WHERE a.invoice_id = NEW.id)
       IS DISTINCT FROM NEW.gross_fen THEN
    RAISE EXCEPTION 'lines or shares of invoice % do not add up', NEW.id USING ERRCODE = 'check_violation',
      CONSTRAINT = 'invoice_lines_add_up';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER invoice_lines_add_up AFTER INSERT ON invoice
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION invoice_lines_add_up();

-- Issued content and history never change, for nobody.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_leaf_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_leaf
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_line
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION invoice_keeps_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'state' IS DISTINCT FROM to_jsonb(OLD) - 'state' THEN
    RAISE EXCEPTION 'issued invoice % never changes', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_keeps_content BEFORE UPDATE ON invoice
  FOR EACH ROW EXECUTE FUNCTION invoice_keeps_content();

CREATE FUNCTION sending_keeps_payload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.serial, NEW.request_id, NEW.payload_sealed, NEW.payload_sha256)
     IS DISTINCT FROM (OLD.serial, OLD.request_id, OLD.payload_sealed, OLD.payload_sha256) THEN
    RAISE EXCEPTION 'what was sent under serial % never changes', OLD.serial USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sending_keeps_payload BEFORE UPDATE ON sending
  FOR EACH ROW EXECUTE FUNCTION sending_keeps_payload();

-- The role the application works as. It can add to the log, and nothing else to it.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fapiao_app') THEN
    CREATE ROLE fapiao_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT USAGE ON SCHEMA public TO fapiao_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO fapiao_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO fapiao_app;
REVOKE UPDATE, DELETE ON audit_entry, audit_leaf, order_move, request_move, invoice, invoice_line,
  invoice_allocation, document, sending, delivery_attempt, request_share FROM fapiao_app;
REVOKE DELETE ON "order", order_line, refund, invoice_request, delivery, merchant, shop FROM fapiao_app;
GRANT DELETE ON order_line TO fapiao_app; -- a newer revision of an order that nobody invoiced
GRANT UPDATE (state) ON invoice TO fapiao_app;
GRANT UPDATE (sent_at, answered_at, absent_count, query_count, contradiction) ON sending TO fapiao_app;
REVOKE ALL ON "_prisma_migrations" FROM fapiao_app;

-- A job joins the transaction that makes it necessary. The queue's own tables stay out of reach.
CREATE FUNCTION enqueue(task text, payload json, job_key text, run_at timestamptz, priority int)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT graphile_worker.add_job(
    identifier => task, payload => payload, job_key => enqueue.job_key, job_key_mode => 'replace',
    run_at => enqueue.run_at, priority => enqueue.priority::smallint, max_attempts => 25::smallint)
$$;
REVOKE ALL ON FUNCTION enqueue(text, json, text, timestamptz, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue(text, json, text, timestamptz, int) TO fapiao_app;
