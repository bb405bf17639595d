import { Socket } from 'node:net'

/**
 * The connections of one program to its database. Where the network loses a line without a word, each of them would be
 * found dead only by a question that waits for its answer in vain.
 */
export class Line {
  readonly #sockets = new Set<Socket>()

  /** For a client of `pg`. */
  readonly stream = (): Socket => {
    const socket = new Socket()
    this.#sockets.add(socket)
    return socket.once('close', () => this.#sockets.delete(socket))
  }

  /** One of them is dead: what waits for the others is told at once, and the next questions open new ones. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy(new Error('Connection terminated: the line is lost'))
  }
}
