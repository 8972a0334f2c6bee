
-- CreateTable
CREATE TABLE "merchant" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "tax_id" TEXT NOT NULL,
    "address" TEXT,
    "phone" TEXT,
    "bank_name" TEXT,
    "bank_account" TEXT,
    "drawer_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "merchant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_key" (
    "id" SERIAL NOT NULL,
    "merchant_id" UUID,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "data_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "kid" TEXT NOT NULL,
    "algorithm" TEXT NOT NULL,
    "kinds" TEXT[],
    "public_jwk" JSONB NOT NULL,
    "private_sealed" BYTEA NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "merchant_key" (
    "kid" TEXT NOT NULL,
    "merchant_id" UUID NOT NULL,
    "algorithm" TEXT NOT NULL,
    "kinds" TEXT[],
    "scopes" TEXT[],
    "public_jwk" JSONB,
    "secret_sealed" BYTEA,
    "status" TEXT NOT NULL DEFAULT 'active',
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3),

    CONSTRAINT "merchant_key_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "used_jti" (
    "issuer" TEXT NOT NULL,
    "jti" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "used_jti_pkey" PRIMARY KEY ("issuer","jti")
);

-- CreateTable
CREATE TABLE "shop" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "logo_url" TEXT,
    "accent" TEXT NOT NULL DEFAULT '#1d5eff',
    "allowed_origins" TEXT[],
    "undo_seconds" INTEGER NOT NULL DEFAULT 0,
    "self_service_days" INTEGER NOT NULL DEFAULT 365,
    "link_days" INTEGER NOT NULL DEFAULT 30,
    "review_from_fen" BIGINT NOT NULL DEFAULT 1000000,
    "reveals_per_day" INTEGER NOT NULL DEFAULT 30,
    "resends_per_day" INTEGER NOT NULL DEFAULT 3,
    "issuer_id" TEXT NOT NULL DEFAULT 'sandbox',
    "service_text" TEXT,
    "remark_pattern" TEXT NOT NULL DEFAULT '订单号：{orderNumbers}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shop_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "goods_rule" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "shop_id" UUID,
    "matcher" TEXT NOT NULL,
    "pattern" TEXT NOT NULL DEFAULT '',
    "tax_code" TEXT NOT NULL,
    "short_name" TEXT NOT NULL,
    "treatment" TEXT NOT NULL DEFAULT 'taxed',
    "rate_bp" INTEGER NOT NULL,
    "unit" TEXT,
    "valid_from" DATE NOT NULL,
    "valid_until" DATE,

    CONSTRAINT "goods_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "shop_id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "raw_status" TEXT,
    "status_known" BOOLEAN NOT NULL DEFAULT true,
    "origin" TEXT NOT NULL,
    "goods_fen" BIGINT NOT NULL,
    "freight_fen" BIGINT NOT NULL DEFAULT 0,
    "discount_fen" BIGINT NOT NULL DEFAULT 0,
    "paid_fen" BIGINT NOT NULL,
    "platform_fen" BIGINT NOT NULL DEFAULT 0,
    "refunded_fen" BIGINT NOT NULL DEFAULT 0,
    "claimed_fen" BIGINT NOT NULL DEFAULT 0,
    "is_over_invoiced" BOOLEAN NOT NULL DEFAULT false,
    "refund_state" TEXT NOT NULL DEFAULT 'none',
    "buyer_sealed" BYTEA,
    "hint_sealed" BYTEA,
    "phone_index" BYTEA,
    "revision" TEXT NOT NULL DEFAULT '',
    "version" INTEGER NOT NULL DEFAULT 1,
    "ordered_at" TIMESTAMPTZ(3),
    "paid_at" TIMESTAMPTZ(3),
    "shipped_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_line" (
    "order_id" UUID NOT NULL,
    "line_no" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "spec" TEXT,
    "sku_code" TEXT,
    "unit" TEXT,
    "quantity" TEXT,
    "amount_fen" BIGINT NOT NULL,
    "discount_fen" BIGINT NOT NULL,
    "paid_fen" BIGINT NOT NULL,
    "tax_code" TEXT,
    "short_name" TEXT,
    "rate_bp" INTEGER,

    CONSTRAINT "order_line_pkey" PRIMARY KEY ("order_id","line_no")
);

