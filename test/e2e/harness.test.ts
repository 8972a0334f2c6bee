import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findViolations } from '../support/axe.ts'
import type { TestBrowser } from '../support/browser.ts'
import { DESKTOP, openBrowser, PHONE, screenshot, throttle, WECHAT_USER_AGENT } from '../support/browser.ts'
import { prepareChromium } from '../support/chromium.ts'
import type { Pages } from '../support/serve-pages.ts'
import { servePages } from '../support/serve-pages.ts'

const page = (body: string) =>
  `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>试页</title><link rel="icon" href="data:,"><body>${body}`

const tiny = '<button style="width:12px;height:12px;padding:0;border:0">x</button>'

let pages: Pages
let browser: TestBrowser

beforeAll(async () => {
  pages = await servePages({
    '/': { html: page('<h1>电子发票换开申请</h1><p>价税合计（大写）贰佰玖拾玖圆整 ¥299.00</p>') },
    '/inner': { html: page('<p id="secret">机密</p>') },
    '/strict': {
      html: page('<script>document.title = "ran"</script>'),
      headers: { 'content-security-policy': "default-src 'self'; img-src data:" },
    },
    '/broken': {
      html: page('<script>console.error("坏了"); setTimeout(() => { throw new Error("late") })</script>'),
    },
    '/bad-form': {
      html: page(`<main><input>${tiny}${tiny}</main>`),
    },
  })
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  await pages.close()
})

describe('the browser of the tests', () => {
  test('draws Chinese text with a font of the project', async () => {
    const tab = await browser.newPage({ viewport: PHONE })
    await tab.goto(pages.origin)
    const file = await screenshot(tab, 'harness-chinese')

    // Boxes in place of glyphs all look alike; two different characters do not.
    const picture = async (text: string) => {
      await tab.setContent(`<span id="one" style="font-size:64px">${text}</span>`)
      return (await tab.locator('#one').screenshot()).toString('base64')
    }
    expect(await picture('发')).not.toBe(await picture('票'))
    expect(await picture('发')).toBe(await picture('发'))
    expect((await stat(file)).size).toBeGreaterThan(3_000)
    expect(PNG.sync.read(await readFile(file)).width).toBe(PHONE.width)
    expect(tab.problems).toEqual([])
  })

  test('keeps one origin from reading another', async () => {
    const tab = await browser.newPage()
    await tab.goto(pages.origin)
    const readFrame = (origin: string) =>
      tab.evaluate(`new Promise((resolve) => {
        const frame = document.createElement('iframe')
        frame.onload = () => {
          try { resolve(frame.contentWindow.document.getElementById('secret').textContent) }
          catch (error) { resolve(error.name) }
        }
        frame.src = ${JSON.stringify(`${origin}/inner`)}
        document.body.append(frame)
      })`)

    expect(await readFrame(pages.origin)).toBe('机密')
    expect(await readFrame(pages.otherOrigin)).toBe('SecurityError')
  })

  test('reports errors, exceptions and violated policies as problems', async () => {
    const broken = await browser.newPage()
    await broken.goto(`${pages.origin}/broken`)
    await expect.poll(() => broken.problems).toEqual(['console: 坏了', 'page: late'])

    const strict = await browser.newPage()
    await strict.goto(`${pages.origin}/strict`)
    await expect.poll(() => strict.problems).toEqual(['csp: script-src-elem blocked inline'])
    expect(await strict.title()).toBe('试页')
  })

  test('is a phone in WeChat when asked to be', async () => {
    const tab = await browser.newPage({ viewport: PHONE, userAgent: WECHAT_USER_AGENT, isPhone: true })
    await tab.goto(pages.origin)

    expect(await tab.evaluate('navigator.userAgent')).toContain('MicroMessenger')
    expect(
      await tab.evaluate('[navigator.language, devicePixelRatio, navigator.maxTouchPoints > 0]'),
    ).toEqual(['zh-CN', 2, true])
  })

  test('has no network when asked to have none, and a slow one when throttled', async () => {
    const offline = await browser.newPage({ isOffline: true })
    await expect(offline.goto(pages.origin)).rejects.toThrow('ERR_INTERNET_DISCONNECTED')

    const slow = await browser.newPage()
    await throttle(slow, '3g', 2)
    await slow.goto(pages.origin)
    const waitedMs = await slow.evaluate(`(async () => {
      const start = performance.now()
      await (await fetch('/inner')).text()
      return performance.now() - start
    })()`)
    expect(waitedMs).toBeGreaterThanOrEqual(290)
  })

  test('finds what WCAG 2.2 AA forbids, target size included, and nothing on a good page', async () => {
    const bad = await browser.newPage()
    await bad.goto(`${pages.origin}/bad-form`)
    const rules = (await findViolations(bad)).map(({ rule }) => rule)
    expect(rules.sort()).toEqual(['label', 'target-size'])

    const good = await browser.newPage()
    await good.goto(pages.origin)
    expect(await findViolations(good)).toEqual([])
  })
})

test('a closed browser leaves no process behind', async () => {
  const { executablePath } = await prepareChromium()
  const before = await processesOf(executablePath)
  const own = await openBrowser()
  const tab = await own.newPage({ viewport: DESKTOP })
  await tab.goto(pages.origin)
  const during = await processesOf(executablePath)

  await own.close()

  expect(during.length).toBeGreaterThan(before.length)
  const opened = new Set(during.filter((pid) => !before.includes(pid)))
  await expect
    .poll(async () => (await processesOf(executablePath)).filter((pid) => opened.has(pid)))
    .toEqual([])
})

async function processesOf(executablePath: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const programs = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/exe`).catch(() => '')))
  return pids.filter((_, index) => programs[index] === executablePath)
}
