import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { prepare } from '../../server/prepare.ts'
import { projectFiles, ROOT } from './sources.ts'

const WIDGET = join(ROOT, 'dist/widget')

/** Budgets of the design in bytes after gzip; a KB is 1024 of them. */
const BUDGETS = {
  adapter: 1024,
  loader: 3 * 1024,
  script: 30 * 1024,
  style: 5 * 1024,
  firstLoad: 45 * 1024,
}

beforeAll(() => prepare({ widget: true }), 120_000)

const read = (file: string) => readFileSync(join(WIDGET, file), 'utf8')
const packed = (file: string) => gzipSync(read(file), { level: 9 }).length
const sum = (files: readonly string[]) => files.map(packed).reduce((all, one) => all + one, 0)

function built(end: RegExp): string[] {
  const assets = readdirSync(join(WIDGET, 'assets')).map((name) => `assets/${name}`)
  return ['embed.js', ...assets].filter((file) => end.test(file))
}

/** What a page loads before anybody touches it: its files, and what their scripts import at once. */
function firstLoad(page: string): { scripts: string[]; styles: string[] } {
  const html = read(page)
  const styles = [...html.matchAll(/href="\/(assets\/[^"]+\.css)"/g)].map(([, file = '']) => file)
  const scripts = new Set<string>()
  const visit = (file: string) => {
    if (scripts.has(file)) return
    scripts.add(file)
    const imports = read(file).matchAll(/\b(?:import|from)\s*["']\.\/([^"']+\.js)["']/g)
    for (const [, name] of imports) visit(`assets/${name}`)
  }
  for (const [, file = ''] of html.matchAll(/src="\/(assets\/[^"]+\.js)"/g)) visit(file)
  return { scripts: [...scripts], styles }
}

describe('weight', () => {
  test('of the loader on a merchant’s page', () => {
    console.log(`loader ${packed('embed.js')} of ${BUDGETS.loader} bytes gz`)
    expect(packed('embed.js')).toBeLessThanOrEqual(BUDGETS.loader)
  })

  test('of the first load on a phone', () => {
    const { scripts, styles } = firstLoad('h5.html')
    const sizes = {
      script: sum(scripts),
      style: sum(styles),
      firstLoad: packed('h5.html') + sum(scripts) + sum(styles),
    }
    console.log(`H5 first load, bytes gz: ${JSON.stringify(sizes)} in ${scripts.length} scripts`)
    expect([scripts.length > 0, styles.length > 0]).toEqual([true, true])
    expect(sizes.script).toBeLessThanOrEqual(BUDGETS.script)
    expect(sizes.style).toBeLessThanOrEqual(BUDGETS.style)
    expect(sizes.firstLoad).toBeLessThanOrEqual(BUDGETS.firstLoad)
  })

  test('of the panel and the storefront’s frame', () => {
    for (const page of ['sidebar.html', 'embed.html']) {
      const { scripts, styles } = firstLoad(page)
      const total = packed(page) + sum(scripts) + sum(styles)
      console.log(`${page} first load, bytes gz: ${total}`)
      expect(scripts.length).toBeGreaterThan(0)
      expect(total).toBeLessThanOrEqual(BUDGETS.firstLoad)
    }
  })

  test('of each console’s adapter, which only a panel beside that console loads', () => {
    const adapters = built(/\.host-[\w-]+\.js$/)
    const sizes = adapters.map((file) => [file.replace(/^assets\/|\.host-.*/g, ''), packed(file)])
    console.log(`adapters, bytes gz: ${JSON.stringify(Object.fromEntries(sizes))}`)
    expect(sizes.map(([name]) => name).sort()).toEqual(
      projectFiles()
        .flatMap((file) => /^widget\/hosts\/(\w+)\.host\.ts$/.exec(file)?.[1] ?? [])
        .sort(),
    )
    expect(sizes.filter(([, size]) => Number(size) > BUDGETS.adapter)).toEqual([])
    const pages = ['h5.html', 'sidebar.html', 'embed.html', 'console.html', 'verify.html']
    expect(
      pages.flatMap((page) => firstLoad(page).scripts.filter((file) => adapters.includes(file))),
    ).toEqual([])
    const h5 = firstLoad('h5.html').scripts.map(read).join()
    expect(adapters.filter((file) => h5.includes(file.replace('assets/', '')))).toEqual([])
  })
})

type Forbidden = { name: string; pattern: RegExp; caught: string }

/**
 * Built-ins younger than chrome89 and safari14.5 (facts: MDN's data), which lowering of syntax does not
 * bring. Written so that neither Preact nor a method of our own by the same name is hit.
 */
