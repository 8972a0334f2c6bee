import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import type { TestBrowser } from './browser.ts'

const READER = createRequire(import.meta.url).resolve('ofd.js/lib/ofd.umd.min.js')

export type OpenOfd = {
  readonly page: Page
  /** Every text of a page in drawing order, one string each object, as the reader drew it. */
  texts(page: number): Promise<string[]>
  /** Pages as the reader counts them. */
  readonly pages: number
}

/** 3.8 pixels a millimetre: at this scale the reader draws pictures in their true size. */
const SCREEN_WIDTH = 808

/**
 * Opens an OFD in a reader that is not ours (npm `ofd.js`, in Chromium) and leaves its drawing on the page.
 * Rejects with what the reader says when it cannot.
 */
export async function openOfd(browser: TestBrowser, bytes: Uint8Array): Promise<OpenOfd> {
  const page = await browser.newPage()
  await page.setViewportSize({ width: 840, height: 600 })
  await page.setContent('<!doctype html><meta charset="utf-8"><body style="margin:0"></body>')
  await page.addScriptTag({ path: READER })
  const encoded = Buffer.from(bytes).toString('base64')
  const pages = await page.evaluate(`new Promise((resolve, reject) => {
    const ofd = Uint8Array.from(atob('${encoded}'), (letter) => letter.charCodeAt(0)).buffer
    window.ofd.parseOfdDocument({
      ofd,
      success: ([document_]) => {
        const drawn = window.ofd.renderOfd(${SCREEN_WIDTH}, document_)
        for (const each of drawn) document.body.append(each)
        resolve(drawn.length)
      },
      fail: (cause) => reject(new Error('the reader refused it: ' + cause)),
    })
  })`)
  if (typeof pages !== 'number') throw new Error('the reader drew nothing')
  return {
    page,
    pages,
    texts: (number) =>
      page.evaluate<string[]>(`[...document.body.children[${number - 1}].querySelectorAll('svg')]
        .map((object) => [...object.querySelectorAll('text')].map((letter) => letter.textContent).join(''))
        .filter((text) => text !== '')`),
  }
}
