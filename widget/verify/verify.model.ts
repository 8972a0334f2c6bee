import { useState } from 'preact/hooks'
import type { VerificationReply } from '../../server/contract/verifications.ts'
import type { Call } from '../api/call.ts'
import { verifyInvoice } from '../api/verify-invoice.ts'
import { type RecordField, readRecord, type TypedRecord } from './record.model.ts'
import { sha256Hex } from './sha256.ts'

/** Larger than any invoice, and what a phone still reads at once. */
const MAX_FILE_BYTES = 20 * 1024 * 1024

export type VerifyState =
  | { readonly kind: 'asking'; readonly faults: readonly RecordField[]; readonly isEmpty: boolean }
  | { readonly kind: 'busy' }
  | { readonly kind: 'file_failed'; readonly why: 'tooLarge' | 'unreadable' }
  | { readonly kind: 'failed'; readonly cause: unknown }
  | { readonly kind: 'answered'; readonly reply: VerificationReply }

const ASKING: VerifyState = { kind: 'asking', faults: [], isEmpty: false }

/** What is typed and chosen, and what came of it. Any change takes the old answer away. */
export function useVerify(call: Call) {
  const [typed, setTyped] = useState<TypedRecord>({ number: '', date: '', amount: '' })
  const [file, setFile] = useState<File | null>(null)
  const [state, setState] = useState<VerifyState>(ASKING)
  return {
    typed,
    file,
    state,
    type(field: RecordField, value: string) {
      setTyped({ ...typed, [field]: value })
      if (state.kind !== 'busy') setState(ASKING)
    },
    choose(chosen: File | null) {
      setFile(chosen)
      if (state.kind !== 'busy') setState(ASKING)
    },
    async submit() {
      if (state.kind === 'busy') return
      const read = readRecord(typed)
      const faults = read.kind === 'faulty' ? read.fields : []
      if (faults.length > 0 || (read.kind === 'empty' && file === null))
        return setState({ kind: 'asking', faults, isEmpty: faults.length === 0 })
      setState({ kind: 'busy' })
      const hashed = await hashFile(file)
      if (hashed.kind === 'failed') return setState({ kind: 'file_failed', why: hashed.why })
      const record = read.kind === 'record' ? { record: read.record } : {}
      setState(
        await verifyInvoice(call, { ...record, ...hashed.ask }).then(
          (reply): VerifyState => ({ kind: 'answered', reply }),
          (cause: unknown): VerifyState => ({ kind: 'failed', cause }),
        ),
      )
    },
  }
}

type Hashed =
  | { kind: 'hashed'; ask: { sha256?: string } }
  | { kind: 'failed'; why: 'tooLarge' | 'unreadable' }

async function hashFile(file: File | null): Promise<Hashed> {
  if (file === null) return { kind: 'hashed', ask: {} }
  if (file.size > MAX_FILE_BYTES) return { kind: 'failed', why: 'tooLarge' }
  try {
    return { kind: 'hashed', ask: { sha256: await sha256Hex(new Uint8Array(await file.arrayBuffer())) } }
  } catch {
    // Moved or deleted since it was chosen, or a cloud file that is not there.
    return { kind: 'failed', why: 'unreadable' }
  }
}
