import { bridgeError, fail, ok, type Result } from '../../shared/errors.ts'
import { isEmailAddress, plainField } from '../../shared/plain.ts'
import type { ContactFields, PlanfixApi, PlanfixComment, PlanfixContact } from '../engine/ports.ts'
import { type Calls, PAGE } from './calls.ts'
import { type EmailPlace, emailPlace } from './client-email.ts'
import { COMMENT_FIELDS, type CommentReader, newestFirst } from './comments.ts'
import { toHtml } from './html/to-html.ts'
import {
  commentList,
  contactAnswer,
  contactList,
  created,
  done,
  type RawContact,
  updated,
} from './schemas.ts'
import type { Settings } from './settings.ts'
import { filterDay } from './times.ts'

type ContactApi = Pick<
  PlanfixApi,
  | 'createContact'
  | 'updateContact'
  | 'contact'
  | 'contactsByEmail'
  | 'lookForContacts'
  | 'addContactComment'
  | 'contactComments'
  | 'addVisitTag'
  | 'hasVisitTag'
>

const COMMON_FIELDS =
  'id,name,midname,lastname,email,additionalEmailAddresses,phones,isDeleted,sourceObjectId'
const DAY = 86_400_000
/** 500 contacts created around one day: above that the name narrows the search. */
const LOOK_PAGES = 5
/** Mobile; Planfix shows it as a phone of any kind (contracts/planfix.md §4, Phone). */
const MOBILE = 1

