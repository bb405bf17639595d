import { Group, Radio, Stack, Text } from '@mantine/core'
import { useId } from 'react'
import { useI18n } from '../../i18n.tsx'
import classes from './public-address.module.css'
import type { Provider } from './typed-values.ts'

const PROVIDERS: readonly Provider[] = ['own', 'ngrok', 'ssh', 'relay', 'none']

/** The providers, each with one line about what it is and needs. `none` may have another label. */
export function ProviderCards(props: {
  value: Provider
  onChange(provider: Provider): void
  label: string
  /** A heading above already says it. */
  quiet?: boolean
  disabled?: boolean
  none?: { title: string; text: string }
}) {
  const { t } = useI18n()
  const id = useId()
  const wordsOf = (provider: Provider) =>
    provider === 'none' && props.none
      ? props.none
      : { title: t(`tunnel.provider.${provider}`), text: t(`tunnel.page.card.${provider}`) }
  return (
    <Radio.Group
      value={props.value}
      onChange={(value) => props.onChange(value as Provider)}
      {...(props.quiet ? { 'aria-label': props.label } : { label: props.label })}
    >
      <Stack gap={6} mt={6}>
        {PROVIDERS.map((provider) => {
          const { title, text } = wordsOf(provider)
          return (
            <Radio.Card
              key={provider}
              value={provider}
              className={classes.card}
              // One tab stop; the arrow keys move between the cards.
              tabIndex={provider === props.value ? 0 : -1}
              disabled={props.disabled ?? false}
              aria-labelledby={`${id}-${provider}`}
              aria-describedby={`${id}-${provider}-text`}
            >
              <Group wrap="nowrap" gap="sm" align="flex-start">
                <Radio.Indicator size="xs" mt={3} />
                <div>
                  <Text size="sm" fw={600} id={`${id}-${provider}`}>
                    {title}
                  </Text>
                  <Text size="xs" c="dimmed" id={`${id}-${provider}-text`}>
                    {text}
                  </Text>
                </div>
              </Group>
            </Radio.Card>
          )
        })}
      </Stack>
    </Radio.Group>
  )
}
