import { Badge, Group, Radio, Stack, Text } from '@mantine/core'
import { useId } from 'react'
import { Fold } from '../../components/fold.tsx'
import { useI18n } from '../../i18n.tsx'
import classes from './public-address.module.css'
import type { Provider } from './typed-values.ts'

/** For everybody; the others are for technicians. */
const COMMON = ['ngrok', 'relay'] as const
const OTHERS: readonly Provider[] = ['own', 'ssh', 'none']

/** The providers, each with one line about what it is and needs. `none` may have another label. */
export function ProviderCards(props: {
  value: Provider
  onChange(provider: Provider): void
  label: string
  /** A heading above already says it. */
  quiet?: boolean
  disabled?: boolean
  none?: { title: string; text: string }
  /** Those for technicians are behind a button. */
  folded?: boolean
}) {
  const { t } = useI18n()
  const id = useId()
  const wordsOf = (provider: Provider) =>
    provider === 'none' && props.none
      ? props.none
      : { title: t(`tunnel.provider.${provider}`), text: t(`tunnel.page.card.${provider}`) }
  const cardOf = (provider: Provider) => {
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
            <Group gap="xs">
              <Text size="sm" fw={600} id={`${id}-${provider}`}>
                {title}
              </Text>
              {isCommon(provider) && (
                <Badge variant="light" size="sm" tt="none">
                  {t(`tunnel.page.badge.${provider}`)}
                </Badge>
              )}
            </Group>
            <Text size="xs" c="dimmed" id={`${id}-${provider}-text`}>
              {text}
            </Text>
          </div>
        </Group>
      </Radio.Card>
    )
  }
  const others = OTHERS.map(cardOf)
  return (
    <Radio.Group
      value={props.value}
      onChange={(value) => props.onChange(value as Provider)}
      {...(props.quiet ? { 'aria-label': props.label } : { label: props.label })}
    >
      <Stack gap={6} mt={6}>
        {COMMON.map(cardOf)}
        {props.folded ? (
          <Fold label={t('tunnel.page.technicians')} open={!isCommon(props.value)}>
            <Stack gap={6}>{others}</Stack>
          </Fold>
        ) : (
          <>
            <Text size="xs" c="dimmed" mt={4}>
              {t('tunnel.page.technicians')}
            </Text>
            {others}
          </>
        )}
      </Stack>
    </Radio.Group>
  )
}

const isCommon = (provider: Provider): provider is (typeof COMMON)[number] =>
  COMMON.some((one) => one === provider)