-- CreateTable
CREATE TABLE "refund" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "reference" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "amount_fen" BIGINT NOT NULL,
    "line_no" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "refund_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_move" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "from_state" TEXT,
    "to_state" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_move_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice_request" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "shop_id" UUID NOT NULL,
    "ticket_number" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "surface" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "amount_fen" BIGINT NOT NULL,
    "title_sealed" BYTEA NOT NULL,
    "is_person" BOOLEAN NOT NULL,
    "remark" TEXT NOT NULL DEFAULT '',
    "actor" TEXT NOT NULL,
    "review_reason" TEXT,
    "held_reason" TEXT,
    "reject_code" TEXT,
    "reject_detail" TEXT,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "lease_epoch" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoice_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "request_share" (
    "request_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "amount_fen" BIGINT NOT NULL,

    CONSTRAINT "request_share_pkey" PRIMARY KEY ("request_id","order_id")
);

-- CreateTable
CREATE TABLE "request_move" (
    "id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "from_state" TEXT,
    "to_state" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "request_move_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sending" (
    "serial" TEXT NOT NULL,
    "request_id" UUID NOT NULL,
    "payload_sealed" BYTEA NOT NULL,
    "payload_sha256" BYTEA NOT NULL,
    "issuer_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),
    "answered_at" TIMESTAMPTZ(3),
    "absent_count" INTEGER NOT NULL DEFAULT 0,
    "query_count" INTEGER NOT NULL DEFAULT 0,
    "contradiction" JSONB,

    CONSTRAINT "sending_pkey" PRIMARY KEY ("serial")
);

-- CreateTable
CREATE TABLE "invoice" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "shop_id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "colour" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "net_fen" BIGINT NOT NULL,
    "tax_fen" BIGINT NOT NULL,
    "gross_fen" BIGINT NOT NULL,
    "content_sealed" BYTEA NOT NULL,
    "is_demo" BOOLEAN NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "business_date" DATE NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice_line" (
    "invoice_id" UUID NOT NULL,
    "line_no" INTEGER NOT NULL,
    "property" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "short_name" TEXT NOT NULL,
    "tax_code" TEXT NOT NULL,
    "treatment" TEXT NOT NULL,
    "rate_bp" INTEGER NOT NULL,
    "quantity" TEXT,
    "unit_price" TEXT,
    "net_fen" BIGINT NOT NULL,
    "tax_fen" BIGINT NOT NULL,
    "gross_fen" BIGINT NOT NULL,

    CONSTRAINT "invoice_line_pkey" PRIMARY KEY ("invoice_id","line_no")
);

-- CreateTable
CREATE TABLE "invoice_allocation" (
    "invoice_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "amount_fen" BIGINT NOT NULL,

    CONSTRAINT "invoice_allocation_pkey" PRIMARY KEY ("invoice_id","order_id")
);

-- CreateTable
CREATE TABLE "document" (
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "format" TEXT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "byte_length" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery" (
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "target_sealed" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "reason" TEXT,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_attempt" (
    "delivery_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "delivery_attempt_pkey" PRIMARY KEY ("delivery_id","attempt")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "bytes" BYTEA NOT NULL,
    "act" TEXT NOT NULL,
    "object" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_pending" (
    "entry_id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,

    CONSTRAINT "audit_pending_pkey" PRIMARY KEY ("entry_id")
);

-- CreateTable
CREATE TABLE "audit_leaf" (
    "merchant_id" UUID NOT NULL,
    "index" BIGINT NOT NULL,
    "entry_id" UUID NOT NULL,
    "leaf_hash" BYTEA NOT NULL,
    "chain_hash" BYTEA NOT NULL,

    CONSTRAINT "audit_leaf_pkey" PRIMARY KEY ("merchant_id","index")
);

