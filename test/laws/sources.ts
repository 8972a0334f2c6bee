import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** Every file of the project, new ones included, ignored ones not; paths from the root. */
export function projectFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  const deleted = new Set(list(['ls-files', '-z', '--deleted']))
  return list(args).filter((file) => !deleted.has(file))
}

function list(args: readonly string[]): string[] {
  const out = execFileSync('git', [...args], { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return out.split('\0').filter((file) => file !== '')
}

export const readSource = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

export type Import = {
  /** From the root for files of the project, otherwise the package's name. */
  readonly to: string
  /** `import type`: gone when the file runs. */
  readonly isType: boolean
}

const IMPORT =
  /(?:^|[;}\s])(import|export)\s+(type\s)?(?:[\w*$\s{},]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g

/** What a source imports, re-exports or loads later. */
export function importsIn(file: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(([, , type, still, later]) => {
    const named = still ?? later ?? ''
    const to = named.startsWith('.') ? posix.join(posix.dirname(file), named) : named
    return { to, isType: type !== undefined }
  })
}
