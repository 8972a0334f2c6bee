import process from 'node:process'
import QRCode from 'qrcode'
import type { DemoAccount } from './seed-staff.ts'

type Addresses = {
  publicUrl: string
  demo: string
  outbox: string
  bureau: string
  h5Url: string
  finance: Pick<DemoAccount, 'login' | 'password'>
}

/** What a person needs after the first start, and nothing else. */
export async function printBanner(addresses: Addresses): Promise<void> {
  const { publicUrl, demo, outbox, bureau, h5Url, finance } = addresses
  const qr = await QRCode.toString(h5Url, { type: 'terminal', small: true, errorCorrectionLevel: 'L' })
  process.stdout.write(`
  Fapiao Sidecar is running (demo data, documents are marked 演示).

  Demo pages       ${demo}/
  Customer's H5    ${h5Url}
  Review console   ${publicUrl}/console   ${finance.login}   ${finance.password}
  Authenticator    ${demo}/authenticator
  Mail outbox      ${outbox}/
  Bureau simulator ${bureau}/
  API              ${publicUrl}/v1/openapi.json

${qr}
  The H5 asks for an order number and a proof: TM-1001, paid 299.00. For a real phone start with
  HOST=0.0.0.0 and FAPIAO_PUBLIC_URL=http://<this machine's address>:8787.
  Stop with Ctrl-C. Data stays in the data directory; npm run cli -- demo reset starts over.

`)
}
