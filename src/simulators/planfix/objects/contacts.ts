import { contactBody } from '../rest/bodies.ts'
import { storeCustomFields } from '../rest/fields.ts'
import { type Call, type Route, refuse, success } from '../rest/routing.ts'
import { knownBySource, rememberSource, sourceOf } from '../rest/sources.ts'
import { answerUpdate, type Failure, failed, shownFailures } from '../rest/updates.ts'
import { type Account, livingContact, personExists, type SimContact, tokenUser, touch } from '../state.ts'
import { showContact } from './contact-view.ts'
import { fileIds, idIn, notFound, requireFiles } from './tasks.ts'

/** POST /contact/, POST /contact/{id}, GET /contact/{id} (contracts/planfix.md §8). */
export const contactRoutes: Route[] = [
  {
    method: 'POST',
    path: '/contact/',
    scope: 'contact_add',
    body: contactBody,
    write: true,
    run: (call) => create(call),
  },
  {
    method: 'POST',
    path: '/contact/{id}',
    scope: 'contact_update',
    query: { silent: 'boolean' },
    body: contactBody,
    write: true,
    run: (call) => {
      const contact = livingContact(call.account, call.params.id)
      if (!contact) return refuse(404, 2000, `Contact for update not found by id ${bare(call.params.id)}`)
      sourceOf(call.account, 'contact', call.body)
      return answerUpdate(call, () => update(call, contact))
    },
  },
  {
    method: 'GET',
    path: '/contact/{id}',
    scope: 'contact_readonly',
    query: { fields: 'string', sourceId: 'uuid' },
    run: ({ account, params, query }) => {
      const contact = livingContact(account, params.id)
      if (!contact) return refuse(404, 2000, notFound(params.id))
      return success({
        contact: showContact(account, contact, query.fields, query.sourceId, undefined),
      })
    },
  },
]

const bare = (id: string | undefined) => String(id).replace('contact:', '')
const emailPattern = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/

function create(call: Call) {
  const { account, body } = call
  const source = sourceOf(account, 'contact', body)
  const known = knownBySource(account, 'contact', source)
  if (known !== undefined) return success({ id: known }, 201)
  const templateId = idIn(body.template)
  requireTemplate(account, templateId)
  if (!body.name && !body.lastname) refuse(400, 2006, 'Contact has no name')
  const email = String(body.email ?? '')
  if (email && !emailPattern.test(email)) refuse(400, 2004, 'Bad email')
  requireFiles(account, body.files)
  const failures: Failure[] = []
  if (email && emailTaken(account, email)) refuseDuplicate(account, failures)

  const contact = addContact(account, {
    name: String(body.name ?? ''),
    lastname: String(body.lastname ?? ''),
    email: failures.length > 0 ? '' : email,
    phones: (body.phones as SimContact['phones'] | undefined) ?? [],
    isCompany: body.isCompany === true,
    files: fileIds(body.files),
    other: otherFields(body),
    ...(templateId !== undefined && { templateId }),
    ...source,
  })
  storeCustomFields(contact.customFields, body.customFieldData, knownFields(account, templateId))
  rememberSource(account, 'contact', source, contact.id)
  const shown = failures.length > 0 ? { failures: shownFailures(call, failures) } : {}
  return success({ id: contact.id, ...shown }, 201)
}

/** Stores a contact of any author. */
export function addContact(account: Account, fields: Partial<SimContact>): SimContact {
  const contact: SimContact = {
    id: account.ids.contact++,
    name: '',
    lastname: '',
    email: '',
    additionalEmailAddresses: [],
    phones: [],
    isCompany: false,
    isDeleted: false,
    createdAt: account.now(),
    updatedAt: account.now(),
    addedBy: tokenUser(account),
    customFields: new Map(),
    files: [],
    other: {},
    feed: [],
    ...fields,
  }
  account.contacts.set(contact.id, contact)
  account.version++
  return contact
}

function update(call: Call, contact: SimContact): Failure[] {
  const { account, body } = call
  const failures: Failure[] = []
  const attempt = (field: string, allowed: boolean, apply: () => void) => {
    if (body[field] === undefined) return
    if (allowed) apply()
    else failures.push(failed(field))
  }
  const wantedName = String(body.name ?? contact.name) || String(body.lastname ?? contact.lastname)
  attempt('name', wantedName !== '', () => (contact.name = String(body.name)))
  attempt('lastname', wantedName !== '', () => (contact.lastname = String(body.lastname)))
  const email = String(body.email ?? '')
  const taken =
    email !== '' && account.switches['email-duplicate'] !== 'allowed' && emailTaken(account, email, contact)
  attempt('email', !taken && (email === '' || emailPattern.test(email)), () => (contact.email = email))
  attempt('phones', true, () => (contact.phones = body.phones as SimContact['phones']))
  attempt('isCompany', body.isCompany === contact.isCompany, () => undefined)
  const templateId = idIn(body.template)
  attempt(
    'template',
    account.contactTemplates.some(({ id }) => id === templateId),
    () => (contact.templateId = templateId as number),
  )
  attempt(
    'files',
    fileIds(body.files).every((id) => account.files.has(id)),
    () => (contact.files = fileIds(body.files)),
  )
  const supervisors = ((body.supervisors as { users?: { id: string }[] })?.users ?? []).map(({ id }) => id)
  attempt(
    'supervisors',
    supervisors.every((id) => personExists(account, id)),
    () => undefined,
  )
  Object.assign(contact, sourceOf(account, 'contact', body))
  Object.assign(contact.other, otherFields(body))
  storeCustomFields(contact.customFields, body.customFieldData, knownFields(account, contact.templateId))
  touch(account, contact)
  return failures
}

/** Required in practice; the switch `contact-template` decides how its absence is refused. */
function requireTemplate(account: Account, templateId: number | undefined): void {
  const known = account.contactTemplates.some(({ id }) => id === templateId)
  if (templateId !== undefined && !known) refuse(400, 41, `Template not find by id ${templateId}`)
  const position = account.switches['contact-template']
  if (templateId !== undefined || position === 'optional') return
  if (position === 'required-400-code40') refuse(400, 40, 'template is required')
  refuse(400, 2001, 'Rest API error')
}

/** Used by a contact, company or employee already (§8). */
function emailTaken(account: Account, email: string, except?: SimContact): boolean {
  const wanted = email.toLowerCase()
  for (const contact of account.contacts.values()) {
    if (contact === except || contact.isDeleted) continue
    if ([contact.email, ...contact.additionalEmailAddresses].some((have) => have.toLowerCase() === wanted))
      return true
  }
  return [...account.users.values()].some((user) => user.email.toLowerCase() === wanted)
}

function refuseDuplicate(account: Account, failures: Failure[]): void {
  const position = account.switches['email-duplicate']
  if (position === '400-code2001') refuse(400, 2001, 'Rest API error')
  if (position === '400-code2005') refuse(400, 2005, 'Email is not unique')
  if (position === 'in-failures') failures.push(failed('email'))
}

const knownFields = (account: Account, templateId: number | undefined) =>
  account.contactTemplates.find(({ id }) => id === templateId)?.customFields ?? []

const keptFields = [
  'midname',
  'gender',
  'description',
  'address',
  'site',
  'skype',
  'telegram',
  'telegramId',
  'facebook',
  'instagram',
  'viberId',
  'position',
  'languageCode',
  'communicationLanguageCode',
  'timezone',
  'birthDate',
  'group',
]

const otherFields = (body: Record<string, unknown>) =>
  Object.fromEntries(keptFields.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]]])))