-- CreateTable
CREATE TABLE "link" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "shop_id" UUID NOT NULL,
    "order_id" UUID,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "bound_to" BYTEA,

    CONSTRAINT "link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "merchant_id" UUID NOT NULL,
    "principal" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hash" BYTEA NOT NULL,
    "status" INTEGER NOT NULL,
    "reply_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("merchant_id","principal","route","key")
);

-- CreateTable
CREATE TABLE "proof_guard" (
    "key" BYTEA NOT NULL,
    "failures" INTEGER NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "blocked_until" TIMESTAMPTZ(3),

    CONSTRAINT "proof_guard_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "daily_budget" (
    "merchant_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "used" INTEGER NOT NULL,
    "granted" INTEGER NOT NULL,

    CONSTRAINT "daily_budget_pkey" PRIMARY KEY ("merchant_id","subject","purpose","day")
);

-- CreateTable
CREATE TABLE "known_title" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "title_sealed" BYTEA NOT NULL,
    "title_index" BYTEA NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "known_title_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "known_title_gram" (
    "merchant_id" UUID NOT NULL,
    "gram" BYTEA NOT NULL,
    "title_id" UUID NOT NULL,

    CONSTRAINT "known_title_gram_pkey" PRIMARY KEY ("merchant_id","gram","title_id")
);

-- CreateTable
CREATE TABLE "company_directory" (
    "tax_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "company_directory_pkey" PRIMARY KEY ("tax_id")
);

-- CreateTable
CREATE TABLE "ticket" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "shop_id" UUID NOT NULL,
    "order_id" UUID,
    "number" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text_sealed" BYTEA,
    "state" TEXT NOT NULL DEFAULT 'open',
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "ticket_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import" (
    "id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "shop_id" UUID NOT NULL,
    "file_name" TEXT NOT NULL,
    "file_sha256" BYTEA,
    "state" TEXT NOT NULL,
    "is_dry_run" BOOLEAN NOT NULL,
    "layout" TEXT,
    "rows_read" INTEGER NOT NULL DEFAULT 0,
    "bytes_read" BIGINT NOT NULL DEFAULT 0,
    "bytes_total" BIGINT NOT NULL DEFAULT 0,
    "created" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "rejected" INTEGER NOT NULL DEFAULT 0,
    "problem_code" TEXT,
    "detail" TEXT,
    "actor" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_rejection" (
    "import_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "row_number" INTEGER NOT NULL,
    "code" TEXT NOT NULL,
    "column" TEXT,
    "cell_sealed" BYTEA NOT NULL,

    CONSTRAINT "import_rejection_pkey" PRIMARY KEY ("import_id","position")
);

-- CreateIndex
CREATE UNIQUE INDEX "merchant_tax_id_key" ON "merchant"("tax_id");

-- CreateIndex
CREATE INDEX "data_key_merchant_id_idx" ON "data_key"("merchant_id");

-- CreateIndex
CREATE INDEX "merchant_key_merchant_id_idx" ON "merchant_key"("merchant_id");

-- CreateIndex
CREATE INDEX "used_jti_expires_at_idx" ON "used_jti"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "shop_code_key" ON "shop"("code");

-- CreateIndex
CREATE INDEX "shop_merchant_id_idx" ON "shop"("merchant_id");

-- CreateIndex
CREATE INDEX "goods_rule_merchant_id_idx" ON "goods_rule"("merchant_id");

-- CreateIndex
CREATE INDEX "order_merchant_id_number_idx" ON "order"("merchant_id", "number");

-- CreateIndex
CREATE INDEX "order_merchant_id_phone_index_idx" ON "order"("merchant_id", "phone_index");

