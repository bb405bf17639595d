import { type ClientProfile, type Conversation, NOT_VOUCHED, type TaskLink } from '../../../shared/domain.ts'
import { printOfText } from '../../engine/index.ts'

/** What remains of a forgotten profile: the data by which a returning client is recognised. */
export const withoutPerson = (profile: ClientProfile): ClientProfile => ({
  id: profile.id,
  chatId: profile.chatId,
  // Chatra generated the name where none was given, so it reveals nothing about the person.
  displayedName: profile.name === null ? profile.displayedName : null,
  name: null,
  email: null,
  phone: null,
  ip: null,
  country: null,
  city: null,
  os: null,
  browser: null,
  language: null,
  visit: profile.visit && {
    startedAt: profile.visit.startedAt,
    finishedAt: profile.visit.finishedAt,
    host: null,
    pages: [],
  },
  startPage: null,
  extra: {},
  vouched: NOT_VOUCHED,
})

/** Without the data that clients gave about themselves. The card's number stays. */
export const withoutWords = (conversation: Conversation): Conversation => ({
  ...conversation,
  contactWritten: null,
  emailSearched: null,
  ...(conversation.contactTold && { contactTold: {} }),
  attempt: conversation.attempt && {
    ...conversation.attempt,
    text: '',
    ...(conversation.attempt.name !== undefined && { name: '' }),
    ...(conversation.attempt.phone !== undefined && { phone: '' }),
  },
})

/** A task of an earlier version kept its whole text; a fingerprint recognises it as well. */
export function withoutDescription(task: TaskLink): TaskLink {
  const { descriptionText, ...rest } = task
  if (descriptionText === undefined || descriptionText === '') return rest
  return { ...rest, descriptionPrint: printOfText(descriptionText) }
}
