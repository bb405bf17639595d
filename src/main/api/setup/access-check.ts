import type { Answer } from '../../../shared/api/answer.ts'
import type { Draft } from '../../../shared/api/setup.ts'
import type { ReadArgs } from '../../../shared/api.ts'
import { isSameChatra } from '../../../shared/config.ts'
import { checkPublicKey, checkSecretKey, checkToken, planfixAddress } from '../../../shared/fields.ts'
import { createChatraClient } from '../../chatra/client.ts'
import { done, errorAnswer, notFound } from '../responses.ts'
import { sketchOf } from './connection.ts'
import type { SetupContext } from './context.ts'
import type { StoredDraft } from './drafts.ts'
import { accessError, isKnownToken } from './problems.ts'

/** Tests the keys; accepted values are stored, the secret in the secret store. */
export async function checkChatra(
  setup: SetupContext,
  { id, publicKey: typedPublic, secretKey: typedSecret, eitherWay }: ReadArgs<'setup.checkChatra'>,
): Promise<Answer<{ draft: Draft; certain: boolean }>> {
  const draft = await setup.drafts.get(id)
  if (draft === null) return notFound()
  const publicKey = typedPublic.trim()
  const secretKey = (typedSecret ?? (await setup.secret(id, 'CHATRA_SECRET_KEY')) ?? '').trim()
  const wrongPublic = checkPublicKey(publicKey)
  if (wrongPublic) return errorAnswer('invalid', wrongPublic, { field: 'chatra.publicKey' })
  const wrongSecret = checkSecretKey(secretKey, publicKey)
  if (wrongSecret) return errorAnswer('invalid', wrongSecret, { field: 'chatra.secretKey' })

  const baseUrl = draft.settings.chatra.baseUrl || sketchOf(id).chatra.baseUrl
  const asTyped = { publicKey, secretKey }
  let keys = asTyped
  let probed = await probe(setup, id, baseUrl, asTyped)
  const isRefused = !probed.ok && probed.error.code === 'wrong-keys'
  if (isRefused && eitherWay && checkPublicKey(secretKey) === null) {
    const swapped = { publicKey: secretKey, secretKey: publicKey }
    const again = await probe(setup, id, baseUrl, swapped)
    // Only a clear answer tells which is which; otherwise the first refusal stands.
    if (again.ok && again.value.certain) [keys, probed] = [swapped, again]
  }
  if (!probed.ok) return accessError(probed.error, baseUrl)
  const { certain } = probed.value
  const other = sameAccount(setup, id, baseUrl, keys.publicKey)
  if (other !== null)
    return errorAnswer('conflict', 'wizard.problem.chatra.same-key', {
      field: 'chatra.publicKey',
      params: { name: other },
    })
  const kept = await setup.drafts.change(id, (one) => ({
    ...one,
    settings: { ...one.settings, chatra: { ...one.settings.chatra, publicKey: keys.publicKey } },
    checked: { ...one.checked, chatra: certain ? 'accepted' : 'unverified' },
  }))
  if (kept === null) return notFound()
  if (typedSecret !== null) await setup.keepSecret(id, 'CHATRA_SECRET_KEY', keys.secretKey)
  return done({ draft: await setup.view(kept), certain })
}

function probe(
  setup: SetupContext,
  id: string,
  baseUrl: string,
  keys: { publicKey: string; secretKey: string },
) {
  const { chatra } = sketchOf(id)
  const client = createChatraClient({
    connection: { chatra: { ...chatra, publicKey: keys.publicKey, baseUrl } },
    secretKey: keys.secretKey,
    ...(setup.timeoutMs !== undefined && { timeoutMs: setup.timeoutMs }),
  })
  return client.probeKeys()
}

/** The name of another connection with this Chatra account: each of the two would deliver all of its chats. */
function sameAccount(setup: SetupContext, id: string, baseUrl: string, publicKey: string): string | null {
  const { connections } = setup.api.application.configuration
  const mine = connections.filter((one) => one.id !== id).map(({ chatra, name }) => ({ chatra, name }))
  const chatra = { baseUrl, publicKey }
  return mine.find((one) => isSameChatra(one.chatra, chatra))?.name ?? null
}

/** Finds the account of any pasted address and tests the token in it. */
export async function checkPlanfix(
  setup: SetupContext,
  { id, address, token: typed }: ReadArgs<'setup.checkPlanfix'>,
): Promise<Answer<{ draft: Draft; account: string }>> {
  const draft = await setup.drafts.get(id)
  if (draft === null) return notFound()
  const reading = planfixAddress(address)
  if (!reading.ok) return errorAnswer('invalid', reading.problem, { field: 'planfix.baseUrl' })
  const token = (typed ?? (await setup.secret(id, 'PLANFIX_TOKEN')) ?? '').trim()
  const wrong = checkToken(token)
  if (wrong) return errorAnswer('invalid', wrong, { field: 'planfix.token' })

  const { baseUrl, webUrl, account } = reading
  setup.accounts.forget(id)
  const settings = { ...draft.settings, planfix: { ...draft.settings.planfix, baseUrl } }
  const answer = await setup.accounts.of(sketchOf(id, settings), token).ask((client) => client.ping())
  if (!answer.ok && !isKnownToken(answer.error)) return accessError(answer.error, baseUrl)
  const kept = await setup.drafts.change(id, (one) => named(inAccount(one, baseUrl, webUrl), account))
  if (kept === null) return notFound()
  if (typed !== null) await setup.keepSecret(id, 'PLANFIX_TOKEN', token)
  return done({ draft: await setup.view(kept), account })
}

/** A connection without a name is called like its Planfix account; the owner may change it. */
const named = (draft: StoredDraft, account: string): StoredDraft =>
  draft.settings.name.trim() === ''
    ? { ...draft, settings: { ...draft.settings, name: account.slice(0, 100) } }
    : draft

/** The draft with an accepted account. Ids of another account are invalid in it. */
function inAccount(draft: StoredDraft, baseUrl: string, webUrl: string): StoredDraft {
  const { planfix, options } = draft.settings
  const checked = { ...draft.checked, planfix: 'accepted' as const }
  const before = planfixAddress(planfix.baseUrl)
  const moved = before.ok && before.baseUrl !== baseUrl
  if (!moved)
    return { ...draft, checked, settings: { ...draft.settings, planfix: { ...planfix, baseUrl, webUrl } } }
  return {
    ...draft,
    checked,
    employees: [],
    settings: {
      ...draft.settings,
      planfix: {
        ...planfix,
        baseUrl,
        webUrl,
        taskTemplateId: null,
        contactTemplateId: null,
        clientEmailField: null,
        participants: [],
        visitDataTag: null,
      },
      options: {
        ...options,
        completedStatusId: null,
        clientEmail: options.clientEmail === 'field' ? 'card' : options.clientEmail,
      },
    },
  }
}
