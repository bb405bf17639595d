import { Anchor, Blockquote, Text } from '@mantine/core'
import { useAppState, useCall, usePush } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/error-alert.tsx'
import { useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { Checklist, type Item } from '../parts/checklist.tsx'
import { NotPublic } from '../parts/not-public.tsx'
import { Note } from '../parts/note.tsx'
import { SecretsNote } from '../parts/secrets-note.tsx'
import { StepForm } from '../step-form.tsx'

/** A push may be missed while the connection is lost; then this reads again. */
const ASK_AGAIN_MS = 5_000

/** A test conversation, shown live. */
export function TrialStep() {
  const { t, say } = useI18n()
  const { draft } = useWizard()
  const { demo, publicAddress } = useAppState()
  const progress = useCall('setup.progress', { id: draft.id }, { everyMs: ASK_AGAIN_MS })
  usePush('messages', progress.reload)
  const control = useStep({})
  const { clientMessage, task, reply, replyDelivered, problem } = progress.value ?? NOTHING
  const items: Item[] = [
    {
      done: clientMessage !== null,
      title: t('wizard.test.write'),
      advice: t('wizard.test.write-advice'),
      ...(demo?.connectionId === draft.id && {
        detail: <Link href={demo.visitorUrl}>{t('wizard.demo.visitor')}</Link>,
      }),
      ...(clientMessage && { detail: <Quote who={clientMessage.clientName} text={clientMessage.text} /> }),
    },
    {
      done: task !== null,
      title: t('wizard.test.task'),
      advice: t('wizard.test.task-advice'),
      ...(task && { detail: <Link href={task.url}>{t('wizard.test.open-task', { id: task.id })}</Link> }),
    },
    {
      done: reply !== null && (replyDelivered || problem === null),
      title: t('wizard.test.answer'),
      advice: t('wizard.test.answer-advice'),
      ...(reply && { detail: <Quote who={reply.author} text={reply.text} /> }),
    },
    {
      done: replyDelivered,
      title: t('wizard.test.delivered'),
      advice: t('wizard.test.delivered-advice'),
    },
  ]
  return (
    <StepForm
      control={control}
      title={t('wizard.test.title')}
      intro={t('wizard.test.intro')}
      onward={replyDelivered ? t('action.next') : t('wizard.test.skip')}
    >
      {progress.error && <ErrorAlert error={progress.error} retry={progress.reload} />}
      {publicAddress.address === null && clientMessage === null && <NotPublic />}
      <Checklist items={items} />
      <div aria-live="polite">
        {problem && !replyDelivered && <Note tone="attention">{say(problem)}</Note>}
        {replyDelivered && <Note tone="good">{t('wizard.test.works')}</Note>}
      </div>
      <SecretsNote id={draft.id} />
    </StepForm>
  )
}

const NOTHING = { clientMessage: null, task: null, reply: null, replyDelivered: false, problem: null }

const Link = ({ href, children }: { href: string; children: string }) => (
  <Anchor href={href} target="_blank" rel="noreferrer" size="sm">
    {children}
  </Anchor>
)

const Quote = ({ who, text }: { who: string; text: string }) => (
  <Blockquote p="xs" cite={who === '' ? undefined : `– ${who}`} color="bridge" radius="sm">
    <Text size="sm" lineClamp={3}>
      {text}
    </Text>
  </Blockquote>
)
