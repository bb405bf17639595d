import type { AxiosAdapter } from 'axios'
import { SlotWithdrawn, type Store } from '../engine/ports.ts'
import type { Elsewhere } from '../hosting/elsewhere.ts'
import { downloadFrom } from '../ingress/address-download.ts'
import type { FileCache } from '../ingress/file-cache.ts'
import type { FileDownload } from '../webhooks/file-download.ts'
import type { FileLinks, LinkedFile } from '../webhooks/file-links.ts'
import { canSpare } from './accounts/request-quotas.ts'
import type { RuntimeSupervisor } from './supervisor.ts'
import { isOn, unitOf } from './units/unit.ts'

export interface FileDownloadsOptions {
  links: FileLinks
  files: FileCache
  supervisor: RuntimeSupervisor
  store: Pick<Store, 'message'>
  /** Units that other hosts carry; null = there are none. */
  elsewhere: Pick<Elsewhere, 'file'> | null
  /** Replaces Node's HTTP: a simulated network. */
  exchange?: AxiosAdapter | undefined
}

/** Serves the files that our links lead to: those of Planfix, and those of messages of the Chat API. */
export class FileDownloads {
  private readonly options: FileDownloadsOptions

  constructor(options: FileDownloadsOptions) {
    this.options = options
  }

  /** Null: the link leads to nothing (any more); `later`: the file cannot be read at present. */
  async get(token: string): Promise<FileDownload | 'later' | null> {
    const { links, files, supervisor, elsewhere } = this.options
    const file = links.open(token)
    if (!file || !isOn(supervisor.configuration, file.connectionId)) return null
    const settings = supervisor.configuration.connections.find(({ id }) => id === file.connectionId)!
    if ('messageId' in file) return this.ofMessage(file, settings.planfix.baseUrl)
    const connection = supervisor.connections.get(file.connectionId)
    if (!connection) return elsewhere?.file(unitOf(settings), token, file.name) ?? null
    const { planfix } = connection
    try {
      const download = async () => {
        // With the lowest priority: a file that a visitor opens must not delay the reading of replies.
        await planfix.rateLimiter.slot(3, `file:${file.fileId}`)
        const got = await planfix.download(file.fileId)
        return got.ok ? { body: got.value.stream, size: got.value.size, type: got.value.type } : null
      }
      const mayAsk = async () => canSpare(connection.account.quota.state())
      const got = await files.get(`${settings.planfix.baseUrl} ${file.fileId}`, download, mayAsk)
      if (got === 'gone') return null
      return got === 'later' ? got : { ...got, name: file.name }
    } catch (error) {
      // The configuration is being changed: the next runtime reads the file, unless it no longer has the
      // connection.
      if (!(error instanceof SlotWithdrawn) || supervisor.isStopping) throw error
      await supervisor.settled()
      return this.get(token)
    }
  }

  /** The file at the address that the message names: Chatra's, or Planfix's for people without an account. */
  private async ofMessage(
    { messageId, index, name }: Extract<LinkedFile, { messageId: number }>,
    account: string,
  ): Promise<FileDownload | 'later' | null> {
    const { store, files, exchange } = this.options
    const url = (await store.message(messageId))?.files[index]?.url ?? null
    if (url === null) return null
    const got = await files.get(
      `message ${messageId} ${index}`,
      () => downloadFrom(url, account, exchange),
      async () => true,
    )
    if (got === 'gone') return null
    return got === 'later' ? got : { ...got, name }
  }
}
