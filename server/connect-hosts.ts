import { createAskHost } from './hosts/ask-host.ts'
import type { DoorDeps } from './hosts/door-routes.ts'
import { findHostAccount, listHostAccounts, openHostSecret } from './hosts/host-account.store.ts'
import type { HostAccount } from './hosts/host-account.ts'
import { createPasses } from './hosts/passes.ts'
import type { HostRouteDeps } from './hosts/routes.ts'
import type { GrantDeps } from './http/grant.ts'
import { takeTry } from './orders/proof-guard.store.ts'
import { createCallOutside } from './outside/call-outside.ts'
import type { Services } from './services.ts'
import type { Shop } from './shops/shop.ts'
import type { ShopBook } from './shops/shop-book.ts'
import { type ViewSessionDeps, viewSession } from './tokens/session.ts'

/** A conversation with its last messages is a few kB; a team's list of agents may be more. */
const HOST_ANSWER_MAX_BYTES = 1024 * 1024

/** What the consoles' doors and the panel beside them need. */
export function connectHosts(
  services: Services,
  sessions: GrantDeps & ViewSessionDeps<Shop>,
  book: ShopBook,
): DoorDeps & HostRouteDeps {
  const { config, database, inTransaction, vault, tokens, now } = services
  const askHost = createAskHost(
    createCallOutside({
      ports: [443],
      privateHosts: config.privateHosts,
      maxBytes: HOST_ANSWER_MAX_BYTES,
      now,
    }),
  )
  const shopOf = async ({ merchantId, shopId, id }: HostAccount) => {
    const shop = await book.findShop(merchantId, shopId)
    if (shop === null) throw new Error(`the shop of host account ${id} is gone`)
    return shop
  }
  return {
    ...{ ...sessions, grants: sessions, database, inTransaction, vault, now, askHost, takeTry },
    publicUrl: config.publicUrl,
    getSigningKey: tokens.getSigningKey,
    burnJti: tokens.burnJti,
    borrow: createPasses({ database, vault, now }),
    openSecret: (account) => openHostSecret({ vault }, database, account),
    viewSession: (signed) => viewSession(sessions, signed),
    findShopByCode: book.findShopByCode,
    findOrigins: async (account) => (await shopOf(account)).allowedOrigins,
    findShopCode: async (account) => (await shopOf(account)).code,
    async findAccount(id) {
      const account = await findHostAccount(database, id)
      return account?.disabledAt === null ? account : null
    },
    async listAccounts(of) {
      const accounts = await listHostAccounts(database, of)
      return accounts.filter(({ disabledAt }) => disabledAt === null)
    },
  }
}
