import { isBuiltin } from 'node:module'
import { describe, expect, test } from 'vitest'
import { importsIn, projectFiles, readSource } from './sources.ts'

type Names = Readonly<Record<string, string>>
type Manifest = { dependencies: Names; devDependencies: Names; optionalDependencies: Names }
type Locked = { resolved?: string; optionalDependencies?: Names }

const manifest = JSON.parse(readSource('package.json')) as Manifest // ours; another shape fails below
const { packages } = JSON.parse(readSource('package-lock.json')) as { packages: Record<string, Locked> }
const { dependencies, devDependencies, optionalDependencies } = manifest

const sources = projectFiles()
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({ file, text: readSource(file) }))
const isTest = (file: string) => file.startsWith('test/') || file === 'vitest.config.ts'
const shipped = sources.filter(({ file }) => !isTest(file))
const tried = sources.filter(({ file }) => isTest(file))

/** The packages whose code these files load; `import type` loads none. */
function loadedBy(files: typeof sources): string[] {
  const all = files.flatMap(({ file, text }) => importsIn(file, text))
  const foreign = all.filter(({ isType }) => !isType)
  const names = foreign.map(({ to }) => (/^(?:@[^/]+\/)?[^/]+/.exec(to) ?? [''])[0])
  return [...new Set(names)].filter((name) => !isBuiltin(name) && !OWN.includes(name))
}

const OWN = ['server', 'widget', 'embed-demo', 'test', 'prisma', 'dist']

/** Also where only a file of the package is asked for: a font, a binary. */
const isNamedIn = (files: typeof sources, name: string) =>
  files.some(({ text }) => text.includes(`'${name}'`) || text.includes(`'${name}/`))

/** Loaded by the generated client; run as a command. */
const BY_OTHERS = ['@prisma/client', '@biomejs/biome', 'typescript']

describe('package.json', () => {
  test('names everything that the product loads, and nothing that nobody does', () => {
    const loaded = loadedBy(shipped)
    const unused = Object.keys(dependencies).filter((name) => !isNamedIn(shipped, name))

    expect(loaded).toContain('fastify')
    expect(loaded.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([])
    expect(unused.filter((name) => !BY_OTHERS.includes(name))).toEqual([])
  })

  test('keeps apart what only the tests load', () => {
    const declared = { ...dependencies, ...devDependencies }
    const unused = Object.keys(devDependencies).filter((name) => !isNamedIn(tried, name))

    expect(loadedBy(tried).filter((name) => !Object.hasOwn(declared, name))).toEqual([])
    expect(unused.filter((name) => !BY_OTHERS.includes(name) && !name.startsWith('@types/'))).toEqual([])
  })

  test('names exact versions', () => {
    const versions = Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies })
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+[\w.-]*$/.test(version))).toEqual([])
  })
})

describe('the lockfile', () => {
  // npm leaves out silently what its registry lacks when it writes the file, and then refuses to install from it.
  test('holds the packages of every platform', () => {
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies: names = {} }]) =>
      Object.keys(names).filter((name) => !isLocked(place, name)),
    )
    expect(missing).toEqual([])
  })

  test('says no address to load from', () => {
    expect(Object.keys(packages).filter((place) => packages[place]?.resolved !== undefined)).toEqual([])
  })
})

/** In the package that wants it, or in one of those around it. */
function isLocked(place: string, name: string): boolean {
  const path = `${place === '' ? '' : `${place}/`}node_modules/${name}`
  if (Object.hasOwn(packages, path)) return true
  return place !== '' && isLocked(place.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''), name)
}