/** Contacts, the actions on their cards and the data tag of visits (contracts/planfix.md §8, §7, §11). */
export function contactApi(calls: Calls, settings: Settings, reader: CommentReader): ContactApi {
  const { sourceId, contactTemplateId, visitDataTag } = settings
  const place = emailPlace(settings)
  const FIELDS = [COMMON_FIELDS, ...place.fields].join(',')
  const toContact = contactReader(place)

  const list = (filters: unknown[], maxPages: number, isCompany = false) =>
    calls.pages(async (offset) => {
      const answer = await calls.call(
        {
          method: 'POST',
          path: '/contact/list',
          body: {
            offset,
            pageSize: PAGE,
            isCompany,
            prefixedId: true,
            fields: FIELDS,
            sourceId,
            filters,
          },
          scope: 'contact_readonly',
          writes: false,
          about: 'account',
        },
        contactList,
      )
      return answer.ok ? ok(answer.value.contacts.map(toContact)) : answer
    }, maxPages)

  return {
    hasVisitTag: visitDataTag !== null,

    async createContact(fields, sourceObjectId) {
      const answer = await calls.call(
        {
          method: 'POST',
          path: '/contact/',
          body: {
            ...(contactTemplateId !== null && { template: { id: contactTemplateId } }),
            ...contactBody(fields, place, ''),
            sourceObjectId,
            sourceDataVersion: '1',
          },
          scope: 'contact_add',
          writes: true,
          about: 'account',
        },
        created,
      )
      // `failures` can accompany the id (switch `email-duplicate`, in-failures): the contact exists.
      return answer.ok ? ok({ id: answer.value.id, failures: answer.value.failures }) : answer
    },

    async updateContact(id, fields, sourceObjectId, before) {
      const answer = await calls.call(
        {
          method: 'POST',
          path: `/contact/${id}`,
          body: { ...contactBody(fields, place, before.description), sourceObjectId, sourceDataVersion: '2' },
          scope: 'contact_update',
          writes: true,
          about: 'contact',
        },
        updated,
      )
      return answer.ok ? ok({ failures: answer.value }) : answer
    },

    async contact(id) {
      const answer = await calls.call(
        {
          method: 'GET',
          path: `/contact/${id}`,
          query: { fields: FIELDS, sourceId },
          scope: 'contact_readonly',
          writes: false,
          about: 'contact',
        },
        contactAnswer,
      )
      return answer.ok ? ok(toContact(answer.value.contact)) : answer
    },

    async contactsByEmail(email, among = 'people') {
      const companies = among === 'companies'
      const wanted = email.trim().toLowerCase()
      const holds = (contact: PlanfixContact) =>
        !contact.isDeleted &&
        [contact.email, ...contact.otherEmails].some((have) => have?.trim().toLowerCase() === wanted)
      const kept = among === 'people' ? place.filter(email.trim()) : null
      if (kept !== null) {
        const there = await list([kept], LOOK_PAGES)
        if (!there.ok) return there
        const holders = there.value.rows.filter(holds)
        if (holders.length > 0) return ok(holders)
        await calls.slot()
      }
      const exact = await list(
        [{ type: 4026, operator: 'equal', value: email.trim() }],
        LOOK_PAGES,
        companies,
      )
      if (!exact.ok) return exact
      const found = exact.value.rows.filter(holds)
      if (found.length > 0) return ok(found)
      // A second address is found by another filter, and only as part of one (§8).
      await calls.slot()
      const other = await list(
        [{ type: 4221, operator: 'equal', value: email.trim() }],
        LOOK_PAGES,
        companies,
      )
      return other.ok ? ok(other.value.rows.filter(holds)) : other
    },

    async lookForContacts({ startedAt, name }) {
      // Dates are read in the unknown zone of the token's employee: a day of margin on both sides.
      const created = {
        type: 12,
        operator: 'equal',
        value: {
          dateType: 'otherRange',
          dateFrom: filterDay(startedAt - DAY),
          dateTo: filterDay(settings.now() + DAY),
        },
      }
      const all = await list([created], LOOK_PAGES)
      if (!all.ok || all.value.complete) return all.ok ? ok(all.value.rows) : all
      await calls.slot()
      const byName = { type: 4001, operator: 'equal', value: plainField(name, name) }
      const narrowed = await list([created, byName], LOOK_PAGES)
      if (!narrowed.ok) return narrowed
      // "Not found" must be certain, or the contact would be created twice.
      if (!narrowed.value.complete)
        return fail(
          bridgeError('planfix', 'failing', 'POST /contact/list: too many contacts to look through'),
        )
      const rows = new Map([...all.value.rows, ...narrowed.value.rows].map((one) => [one.id, one]))
      return ok([...rows.values()])
    },

    async addContactComment(contactId, text, sourceObjectId) {
      const answer = await calls.call(
        {
          method: 'POST',
          path: `/contact/${contactId}/comments/`,
          body: { description: toHtml(text), sourceId, sourceObjectId, sourceDataVersion: '1' },
          scope: 'comment_add',
          writes: true,
          about: 'contact',
        },
        created,
      )
      return answer.ok ? ok({ id: answer.value.id }) : answer
    },

    async contactComments(contactId) {
      const all = new Map<number, PlanfixComment>()
      for (let n = 0; n < LOOK_PAGES; n++) {
        if (n > 0) await calls.slot()
        const answer = await calls.call(
          {
            method: 'POST',
            path: `/contact/${contactId}/comments/list`,
            body: {
              offset: n * PAGE,
              pageSize: PAGE,
              fields: COMMENT_FIELDS,
              typeList: 'Comments',
              resultOrder: newestFirst,
            },
            scope: 'comment_readonly',
            writes: false,
            about: 'contact',
          },
          commentList,
        )
        if (!answer.ok) return answer
        const { comments, complete, sorted } = reader.page(answer.value.comments)
        for (const one of comments) all.set(one.id, one)
        // Where the account sorts, the contact is on the first page.
        if (complete || sorted) break
      }
      return ok([...all.values()])
    },

    async addVisitTag(contactId, values): Promise<Result<void>> {
      if (!visitDataTag) {
        return fail(bridgeError('planfix', 'refused', 'no data tag is configured for visits'))
      }
      const { fields } = visitDataTag
      const customFieldData = (['os', 'browser', 'ip'] as const).flatMap((name) => {
        const id = fields[name]
        return id === undefined ? [] : [{ field: { id }, value: plainField(values[name], '—') }]
      })
      const answer = await calls.call(
        {
          method: 'POST',
          path: `/contact/${contactId}/datatags/`,
          body: { dataTag: { id: visitDataTag.id }, items: [{ customFieldData }] },
          scope: 'datatag_add',
          writes: true,
          about: 'contact',
        },
        done,
      )
      return answer.ok ? ok(undefined) : answer
    },
  }
}

/** The fields that can be written. */
function contactBody({ name, email, phone }: ContactFields, place: EmailPlace, description: string) {
  const number = phone === undefined ? '' : plainField(phone, '')
  return {
    ...(name !== undefined && { name: plainField(name, 'Client') }),
    ...(email !== undefined && isEmailAddress(email) && place.body(email.trim(), description)),
    ...(/\d/.test(number) && { phones: [{ number, type: MOBILE }] }),
  }
}

const contactReader =
  (place: EmailPlace) =>
  (raw: RawContact): PlanfixContact => {
    const mailed = raw.email || null
    const email = place.read(raw)
    return {
      id: raw.id,
      // All parts: a last name that a person added belongs to the same card.
      name: [raw.name, raw.midname, raw.lastname].filter(Boolean).join(' '),
      email,
      otherEmails: [
        ...(mailed !== null && mailed !== email ? [mailed] : []),
        ...(raw.additionalEmailAddresses ?? []),
      ],
      mailed,
      description: raw.description ?? '',
      phones: (raw.phones ?? []).flatMap(({ number }) => (number ? [number] : [])),
      isDeleted: raw.isDeleted ?? false,
      sourceObjectId: raw.sourceObjectId || null,
    }
  }
