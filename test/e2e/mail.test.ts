import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildInvoiceMail } from '../../server/delivery/mail/invoice-mail.ts'
import { createMailDelivery } from '../../server/delivery/mail/mail.delivery.ts'
import { blue, invoiceMail, red, sender } from '../server/delivery/mail.fixture.ts'
import { findViolations } from '../support/axe.ts'
import type { TestBrowser } from '../support/browser.ts'
import { DESKTOP, openBrowser, PHONE, screenshot } from '../support/browser.ts'
import { type MailCatcher, openMailCatcher } from '../support/mail-catcher.ts'
import { type Pages, servePages } from '../support/serve-pages.ts'

const mails = {
  '/blue': buildInvoiceMail(sender, invoiceMail()),
  '/reissue': buildInvoiceMail(
    sender,
    invoiceMail({ deliveryId: 'reissue', invoices: [blue, red], isDemo: false }),
  ),
  '/english': buildInvoiceMail(
    sender,
    invoiceMail({ deliveryId: 'english', language: 'en', shop: { name: 'Sample Store', colour: '#ffd400' } }),
  ),
}

let browser: TestBrowser
let catcher: MailCatcher
let pages: Pages

beforeAll(async () => {
  pages = await servePages(
    Object.fromEntries(Object.entries(mails).map(([path, { html }]) => [path, { html }])),
  )
  catcher = await openMailCatcher()
  const delivery = createMailDelivery({
    host: '127.0.0.1',
    port: catcher.smtpPort,
    tls: 'none',
    login: null,
    timeoutMs: 10_000,
    maxConnections: 1,
  })
  for (const mail of Object.values(mails)) await delivery.send(mail, new AbortController().signal)
  delivery.close()
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  await catcher.close()
  await pages.close()
})

const SIZES = [
  { name: '360', viewport: PHONE, isPhone: true },
  { name: '1280', viewport: DESKTOP, isPhone: false },
]

describe.for(SIZES)('at $name pixels', ({ name, viewport, isPhone }) => {
  test.for(Object.keys(mails))('the mail %s fits and can be read by everybody', async (path) => {
    const tab = await browser.newPage({ viewport, isPhone })
    await tab.goto(`${pages.origin}${path}`)
    await screenshot(tab, `mail${path.replace('/', '-')}-${name}`)

    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
    expect(await findViolations(tab)).toEqual([])
    await tab.close()
  })

  test.for(['zh', 'en'])('the outbox in %s shows list and mail', async (language) => {
    const tab = await browser.newPage({ viewport, isPhone })
    await tab.goto(`${catcher.url}/?lang=${language}`)
    await screenshot(tab, `outbox-list-${language}-${name}`)
    expect(await tab.locator('.mails li').count()).toBe(3)
    expect(await findViolations(tab)).toEqual([])
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)

    await tab.locator('.mails a').last().click()
    await tab.frameLocator('iframe').getByText('26312000000000000017', { exact: true }).waitFor()
    await screenshot(tab, `outbox-mail-${language}-${name}`)
    expect(await findViolations(tab)).toEqual([])
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
    expect(tab.problems).toEqual([])
    await tab.close()
  })
})

test('a new mail appears on the open outbox page by itself', async () => {
  const tab = await browser.newPage()
  await tab.goto(`${catcher.url}/?to=late@mail.example`)
  const delivery = createMailDelivery({
    host: '127.0.0.1',
    port: catcher.smtpPort,
    tls: 'none',
    login: null,
    timeoutMs: 10_000,
    maxConnections: 1,
  })
  await delivery.send(
    buildInvoiceMail(sender, invoiceMail({ to: 'late@mail.example' })),
    new AbortController().signal,
  )
  delivery.close()

  await tab.locator('.mails li').waitFor()
})
