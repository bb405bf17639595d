import { hkdfSync, randomBytes } from 'node:crypto'
import type { Configuration, Connection } from '../../shared/config.ts'
import type { Clock } from '../engine/ports.ts'
import { createFileLinks, type FileLinks } from '../webhooks/file-links.ts'

/**
 * Links to files by the current configuration. Each connection's links are sealed with a key derived from its
 * webhook secret: stable over restarts, never stored, and independent of other connections.
 */
export function connectionLinks(options: {
  configuration: () => Configuration
  /** The receiver's public address. */
  publicUrl: () => string | null
  clock: Pick<Clock, 'now'>
}): FileLinks {
  const opened = new Map<string, FileLinks>()
  /** For connections without a secret: their links are valid until the program exits. */
  const spare = randomBytes(32)

  const linksOf = ({ id, webhookSecret }: Connection): FileLinks => {
    const name = `${id}\n${webhookSecret ?? ''}`
    let links = opened.get(name)
    if (links === undefined) {
      const key = hkdfSync('sha256', webhookSecret ?? spare, '', `file links of ${id}`, 32)
      const { publicUrl, clock } = options
      links = createFileLinks({ key: Buffer.from(key), publicUrl, clock })
      opened.set(name, links)
    }
    return links
  }

  return {
    link(connectionId, fileId, name) {
      const connection = options.configuration().connections.find((one) => one.id === connectionId)
      return connection ? linksOf(connection).link(connectionId, fileId, name) : null
    },
    messageLink(connectionId, messageId, index, name) {
      const connection = options.configuration().connections.find((one) => one.id === connectionId)
      return connection ? linksOf(connection).messageLink(connectionId, messageId, index, name) : null
    },
    open(token) {
      for (const connection of options.configuration().connections) {
        const file = linksOf(connection).open(token)
        if (file?.connectionId === connection.id) return file
      }
      return null
    },
  }
}
