import { useEffect, useRef, useState } from 'preact/hooks'
import type { TitleEntry, TitleExport } from '../../server/contract/titles.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useTitleBookTexts } from '../i18n/title-book.ts'
import { useKindTexts } from '../i18n/title-kinds.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import type { TitleBook } from './title-book.model.ts'

type Props = {
  book: TitleBook
  onUse(entry: TitleEntry): void
  /** What has just been done, to be read out. */
  onSaid(text: string): void
  /** The button that had the focus is no longer there. */
  onGone(): void
}

/** Everything that is kept, to be used, put first, forgotten or taken along (S0-69). */
export function TitleManager({ book, onUse, onSaid, onGone }: Props) {
  const { texts } = useWords()
  const words = useTitleBookTexts()
  const [isSure, setSure] = useState(false)
  const { items, failure, isBusy } = book.state()

  const makeDefault = async ({ id, title }: TitleEntry) => {
    if (!(await book.makeDefault(id))) return
    onSaid(words.madeDefault(title.name))
    onGone()
  }
  const forget = async ({ id, title }: TitleEntry) => {
    if (!(await book.forget(id))) return
    onSaid(words.forgotten(title.name))
    onGone()
  }
  const forgetAll = async () => {
    if (!(await book.forget(null))) return
    onSaid(words.allForgotten)
    onGone()
  }
  const askIfSure = () => {
    setSure(true)
    onSaid('') // What was done before would stand under the question.
  }
  const takeAlong = async () => {
    const whole = await book.export()
    if (whole === null) return
    offerFile(whole)
    onSaid(words.exported)
  }
  return (
    <>
      <ul class="kept" aria-busy={isBusy}>
        {items.map((entry) => (
          <KeptTitle
            key={entry.id}
            entry={entry}
            onUse={() => onUse(entry)}
            onDefault={() => void makeDefault(entry)}
            onForget={() => void forget(entry)}
          />
        ))}
      </ul>
      {failure !== null && <Notice kind="error">{describeFailure(texts, failure)}</Notice>}
      {isSure ? (
        <Sure count={items.length} onYes={() => void forgetAll()} onNo={() => setSure(false)} />
      ) : (
        <div class="row">
          <Button onClick={() => void takeAlong()}>{words.exportAll}</Button>
          <Button onClick={askIfSure}>{words.forgetAll}</Button>
        </div>
      )}
    </>
  )
}

type KeptProps = { entry: TitleEntry; onUse(): void; onDefault(): void; onForget(): void }

function KeptTitle({ entry, onUse, onDefault, onForget }: KeptProps) {
  const { texts } = useWords()
  const words = useTitleBookTexts()
  const { kinds } = useKindTexts()
  const { title, kind, email, isDefault } = entry
  const form = texts.titleForm
  const holder = title.kind === 'person' ? form.person : kinds[title.kind]
  return (
    <li class="stack-tight">
      <div>
        <strong>{title.name}</strong> {isDefault && <span class="muted">{words.first}</span>}
        <p class="muted">
          {holder} · {kind === 'special' ? form.special : form.ordinary}
        </p>
        {title.taxId !== null && <p class="muted digits">{title.taxId}</p>}
        {email !== null && <p class="muted">{email}</p>}
      </div>
      <div class="row">
        <Button onClick={onUse}>
          {words.use}
          <Of name={title.name} />
        </Button>
        {!isDefault && (
          <Button onClick={onDefault}>
            {words.makeDefault}
            <Of name={title.name} />
          </Button>
        )}
        <Button onClick={onForget}>
          {words.forget}
          <Of name={title.name} />
        </Button>
      </div>
    </li>
  )
}

/** Who only hears the buttons has to know which title each is for. */
function Of({ name }: { name: string }) {
  return <span class="unseen"> {name}</span>
}

/** In the page: a frame of another origin may open no dialog of the browser. */
function Sure({ count, onYes, onNo }: { count: number; onYes(): void; onNo(): void }) {
  const words = useTitleBookTexts()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.querySelector('button')?.focus(), [])
  return (
    <Notice kind="warn">
      <p>{words.forgetAllSure(count)}</p>
      <div class="row" ref={box}>
        <Button onClick={onNo}>{words.cancel}</Button>
        <Button onClick={onYes}>{words.forgetAllYes}</Button>
      </div>
    </Notice>
  )
}

/** A file made here: a plain link to the server would carry no token. */
function offerFile(whole: TitleExport): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(whole, null, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'invoice-titles.json'
  link.click()
  // Some engines read the address after the click; a minute is enough for all of them.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
