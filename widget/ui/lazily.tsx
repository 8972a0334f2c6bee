import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useWords } from '../i18n/locale.tsx'
import { Button } from './Button.tsx'
import { Notice } from './Notice.tsx'

/**
 * A part of a page whose script comes when the part is drawn. Nothing stands there until then: it is for
 * what nobody waits for. A script that cannot be fetched says so and can be asked for again.
 */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null
  return function Lazy(props: P) {
    const { texts } = useWords()
    const [Part, setPart] = useState<ComponentType<P> | null>(() => loaded)
    const [hasFailed, setFailed] = useState(false)
    const fetchPart = () => {
      setFailed(false)
      load().then(
        (found) => {
          loaded = found
          setPart(() => found)
        },
        () => setFailed(true),
      )
    }
    useEffect(() => {
      if (Part === null) fetchPart()
    }, [])
    if (Part !== null) return <Part {...props} />
    if (!hasFailed) return null
    return (
      <Notice kind="warn">
        <p>{texts.failures.unreachable}</p>
        <Button onClick={fetchPart}>{texts.actions.retry}</Button>
      </Notice>
    )
  }
}
