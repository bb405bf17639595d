import type { z } from 'zod'
import type { Words } from '../../shared/api/answer.ts'
import { LIMITS, pathOf } from '../../shared/config.ts'

/** One problem of a configuration. */
export interface SettingsProblem {
  /** `connections[0].planfix.baseUrl`; empty for the whole. */
  path: string
  /** For the owner. */
  words: Words
  /** For the person who edits the file. */
  message: string
}

/** Converts zod's issues to texts for the owner (`settings.problem.*`). Pure. */
export function problemsOf(issues: readonly z.core.$ZodIssue[]): SettingsProblem[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      return [{ path: pathOf(issue.path), words: wordsOf(issue), message: issue.message }]
    }
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key]),
      words: say('unknown-key', { name: key }),
      message: 'unknown key',
    }))
  })
}

function wordsOf(issue: z.core.$ZodIssue): Words {
  const name = issue.path.findLast((part) => typeof part === 'string') ?? ''
  if (Object.hasOwn(LIMITS, name)) {
    const [min, max] = LIMITS[name as keyof typeof LIMITS]
    return say('range', { min, max })
  }
  if (/^(?:port|remotePort)$/i.test(name)) return say('range', { min: name === 'port' ? 1 : 0, max: 65_535 })
  switch (issue.code) {
    case 'custom':
      return customWords(issue.params ?? {})
    case 'invalid_format':
      if (issue.format === 'email') return say('email')
      return BY_NAME[name] ?? say('unknown')
    case 'too_small':
      return issue.origin === 'string' ? say('empty') : say('unknown')
    case 'too_big':
      return issue.origin === 'string' ? say('too-long', { max: Number(issue.maximum) }) : say('unknown')
    case 'invalid_type':
      // JSON and forms have no "undefined": the key is missing.
      return issue.input === undefined && issue.message.endsWith('undefined')
        ? say('empty')
        : (BY_NAME[name] ?? say('unknown'))
    default:
      return say('unknown')
  }
}

/** Problems that config.ts finds itself, by the name it gives them. */
function customWords({ problem, name, other }: Record<string, unknown>): Words {
  switch (problem) {
    case 'address':
    case 'same-id':
    case 'empty':
      return say(problem)
    case 'same-key':
      return say(problem, { name: String(name), other: String(other) })
    default:
      return say('unknown')
  }
}

const say = (key: string, params: Words['params'] = {}): Words => ({ key: `settings.problem.${key}`, params })

/** The required format of a text, by the name of the field. */
const BY_NAME: Record<string, Words> = {
  id: say('id'),
  publicKey: say('key'),
  from: say('time'),
  to: say('time'),
  participants: say('participant'),
  webhookSecret: say('webhook-secret'),
  host: say('host'),
  domain: say('host'),
  remoteHost: say('host'),
  hostKey: say('host-key'),
}
