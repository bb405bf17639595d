import { Group } from '@mantine/core'
import { useI18n } from '../../../i18n.tsx'
import { useForm } from '../form.tsx'
import { Section } from '../section.tsx'
import { ChoiceField, useChoices } from './choice-field.tsx'

const PARTS = ['os', 'browser', 'ip'] as const

/** Where a visit is recorded: a comment on the contact, or an entry of a data tag (F14). */
export function Visits({ hasToken }: { hasToken: boolean }) {
  const { t } = useI18n()
  const { typed, set } = useForm()
  const tags = useChoices('data-tags', hasToken)
  const tag = typed.planfix.visitDataTag
  const fields = tags.value?.choices.find(({ id }) => id === tag?.id)?.fields
  return (
    <Section title={t('settings.visits')} intro={t('settings.visits.text')} anchor="visits">
      <ChoiceField
        path="planfix.visitDataTag.id"
        label={t('settings.visits.tag')}
        none={t('settings.visits.comment')}
        list={tags}
        onChoose={(id) => set('planfix.visitDataTag', id === null ? null : { id, fields: {} })}
      />
      {tag !== null && (
        <Group grow gap="sm" align="flex-start">
          {PARTS.map((part) => (
            <ChoiceField
              key={part}
              path={`planfix.visitDataTag.fields.${part}`}
              label={t(`settings.visits.${part}`)}
              none={t('settings.visits.no-field')}
              list={{ ...tags, error: null, value: fields && { choices: fields.map(asChoice) } }}
              onChoose={(id) => set('planfix.visitDataTag.fields', withField(tag.fields, part, id))}
            />
          ))}
        </Group>
      )}
    </Section>
  )
}

const asChoice = (field: { id: number; name: string }) => ({ ...field, fields: [] })

function withField<F extends Record<string, number | undefined>>(
  fields: F,
  part: keyof F,
  id: number | null,
): F {
  const { [part]: _, ...others } = fields
  return (id === null ? others : { ...others, [part]: id }) as F
}
