import { type MountedFrame, mountFrame, wordsFor } from './mount-frame.ts'
import type { FrameView } from './wire.ts'

const TAG = 'fapiao-widget'
const ATTRIBUTES = ['shop', 'order-no', 'mode', 'locale', 'theme', 'variant', 'endpoint', 'token']
/** Another shop or server is another frame; the rest is told to the one there is. */
const REMOUNTING = ['shop', 'endpoint', 'variant']

export type GetToken = () => Promise<string> | string

export type WidgetDefaults = { endpoint?: string; locale?: string; theme?: string; getToken?: GetToken }

export type OpenOptions = WidgetDefaults & { shop?: string; orderNo?: string }

export type OpenedWidget = {
  close(): void
  update(options: Omit<OpenOptions, 'getToken'>): void
  /** Hears `ready`, `resize`, `submitted`, `status`, `issued`, `error`, `close`; answers its own undo. */
  on(name: string, listener: (detail: unknown) => void): () => void
}

/** What `api.configure` and the loader's own address set for every widget of the page. */
const defaults: WidgetDefaults & { shop?: string } = {}

export function configureFapiao(wanted: WidgetDefaults & { shop?: string }): void {
  Object.assign(defaults, wanted)
}

// On a server there is no HTMLElement, and importing this file there must do nothing at all.
const Base = typeof HTMLElement === 'undefined' ? (class {} as unknown as typeof HTMLElement) : HTMLElement

/**
 * `<fapiao-widget>`: one iframe in a shadow root, in the page or in a dialog. It is mounted while the
 * element is in a document and undone when it leaves; it may come back as often as it likes. No storage,
 * no cookie, no style outside itself.
 */
export class FapiaoWidget extends Base {
  static get observedAttributes(): string[] {
    return ATTRIBUTES
  }

  /** Called for the first token and again whenever the session ends: the form stays as typed. */
  declare getToken?: GetToken | null

  connectedCallback(): void {
    takeOverProperties(this)
    deskOf(this).mount()
  }

  disconnectedCallback(): void {
    deskOf(this).unmount()
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before !== now && this.isConnected) deskOf(this).change(name)
  }

  /** Shows the dialog of `variant="dialog"`. */
  open(): void {
    deskOf(this).open()
  }

  /** Takes the dialog away and gives the focus back to what opened it. */
  close(): void {
    deskOf(this).close()
  }
}

// A map, not private members: for the older browsers those are written out, which costs half a kilobyte.
const desks = new WeakMap<Element, ReturnType<typeof createDesk>>()

function deskOf(widget: FapiaoWidget): ReturnType<typeof createDesk> {
  const desk = desks.get(widget) ?? createDesk(widget)
  desks.set(widget, desk)
  return desk
}

/** What an element does and remembers. */
function createDesk(widget: FapiaoWidget) {
  let mounted: MountedFrame | null = null
  let dialog: HTMLDialogElement | null = null
  let opener: Element | null = null

  const isDialog = () => widget.getAttribute('variant') === 'dialog'
  const takeToken = createTokenSource(widget)
  const emit = (name: string, detail: Readonly<Record<string, unknown>>) => {
    widget.dispatchEvent(new CustomEvent(`fapiao-${name}`, { detail, bubbles: true, composed: true }))
  }

  const mountIn = (place: Node) => {
    const shop = widget.getAttribute('shop') ?? defaults.shop
    const endpoint = readEndpoint(widget.getAttribute('endpoint') ?? defaults.endpoint)
    if (!shop || endpoint === null) return
    const view = () => viewOf(widget)
    const settings = {
      endpoint,
      shop: encodeURIComponent(shop),
      isDialog: isDialog(),
      styled: widget,
      view,
      takeToken,
      emit,
      close,
    }
    mounted = mountFrame(place, settings)
  }
  const mount = () => {
    if (mounted !== null || isDialog()) return
    widget.style.display ||= 'block'
    mountIn(shadowOf(widget))
  }
  const unmount = () => {
    mounted?.unmount()
    mounted = null
    dialog?.remove()
    dialog = null
  }
  const open = () => {
    if (dialog !== null || !isDialog()) return
    opener = document.activeElement
    dialog = createDialog(wordsFor(localeOf(widget))[2], close)
    shadowOf(widget).appendChild(dialog)
    mountIn(dialog)
    showDialog(dialog)
  }
  const close = () => {
    const wasOpen = dialog !== null
    if (wasOpen) unmount()
    if (wasOpen && opener instanceof HTMLElement) opener.focus()
    emit('close', {})
  }
  const change = (name: string) => {
    if (REMOUNTING.includes(name)) {
      unmount()
      mount()
    } else mounted?.update()
  }
  return { mount, unmount, open, close, change }
}

