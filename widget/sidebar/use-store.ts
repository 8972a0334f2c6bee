import { useEffect, useState } from 'preact/hooks'

type Store = { subscribe(listener: () => void): () => void }

/** Draws again whenever `store` says so; another store is another subscription. */
export function useStore(store: Store): void {
  const [, setRound] = useState(0)
  useEffect(() => {
    const draw = () => setRound((round) => round + 1)
    draw() // Something may have changed between drawing and listening.
    return store.subscribe(draw)
  }, [store])
}
