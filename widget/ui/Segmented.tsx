type Props<V extends string> = {
  name: string
  legend: string
  isLegendHidden?: boolean
  options: readonly { value: V; label: string }[]
  value: V
  onValue(value: V): void
}

/** Two or three choices side by side; radio buttons underneath, so that keys and readers know them. */
export function Segmented<V extends string>(props: Props<V>) {
  const { name, legend, isLegendHidden = false, options, value, onValue } = props
  return (
    <fieldset class="field">
      <legend class={isLegendHidden ? 'unseen' : 'field-label'}>{legend}</legend>
      <div class="segmented">
        {options.map((option) => (
          <label class={option.value === value ? 'segment segment-on' : 'segment'} key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onValue(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
