import jsQR from 'jsqr'
import type { Frame, Locator, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { expect } from 'vitest'
import { findViolations } from './axe.ts'
import { screenshot } from './browser.ts'

const WIDTHS = [320, 360, 1280] as const

/**
 * What every state of a page must be: free of WCAG violations, and no wider than the screen at any of the three
 * widths. Leaves a screenshot of each width; the page keeps its own size.
 */
export async function inspect(page: Page, name: string, widths: readonly number[] = WIDTHS): Promise<void> {
  const own = page.viewportSize() ?? { width: 360, height: 640 }
  for (const width of widths) {
    await page.setViewportSize({ width, height: width > 700 ? 800 : 640 })
    await screenshot(page, `${name}-${width}`)
    expect(await page.evaluate('document.documentElement.scrollWidth'), `${name} fits ${width} px`).toBe(
      width,
    )
  }
  await page.setViewportSize(own)
  // What fades in is not what a person reads: axe would measure half-transparent text.
  await page.evaluate(
    'Promise.all(document.getAnimations().filter((each) => each.effect.getComputedTiming().endTime < 9e9)' +
      '.map((each) => each.finished.catch(() => {})))',
  )
  expect(await findViolations(page), `${name} is open to everybody`).toEqual([])
}

/** Types through an input method: letters under composition, then the choice. `within` runs before it ends. */
export async function compose(
  field: Locator,
  { steps, text, within }: { steps: readonly string[]; text: string; within?: () => Promise<void> },
): Promise<void> {
  await field.focus()
  const keyboard = await field.page().context().newCDPSession(field.page())
  for (const step of steps) {
    await keyboard.send('Input.imeSetComposition', {
      text: step,
      selectionStart: step.length,
      selectionEnd: step.length,
    })
  }
  await within?.()
  await keyboard.send('Input.insertText', { text })
  await keyboard.detach()
}

/** As fast as a hand can: `times` clicks on one spot, whatever the page does under it. */
export async function hammer(button: Locator, times: number): Promise<void> {
  await button.scrollIntoViewIfNeeded()
  const box = await button.boundingBox()
  if (box === null) throw new Error('nothing to click on')
  const { mouse } = button.page()
  for (let count = 0; count < times; count++) {
    await mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  }
}

export async function doubleTap(button: Locator): Promise<void> {
  await button.scrollIntoViewIfNeeded()
  const box = await button.boundingBox()
  if (box === null) throw new Error('nothing to tap on')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const { touchscreen } = button.page()
  await Promise.all([touchscreen.tap(x, y), touchscreen.tap(x, y)])
}

/** Puts text into the clipboard and presses the keys for pasting. */
export async function paste(field: Locator, text: string): Promise<void> {
  const page = field.page()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)
  await field.focus()
  await page.keyboard.press('ControlOrMeta+V')
}

/** What a phone's camera reads in a picture; null where there is no code. */
export function readQr(png: Buffer): string | null {
  const { data, width, height } = PNG.sync.read(png)
  return jsQR.default(new Uint8ClampedArray(data), width, height)?.data ?? null
}

/** The page inside the first frame, as soon as it has an address of its own. */
export async function openFrame(page: Page): Promise<Frame> {
  const handle = await page.locator('iframe').first().elementHandle()
  const frame = await handle?.contentFrame()
  if (!frame) throw new Error('the page has no frame')
  await frame.waitForLoadState()
  return frame
}

export type Watched = { readonly states: readonly string[]; readonly tickets: readonly string[] }

/**
 * What a request's panel shows from now on: every state, and every ticket number, in order and without
 * repetition. A reload would forget it, so an answer also says that there was none.
 */
export async function watchRequest(place: Frame | Page): Promise<() => Promise<Watched>> {
  await place.evaluate(`(() => {
    const seen = (window.__seen = { states: [], tickets: [] })
    const put = (list, text) => text && list[list.length - 1] !== text && list.push(text)
    const look = () => {
      put(seen.states, document.querySelector('.steps + .unseen')?.textContent)
      put(seen.tickets, /F-\\w{4}-\\w{4}/.exec(document.body.textContent)?.[0])
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
    look()
  })()`)
  return () => place.evaluate<Watched>('window.__seen')
}

/** A picture that is there and has content, not only a box for one. */
export async function expectPicture(image: Locator): Promise<void> {
  await image.waitFor()
  await expect
    .poll(() => image.evaluate(({ complete, naturalWidth }) => (complete ? naturalWidth : 0)))
    .toBeGreaterThan(300)
}
