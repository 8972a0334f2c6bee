export type OutboxLanguage = 'zh' | 'en'

export type OutboxWords = {
  readonly title: string
  readonly note: string
  readonly up: string
  readonly down: string
  readonly switchOff: string
  readonly switchOn: string
  readonly clear: string
  readonly filter: string
  readonly search: string
  readonly showAll: string
  readonly empty: string
  readonly emptyFor: string
  readonly back: string
  readonly from: string
  readonly to: string
  readonly time: string
  readonly messageId: string
  readonly attachments: string
  readonly htmlBody: string
  readonly textBody: string
  readonly source: string
  readonly noSubject: string
  readonly notFound: string
  readonly count: (total: number) => string
}

const zh: OutboxWords = {
  title: '发件箱',
  note: '演示环境发出的邮件都留在这里，不会真正寄出。',
  up: '邮件服务正常',
  down: '邮件服务已停用：新邮件会被拒绝',
  switchOff: '模拟停用',
  switchOn: '恢复服务',
  clear: '清空',
  filter: '收件人地址',
  search: '筛选',
  showAll: '全部',
  empty: '还没有邮件。开出第一张发票后，邮件会出现在这里。',
  emptyFor: '没有发给该地址的邮件。',
  back: '返回发件箱',
  from: '发件人',
  to: '收件人',
  time: '时间',
  messageId: '邮件编号',
  attachments: '附件',
  htmlBody: '邮件正文',
  textBody: '纯文本正文',
  source: '下载原件（.eml）',
  noSubject: '（无主题）',
  notFound: '没有这封邮件，可能已被清理。',
  count: (total) => `共 ${total} 封`,
}

const en: OutboxWords = {
  title: 'Outbox',
  note: 'Every mail of this demo stays here; none is sent on.',
  up: 'Mail service is up',
  down: 'Mail service is off: new mail is refused',
  switchOff: 'Switch off',
  switchOn: 'Switch on',
  clear: 'Clear',
  filter: 'Recipient address',
  search: 'Filter',
  showAll: 'All',
  empty: 'No mail yet. It appears here when the first invoice is issued.',
  emptyFor: 'No mail to this address.',
  back: 'Back to the outbox',
  from: 'From',
  to: 'To',
  time: 'Time',
  messageId: 'Message-ID',
  attachments: 'Attachments',
  htmlBody: 'Body',
  textBody: 'Plain text',
  source: 'Download original (.eml)',
  noSubject: '(no subject)',
  notFound: 'There is no such mail; it may have been cleared.',
  count: (total) => (total === 1 ? '1 mail' : `${total} mails`),
}

export const OUTBOX_WORDS: Readonly<Record<OutboxLanguage, OutboxWords>> = { zh, en }
