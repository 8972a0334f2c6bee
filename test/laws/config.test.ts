import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigInvalid, readConfig, Secret, VARIABLES } from '../../server/config.ts'
import { SHIPPED_SETTINGS } from '../../server/invoicing/rules/settings.ts'
import { readSource } from './sources.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'fapiao-config-'))
afterAll(() => rmSync(dataDir, { recursive: true }))

const KEY = 'ab'.repeat(32)
const read = (env: Record<string, string> = {}) =>
  readConfig({ FAPIAO_DATA_DIR: dataDir, FAPIAO_MASTER_KEY: KEY, ...env })

function messageOf(env: Record<string, string>): string {
  try {
    read(env)
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.message
    throw error
  }
  return 'accepted'
}

const names = Object.keys(VARIABLES)

describe('every variable', () => {
  test('stands in .env.example with what it does', () => {
    const lines = readSource('.env.example').split('\n')
    const shown = lines.flatMap((line) => /^# ?([A-Z_]+)=/.exec(line)?.[1] ?? [])
    expect(shown).toEqual(names)
    const text = lines.join('\n')
    expect(Object.entries(VARIABLES).filter(([, what]) => !text.includes(`# ${what}`))).toEqual([])
    // As it stands it changes nothing.
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([])
  })

  test('stands in the configuration table of the README, and nothing else does', () => {
    const rows = readSource('README.md').match(/^\| ?`[A-Z_]+`/gm) ?? []
    expect(rows.map((row) => row.replaceAll(/[|`\s]/g, '')).sort()).toEqual([...names].sort())
  })

  test('is one that the server reads', () => {
    const text = readSource('server/config.ts')
    expect(names.filter((name) => text.split(name).length < 3)).toEqual([])
  })
})

/** Variable → values that must stop the start. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  FAPIAO_ROLE: ['web,worker', 'ALL', 'server'],
  PORT: ['0', '-1', '65536', '80.5', 'http', '0x50', '1e3'],
  FAPIAO_PUBLIC_URL: ['shop.example', 'ftp://shop.example', 'javascript:alert(1)', 'https://'],
  DATABASE_URL: ['mysql://user:hunter2@db/x', 'localhost:5432'],
  FAPIAO_POOL_SIZE: ['1', '201', 'many'],
  FAPIAO_MASTER_KEY: ['hunter2', KEY.slice(1), `${KEY}0`, 'z'.repeat(64)],
  FAPIAO_DEMO: ['yes', 'true'],
  FAPIAO_ISSUER_URL: ['bureau', 'file:///etc/passwd'],
  FAPIAO_ISSUER_TIMEOUT_MS: ['10s', '99', '120001'],
  SMTP_URL: ['https://mail.example', 'mail.example:25'],
  FAPIAO_MAIL_FROM: ['nobody', 'a@b@c.example', 'Shop <shop@example.com>', 'a\nb@example.com'],
  FAPIAO_WORKER_CONCURRENCY: ['0', '501', '1.5'],
  FAPIAO_RENDER_PROCESSES: ['0', '17'],
  FAPIAO_TRUSTED_PROXIES: ['everybody', '10.0.0.0/33', '::1/129', '10.0.0.0/', '10.0.0.1,nobody'],
  FAPIAO_REQUEST_BUDGET_PERCENT: ['0', '100001', '50%'],
  FAPIAO_PRIVATE_HOSTS: ['chat.example', 'http://chat.example:443', 'chat.example:https', ':80'],
  FAPIAO_RULES_FILE: ['/nowhere/rules.json', 'package.json'],
  FAPIAO_DEMO_PORT: ['0', 'x'],
  FAPIAO_OUTBOX_PORT: ['0', 'x'],
  FAPIAO_BUREAU_PORT: ['0', 'x'],
  LOG_LEVEL: ['verbose', 'INFO'],
}

describe('a wrong value', () => {
  test.for(Object.entries(WRONG).flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    '%s=%j stops the start and names itself',
    ([name, value]) => {
      const message = messageOf({ [name]: value })
      expect(message).toContain(`- ${name}`)
      expect(message).not.toContain('hunter2')
    },
  )

  test('is told together with the others, one line each', () => {
    const message = messageOf({ PORT: 'x', LOG_LEVEL: 'loud', FAPIAO_MASTER_KEY: 'short' })
    expect(message.split('\n').filter((line) => line.startsWith('  - '))).toHaveLength(3)
  })
})

describe('a file of rule settings', () => {
  const withSettings = (off: string[]) => {
    const file = join(dataDir, 'rules.json')
    writeFileSync(file, JSON.stringify({ ...SHIPPED_SETTINGS, taxToleranceFen: 3, off }))
    return { FAPIAO_RULES_FILE: file }
  }

  test('is read, and may switch off what public sources do not settle', () => {
    expect(read(withSettings(['special-without-exempt'])).rules).toMatchObject({
      taxToleranceFen: 3,
      off: ['special-without-exempt'],
    })
  })

  test('switches off nothing else', () => {
    expect(messageOf(withSettings(['remark-lines', 'no-such-rule']))).toContain('remark-lines, no-such-rule')
  })
})

describe('a good value', () => {
  test('of each variable is taken over', () => {
    const config = read({
      FAPIAO_ROLE: 'web',
      PORT: '9000',
      FAPIAO_PUBLIC_URL: 'https://invoice.example/',
      FAPIAO_TRUSTED_PROXIES: '10.0.0.0/8, ::1, 192.168.1.1',
      FAPIAO_MAIL_FROM: 'invoices@shop.example',
      SMTP_URL: 'smtps://user:hunter2@mail.example:465',
    })
    expect(config).toMatchObject({ role: 'web', port: 9000, publicUrl: 'https://invoice.example' })
    expect(config.trustedProxies).toEqual(['10.0.0.0/8', '::1', '192.168.1.1'])
    expect(config.smtpUrl?.reveal()).toBe('smtps://user:hunter2@mail.example:465')
  })

  test('left empty is one that was left out', () => {
    expect(
      read(
        Object.fromEntries(
          names.filter((name) => !name.includes('_DIR') && !name.includes('KEY')).map((name) => [name, '']),
        ),
      ),
    ).toEqual(read())
  })
})

describe('a secret', () => {
  test('prints itself nowhere', () => {
    const secret = new Secret('hunter2')
    const config = read({
      DATABASE_URL: 'postgresql://owner:hunter2@db/fapiao',
      SMTP_URL: 'smtp://a:hunter2@m',
    })
    const printed = [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect(config, { depth: 9, showHidden: true }),
      JSON.stringify(config),
    ]
    expect(printed.filter((text) => text.includes('hunter2') || text.includes(KEY))).toEqual([])
    expect(printed.slice(0, 2)).toEqual(['[secret]', '{"secret":"[secret]"}'])
  })

  test('that nobody gave is made once, for the eyes of its owner', () => {
    const env = { FAPIAO_DATA_DIR: join(dataDir, 'fresh') }
    const first = readConfig(env).masterKey.reveal()
    const file = join(dataDir, 'fresh', 'master.key')

    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(readConfig(env).masterKey.reveal()).toBe(first)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8').trim()).toBe(first)
  })

  test('in a file that is no key stops the start instead of being replaced', () => {
    const file = join(dataDir, 'fresh', 'master.key')
    writeFileSync(file, 'half a ke')
    expect(() => readConfig({ FAPIAO_DATA_DIR: join(dataDir, 'fresh') })).toThrow('master.key')
    expect(readFileSync(file, 'utf8')).toBe('half a ke')
  })
})
