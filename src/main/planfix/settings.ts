import type { Connection } from '../../shared/config.ts'

/** The settings of a connection that the operations need. */
export interface Settings {
  /** UUIDv5 of the connection, sent only where the operation takes it (contracts/planfix.md §5). */
  sourceId: string
  taskTemplateId: number | null
  contactTemplateId: number | null
  clientEmail: Connection['options']['clientEmail']
  /** For `clientEmail: 'field'`. */
  clientEmailField: number | null
  visitDataTag: Connection['planfix']['visitDataTag']
  completedStatusId: number | null
  now: () => number
}
