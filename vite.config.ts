import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite'

// Also when a test builds: what is shipped is one thing, and Vite takes another value for development.
process.env.NODE_ENV = 'production'

const root = fileURLToPath(new URL('./widget/', import.meta.url))
const outDir = fileURLToPath(new URL('./dist/widget/', import.meta.url))

/** The oldest engines in use: WebViews of JD and Tencent Video, iOS 14.5 (facts/hosts-and-embed.md §4.1). */
const target = ['chrome89', 'safari14.5']

/** The name under which the server finds a page in dist/widget, and its source. */
const PAGES: Readonly<Record<string, string>> = {
  h5: 'h5/h5.html',
  sidebar: 'sidebar/sidebar.html',
  embed: 'embed/frame.html',
  console: 'console/console.html',
  verify: 'verify/verify.html',
}
const LOADER = 'embed/loader.ts'

/** Pages lie flat beside each other; their assets have absolute addresses, so they can be moved. */
const flatPages: Plugin = {
  name: 'flat-pages',
  enforce: 'post',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'asset' && file.fileName.endsWith('.html')) {
        file.fileName = `${this.environment.name}.html`
      }
    }
  },
}

/**
 * Vite wraps each `import()` in a helper that preloads the styles and chunks of what is loaded: 2.3 KB gz of
 * the first load. All styles belong to the pages here, and a chunk's own imports come one step later.
 */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) =>
    id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load()' : undefined,
}

/**
 * Each page is built alone: nobody loads two of them, and what pages share would become chunks that each of
 * them loads with what only the others need (the sidebar: 47 KB gz with shared chunks, 41 without).
 */
const page = (source: string): EnvironmentOptions => ({
  consumer: 'client',
  build: {
    assetsInlineLimit: 0, // data: scripts and styles are against the CSP
    modulePreload: { polyfill: false }, // engines without it load a shared chunk one step later
    rolldownOptions: { input: join(root, source) },
  },
})

/** One classic script without imports: what a merchant's page loads. */
const loader: EnvironmentOptions = {
  consumer: 'client',
  build: {
    modulePreload: false,
    rolldownOptions: {
      input: join(root, LOADER),
      output: { format: 'iife', entryFileNames: 'embed.js' },
    },
  },
}

const pages = Object.entries(PAGES).map(([name, source]) => [name, page(source)] as const)

/** `vite build --app` makes every page and the loader. */
export default defineConfig({
  root,
  mode: 'production',
  publicDir: false,
  build: { outDir, emptyOutDir: false, target },
  plugins: [plainImports, flatPages],
  environments: { ...Object.fromEntries(pages), loader },
  builder: {
    async buildApp(builder) {
      for (const name of [...Object.keys(PAGES), 'loader']) {
        const environment = builder.environments[name]
        if (environment) await builder.build(environment)
      }
    },
  },
})
