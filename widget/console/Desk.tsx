import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ReviewItem } from '../../server/contract/reviews.ts'
import type { Client } from '../api/client.ts'
import { useConsoleTexts } from '../i18n/console.ts'
import { describeFailure, useWords } from '../i18n/locale.tsx'
import { useStore } from '../sidebar/use-store.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { createQueue } from './queue.model.ts'
import { ReviewPanel } from './ReviewPanel.tsx'
import { ReviewQueue } from './ReviewQueue.tsx'

type Props = { client: Client; merchantId: string; mayDecide: boolean }

/** 审核台: the queue beside the item that is open; on a phone one after the other. */
export function Desk({ client, merchantId, mayDecide }: Props) {
  const { texts } = useWords()
  const words = useConsoleTexts()
  const queue = useMemo(() => createQueue(client, merchantId), [client, merchantId])
  useEffect(() => () => queue.close(), [queue])
  useStore(queue)
  const { items, failure } = queue.state()
  const { shown, isStale, open, close } = useShown(items)
  const [done, setDone] = useState<string | null>(null)
  const list = useRef<HTMLDivElement>(null)

  const leave = () => {
    const button = list.current?.querySelector<HTMLElement>('[aria-current]')
    close()
    button?.focus()
  }
  const finish = (sentence: string) => {
    setDone(sentence)
    close()
    queue.refresh()
    list.current?.querySelector<HTMLElement>('h1')?.focus()
  }
  if (items === null) {
    return failure === null ? (
      <Skeleton label={words.queue} />
    ) : (
      <Notice kind="error">
        <p>{describeFailure(texts, failure)}</p>
        <Button onClick={queue.refresh}>{texts.actions.retry}</Button>
      </Notice>
    )
  }
  return (
    <div class={shown === null ? 'desk' : 'desk desk-open'}>
      <div class="desk-list stack-tight" ref={list}>
        <div class="desk-head">
          <h1 tabIndex={-1}>{words.queue}</h1>
          <span class="muted">{words.count(items.length)}</span>
        </div>
        {done !== null && <Notice kind="ok">{done}</Notice>}
        {failure !== null && <Notice kind="warn">{describeFailure(texts, failure)}</Notice>}
        <ReviewQueue
          items={items}
          openId={shown?.id ?? null}
          onOpen={(item) => {
            setDone(null)
            open(item)
          }}
        />
      </div>
      <div class="desk-item">
        {shown === null ? (
          <p class="desk-empty muted">{words.pick}</p>
        ) : (
          <ReviewPanel
            key={`${shown.id} ${shown.version}`}
            client={client}
            item={shown}
            isGone={!items.some(({ id }) => id === shown.id)}
            isChanged={isStale}
            mayDecide={mayDecide}
            onLeave={leave}
            onChanged={queue.refresh}
            onDone={finish}
          />
        )}
      </div>
    </div>
  )
}

/**
 * The item on the screen. Where it moved on it is shown anew and said so: a decision always names the
 * version that its reader had before the eyes.
 */
function useShown(items: readonly ReviewItem[] | null) {
  const [shown, setShown] = useState<ReviewItem | null>(null)
  const [isStale, setStale] = useState(false)
  const current = items?.find(({ id }) => id === shown?.id)
  useEffect(() => {
    if (shown === null || current === undefined || current.version === shown.version) return
    setShown(current)
    setStale(true)
  }, [current, shown])
  const show = (item: ReviewItem | null) => {
    setShown(item)
    setStale(false)
  }
  return { shown, isStale, open: show, close: () => show(null) }
}
