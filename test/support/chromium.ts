import { execFile } from 'node:child_process'
import { access, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

/** Unpacking takes about 4 s on two cores; whoever holds the lock longer than this has died. */
const UNPACK_LIMIT_MS = 120_000

export type Chromium = {
  readonly executablePath: string
  /** What the process needs: its own libraries and fonts. The variables of this process come along. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * The Chromium inside the npm package `@sparticuz/chromium`, unpacked once per version and machine, with
 * Chinese fonts from npm: nothing of the system is used. `CHROMIUM_PATH` names another one (arm64, macOS).
 * Safe to call from several processes at once. For tools that start a browser themselves, too.
 */
export async function prepareChromium(): Promise<Chromium> {
  const runDirectory = await findRunDirectory()
  const fonts = await writeFontConfig(join(runDirectory, 'fonts'))
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined) return { executablePath: named, env: environment({ FONTCONFIG_PATH: fonts }) }

  const home = join(runDirectory, `chromium-${packageVersion('@sparticuz/chromium')}`)
  await unpackOnce(home)
  const libraries = [join(home, 'al2023', 'lib'), home].join(':')
  return {
    executablePath: join(home, 'chromium'),
    env: environment({ FONTCONFIG_PATH: fonts, LD_LIBRARY_PATH: libraries }),
  }
}

/** Where test leftovers go: `test/.run`, or the temp directory where the checkout cannot be written. */
export async function findRunDirectory(): Promise<string> {
  const own = join(projectRoot, 'test', '.run')
  try {
    await mkdir(own, { recursive: true })
    await writeFile(join(own, `.writable-${process.pid}`), '')
    await rm(join(own, `.writable-${process.pid}`), { force: true })
    return own
  } catch {
    const other = join(tmpdir(), `fapiao-sidecar-${process.getuid?.() ?? 'user'}`)
    await mkdir(other, { recursive: true, mode: 0o700 })
    return other
  }
}

/** `home` appears in one rename, complete or not at all; the lock only saves the others the work. */
async function unpackOnce(home: string): Promise<void> {
  const lock = `${home}.lock`
  while (!(await exists(home))) {
    if (!(await takeLock(lock))) {
      await wait(100)
      continue
    }
    const staging = `${home}.${process.pid}`
    try {
      await mkdir(staging, { recursive: true })
      await run(process.execPath, [join(projectRoot, 'test/support/unpack-chromium.ts')], {
        env: environment({ TMPDIR: staging }),
        timeout: UNPACK_LIMIT_MS,
      })
      await rename(staging, home).catch(async (cause: unknown) => {
        if (!(await exists(home))) throw cause
      })
    } finally {
      await rm(staging, { recursive: true, force: true })
      await rm(lock, { force: true })
    }
  }
}

/** True: the lock is ours. A lock whose owner is gone is removed, and the next round may take it. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST')) throw cause
  }
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''))
  const takenAt = await stat(lock).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  )
  const isLate = Date.now() - takenAt > UNPACK_LIMIT_MS
  if (isLate || (owner > 0 && !isAlive(owner))) await rm(lock, { force: true })
  return false
}

/**
 * A fontconfig of our own. The one in the package assumes the default temp directory and knows Latin only,
 * and Chromium draws nothing at all when fontconfig finds no font.
 */
async function writeFontConfig(directory: string): Promise<string> {
  const chinese = packageDirectory('@expo-google-fonts/noto-sans-sc')
  const typewriter = packageDirectory('@expo-google-fonts/courier-prime')
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
    '<fontconfig>',
    `<dir>${escapeXml(chinese)}</dir>`,
    `<dir>${escapeXml(typewriter)}</dir>`,
    `<cachedir>${escapeXml(join(directory, 'cache'))}</cachedir>`,
    '<alias><family>monospace</family><prefer><family>Courier Prime</family></prefer></alias>',
    // Whatever a page asks for and this machine does not have, Times and emoji names included.
    '<match target="pattern"><edit name="family" mode="append" binding="strong">',
    '<string>Noto Sans SC</string></edit></match>',
    '</fontconfig>',
  ]
  await mkdir(directory, { recursive: true })
  const written = join(directory, `fonts.conf.${process.pid}`)
  await writeFile(written, `${lines.join('\n')}\n`)
  await rename(written, join(directory, 'fonts.conf'))
  return directory
}

function packageDirectory(name: string): string {
  return dirname(require.resolve(`${name}/package.json`))
}

function packageVersion(name: string): string {
  // The package does not export its package.json, so it is found beside the entry point.
  const entry = fileURLToPath(import.meta.resolve(name))
  const { version }: { version: string } = require(join(dirname(entry), '..', 'package.json'))
  return version
}

function environment(extra: Record<string, string>): Record<string, string> {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(own), ...extra }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return isErrno(cause, 'EPERM')
  }
}

function isErrno(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
