import { type Connection, parseConfiguration } from '../../../src/shared/config.ts'

/** A connection as the configuration file would give it. */
export function connectionTo(
  baseUrl: string,
  planfix: Record<string, unknown> = {},
  options: Record<string, unknown> = {},
): Connection {
  const parsed = parseConfiguration({
    connections: [
      {
        id: 'shop',
        name: 'shop.example',
        chatra: { publicKey: 'public' },
        planfix: { baseUrl, taskTemplateId: 12, contactTemplateId: 5, requestsPerSecond: 1000, ...planfix },
        options,
      },
    ],
  })
  if (!parsed.ok) throw new Error(parsed.problems.join('; '))
  return parsed.value.connections[0]!
}
