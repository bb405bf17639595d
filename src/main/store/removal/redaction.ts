import { type ClientProfile, type Conversation, NOT_VOUCHED, type TaskLink } from '../../../shared/domain.ts'
import { printOfText } from '../../engine/text.ts'

/** What is left of a profile whose words are forgotten: by what an old client is recognised. */
export const withoutPerson = (profile: ClientProfile): ClientProfile => ({
  id: profile.id,
  chatId: profile.chatId,
  // Chatra made it up where no name was given: it tells nothing of the person.
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

/** Without what the client said of himself. The card's number stays. */
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

/** A task of a former version kept its whole text; a fingerprint recognises it as well. */
export function withoutDescription(task: TaskLink): TaskLink {
  const { descriptionText, ...rest } = task
  if (descriptionText === undefined || descriptionText === '') return rest
  return { ...rest, descriptionPrint: printOfText(descriptionText) }
}
