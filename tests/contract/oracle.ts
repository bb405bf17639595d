import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

/**
 * Checks requests and answers against the official Planfix OpenAPI file. Where the file contradicts itself or an
 * observed answer, the exception is listed below with its section of contracts/planfix.md; nothing else is accepted.
 */
export interface OracleRequest {
  method: string
  /** Without /rest, e.g. `/task/1041`. */
  path: string
  query?: Record<string, string>
  /** Parsed JSON; undefined when there was none. */
  body?: unknown
  contentType?: string
}

export interface OracleResponse {
  method: string
  path: string
  status: number
  /** Parsed JSON, or the text; undefined or '' when empty. */
  body?: unknown
}

type Json = Record<string, unknown>
interface Operation {
  parameters?: { in: string; name: string; required?: boolean; schema?: Json }[]
  requestBody?: { content: Record<string, { schema: Json }> }
  responses: Record<string, { content?: Record<string, { schema: Json }> }>
}
interface Swagger {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json>; parameters: Record<string, Json> }
}

const file = new URL('../fixtures/planfix-swagger-1.6.9.json', import.meta.url)
const swagger = JSON.parse(readFileSync(file, 'utf8')) as Swagger
const ajv = new Ajv({ strict: false, allErrors: true })
// ajv-formats is CommonJS: under some loaders its function is the default export's default.
;((formats as unknown as { default?: typeof formats }).default ?? formats)(ajv as never)
for (const name of ['int32', 'int64', 'password', 'binary']) ajv.addFormat(name, true)

/** What is wrong with a request, as "where: what"; empty when the file documents all of it. */
export function checkRequest({ method, path, query = {}, body, contentType }: OracleRequest): string[] {
  const found = findOperation(method, path)
  if (!found) return [`${method} ${path}: not a documented operation`]
  const { operation, params, template } = found
  const problems = parameterProblems(operation, 'path', params)
  problems.push(...parameterProblems(operation, 'query', query))
  const content = operation.requestBody?.content
  if (!content) {
    if (body !== undefined && body !== '') problems.push('body: none is documented')
    return problems
  }
  const type = Object.keys(content).find((documented) => contentType?.startsWith(documented))
  if (!type)
    return [...problems, `content-type: ${contentType} instead of ${Object.keys(content).join(', ')}`]
  if (type !== 'application/json') return problems
  const validate = compiled(`${method} ${template} request`, () => content[type]?.schema, 'request')
  return [...problems, ...validationProblems(validate, body)]
}

/** What is wrong with an answer; empty when the file, or an exception below, documents it. */
export function checkResponse({ method, path, status, body }: OracleResponse): string[] {
  const found = findOperation(method, path)
  if (!found) return [`${method} ${path}: not a documented operation`]
  const { operation, template } = found
  const failure = isFailure(body) ? body : undefined
  if (failure) {
    const shape = compiled('failure', () => ref('ApiResponseError'), 'response')
    const problems = validationProblems(shape, body)
    if (status >= 200 && status < 300) return problems // §3: several clients test for "result":"fail" inside a 2xx
    if (operation.responses[status] || allowedFailure(`${method} ${template}`, status, failure.code))
      return problems
    return [...problems, `${method} ${template}: ${status} with code ${failure.code} is not documented`]
  }
  if (allowedWithoutBody(status)) return []
  const documented = operation.responses[status]
  if (!documented) return [`${method} ${template}: status ${status} is not documented`]
  if (status === 302) return []
  const schema = documented.content?.['application/json']?.schema
  if (body === undefined || body === '') {
    const empty = !schema || `${method} ${template}` in { 'POST /task/{id}': 1, 'POST /contact/{id}': 1 }
    return empty ? [] : ['body: empty'] // §6.2: what a plain update answers is unknown → update-answer
  }
  if (!schema) return ['body: none is documented']
  const validate = compiled(`${method} ${template} ${status}`, () => schema, 'response')
  return validationProblems(validate, body)
}

// ---- exceptions: statuses ---------------------------------------------------------------------------------------

