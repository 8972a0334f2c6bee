import { useEffect, useState } from 'preact/hooks'
import type { Client } from '../api/client.ts'
import { exchangeLink } from '../api/exchange-link.ts'
import { ApiProblem } from '../api/problems.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { Card } from '../ui/Card.tsx'
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx'
import { ShopHeader, type ShopLook } from '../ui/ShopHeader.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { CustomerFlow } from './CustomerFlow.tsx'
import { Failure } from './Failure.tsx'
import { forgetLinkToken } from './link-token.ts'
import type { Steps } from './steps.ts'

type Props = { client: Client; steps: Steps; shop: ShopLook | null; linkToken: string | null }

/** The page behind a QR code or a link: whose it is, the way to the invoice, and the language. */
export function H5Page({ client, steps, shop, linkToken }: Props) {
  const { texts, locale } = useWords()
  useEffect(() => {
    document.title = shop === null ? texts.flow.pageTitle : `${texts.flow.pageTitle} · ${shop.name}`
  }, [texts, shop])
  return (
    <div class="page">
      {shop ? <ShopHeader shop={shop} /> : <div class="shop-header" />}
      <main class="page-tall">
        <Entrance client={client} steps={steps} linkToken={linkToken} />
      </main>
      <footer class="page-foot">
        <span>{shop?.isDemo ? texts.flow.demoNote : ''}</span>
        <a class="foot-link" href={`/verify?lang=${locale}`} target="_blank" rel="noopener">
          {texts.flow.verify}
        </a>
        <LanguageSwitch />
      </footer>
    </div>
  )
}

type EntranceProps = Pick<Props, 'client' | 'steps' | 'linkToken'>

/** The link becomes a session. Altered, expired, revoked and missing links are told apart by nobody. */
function Entrance({ client, steps, linkToken }: EntranceProps) {
  const { texts } = useWords()
  const [isOpen, setOpen] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const [round, setRound] = useState(0)

  useEffect(() => {
    if (linkToken === null) return
    const exchange = () => exchangeLink(client.bareCall, linkToken)
    client.session.onExpired(exchange)
    exchange().then(
      (session) => {
        client.session.accept(session)
        setOpen(true)
      },
      (cause: unknown) => {
        if (isRefused(cause)) forgetLinkToken()
        setFailure(cause)
      },
    )
  }, [client, linkToken, round])

  const retry = () => {
    setFailure(null)
    setRound((count) => count + 1)
  }
  if (isOpen) return <CustomerFlow client={client} steps={steps} />
  if (linkToken === null || isRefused(failure)) {
    return (
      <Card>
        <p role="alert">{failure === null ? texts.problems.link_invalid : describeFailure(texts, failure)}</p>
      </Card>
    )
  }
  if (failure !== null) return <Failure cause={failure} onRetry={retry} />
  return <Skeleton label={texts.flow.loading} />
}

function isRefused(cause: unknown): boolean {
  return cause instanceof ApiProblem && cause.code === 'link_invalid'
}
