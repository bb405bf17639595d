import { ActionIcon } from '@mantine/core'
import { Link } from 'wouter'
import { useI18n } from '../i18n.tsx'
import type { ArticleId } from './help-articles.ts'
import { IconHelpCircle } from './icons.ts'

/** The "?" beside a heading: opens the article about it. `about`: the heading, for the name of the link. */
export function HelpLink({ article, about }: { article: ArticleId; about: string }) {
  const { t } = useI18n()
  const name = t('help.about', { subject: about })
  return (
    <ActionIcon
      component={Link}
      href={`/help/${article}`}
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={name}
      title={name}
    >
      <IconHelpCircle size={18} stroke={1.6} aria-hidden />
    </ActionIcon>
  )
}