/** Failures of every operation, and the few of single operations that the file omits. */
function allowedFailure(operation: string, status: number, code: number): boolean {
  if (status === 401 && code === 1) return true // §1 wrong token
  if (status === 405 && code === 5) return true // §1 scope not granted
  if (status === 403 && code === 22) return true // §2 daily limit, [SEEN] CHK
  if (status === 429) return true // §2 → over-rps
  if ([400, 401, 403].includes(status) && [2, 10, 11, 16, 20, 21, 23].includes(code)) return true // §3 → account-state
  if (status === 400 && [30, 40, 41].includes(code)) return true // §3 general codes: bad JSON, missing, not allowed
  const own: Record<string, [number, number][]> = {
    'GET /comment/{id}': [[400, 5000]], // §3 code list; the file documents no failure at all
    'DELETE /comment/{id}': [[400, 5000]], // the same
    'POST /comment/list': [[400, 0]], // §7 without filters, [SEEN] GAL
    'GET /task/{id}/files': [[400, 1000]], // §3 code list; the file lists 401 alone
  }
  return (own[operation] ?? []).some(([allowed, with_]) => allowed === status && with_ === code)
}

/** §2: 504 occurs [SEEN] TAM; a 429 without a body → over-rps. */
const allowedWithoutBody = (status: number) => status === 504 || status === 429

// ---- exceptions: schemas ----------------------------------------------------------------------------------------

type Side = 'request' | 'response'
const text = { type: 'string' }
const integerOrText = { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^(contact|user):\\d+$' }] }

/** Changes to a component's properties. `side` absent: both. */
const componentExceptions: Record<string, { add: Json; side?: Side }[]> = {
  CustomFieldValueRequest: [{ add: { value: {} } }], // §4: schema object, every example a plain value
  CustomFieldValueResponse: [{ add: { value: {}, stringValue: text } }], // §4, stringValue [SEEN] GAL, PFIX
  TaskCreateRequest: [{ add: { counterparty: counterparty() } }], // §6.1: schema string, example {"id":5}
  TaskUpdateRequest: [{ add: { counterparty: counterparty() } }],
  TaskResponse: [{ add: { dateOfLastComment: ref('TimePoint'), ...source() } }], // §6.3; §5: unset values are ""
  ContactResponse: [{ add: { id: integerOrText, avatarUrl: text, ...source() } }], // §8 prefixedId; §5
  CommentResponse: [{ add: source() }], // §5
  UserResponse: [{ add: { id: integerOrText, ...source() } }], // §9 prefixedId; §5
  FileResponse: [{ add: { downloadUrl: text } }], // §10: named in the text, not in the schema
  ApiResponseError: [{ add: { timeToReset: { type: 'number' } } }], // §2 [SEEN] CHK
}

/** Changes to inline schemas of one operation, found by the property that is there. */
function inlineExceptions(name: string, properties: Json): Json {
  const added: Json = {}
  if (properties.filed) added.field = text // §7 resultOrder: `field` in the example, `filed` in the schema
  if (properties.failures) {
    added.result = text // §6.2 → update-answer
    added.failures = { anyOf: [properties.failures, ref('Failure')] } // §6.2 → failures-shape
  }
  if (properties.dataTags && /datatag\/list/.test(name)) added.dataTag = properties.dataTags // §11 → datatag-list-key
  // §6.1 assigner-contact and §8 email-duplicate, position in-failures: a create may name what it did not take.
  if (/^POST \/(task|contact)\/ 201/.test(name)) {
    added.failures = { anyOf: [{ type: 'array', items: ref('Failure') }, ref('Failure')] }
  }
  return added
}

function counterparty(): Json {
  return { type: 'object', additionalProperties: false, properties: { id: { type: ['string', 'integer'] } } }
}
function source(): Json {
  return { sourceObjectId: { anyOf: [{ type: 'string', format: 'uuid' }, { const: '' }] } }
}
function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` }
}

/** §8: filter types that the help documents and the file's enumeration lacks. */
const extraFilterTypes: Record<string, number[]> = { ComplexContactFilter: [38, 4026, 4203] }

// ---- conversion to JSON Schema ----------------------------------------------------------------------------------

const validators = new Map<string, ValidateFunction>()

function compiled(name: string, schema: () => Json | undefined, side: Side): ValidateFunction {
  const known = validators.get(name)
  if (known) return known
  const schemas = Object.entries(swagger.components.schemas)
  const definitions = Object.fromEntries(schemas.map(([key, value]) => [key, prepare(value, side, key)]))
  definitions.Failure = {
    type: 'object',
    additionalProperties: false,
    properties: { field: text, error: text },
  }
  const root = prepare(schema() ?? {}, side, name)
  const validate = ajv.compile({ allOf: [root], components: { schemas: definitions } })
  validators.set(name, validate)
  return validate
}

/** OpenAPI 3.0 to JSON Schema: nullable, enums written as "1 // meaning", and no unknown properties anywhere. */
function prepare(node: unknown, side: Side, name: string): Json {
  const schema = { ...(node as Json) }
  for (const key of ['example', 'x-examples', 'title', 'description', 'default']) delete schema[key]
  if (schema.type === 'string') delete schema.maximum
  // A person's id is a string with the format int64, which only numbers could have (§4 prefixed ids).
  if (schema.type === 'string' && schema.format === 'int64') delete schema.format
  if (schema.properties) {
    const own = schema.properties as Record<string, unknown>
    const properties = Object.fromEntries(
      Object.entries(own).map(([key, value]) => [key, prepare(value, side, key)]),
    )
    Object.assign(properties, inlineExceptions(name, properties))
    for (const { add, side: only } of componentExceptions[name] ?? []) {
      if (!only || only === side) Object.assign(properties, add)
    }
    schema.properties = properties
    schema.additionalProperties ??= false
  }
  if (schema.items) schema.items = prepare(schema.items, side, name)
  for (const key of ['allOf', 'anyOf', 'oneOf']) {
    if (Array.isArray(schema[key]))
      schema[key] = (schema[key] as unknown[]).map((part) => prepare(part, side, ''))
  }
  if (Array.isArray(schema.enum)) schema.enum = enumOf(schema, name)
  if (name.startsWith('Complex') && schema.properties) widenFilter(schema, name)
  if (name === 'TimePoint') return { anyOf: [schema, { type: 'string', pattern: timeText }] }
  if (schema.nullable === true) {
    delete schema.nullable
    return { anyOf: [schema, { type: 'null' }] }
  }
  return schema
}

/** §4: a TimePoint is written also as the string "dd-MM-yyyy HH:mm:ss". */
const timeText = '^\\d{2}-\\d{2}-\\d{4} \\d{2}:\\d{2}:\\d{2}$'

function enumOf(schema: Json, name: string): unknown[] {
  const values = schema.enum as unknown[]
  if (schema.type === 'number' || schema.type === 'integer') {
    return values.map((value) => Number(String(value).split(' ')[0]))
  }
  return name === 'communicationLanguageCode' ? String(values[0]).split(' - ') : values
}

function widenFilter(schema: Json, name: string): void {
  const properties = schema.properties as Record<string, { enum?: unknown[] }>
  properties.type?.enum?.push(...(extraFilterTypes[name] ?? []))
  properties.operator?.enum?.push('have', 'nothave') // §4: string fields, [DOC] H
}

interface Found {
  operation: Operation
  template: string
  params: Record<string, string>
}

/** Literal segments win over parameters: /task/list is not /task/{id}. */
function findOperation(method: string, path: string): Found | undefined {
  const candidates = Object.entries(swagger.paths)
    .flatMap(([template, operations]) => {
      const operation = operations[method.toLowerCase()]
      const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
      const match = new RegExp(`^${template.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path)
      if (!operation || !match) return []
      const params = Object.fromEntries(names.map((name, n) => [name, match[n + 1] ?? '']))
      return [{ operation, template, params }]
    })
    .sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)
  return candidates[0]
}

