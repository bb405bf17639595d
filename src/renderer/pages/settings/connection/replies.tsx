import { Anchor, Group, Text } from '@mantine/core'
import { Link } from 'wouter'
import { useAppState } from '../../../client/hooks.tsx'
import { useI18n } from '../../../i18n.tsx'
import { OptionSwitch, TextField, useForm } from '../form.tsx'
import { Section } from '../section.tsx'
import { ChoiceField, useChoices } from './choice-field.tsx'

/**
 * Which messages go to the client and under whose name (F2, F6, F9, F16), and which come back from Chatra.
 */
export function Replies({ hasToken }: { hasToken: boolean }) {
  const { t } = useI18n()
  const { id } = useForm()
  const { host } = useAppState()
  const users = useChoices('users', hasToken && host === 'desktop')
  return (
    <Section title={t('settings.replies')} anchor="replies" help="names">
      <OptionSwitch
        path="options.sendAsEmployee"
        label={t('settings.replies.as-employee')}
        description={t('settings.replies.as-employee.text')}
      />
      <div>
        <Group grow align="flex-start" gap="sm" preventGrowOverflow={false}>
          <TextField
            path="chatra.agent.name"
            label={t('settings.replies.agent-name')}
            description={t('settings.replies.agent-name.text')}
          />
          <TextField
            path="chatra.agent.email"
            type="email"
            label={t('settings.replies.agent-email')}
            description={t('settings.replies.agent-email.text')}
          />
        </Group>
      </div>
      <OptionSwitch
        path="options.sendOnlyWhenClientIsRecipient"
        label={t('settings.replies.recipient')}
        description={t('settings.replies.recipient.text')}
      />
      <OptionSwitch
        path="options.explainInternal"
        label={t('settings.replies.explain')}
        description={t('settings.replies.explain.text')}
      />
      <OptionSwitch
        path="options.mirrorChatraReplies"
        label={t('settings.replies.mirror')}
        description={t('settings.replies.mirror.text')}
      />
      {host === 'desktop' && (
        <ChoiceField
          path="options.replyAs"
          label={t('settings.replies.reply-as')}
          description={t('settings.replies.reply-as.text')}
          none={t('settings.replies.reply-as.none')}
          list={users}
        />
      )}
      <Text size="sm" c="dimmed">
        {t('settings.replies.after-leaving')}
      </Text>
      <Text size="sm">
        <Anchor component={Link} href={`/employees/${id}`} size="sm">
          {t('settings.replies.employees')}
        </Anchor>
      </Text>
    </Section>
  )
}
