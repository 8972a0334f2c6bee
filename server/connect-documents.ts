import type { Database, Tx } from './database/database.ts'
import { findInvoiceOfFile } from './documents/document.store.ts'
import { ensurePreview } from './documents/make-documents.job.ts'
import type { DownloadTarget } from './documents/routes.ts'
import type { GrantDeps } from './http/grant.ts'
import { findInvoice, findRelatives } from './invoicing/invoice.store.ts'
import { sumInvoiced } from './invoicing/order-invoices.store.ts'
import { findPublicRecord } from './invoicing/public-record.store.ts'
import { takeTry } from './orders/proof-guard.store.ts'
import { networkOf } from './orders/proof-guard.ts'
import { type Services, TOKEN_ISSUER } from './services.ts'
import type { Seller, SellerOf } from './shops/seller.store.ts'
import { newTokenId } from './tokens/make-key.ts'
import { signToken } from './tokens/sign-token.ts'
import { TOKEN_KINDS } from './tokens/token-kinds.ts'
import { verifyToken } from './tokens/verify-token.ts'
import { createLookGuard } from './verification/look-guard.ts'
import type { VerifyDeps } from './verification/verify-invoice.ts'

/** 查验 is for whoever holds an invoice: it knows no merchant, and its counts have a key of their own. */
export function connectVerification({ database, vault, now }: Services): VerifyDeps {
  return {
    now,
    findPublicRecord: (where) => findPublicRecord(database, where),
    findInvoiceOfFile: (sha256) => findInvoiceOfFile(database, sha256),
    takeLook: createLookGuard({
      hash: (field, value) => vault.index('public', field, value),
      networkOf,
      takeTry: (at, key, rule) => takeTry(database, at, key, rule),
    }),
  }
}

type Common = {
  grants: GrantDeps
  getSeller(tx: Tx | Database, of: SellerOf): Promise<Seller>
}

/** What an invoice page and its files need. */
export function connectDocuments<C extends Common>(services: Services, common: C) {
  const { config, vault, tokens, now } = services
  const drawing = {
    vault,
    documentsDir: config.documentsDir,
    renderer: services.renderer,
    now,
    inTransaction: services.inTransaction,
  }
  return {
    ...common,
    documentsDir: config.documentsDir,
    publicUrl: config.publicUrl,
    findInvoice: (tx: Tx | Database, where: { merchantId: string; id: string }) =>
      findInvoice(vault, tx, where),
    findRelatives,
    sumInvoiced,
    ensurePreview: (invoice: Parameters<typeof ensurePreview>[1]) => ensurePreview(drawing, invoice),
    async resendsPerDay(tx: Tx | Database, shopId: string) {
      const { resendsPerDay } = await tx.shop.findUniqueOrThrow({
        where: { id: shopId },
        select: { resendsPerDay: true },
      })
      return resendsPerDay
    },
    async signDownload({ merchantId, invoiceId, documentId, format }: DownloadTarget) {
      const at = now()
      const token = await signToken(
        'download',
        { merchant: merchantId, invoice: invoiceId, doc: documentId, format },
        await tokens.getSigningKey('download'),
        { now: at, issuer: TOKEN_ISSUER, jti: newTokenId() },
      )
      return { token, expiresAt: new Date(at.getTime() + TOKEN_KINDS.download.maxLifeSeconds * 1000) }
    },
    verifyDownload: (raw: string) => verifyToken('download', raw, common.grants),
  }
}
