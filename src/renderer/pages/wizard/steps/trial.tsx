import { Anchor, Blockquote, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import type { SetupProgress } from '../../../../shared/api/setup.ts'
import { useAppState, useCall, useClient, usePush } from '../../../client/hooks.tsx'
import { ErrorAlert } from '../../../components/feedback/error-alert.tsx'
import { IconSend } from '../../../components/icons.ts'
import { type StepControl, useStep } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { Checklist, type Item } from '../parts/checklist.tsx'
import { NotPublic } from '../parts/not-public.tsx'
import { Note } from '../parts/note.tsx'
import { SecretsNote } from '../parts/secrets-note.tsx'
import { StepForm } from '../step-form.tsx'

/** A push may be missed while the connection is lost; then this reads again. */
const ASK_AGAIN_MS = 5_000

/** A test conversation, shown live: one that the program plays itself, or a real one from the site. */
export function TrialStep() {
  const { t, say } = useI18n()
  const { draft } = useWizard()
  const { publicAddress } = useAppState()
  const progress = useCall('setup.progress', { id: draft.id }, { everyMs: ASK_AGAIN_MS })
  usePush('messages', progress.reload)
  const control = useStep({})
  const now = progress.value ?? NOTHING
  const isOver = now.replyDelivered || now.replyReceived
  return (
    <StepForm
      control={control}
      title={t('wizard.test.title')}
      onward={t(now.task === null ? 'wizard.test.skip' : 'action.next')}
    >
      {progress.error && <ErrorAlert error={progress.error} retry={progress.reload} />}
      {publicAddress.address === null && now.clientMessage === null && <NotPublic />}
      <SendTest control={control} sent={progress.reload} isAgain={now.isTest} />
      <Checklist items={useItems(now)} />
      <div aria-live="polite">
        {now.problem && !isOver && <Note tone="attention">{say(now.problem)}</Note>}
        {now.replyDelivered && <Note tone="good">{t('wizard.test.works')}</Note>}
        {now.replyReceived && <Note tone="good">{t('wizard.test.received')}</Note>}
      </div>
      <SecretsNote id={draft.id} />
    </StepForm>
  )
}

/** Plays a visitor through the public address. */
function SendTest({ control, sent, isAgain }: { control: StepControl; sent(): void; isAgain: boolean }) {
  const { t } = useI18n()
  const bridge = useClient()
  const { draft } = useWizard()
  const { publicAddress } = useAppState()
  const [busy, setBusy] = useState(false)
  const send = async () => {
    setBusy(true)
    const answer = await bridge.call('setup.sendTest', { id: draft.id })
    setBusy(false)
    control.show(answer.ok ? null : answer.error)
    sent()
  }
  return (
    <Group gap="sm">
      <Button
        variant={isAgain ? 'default' : 'filled'}
        leftSection={<IconSend size={16} aria-hidden />}
        loading={busy}
        onClick={() => void send()}
      >
        {t('wizard.test.send')}
      </Button>
      <Text size="sm" c="dimmed" flex={1} miw="14rem">
        {t(publicAddress.address === null ? 'wizard.test.send-local' : 'wizard.test.send-advice')}
      </Text>
    </Group>
  )
}

function useItems(now: SetupProgress): Item[] {
  const { t } = useI18n()
  const { clientMessage, task, reply, isTest } = now
  const isOver = now.replyDelivered || now.replyReceived
  return [
    {
      done: clientMessage !== null,
      title: t('wizard.test.write'),
      advice: t('wizard.test.write-advice'),
      ...(clientMessage && { detail: <Quote who={clientMessage.clientName} text={clientMessage.text} /> }),
    },
    {
      done: task !== null,
      title: t('wizard.test.task'),
      advice: t('wizard.test.task-advice'),
      ...(task && { detail: <Link href={task.url}>{t('wizard.test.open-task', { id: task.id })}</Link> }),
    },
    {
      done: reply !== null && (isOver || now.problem === null),
      title: t('wizard.test.answer'),
      advice: t('wizard.test.answer-advice'),
      ...(reply && { detail: <Quote who={reply.author} text={reply.text} /> }),
    },
    isTest
      ? {
          done: now.replyReceived,
          title: t('wizard.test.comes-back'),
          advice: t('wizard.test.comes-back-advice'),
        }
      : {
          done: now.replyDelivered,
          title: t('wizard.test.delivered'),
          advice: t('wizard.test.delivered-advice'),
        },
  ]
}

const NOTHING: SetupProgress = {
  isTest: false,
  clientMessage: null,
  task: null,
  reply: null,
  replyDelivered: false,
  replyReceived: false,
  site: null,
  problem: null,
}

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
