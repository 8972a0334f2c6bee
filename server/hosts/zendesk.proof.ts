import { createHash } from 'node:crypto'
import { errors, importSPKI, type JWTPayload, jwtVerify } from 'jose'
import { passCompactForm } from '../tokens/gate.ts'
import { CLOCK_SKEW_SECONDS } from '../tokens/token-kinds.ts'
import type { HostAccount } from './host-account.ts'
import { type HostProof, isAgentName } from './proof.ts'

/** Zendesk's tokens live for minutes; one that claims more is none of its. */
const LIFE_MAX_SECONDS = 3600

/**
 * The signed POST of a Zendesk app with `signedUrls` (facts/hosts-and-embed.md §1.2): RS256 under the app's key
 * and nothing else, for this installation, from this subdomain. It comes once: whoever reads it on its way has
 * nothing.
 */
export async function proveZendesk(
  { settings }: HostAccount<'zendesk'>,
  token: unknown,
  now: Date,
): Promise<HostProof> {
  const { subdomain, installationId, publicKeyPem } = settings
  const form = passCompactForm(token)
  if (form === null) return { refused: 'not_a_token' }
  const read = await verify(form, publicKeyPem, {
    audience: `https://${subdomain}.zendesk.com/api/v2/apps/installations/${installationId}.json`,
    issuer: [`${subdomain}.zendesk.com`, `https://${subdomain}.zendesk.com`],
    now,
  })
  if (typeof read === 'string') return { refused: read }
  const { sub, iat, exp, aud } = read
  if (typeof aud !== 'string') return { refused: 'audience_wrong' }
  if (!isSecond(iat) || !isSecond(exp) || exp <= iat || exp - iat > LIFE_MAX_SECONDS) {
    return { refused: 'times_wrong' }
  }
  if (iat > now.getTime() / 1000 + CLOCK_SKEW_SECONDS) return { refused: 'issued_in_future' }
  if (!isAgentName(sub)) return { refused: 'subject_wrong' }
  // By what was signed, so that another spelling of the signature is no second token.
  const jti = createHash('sha256')
    .update(form.slice(0, form.lastIndexOf('.')))
    .digest('base64url')
  const expiresAt = new Date((exp + 2 * CLOCK_SKEW_SECONDS) * 1000)
  return { subject: sub, once: { jti, expiresAt } }
}

type Expected = { readonly audience: string; readonly issuer: string[]; readonly now: Date }

async function verify(
  token: string,
  publicKeyPem: string,
  { audience, issuer, now }: Expected,
): Promise<JWTPayload | string> {
  try {
    const key = await importSPKI(publicKeyPem, 'RS256')
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      audience,
      issuer,
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: now,
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JOSEError) return error.code.toLowerCase()
    throw error
  }
}

const isSecond = (value: unknown): value is number => Number.isSafeInteger(value)
