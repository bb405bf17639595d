import type { ChatEventName } from '../../../../shared/api/state.ts'
import { shortened } from '../../../../shared/plain.ts'
import type { Speech } from '../../../i18n.tsx'

/** The newest conversation of a connection that is being set up: its client, and the client's last words. */
export interface Latest {
  name: string
  /** Empty when the client wrote none, or somebody else wrote last. */
  text: string
}

const MOST = 60

/** An event that came in, for the person who waits for it: what it was, of whom and when. */
export function receivedText(
  event: ChatEventName,
  time: string,
  { name, text }: Latest,
  t: Speech['t'],
): string {
  if (event !== 'chatFragment') return t(`wizard.webhooks.got.${event}`, { time, name })
  const words = shortened(text.replace(/\s+/g, ' ').trim(), MOST)
  return words === ''
    ? t('wizard.webhooks.got.chatFragment.wordless', { time, name })
    : t('wizard.webhooks.got.chatFragment', { time, name, text: words })
}
