import { z } from 'zod'
import { isReading } from '../../../shared/api/access/roles.ts'
import { callError } from '../../../shared/api/answer.ts'
import { type CallName, calls } from '../../../shared/api.ts'

/** The contract as an OpenAPI document: made from the schemas that check each call, so it cannot differ from them. */
export function openApi(version: string): object {
  const names = Object.keys(calls) as CallName[]
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chatra–Planfix Bridge',
      version,
      description:
        'Each call is a POST with its arguments as JSON. The answer is {"ok":true,"value":…} or {"ok":false,"error":…}. Make a key with: bridge key add NAME --role ROLE',
    },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    security: [{ key: [] }],
    paths: Object.fromEntries(names.map((name) => [`/api/call/${name}`, { post: operation(name) }])),
  }
}

function operation(name: CallName) {
  const { args, result } = calls[name]
  return {
    operationId: name,
    tags: [name.split('.')[0]],
    summary: isReading(name) ? 'Reads' : 'May change something',
    requestBody: { required: true, content: json(schemaOf(args, 'input')) },
    responses: {
      200: {
        description: 'The answer',
        content: json({
          oneOf: [
            answer(true, { value: schemaOf(result, 'output') }),
            answer(false, { error: schemaOf(callError, 'output') }),
          ],
        }),
      },
      401: { description: 'No valid key' },
    },
  }
}

const json = (schema: object) => ({ 'application/json': { schema } })
const answer = (ok: boolean, properties: Record<string, object>) => ({
  type: 'object',
  properties: { ok: { const: ok }, ...properties },
  required: ['ok', ...Object.keys(properties)],
})
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
