-- What a shop's invoices look like, version after version (S1-04). The newest one applies; a request keeps
-- the one it was previewed with, and its sending names it.
CREATE TABLE shop_template (
  shop_id uuid NOT NULL REFERENCES shop (id),
  version integer NOT NULL,
  settings jsonb NOT NULL,
  -- 开票人 of this shop, sealed; null: the seller's.
  drawer_sealed bytea,
  actor text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (shop_id, version),
  CONSTRAINT shop_template_version_counts CHECK (version >= 1),
  CONSTRAINT shop_template_naming_known CHECK (settings ->> 'lineNaming' IN ('detail', 'category', 'joined'))
);

INSERT INTO shop_template (shop_id, version, settings, actor)
SELECT id, 1, jsonb_build_object('lineNaming', 'detail', 'remarkPattern', remark_pattern,
  'showGifts', show_gifts, 'showDiscounts', show_discounts, 'showRemark', show_remark), 'operator:migration'
FROM shop;

-- One truth: the template.
ALTER TABLE shop DROP COLUMN remark_pattern, DROP COLUMN show_gifts, DROP COLUMN show_discounts,
  DROP COLUMN show_remark;

ALTER TABLE invoice_request ADD COLUMN template_version integer;
ALTER TABLE sending ADD COLUMN template_version integer;

CREATE TRIGGER shop_template_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shop_template
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON shop_template TO fapiao_app;
