import {
  type ClaimsByKind,
  type JsonObject,
  readApiClaims,
  readDownloadClaims,
  readEntryClaims,
  readLaunchClaims,
  readLinkClaims,
  readSessionClaims,
} from './claims.ts'

export type TokenKindName = keyof ClaimsByKind

export type TokenKind<C> = {
  /** The header's `typ`: a token of one kind is never read as another (RFC 8725 §3.11). */
  readonly typ: string
  /** One audience per surface (§3.9). */
  readonly audience: string
  readonly maxLifeSeconds: number
  readonly signer: 'server' | 'merchant'
  /** Must stand in the payload, besides iss, aud, jti, iat and exp, which every kind requires. */
  readonly required: readonly string[]
  /** Known claims, or null. Unknown members are ignored (RFC 7519 §4). */
  read(payload: JsonObject): C | null
}

const DAY_SECONDS = 86_400

/** Every signed token there is (design §7). The names, types and audiences are forever. */
export const TOKEN_KINDS: { readonly [K in TokenKindName]: TokenKind<ClaimsByKind[K]> } = {
  launch: {
    typ: 'launch+jwt',
    audience: 'fapiao-sidecar',
    maxLifeSeconds: 300,
    signer: 'merchant',
    required: ['merchant', 'role', 'sub'],
    read: readLaunchClaims,
  },
  session: {
    typ: 'session+jwt',
    audience: 'fapiao-sidecar:session',
    maxLifeSeconds: 900,
    signer: 'server',
    required: ['merchant', 'shop', 'role', 'sub', 'scopes', 'orders', 'origin', 'sid', 'via', 'since'],
    read: readSessionClaims,
  },
  link: {
    typ: 'link+jwt',
    audience: 'fapiao-sidecar:link',
    // A shop sets its own life below this: self-service ends 365 days after completion by default.
    maxLifeSeconds: 400 * DAY_SECONDS,
    signer: 'server',
    required: ['merchant', 'shop', 'order', 'lid'],
    read: readLinkClaims,
  },
  entry: {
    typ: 'entry+jwt',
    audience: 'fapiao-sidecar:entry',
    // From the console's door to the panel: one redirect and a page's start.
    maxLifeSeconds: 120,
    signer: 'server',
    required: ['merchant', 'shop', 'account', 'sub'],
    read: readEntryClaims,
  },
  download: {
    typ: 'download+jwt',
    audience: 'fapiao-sidecar:download',
    maxLifeSeconds: 600,
    signer: 'server',
    required: ['merchant', 'invoice', 'doc', 'format'],
    read: readDownloadClaims,
  },
  api: {
    typ: 'api+jwt',
    audience: 'fapiao-sidecar:api',
    maxLifeSeconds: 300,
    signer: 'merchant',
    required: ['merchant', 'scopes'],
    read: readApiClaims,
  },
}

/** How far a clock may be off, in either direction. */
export const CLOCK_SKEW_SECONDS = 30
