import type { Verdict, VerificationReply } from '../../server/contract/verifications.ts'
import type { RecordField } from '../verify/record.model.ts'
import { useWords } from './locale.tsx'
import type { Locale } from './texts.ts'

/** 查验 in words. Loaded with its page. */
export type VerifyTexts = {
  readonly heading: string
  readonly intro: string
  readonly recordHeading: string
  readonly fileHeading: string
  readonly drop: string
  readonly dropHint: string
  readonly chosen: (name: string) => string
  readonly remove: string
  readonly number: string
  readonly date: string
  readonly amount: string
  readonly amountHint: string
  readonly faults: Readonly<Record<RecordField, string>>
  readonly nothing: string
  readonly tooLarge: string
  readonly unreadable: string
  readonly submit: string
  readonly verdicts: Readonly<Record<Verdict, string>>
  readonly explained: Readonly<Record<Verdict, string>>
  readonly red: string
  readonly replacedBy: (number: string) => string
  /** Heading where one of the two is of another invoice, or of none. */
  readonly but: Readonly<Record<NonNullable<VerificationReply['mismatch']>, (verdict: string) => string>>
  readonly mismatches: Readonly<Record<NonNullable<VerificationReply['mismatch']>, string>>
  readonly demo: string
  readonly bureau: string
  readonly bureauLink: string
}

const zh: VerifyTexts = {
  heading: '发票查验',
  intro: '核对本系统开具的发票是否有效。填写票面信息，或选择发票文件，也可以两者一起核对。',
  recordHeading: '票面信息',
  fileHeading: '发票文件',
  drop: '选择文件，或拖到这里',
  dropHint: 'PDF、OFD 或 XML。文件只在您的设备上计算指纹，不会上传。',
  chosen: (name) => `已选择：${name}`,
  remove: '移除文件',
  number: '发票号码',
  date: '开票日期',
  amount: '价税合计（小写）',
  amountHint: '例如 299.00；红字发票填负数',
  faults: {
    number: '发票号码是 20 位数字。',
    date: '请选择票面上的开票日期。',
    amount: '请填写金额，例如 299.00。',
  },
  nothing: '请填写票面信息，或选择发票文件。',
  tooLarge: '文件超过 20 MB，不会是本系统的发票。',
  unreadable: '无法读取这个文件，请重新选择。',
  submit: '查验',
  verdicts: {
    valid: '有效',
    reversed: '已红冲',
    partly_reversed: '部分红冲',
    replaced: '已被替换',
    unknown: '未查到',
  },
  explained: {
    valid: '这张发票由本系统开具，目前有效。',
    reversed: '这张发票已全额红冲，不再有效。',
    partly_reversed: '这张发票已部分红冲，只有剩余金额有效。',
    replaced: '这张发票已红冲并换开，不再有效。',
    unknown:
      '本系统没有与之一致的发票。请核对号码、日期和金额；文件要用收到的原件，另存或打印后的文件无法核对。',
  },
  red: '这是一张红字发票。',
  replacedBy: (number) => `已被发票 ${number} 替换，请使用新发票。`,
  but: {
    file: (verdict) => `${verdict}，但文件不是原件`,
    record: (verdict) => `文件${verdict}，但填写的信息不符`,
  },
  mismatches: {
    file: '票面信息一致，但文件不是开具时的原件：可能被修改过，或是另存、打印后的文件。请向销售方索取原件。',
    record: '文件是开具时的原件，填写的票面信息与它不一致。请核对号码、日期和金额。',
  },
  demo: '演示票据，不作报销凭证。',
  bureau: '需要税务机关的查验结果？',
  bureauLink: '国家税务总局全国增值税发票查验平台',
}

const en: VerifyTexts = {
  heading: 'Verify an invoice',
  intro:
    'Check whether an invoice that was issued here is valid: by what stands on it, by its file, or by both.',
  recordHeading: 'What stands on it',
  fileHeading: 'Its file',
  drop: 'Choose a file, or drop it here',
  dropHint: 'PDF, OFD or XML. Its fingerprint is computed on your device; the file is never uploaded.',
  chosen: (name) => `Chosen: ${name}`,
  remove: 'Remove the file',
  number: 'Invoice number',
  date: 'Date of issue',
  amount: 'Total with tax',
  amountHint: 'Such as 299.00; negative on a red invoice',
  faults: {
    number: 'An invoice number has 20 digits.',
    date: 'Please choose the date on the invoice.',
    amount: 'Please enter an amount, such as 299.00.',
  },
  nothing: 'Please fill in what stands on the invoice, or choose its file.',
  tooLarge: 'This file is larger than 20 MB: it is no invoice of ours.',
  unreadable: 'This file cannot be read. Please choose it again.',
  submit: 'Verify',
  verdicts: {
    valid: 'Valid',
    reversed: 'Reversed',
    partly_reversed: 'Partly reversed',
    replaced: 'Replaced',
    unknown: 'Not found',
  },
  explained: {
    valid: 'This invoice was issued here and is valid.',
    reversed: 'This invoice was reversed in full and is no longer valid.',
    partly_reversed: 'A part of this invoice was reversed; only the rest is valid.',
    replaced: 'This invoice was reversed and issued anew; it is no longer valid.',
    unknown:
      'No invoice of ours matches. Please check number, date and amount. A file must be the original: one that was saved anew or printed cannot be checked.',
  },
  red: 'This is a red invoice.',
  replacedBy: (number) => `Invoice ${number} came instead; please use that one.`,
  but: {
    file: (verdict) => `${verdict}, but the file is not the original`,
    record: (verdict) => `${verdict}, but what you entered differs`,
  },
  mismatches: {
    file: 'What stands on it matches, but the file is not the original: it was changed, saved anew or printed. Please ask the seller for the original.',
    record:
      'The file is the original, but what you entered does not match it. Please check number, date and amount.',
  },
  demo: 'A demo document: not valid for reimbursement.',
  bureau: 'Looking for the check of the tax authority?',
  bureauLink: 'National VAT invoice verification platform (in Chinese)',
}

const TABLES: Readonly<Record<Locale, VerifyTexts>> = { 'zh-CN': zh, en }

export function useVerifyTexts(): VerifyTexts {
  return TABLES[useWords().locale]
}