function parameterProblems(operation: Operation, place: string, given: Record<string, string>): string[] {
  const documented = (operation.parameters ?? []).filter((parameter) => parameter.in === place)
  const problems = documented
    .filter(({ name, required }) => required && given[name] === undefined)
    .map(({ name }) => `${place}.${name}: missing`)
  for (const [name, value] of Object.entries(given)) {
    const parameter = documented.find((entry) => entry.name === name)
    if (!parameter) problems.push(`${place}.${name}: not documented here`)
    else if (!parameterFits(parameter.schema ?? {}, value))
      problems.push(`${place}.${name}: ${value} does not fit`)
  }
  return problems
}

function parameterFits(schema: Json, value: string): boolean {
  if (schema.type === 'boolean') return value === 'true' || value === 'false'
  if (schema.type === 'integer' || schema.type === 'number') return /^\d+$/.test(value)
  if (schema.format === 'uuid') return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
  return true
}

const isFailure = (body: unknown): body is { code: number } =>
  typeof body === 'object' && body !== null && (body as Json).result === 'fail'

function validationProblems(validate: ValidateFunction, body: unknown): string[] {
  if (validate(body)) return []
  return (validate.errors ?? []).map(
    (error) => `body${error.instancePath}: ${error.message ?? ''} ${JSON.stringify(error.params)}`,
  )
}
