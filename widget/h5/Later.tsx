import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { NetworkFailure } from '../api/problems.ts'
import { useWords } from '../i18n/locale.tsx'
import { Skeleton } from '../ui/Skeleton.tsx'
import { Failure } from './Failure.tsx'
import type { LaterStep } from './LaterScreen.tsx'

type Loaded = ComponentType<{ step: LaterStep }>

let loaded: Loaded | null = null

/** Fetched right after the first screen is drawn, so that it is there before it is needed. */
export async function loadLaterScreens(): Promise<Loaded> {
  loaded = (await import('./LaterScreen.tsx')).LaterScreen
  return loaded
}

/** A later screen, or its room while its script is on the way (7 KB less on the first load). */
export function Later({ step }: { step: LaterStep }) {
  const { texts } = useWords()
  const [Screen, setScreen] = useState<Loaded | null>(() => loaded)
  const [hasFailed, setFailed] = useState(false)
  const load = () => {
    setFailed(false)
    loadLaterScreens().then(
      (found) => setScreen(() => found),
      () => setFailed(true),
    )
  }
  useEffect(() => {
    if (Screen === null) load()
  }, [])
  if (Screen !== null) return <Screen step={step} />
  if (hasFailed) return <Failure cause={new NetworkFailure('unreachable')} onRetry={load} />
  return <Skeleton label={texts.flow.loading} />
}
