import type { Push } from '../../../shared/api.ts'

/** The receiver of texts: the used part of a WebSocket. */
export interface Wire {
  /** Bytes waiting to be sent. */
  readonly bufferedAmount: number
  /** `sent` is called when the text was sent, or never will be. */
  send(text: string, sent: () => void): void
}

/**
 * Sends pushes to one page, in order. A slow page gets no endless queue: pending pushes are merged into the
 * newest state and a note to read messages again.
 */
export interface PushBuffer {
  /** All earlier pushes wait for this. */
  open(first: StatePush): void
  /** `text` is `push` serialised, once for all pages. */
  tell(push: Push, text: string): void
}

type StatePush = Extract<Push, { event: 'state' }>
type CheckUpPush = Extract<Push, { event: 'checkUp' }>

/** Maximum waiting bytes: some 15 full pages of the log. */
const MOST_WAITING_BYTES = 1_000_000
/** Small, rare events; the oldest are in `events.list` anyway. */
const MOST_NOTICES = 100

interface Waiting {
  state: StatePush | null
  checkUp: CheckUpPush | null
  messages: boolean
  notices: Push[]
}

export function createPushBuffer(wire: Wire): PushBuffer {
  let opened = false
  let buffered: Waiting | null = nothing()

  const hasRoom = () => wire.bufferedAmount <= MOST_WAITING_BYTES
  const write = (text: string) => wire.send(text, caughtUp)
  const tell = (push: Push, text: string) => {
    if (buffered === null && hasRoom()) return write(text)
    buffered ??= nothing()
    buffer(buffered, push)
  }
  function caughtUp() {
    if (buffered === null || !opened || !hasRoom()) return
    const waiting = unfolded(buffered)
    buffered = null
    for (const push of waiting) tell(push, JSON.stringify(push))
  }

  return {
    tell,
    open(first) {
      opened = true
      // A snapshot pushed while the first one was made may be the older of the two.
      if (buffered?.state && buffered.state.value.time < first.value.time) buffered.state = null
      write(JSON.stringify(first))
      caughtUp()
    },
  }
}

const nothing = (): Waiting => ({ state: null, checkUp: null, messages: false, notices: [] })

function buffer(buffered: Waiting, push: Push): void {
  switch (push.event) {
    case 'state':
      buffered.state = push
      return
    case 'checkUp':
      buffered.checkUp = push
      return
    case 'messages':
      buffered.messages = true
      return
    default:
      buffered.notices.push(push)
      if (buffered.notices.length > MOST_NOTICES) buffered.notices.shift()
  }
}

const unfolded = ({ state, checkUp, messages, notices }: Waiting): Push[] => [
  ...(state === null ? [] : [state]),
  ...(messages ? [{ event: 'messages' as const, value: { rows: [], more: true } }] : []),
  ...notices,
  ...(checkUp === null ? [] : [checkUp]),
]
