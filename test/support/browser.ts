import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type ConsoleMessage, chromium, type Page } from 'playwright-core'
import { findRunDirectory, prepareChromium } from './chromium.ts'

/** WeChat 8 on Android: the X5-free WebView of 2024 and later. */
export const WECHAT_USER_AGENT =
  'Mozilla/5.0 (Linux; Android 14; V2309A Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) ' +
  'Version/4.0 Chrome/138.0.7204.180 Mobile Safari/537.36 XWEB/1380275 MMWEBSDK/20250904 MMWEBID/4127 ' +
  'MicroMessenger/8.0.64.2940(0x28004034) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64'

export const PHONE = { width: 360, height: 780 } as const
export const SIDEBAR = { width: 360, height: 720 } as const
export const DESKTOP = { width: 1280, height: 800 } as const

/**
 * Never the package's own list: it turns web security and site isolation off, and every test about
 * origins would prove nothing. `--no-sandbox`, because root has no other way on a bare machine.
 */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
]

export type PageOptions = {
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly userAgent?: string
  readonly locale?: string
  readonly isOffline?: boolean
  /** A phone: touch, mobile viewport, two device pixels to one. */
  readonly isPhone?: boolean
}

/**
 * `problems` collects what a user would never see and a developer would: `console: …` (errors), `page: …`
 * (uncaught exceptions and rejections) and `csp: …` (violated directive and what was blocked), frames included.
 */
export type TestPage = Page & { readonly problems: string[] }

export type TestBrowser = {
  /** A page in a context of its own: no cookie, storage or cache is shared with another page. */
  newPage(options?: PageOptions): Promise<TestPage>
  /** Ends every process of this browser. */
  close(): Promise<void>
  readonly browser: Browser
}

/** The Chromium from npm, headless. Also `await using browser = await openBrowser()`. */
export async function openBrowser(): Promise<TestBrowser & AsyncDisposable> {
  const { executablePath, env } = await prepareChromium()
  const browser = await chromium.launch({ executablePath, args: FLAGS, env: { ...env } })
  const close = () => browser.close()
  return {
    browser,
    newPage: (options = {}) => openPage(browser, options),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function openPage(browser: Browser, options: PageOptions): Promise<TestPage> {
  const { viewport = DESKTOP, userAgent, locale = 'zh-CN', isOffline = false, isPhone = false } = options
  const context = await browser.newContext({
    viewport,
    locale,
    timezoneId: 'Asia/Shanghai',
    offline: isOffline,
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(isPhone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
  })
  const page = await context.newPage()
  const problems: string[] = []
  await watchViolations(page, problems)
  page.on('console', (message) => {
    if (isOwnError(message)) problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`page: ${error.message}`))
  page.on('close', () => {
    context.close().catch(() => {}) // The browser itself may be closing.
  })
  return Object.assign(page, { problems })
}

/**
 * Two lines are not the page's: a violation is reported by its event below, and the script below is itself what
 * a sandboxed frame without `allow-scripts` refuses to run.
 */
function isOwnError(message: ConsoleMessage): boolean {
  return (
    message.type() === 'error' &&
    !/Content Security Policy|^Blocked script execution in /i.test(message.text())
  )
}

/** Scripts added this way run before the page's own and are not subject to its CSP. */
async function watchViolations(page: Page, problems: string[]): Promise<void> {
  await page.exposeFunction('__reportViolation', (text: string) => {
    problems.push(`csp: ${text}`)
  })
  await page.addInitScript(`
    document.addEventListener('securitypolicyviolation', (event) => {
      window.__reportViolation(event.effectiveDirective + ' blocked ' + event.blockedURI)
    })
  `)
}

/** Lighthouse's network presets: round trip in ms, both ways in kilobits a second. */
const NETWORKS = {
  slow4g: { latencyMs: 150, downKbps: 1_638.4, upKbps: 750 },
  '3g': { latencyMs: 300, downKbps: 700, upKbps: 700 },
} as const

/** Makes the page's network slow, and its processor `cpuSlowdown` times slower (4 is a cheap phone here). */
export async function throttle(page: Page, network: keyof typeof NETWORKS, cpuSlowdown = 1): Promise<void> {
  const { latencyMs, downKbps, upKbps } = NETWORKS[network]
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: latencyMs,
    downloadThroughput: (downKbps * 1_000) / 8,
    uploadThroughput: (upKbps * 1_000) / 8,
  })
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpuSlowdown })
}

/** Writes `test/.run/screenshots/<name>.png`, the whole page, and answers its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const directory = join(await findRunDirectory(), 'screenshots')
  await mkdir(directory, { recursive: true })
  const path = join(directory, `${name}.png`)
  await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  return path
}
