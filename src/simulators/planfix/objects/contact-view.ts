import { contactList } from '../rest/bodies.ts'
import { customFieldData, fileList, person, pick, shownId, sourceFields } from '../rest/fields.ts'
import {
  customTextIs,
  dateIs,
  type FilterTable,
  numberIs,
  pageOf,
  testAll,
  textIs,
  unknownFilterId,
} from '../rest/filters.ts'
import { type Route, success, violate } from '../rest/routing.ts'
import { timePoint } from '../rest/timepoints.ts'
import type { Account, SimContact } from '../state.ts'
import { shownEntries } from './task-view.ts'

/** The filter types of §8. */
const filters: FilterTable<SimContact> = {
  4001: textIs((contact) => [[contact.name, contact.lastname].join(' ')], 'contains'),
  4003: textIs((contact, filter) => phoneForms(contact, filter.value), 'contains'),
  4005: textIs((contact) => [contact.email], 'contains'),
  4014: textIs((contact) => [contact.name], 'exact'),
  4015: textIs((contact) => [contact.lastname], 'exact'),
  4016: numberIs((contact) => contact.templateId, false),
  4026: textIs((contact) => [contact.email], 'exact'),
  4101: customTextIs(),
  4221: textIs((contact) => contact.additionalEmailAddresses, 'contains'),
  4231: numberIs((contact) => contact.id, true),
  12: dateIs((contact) => [contact.createdAt]),
  38: dateIs((contact) => [contact.updatedAt]),
}

/** Numbers as written, and only digits when the filter contains only digits. */
const phoneForms = (contact: SimContact, wanted: unknown) =>
  contact.phones.map(({ number }) => (/^\d+$/.test(String(wanted)) ? number.replace(/\D/g, '') : number))

/** Lists of contacts, their templates and groups (§8). */
export const contactListRoutes: Route[] = [
  {
    method: 'POST',
    path: '/contact/list',
    scope: 'contact_readonly',
    body: contactList,
    run: ({ account, body }) => {
      if (body.filterId !== undefined) unknownFilterId(String(body.filterId))
      if (body.onlyChanged === true) violate(account, 501, 0, 'body.onlyChanged is not simulated')
      const passes = testAll(account, body.filters, filters, 'body')
      const companies = body.isCompany === true
      const found = pageOf(
        account.contacts.values(),
        body.offset,
        body.pageSize,
        (contact) => !contact.isDeleted && contact.isCompany === companies && passes(contact),
      )
      return success({
        contacts: found.map((contact) =>
          showContact(account, contact, body.fields, body.sourceId, body.prefixedId),
        ),
      })
    },
  },
  {
    method: 'GET',
    path: '/contact/templates',
    scope: 'template:contact_readonly',
    query: {
      offset: 'integer',
      pageSize: 'page',
      isCompany: 'boolean',
      sourceId: 'string',
      fields: 'string',
    },
    run: ({ account, query }) => {
      const templates = account.contactTemplates.filter(
        ({ isCompany }) => query.isCompany === undefined || isCompany === (query.isCompany === 'true'),
      )
      return success({
        templates: pageOf(templates, query.offset, query.pageSize).map((template) =>
          pick(query.fields, {
            id: () => template.id,
            name: () => template.name,
            isCompany: () => template.isCompany,
            sourceObjectId: () => '',
            sourceDataVersion: () => '',
          }),
        ),
      })
    },
  },
  {
    method: 'GET',
    path: '/contact/groups',
    scope: 'contact_readonly',
    query: { fields: 'string' },
    run: ({ query }) => success({ groups: [pick(query.fields, { id: () => 1, name: () => 'Clients' })] }),
  },
]

/** A contact as answers contain it, with only the requested fields. */
export function showContact(
  account: Account,
  contact: SimContact,
  fields: unknown,
  sourceId: unknown,
  prefixedId: unknown,
) {
  const text = (name: string) => [name, () => contact.other[name] ?? ''] as const
  const texts = Object.fromEntries(
    ['midname', 'description', 'address', 'skype', 'telegram', 'telegramId', 'facebook', 'instagram']
      .concat('viberId', 'position', 'timezone')
      .map(text),
  )
  const rest = Object.fromEntries(Object.entries(contact.other).map(([name, value]) => [name, () => value]))
  return {
    ...pick(fields, {
      ...texts,
      gender: () => 'NotDefined',
      ...rest,
      id: () => shownId(account, 'contact', contact.id, prefixedId),
      template: () => (contact.templateId === undefined ? undefined : { id: contact.templateId }),
      name: () => contact.name,
      lastname: () => contact.lastname,
      // In the swagger the format of e-mail and site excludes "", so an unset one is omitted.
      email: () => contact.email || undefined,
      additionalEmailAddresses: () => contact.additionalEmailAddresses,
      phones: () => contact.phones.map((phone) => ({ ...phone, maskedNumber: phone.number })),
      isCompany: () => contact.isCompany,
      isDeleted: () => contact.isDeleted,
      createdDate: () => timePoint(contact.createdAt, account),
      dateOfLastUpdate: () => timePoint(contact.updatedAt, account),
      addedBy: () => person(account, contact.addedBy),
      files: () => fileList(account, contact.files),
      dataTags: () =>
        shownEntries(
          account,
          contact.feed.flatMap((comment) => comment.entries),
        ),
      ...sourceFields(account, contact, sourceId),
    }),
    ...customFieldData(account, fields, contact.customFields),
  }
}
