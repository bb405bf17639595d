import { Radio, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { checkEmail, checkName, type Problem } from '../../../../shared/fields.ts'
import type { StepControl } from '../../../components/use-step.ts'
import { useI18n } from '../../../i18n.tsx'
import { useWizard } from '../context.ts'
import { Part } from '../step-form.tsx'

/** Who speaks in the chat when a reply is not sent under its employee's name. */
export function SpeakerChoice({ speaker, control }: { speaker: Speaker; control: StepControl }) {
  const { t } = useI18n()
  const { settings } = useWizard()
  return (
    <Part title={t('wizard.speaker.title')}>
      <Radio.Group
        value={speaker.own ? 'own' : 'default'}
        onChange={(value) => speaker.setOwn(value === 'own')}
        aria-label={t('wizard.speaker.title')}
      >
        <Stack gap="xs">
          <Radio
            value="default"
            size="sm"
            label={t('wizard.speaker.default', { name: speaker.defaultName })}
            description={t('wizard.speaker.default-advice')}
          />
          <Radio
            value="own"
            size="sm"
            label={t('wizard.speaker.own')}
            description={t('wizard.speaker.own-advice')}
          />
        </Stack>
      </Radio.Group>
      {speaker.own && (
        <Stack gap="xs" maw="26rem" ps="1.75rem">
          <TextInput
            {...control.field('chatra.agent.email')}
            label={t('wizard.speaker.email')}
            type="email"
            value={settings.chatra.agent.email}
            maxLength={320}
            onChange={(event) => {
              speaker.change({ email: event.currentTarget.value })
              control.edited('chatra.agent.email')
            }}
          />
          <TextInput
            {...control.field('chatra.agent.name')}
            label={t('wizard.speaker.name')}
            value={settings.chatra.agent.name}
            maxLength={500}
            onChange={(event) => {
              speaker.change({ name: event.currentTarget.value })
              control.edited('chatra.agent.name')
            }}
          />
        </Stack>
      )}
    </Part>
  )
}

export type Speaker = ReturnType<typeof useSpeaker>

/** F6. An empty e-mail stands for the agent named like the connection (shared/config.ts). */
export function useSpeaker() {
  const { settings, edit } = useWizard()
  const { agent } = settings.chatra
  const name = settings.name.trim()
  const isDefault =
    agent.email === '' ||
    agent.email.endsWith('@planfix-bridge.invalid') ||
    agent.email === `bridge@${name.toLowerCase()}`
  const [own, setOwn] = useState(!isDefault)
  const [aside, setAside] = useState(isDefault ? { email: '', name: '' } : agent)
  const change = (part: Partial<typeof agent>) =>
    edit((before) => ({
      ...before,
      chatra: { ...before.chatra, agent: { ...before.chatra.agent, ...part } },
    }))
  const problems: Record<string, Problem | null> = own
    ? {
        'chatra.agent.email': checkEmail(agent.email),
        'chatra.agent.name': agent.name.trim() === '' ? null : checkName(agent.name),
      }
    : {}
  return {
    own,
    problems,
    change,
    defaultName: (!own && agent.name.trim()) || name,
    /** The values typed for the other option return with it. */
    setOwn(chosen: boolean) {
      setOwn(chosen)
      if (!chosen) setAside(agent)
      change(chosen ? aside : { email: '', name: '' })
    },
  }
}
