import type { SimRequest, SimResponse } from '../../common/server.ts'
import { type RestPipeline, underWriteOutcome } from '../rest/rest-pipeline.ts'
import { type ChatServices, invalid, reads, writes } from './commands.ts'
import { readForm } from './form.ts'

const secondMs = 1000

/** POST {webUrl}/webchat/api (contracts/planfix.md §12.1): a form in, JSON or nothing out. */
export async function answerChat(
  gate: RestPipeline,
  services: ChatServices,
  request: SimRequest,
): Promise<SimResponse> {
  const { account } = gate
  if (request.method !== 'POST') return { status: 405, body: { error: 'Method not allowed' } }
  const form = readForm(request)
  if (form.get('planfix_token') !== account.chat.token)
    return { status: 401, body: { error: 'Invalid token' } }
  if (account.switches['webchat-counts-as-rest'] === 'yes') {
    const refused = await gate.limits.admit()
    if (refused) return refused
  }
  if (isOverLimit(gate))
    return { status: 429, headers: { 'retry-after': '1' }, body: { error: 'Too many requests' } }
  const cmd = form.get('cmd')
  const channel = account.chat.channels.get(form.get('providerId'))
  if (!channel) return invalid
  const command = { account, channel, form, services }
  const write = Object.hasOwn(writes, cmd) ? writes[cmd] : undefined
  if (write) return underWriteOutcome(gate, async () => write(command))
  const read = Object.hasOwn(reads, cmd) ? reads[cmd] : undefined
  return read ? read(command) : invalid
}

/** The switch `webchat-limit`, by the account's own clock. */
function isOverLimit({ account }: RestPipeline): boolean {
  if (account.switches['webchat-limit'] !== '429') return false
  const { chat } = account
  const now = account.now()
  chat.admitted = chat.admitted.filter((time) => now - time < secondMs)
  if (chat.admitted.length >= chat.requestsPerSecond) return true
  chat.admitted.push(now)
  return false
}
