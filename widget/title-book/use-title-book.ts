import { useEffect, useState } from 'preact/hooks'
import { waitMs } from '../api/back-off.ts'
import { type Flow, useFlow } from '../h5/flow-context.ts'
import { createTitleBook, type TitleBook } from './title-book.model.ts'

/** The one book of this flow, fetched when it is first asked for. */
export function openTitleBook({ client, titles }: Pick<Flow, 'client' | 'titles'>): TitleBook {
  titles.book ??= createTitleBook({ call: client.call, wait: waitMs })
  return titles.book
}

/** Draws again with every change of the book. */
export function useTitleBook(): TitleBook {
  const book = openTitleBook(useFlow())
  const [, setRound] = useState(0)
  useEffect(() => {
    const draw = () => setRound((round) => round + 1)
    draw() // Something may have changed between drawing and listening.
    return book.subscribe(draw)
  }, [book])
  return book
}