/** A launch token works once, so an attribute is handed out once; after that the callback is asked. */
function createTokenSource(widget: FapiaoWidget): () => Promise<unknown> {
  let spent: string | null = null
  return async () => {
    const given = widget.getAttribute('token')
    if (given === null || given === spent) return (widget.getToken ?? defaults.getToken)?.()
    spent = given
    return given
  }
}

const shadowOf = (widget: Element): ShadowRoot => widget.shadowRoot ?? widget.attachShadow({ mode: 'open' })

const localeOf = (widget: Element): string =>
  widget.getAttribute('locale') ?? defaults.locale ?? (document.documentElement.lang || navigator.language)

const viewOf = (widget: Element): Omit<FrameView, 'vars'> => ({
  orderNo: widget.getAttribute('order-no'),
  mode: widget.getAttribute('mode') ?? 'request',
  locale: localeOf(widget),
  theme: widget.getAttribute('theme') ?? defaults.theme ?? 'auto',
})

/** Registers the element; asking twice is asking once. */
export function defineFapiaoWidget(): void {
  if (customElements.get(TAG) !== undefined) return
  for (const attribute of ATTRIBUTES) {
    // Real accessors: Vue and React 19 set a property wherever the element has one.
    Object.defineProperty(FapiaoWidget.prototype, propertyOf(attribute), {
      configurable: true,
      get(this: Element) {
        return this.getAttribute(attribute)
      },
      set(this: Element, value: string | null | undefined) {
        if (value == null) this.removeAttribute(attribute)
        else this.setAttribute(attribute, value)
      },
    })
  }
  customElements.define(TAG, FapiaoWidget)
}

/** A dialog of its own, gone from the page when it closes. */
export function openFapiao({ getToken, ...options }: OpenOptions): OpenedWidget {
  defineFapiaoWidget()
  const widget = new FapiaoWidget()
  const update = (wanted: Omit<OpenOptions, 'getToken'>) => {
    for (const [property, value] of Object.entries(wanted)) Reflect.set(widget, property, value)
  }
  widget.setAttribute('variant', 'dialog')
  if (getToken !== undefined) widget.getToken = getToken
  update(options)
  widget.addEventListener('fapiao-close', () => widget.remove())
  document.body.appendChild(widget)
  widget.open()

  return {
    close: () => widget.close(),
    update,
    on(name, listener) {
      const hear = (event: Event) => listener('detail' in event ? event.detail : null)
      widget.addEventListener(`fapiao-${name}`, hear)
      return () => widget.removeEventListener(`fapiao-${name}`, hear)
    },
  }
}

const propertyOf = (attribute: string): string => (attribute === 'order-no' ? 'orderNo' : attribute)

/** A property set before the element was defined hides the accessor: it is set again, this time for good. */
function takeOverProperties(widget: FapiaoWidget): void {
  for (const attribute of ATTRIBUTES) {
    const property = propertyOf(attribute)
    if (Reflect.getOwnPropertyDescriptor(widget, property) === undefined) continue
    const value: unknown = Reflect.get(widget, property)
    Reflect.deleteProperty(widget, property)
    Reflect.set(widget, property, value)
  }
}

function readEndpoint(text: string | undefined): string | null {
  if (!text) return null
  try {
    const { protocol, origin, pathname } = new URL(text, location.href)
    return /^https?:$/.test(protocol) ? origin + pathname.replace(/\/+$/, '') : null
  } catch {
    return null
  }
}

/** Styled through the object model: a strict policy forbids style elements and attributes, not this. */
const DIALOG_STYLE =
  'position:fixed;top:12px;left:0;right:0;margin:auto;padding:0;border:0;border-radius:12px;overflow:auto;' +
  'width:min(480px,100%);max-height:calc(100% - 24px);background:var(--fw-bg,#fff);color:var(--fw-fg,#111);' +
  // The shadow stands for ::backdrop, which cannot be reached from here.
  'box-shadow:0 0 0 100vmax #0007'
const CLOSE_STYLE =
  'float:right;width:44px;height:44px;border:0;background:none;color:inherit;font:24px sans-serif'

/** The close button stands on the page's side: a frame that never opens can be closed all the same. */
function createDialog(closeLabel: string, close: () => void): HTMLDialogElement {
  const dialog = document.createElement('dialog')
  dialog.style.cssText = DIALOG_STYLE
  const button = document.createElement('button')
  button.textContent = '×'
  button.ariaLabel = closeLabel
  button.style.cssText = CLOSE_STYLE
  button.onclick = close
  dialog.appendChild(button)
  dialog.oncancel = (event) => {
    event.preventDefault()
    close()
  }
  dialog.onclick = (event) => {
    if (event.target === dialog) close()
  }
  return dialog
}

function showDialog(dialog: HTMLDialogElement): void {
  if (typeof dialog.showModal === 'function') dialog.showModal()
  // iOS before 15.4: an unknown element, announced as what it is.
  else dialog.setAttribute('role', 'dialog')
}