const TOO_YOUNG: Forbidden[] = [
  { name: 'Array.at', pattern: /\.at\(-?\d+\)/, caught: 'list.at(-1)' },
  { name: 'findLast', pattern: /\.findLast(Index)?\(/, caught: 'list.findLast(x)' },
  { name: 'copies by method', pattern: /\.to(Sorted|Reversed|Spliced)\(/, caught: 'list.toSorted()' },
  { name: 'Object.hasOwn', pattern: /Object\.hasOwn\(/, caught: 'Object.hasOwn(a,b)' },
  { name: 'groupBy', pattern: /(Object|Map)\.groupBy\(/, caught: 'Object.groupBy(a,b)' },
  { name: 'structuredClone', pattern: /\bstructuredClone\(/, caught: 'structuredClone(a)' },
  { name: 'randomUUID', pattern: /\.randomUUID\(/, caught: 'crypto.randomUUID()' },
  { name: 'AbortSignal.timeout', pattern: /AbortSignal\.(timeout|any)\(/, caught: 'AbortSignal.any([a])' },
  { name: 'Promise.withResolvers', pattern: /Promise\.(withResolvers|try)\(/, caught: 'Promise.try(f)' },
  { name: 'Array.fromAsync', pattern: /Array\.fromAsync\(/, caught: 'Array.fromAsync(a)' },
  { name: 'URL.parse', pattern: /URL\.(canParse|parse)\(/, caught: 'URL.canParse(a)' },
  { name: 'isWellFormed', pattern: /\.(is|to)WellFormed\(/, caught: 'a.isWellFormed()' },
  { name: 'inert', pattern: /\.inert\s*=[^=]/, caught: 'a.inert=!0' },
  { name: 'popover', pattern: /\.(show|hide|toggle)Popover\(/, caught: 'a.showPopover()' },
  { name: 'static blocks', pattern: /\bstatic\s*\{/, caught: 'class A{static{}}' },
  { name: 'the v flag', pattern: /\/[a-z]*v[a-z]*\.test\(/, caught: '/[a--b]/v.test(x)' },
]

/** What only the server may carry, and what no page under our policy may run. */
const NOT_HERE: Forbidden[] = [
  { name: 'jose', pattern: /\bJW[SET][A-Z][a-z]|\bSignJWT\b|\bjose\b/, caught: 'class JWTExpired{}' },
  { name: 'typebox', pattern: /typebox|["']~(kind|optional|refine)["']/i, caught: "{'~kind':'Object'}" },
  { name: 'code from text', pattern: /\beval\(|new Function\(/, caught: 'new Function("a")' },
  { name: 'cookies', pattern: /document\.cookie/, caught: 'document.cookie="a"' },
  { name: 'a message to everybody', pattern: /postMessage\([^)]*["']\*["']/, caught: 'w.postMessage(a,"*")' },
  {
    name: 'a source map of the builder',
    pattern: /sourceMappingURL/,
    caught: '//# sourceMappingURL=a.js.map',
  },
]

describe('no script of the widget', () => {
  test.for([...TOO_YOUNG, ...NOT_HERE])('contains $name', ({ pattern, caught }) => {
    expect(pattern.test(caught)).toBe(true)
    const hits = built(/\.js$/).flatMap((file) => {
      const hit = pattern.exec(read(file))
      return hit === null
        ? []
        : [`${file}: …${read(file).slice(Math.max(0, hit.index - 60), hit.index + 40)}…`]
    })
    expect(hits).toEqual([])
  })
})

test('the loader is plain DOM in one file: no HTML, no style element, no second script, no storage', () => {
  const loader = read('embed.js')
  expect(loader).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/)
  expect(loader).not.toMatch(/createElement\(["'`](script|style|link)["'`]\)/)
  expect(loader).not.toMatch(/localStorage|sessionStorage|indexedDB/)
  expect(loader).not.toMatch(/\bimport\s*[("']|\bexport\b/)
})

/** Younger than the engines; allowed where the line before says it in old words. */
const YOUNG_CSS = /(?<property>[\w-]+):[^;{}]*(?:\d[dsl]vh|color-mix\(|oklch\()[^;{}]*/g

test('no script waits for a style that its page has not loaded: nothing else would load it', () => {
  const ofPages = ['h5.html', 'sidebar.html', 'embed.html', 'console.html', 'verify.html'].map(
    (page) => firstLoad(page).styles,
  )
  expect(
    ofPages
      .flat()
      .sort()
      .filter((file, at, all) => all.indexOf(file) === at),
  ).toEqual(built(/\.css$/).sort())
})

describe('no style of the widget', () => {
  test('needs a newer engine without a fallback', () => {
    const faults = built(/\.css$/).flatMap((file) => {
      const text = read(file)
      const bare = [...text.matchAll(YOUNG_CSS)].filter(({ index, groups }) => {
        const block = text.slice(text.lastIndexOf('{', index), index)
        const isAsked = /@supports[^{}]*\{[^{}]*\{?$/.test(text.slice(0, index))
        return !isAsked && !block.includes(`${groups?.property}:`)
      })
      const never = [...text.matchAll(/:has\(|@container|@layer|@scope|::backdrop|\[popover/g)]
      return [...bare, ...never].map((hit) => `${file}: ${hit[0]}`)
    })
    expect(faults).toEqual([])
  })

  test('loads anything from elsewhere', () => {
    const faults = built(/\.css$/).filter((file) =>
      /url\((?!["']?(data:|\/assets\/))|@import/.test(read(file)),
    )
    expect(faults).toEqual([])
  })
})

test('pages carry no inline script, style or handler: the policy would stop them', () => {
  for (const page of ['h5.html', 'sidebar.html', 'embed.html']) {
    const html = read(page)
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/)
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=/)
    expect(html).toContain('<!--fapiao-shop-->')
  }
})
