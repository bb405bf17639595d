import { Text } from '@mantine/core'
import type { DemoChatMessage, DemoScene } from '../../../shared/api/demo.ts'
import type { StoryName } from '../../../shared/demo/names.ts'
import { stories } from '../../../shared/demo/stories.ts'
import { StatusBadge } from '../../components/feedback/status-badge.tsx'
import { useI18n } from '../../i18n.tsx'
import { Composer } from './composer.tsx'
import classes from './demo.module.css'
import { markInChat } from './marks.ts'
import { useEnd } from './use-end.ts'
import type { Stage } from './use-stage.ts'

/** The client's side: the chat on the website, in Chatra's window. */
export function ChatSide(props: {
  story: StoryName
  scene: DemoScene
  isActive: boolean
  write: Stage['write']
}) {
  const { story, scene, isActive, write } = props
  const { t } = useI18n()
  const end = useEnd(scene.chat.length)
  return (
    <section className={classes.side} data-active={isActive || undefined} aria-label={t('demo.chat.label')}>
      <header className={classes.browser}>
        <h2 className={classes.title}>{t('demo.chat.label')}</h2>
        <span className={classes.address}>shop.example</span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by the keyboard too. */}
      <div className={classes.scroller} role="log" aria-label={t('demo.chat')} tabIndex={0} {...end}>
        {scene.chat.length === 0 && <p className={classes.empty}>{t('demo.chat.empty')}</p>}
        <ol className={classes.items}>
          {scene.chat.map((message) => (
            <Bubble key={message.id} message={message} scene={scene} />
          ))}
        </ol>
      </div>
      <Composer
        label={t('demo.chat.write', { name: scene.client ?? t(stories[story].client) })}
        send={({ text }) => write({ as: 'client', text, internal: false })}
      />
    </section>
  )
}

function Bubble({ message, scene }: { message: DemoChatMessage; scene: DemoScene }) {
  const { t, clock } = useI18n()
  const { from, name, text, time, pictures } = message
  const isClient = from === 'client'
  const mark = isClient ? markInChat(scene, message.id) : null
  // The text of a client's file is its name.
  const isPicture = isClient && pictures.length > 0
  return (
    <li className={classes.item} data-from={from}>
      <div className={classes.bubble}>
        {name !== null && <div className={classes.speaker}>{name}</div>}
        {!isPicture && <div className={classes.text}>{withLinks(text)}</div>}
        {pictures.map((picture) => (
          <figure key={picture.address} className={classes.picture}>
            <img src={picture.address} alt={picture.name} width={160} height={120} />
            <figcaption>{isClient ? picture.name : t('demo.chat.opens')}</figcaption>
          </figure>
        ))}
        <div className={classes.foot}>
          <Text component="span" size="xs" inherit>
            {clock(time)}
          </Text>
          {mark && (
            <StatusBadge tone={mark.tone} size="xs">
              {t(mark.text)}
            </StatusBadge>
          )}
        </div>
      </div>
    </li>
  )
}

const withLinks = (text: string) =>
  text.split(/(https?:\/\/\S+)/).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text never change their order.
      <a key={index} href={part} target="_blank" rel="noreferrer">
        {part}
      </a>
    ),
  )
