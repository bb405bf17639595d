import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

const NAME = 'org.kde.StatusNotifierWatcher'
const BUS = { path: '/org/freedesktop/DBus', destination: 'org.freedesktop.DBus' }
const CALL = 1
const RETURN = 2
const ERROR = 3

/**
 * A panel that shows tray images, as far as programs can tell: it owns the name of the StatusNotifierWatcher on a
 * session's bus, reports whether it shows anything, and keeps the names of the items that register
 * (StatusNotifierItem specification). Implements D-Bus's own protocol: one connection, little-endian messages with
 * texts and booleans.
 */
export class TrayPanel {
  /** The registered items, by the name or the path they gave. */
  readonly items: string[] = []
  /** Whether it reports that it shows its items. */
  shows: boolean
  #socket: Socket
  #serial = 1
  #unread = Buffer.alloc(0)

  private constructor(socket: Socket, shows: boolean) {
    this.#socket = socket
    this.shows = shows
  }

  /** `address` as in DBUS_SESSION_BUS_ADDRESS. Resolves when it owns the name. */
  static async start(address: string, { shows = true } = {}): Promise<TrayPanel> {
    const [, kind, place = ''] = /unix:(path|abstract)=([^,;]+)/.exec(address) ?? []
    const socket = createConnection({ path: kind === 'abstract' ? `\0${place}` : place })
    await once(socket, 'connect')
    const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
    socket.write(`\0AUTH EXTERNAL ${uid}\r\n`)
    const [said] = await once(socket, 'data')
    if (!String(said).startsWith('OK')) throw new Error(`the bus refuses: ${said}`)
    socket.write('BEGIN\r\n')
    const panel = new TrayPanel(socket, shows)
    const named = new Promise<void>((resolve) => {
      socket.on('data', (bytes: Buffer) => panel.#read(bytes, resolve))
    })
    panel.#call('Hello')
    panel.#call('RequestName', text(NAME), number(0))
    await named
    return panel
  }
  stop(): void {
    this.#socket.destroy()
  }

  #call(member: string, ...args: Value[]): void {
    this.#send(
      CALL,
      [field(1, 'o', BUS.path), field(6, 's', BUS.destination), ...memberOf(BUS, member)],
      args,
    )
  }
  #send(type: number, fields: Buffer[], args: Value[]): void {
    const signature = args.map(([kind]) => kind).join('')
    const body = joined(args.map(([, write]) => write))
    const all = signature === '' ? fields : [...fields, field(8, 'g', signature)]
    const list = joined(all.map((one) => (at) => Buffer.concat([padding(at, 8), one])))
    const head = Buffer.alloc(16)
    head.write('l')
    head.writeUInt8(type, 1)
    head.writeUInt8(1, 3)
    head.writeUInt32LE(body.length, 4)
    head.writeUInt32LE(this.#serial++, 8)
    head.writeUInt32LE(list.length, 12)
    this.#socket.write(Buffer.concat([head, list, padding(list.length, 8), body]))
  }

  #read(bytes: Buffer, named: () => void): void {
    this.#unread = Buffer.concat([this.#unread, bytes])
    while (this.#unread.length >= 16) {
      const fieldsLength = this.#unread.readUInt32LE(12)
      const bodyAt = 16 + fieldsLength + padding(fieldsLength, 8).length
      const end = bodyAt + this.#unread.readUInt32LE(4)
      if (this.#unread.length < end) return
      const message = this.#unread.subarray(0, end)
      this.#unread = this.#unread.subarray(end)
      // The second answer is that to RequestName.
      if (message[1] === RETURN && fieldsOf(message).get(5) === 2) named()
      if (message[1] === CALL) this.#answer(message, bodyAt)
    }
  }

  #answer(message: Buffer, bodyAt: number): void {
    const fields = fieldsOf(message)
    const reply = [field(5, 'u', message.readUInt32LE(8)), field(6, 's', String(fields.get(7)))]
    const args = textsIn(message, bodyAt, String(fields.get(8) ?? ''))
    const isAsked = fields.get(3) === 'Get' && args[1] === 'IsStatusNotifierHostRegistered'
    const isItem = fields.get(3) === 'RegisterStatusNotifierItem'
    if (isItem) this.items.push(args[0] ?? '')
    if (isAsked || isItem) this.#send(RETURN, reply, isAsked ? [truth(this.shows)] : [])
    else this.#send(ERROR, [...reply, field(4, 's', 'org.freedesktop.DBus.Error.UnknownMethod')], [])
  }
}

/** The type of a value, and how it is written at a position of the message: D-Bus aligns each type. */
type Value = [kind: string, write: (at: number) => Buffer]

const padding = (at: number, to: number): Buffer => Buffer.alloc((to - (at % to)) % to)
function uint(value: number): Buffer {
  const four = Buffer.alloc(4)
  four.writeUInt32LE(value)
  return four
}
const number = (value: number): Value => ['u', (at) => Buffer.concat([padding(at, 4), uint(value)])]
const text = (value: string): Value => [
  's',
  (at) => Buffer.concat([padding(at, 4), uint(Buffer.byteLength(value)), Buffer.from(`${value}\0`)]),
]
/** In a variant, as properties are. */
const truth = (value: boolean): Value => [
  'v',
  (at) => Buffer.concat([Buffer.from('\x01b\0'), padding(at + 3, 4), uint(value ? 1 : 0)]),
]
function joined(writers: ((at: number) => Buffer)[]): Buffer {
  let all = Buffer.alloc(0)
  for (const write of writers) all = Buffer.concat([all, write(all.length)])
  return all
}

/**
 * A field of the header: 1 path, 3 member, 4 name of an error, 5 serial of the call, 6 to, 7 from, 8 types of the
 * body.
 */
function field(code: number, kind: 'o' | 's' | 'g' | 'u', value: string | number): Buffer {
  const head = Buffer.from([code, 1, kind.charCodeAt(0), 0])
  if (kind === 'u') return Buffer.concat([head, uint(Number(value))])
  const bytes = Buffer.from(`${value}\0`)
  const length = kind === 'g' ? Buffer.from([bytes.length - 1]) : uint(bytes.length - 1)
  return Buffer.concat([head, length, bytes])
}
const memberOf = ({ destination }: typeof BUS, member: string) => [
  field(2, 's', destination),
  field(3, 's', member),
]

function fieldsOf(message: Buffer): Map<number, string | number> {
  const fields = new Map<number, string | number>()
  const end = 16 + message.readUInt32LE(12)
  for (let at = 16; at < end; ) {
    at += padding(at, 8).length
    const code = message.readUInt8(at)
    const kind = String.fromCharCode(message.readUInt8(at + 2))
    at += 4
    if (kind === 'u') {
      fields.set(code, message.readUInt32LE(at))
      at += 4
    } else {
      const size = kind === 'g' ? 1 : 4
      const length = size === 1 ? message.readUInt8(at) : message.readUInt32LE(at)
      fields.set(code, message.toString('utf8', at + size, at + size + length))
      at += size + length + 1
    }
  }
  return fields
}

/** The texts at the beginning of a body. */
function textsIn(message: Buffer, bodyAt: number, kinds: string): string[] {
  const texts: string[] = []
  let at = bodyAt
  for (const kind of kinds) {
    if (kind !== 's') break
    at += padding(at - bodyAt, 4).length
    const length = message.readUInt32LE(at)
    texts.push(message.toString('utf8', at + 4, at + 4 + length))
    at += 4 + length + 1
  }
  return texts
}