-- CreateIndex
CREATE UNIQUE INDEX "order_shop_id_number_key" ON "order"("shop_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "refund_order_id_reference_key" ON "refund"("order_id", "reference");

-- CreateIndex
CREATE INDEX "order_move_order_id_at_idx" ON "order_move"("order_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_request_ticket_number_key" ON "invoice_request"("ticket_number");

-- CreateIndex
CREATE INDEX "invoice_request_merchant_id_created_at_idx" ON "invoice_request"("merchant_id", "created_at");

-- CreateIndex
CREATE INDEX "invoice_request_state_updated_at_idx" ON "invoice_request"("state", "updated_at");

-- CreateIndex
CREATE INDEX "request_share_order_id_idx" ON "request_share"("order_id");

-- CreateIndex
CREATE INDEX "request_move_request_id_at_idx" ON "request_move"("request_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "sending_request_id_key" ON "sending"("request_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_request_id_key" ON "invoice"("request_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_number_key" ON "invoice"("number");

-- CreateIndex
CREATE INDEX "invoice_merchant_id_business_date_idx" ON "invoice"("merchant_id", "business_date");

-- CreateIndex
CREATE INDEX "invoice_allocation_order_id_idx" ON "invoice_allocation"("order_id");

-- CreateIndex
CREATE UNIQUE INDEX "document_invoice_id_format_key" ON "document"("invoice_id", "format");

-- CreateIndex
CREATE INDEX "delivery_invoice_id_idx" ON "delivery"("invoice_id");

-- CreateIndex
CREATE INDEX "delivery_state_updated_at_idx" ON "delivery"("state", "updated_at");

-- CreateIndex
CREATE INDEX "audit_entry_merchant_id_at_idx" ON "audit_entry"("merchant_id", "at");

-- CreateIndex
CREATE INDEX "audit_entry_object_idx" ON "audit_entry"("object");

-- CreateIndex
CREATE UNIQUE INDEX "audit_leaf_entry_id_key" ON "audit_leaf"("entry_id");

-- CreateIndex
CREATE INDEX "link_order_id_idx" ON "link"("order_id");

-- CreateIndex
CREATE INDEX "idempotency_key_created_at_idx" ON "idempotency_key"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "known_title_merchant_id_title_index_key" ON "known_title"("merchant_id", "title_index");

-- CreateIndex
CREATE UNIQUE INDEX "ticket_number_key" ON "ticket"("number");

-- CreateIndex
CREATE INDEX "ticket_merchant_id_state_idx" ON "ticket"("merchant_id", "state");

-- CreateIndex
CREATE INDEX "import_merchant_id_started_at_idx" ON "import"("merchant_id", "started_at");

-- AddForeignKey
ALTER TABLE "shop" ADD CONSTRAINT "shop_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_shop_id_fkey" FOREIGN KEY ("shop_id") REFERENCES "shop"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_line" ADD CONSTRAINT "order_line_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refund" ADD CONSTRAINT "refund_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_move" ADD CONSTRAINT "order_move_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "request_share" ADD CONSTRAINT "request_share_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "invoice_request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "request_share" ADD CONSTRAINT "request_share_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "request_move" ADD CONSTRAINT "request_move_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "invoice_request"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sending" ADD CONSTRAINT "sending_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "invoice_request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice" ADD CONSTRAINT "invoice_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "invoice_request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_line" ADD CONSTRAINT "invoice_line_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_allocation" ADD CONSTRAINT "invoice_allocation_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_allocation" ADD CONSTRAINT "invoice_allocation_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document" ADD CONSTRAINT "document_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery_attempt" ADD CONSTRAINT "delivery_attempt_delivery_id_fkey" FOREIGN KEY ("delivery_id") REFERENCES "delivery"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "known_title_gram" ADD CONSTRAINT "known_title_gram_title_id_fkey" FOREIGN KEY ("title_id") REFERENCES "known_title"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "import_rejection" ADD CONSTRAINT "import_rejection_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "import"("id") ON DELETE CASCADE ON UPDATE CASCADE;
