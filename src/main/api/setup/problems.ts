import { type BridgeError, stopsSide } from '../../../shared/errors.ts'
import type { Problem } from '../../../shared/fields.ts'
import { errorAnswer, errorAnswerOf, type Refusal } from '../responses.ts'

/** Why Chatra or Planfix refused a test, with the field to correct. `address` is the called address. */
export function accessError(error: BridgeError, address: string): Refusal {
  const { key, field } = error.side === 'chatra' ? ofChatra(error) : ofPlanfix(error, address)
  return errorAnswer('service', key, {
    params: { host: URL.canParse(address) ? new URL(address).host : address },
    detail: error.detail,
    ...(field !== null && { field }),
  })
}

/** Why an account that accepted the keys before did not answer a call. */
export function questionError(error: BridgeError, address: string): Refusal {
  const aboutAccess = error.network !== undefined || error.code === 'failing' || stopsSide(error)
  return aboutAccess ? accessError(error, address) : errorAnswerOf(error)
}

/** The connection of a draft is not in the settings yet. */
export const notActive = () => errorAnswer('conflict', 'wizard.problem.not-active')

interface Found {
  key: Problem
  /** Null when no typed value is wrong. */
  field: string | null
}
const found = (key: Problem, field: string | null = null): Found => ({ key, field })

function ofChatra({ code, network, status = 0 }: BridgeError): Found {
  if (network) return found(`wizard.problem.network.${network}`)
  switch (code) {
    case 'wrong-keys':
      return found('wizard.problem.chatra.wrong-keys', 'chatra.secretKey')
    case 'no-plan':
    case 'unpaid':
    case 'rate-limited':
      return found(`wizard.problem.chatra.${code}`)
    case 'failing':
      // A proxy or a login page redirects.
      return status >= 300 && status < 400
        ? found('wizard.problem.chatra.not-chatra')
        : found('wizard.problem.chatra.failing')
    default:
      return found('wizard.problem.chatra.not-chatra')
  }
}

function ofPlanfix(error: BridgeError, address: string): Found {
  const { code, network } = error
  if (network) return found(`wizard.problem.network.${network}`, 'planfix.baseUrl')
  switch (code) {
    case 'wrong-keys':
      // Any server may ask for a password; only Planfix says with its own code that the token is unknown.
      if (error.vendorCode === undefined && !isPlanfixHost(address)) break
      return found('wizard.problem.planfix.wrong-token', 'planfix.token')
    case 'no-plan':
    case 'unpaid':
    case 'daily-limit':
    case 'rate-limited':
    case 'failing':
      return found(`wizard.problem.planfix.${code}`)
  }
  return found('wizard.problem.planfix.not-planfix', 'planfix.baseUrl')
}

const isPlanfixHost = (address: string) => /^https:\/\/[^/]+\.planfix\.[a-z]+(?::\d+)?\//.test(`${address}/`)

/** The token is valid and only lacks a right: Planfix says so with its own code (5, 6). */
export const isKnownToken = (error: BridgeError): boolean =>
  error.code === 'missing-scope' && error.vendorCode !== undefined
