import { useState } from 'preact/hooks'
import { useVerifyTexts } from '../i18n/verify.ts'
import { Button } from '../ui/Button.tsx'
import { FieldNotes } from '../ui/TextField.tsx'

type Props = { file: File | null; error: string | null; onFile(file: File | null): void }

/** A file input as large as the place to drop on: it takes taps, keys and drops by itself. */
export function FilePicker({ file, error, onFile }: Props) {
  const words = useVerifyTexts()
  const [isOver, setIsOver] = useState(false)
  return (
    <div class="field">
      <div class={`drop${isOver ? ' drop-over' : ''}${file ? ' drop-full' : ''}`}>
        <label class="drop-label" for="file">
          {file ? words.chosen(file.name) : words.drop}
        </label>
        <input
          id="file"
          class="drop-input"
          type="file"
          accept=".pdf,.ofd,.xml"
          aria-describedby="file-hint"
          aria-invalid={error ? 'true' : undefined}
          onDragEnter={() => setIsOver(true)}
          onDragLeave={() => setIsOver(false)}
          onDrop={() => setIsOver(false)}
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0]
            if (chosen) onFile(chosen)
            // The same file may be chosen again, after it was removed.
            event.currentTarget.value = ''
          }}
        />
      </div>
      <p class="field-hint" id="file-hint">
        {words.dropHint}
      </p>
      <FieldNotes id="file" error={error} />
      {file && (
        <div class="row drop-remove">
          <Button kind="quiet" onClick={() => onFile(null)}>
            {words.remove}
          </Button>
        </div>
      )}
    </div>
  )
}
