import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectFiles, ROOT, readSource } from './sources.ts'

const BINARY = /\.(png|jpe?g|gif|webp|ico|ttf|otf|woff2?|pdf|xlsx?|ofd|zip|gz|br)$/
const texts = projectFiles()
  .filter((file) => !BINARY.test(file))
  .map((file) => ({ file, text: readSource(file) }))

function filesWith(pattern: RegExp): string[] {
  return texts.filter(({ text }) => pattern.test(text)).map(({ file }) => file)
}

const literally = (text: string) => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))

describe('no file of the project', () => {
  test('is left unfinished', () => {
    // Put together here, so that this file is not the one that is found.
    const unfinished = new RegExp(
      String.raw`\b(${['TO', 'FIX', 'X'].map((word, at) => word + ['DO', 'ME', 'XX'][at]).join('|')})\b`,
    )
    expect(unfinished.test(`// ${'TO'}DO`)).toBe(true)
    expect(filesWith(unfinished)).toEqual([])
  })

  test('names a path or the name of the machine it was written on', () => {
    const paths = /(?:^|[\s'"`(=])\/(?:home|Users)\/[a-z]\w*\/|[A-Z]:\\\\?Users\\/
    expect(paths.test(`'/${'home'}/someone/project'`)).toBe(true)
    expect(filesWith(paths)).toEqual([])
    expect(filesWith(literally(`${ROOT}/`))).toEqual([])
    if (hostname().length > 8) expect(filesWith(literally(hostname()))).toEqual([])
  })

  test('names a package registry', () => {
    const registry = /https?:\/\/[\w.-]*(?:registry|npmmirror|artifactory|nexus|verdaccio)[\w.-]*/i
    expect(registry.test(`https://${'registry'}.example.org/preact`)).toBe(true)
    expect(filesWith(registry)).toEqual([])
    expect(readSource('package-lock.json')).not.toContain('"resolved":')
  })
})

describe('the README', () => {
  const readme = () => readSource('README.md')

  test('names npm commands that there are', () => {
    const scripts: Record<string, string> = JSON.parse(readSource('package.json')).scripts
    const blocks = [...readme().matchAll(/^```\w*\n(.*?)^```/gms)].map(([, block = '']) => block)
    const commands = blocks
      .flatMap((block) => block.split('\n'))
      .flatMap((line) => line.split('&&'))
      .map((line) => line.trim().replace(/^\$ /, ''))
      .filter((line) => line.startsWith('npm '))
    const known = (line: string) => {
      const [, word = '', name = ''] = line.split(/\s+/)
      if (word === 'ci') return true
      return word === 'run' ? name in scripts : ['start', 'test'].includes(word) && word in scripts
    }
    expect(commands.length).toBeGreaterThan(1)
    expect(commands.filter((line) => !known(line))).toEqual([])
  })

  test('links to files that are there', () => {
    const links = [...readme().matchAll(/\]\((?!https?:|#|mailto:)([^)\s#]+)/g)].map(([, path = '']) => path)
    expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})
