import { Anchor, Button, CloseButton, List, NavLink, Stack, Text, TextInput } from '@mantine/core'
import { use, useState } from 'react'
import { Link, useParams } from 'wouter'
import type { Language } from '../../../shared/languages.ts'
import type { ArticleId } from '../../components/help-articles.ts'
import { IconArrowRight, IconSearch } from '../../components/icons.ts'
import { Page } from '../../components/page.tsx'
import { Highlight } from '../../features/messages/highlight.tsx'
import { useI18n } from '../../i18n.tsx'
import type { Block, HelpTexts } from './article.ts'
import classes from './help.module.css'
import { findArticles, wordsOf } from './search.ts'

const TEXTS: Record<Language, () => Promise<HelpTexts>> = {
  en: async () => (await import('./texts/en.ts')).en,
  ro: async () => (await import('./texts/ro.ts')).ro,
  ru: async () => (await import('./texts/ru.ts')).ru,
}
const loading = new Map<Language, Promise<HelpTexts>>()

/** Fetched once; after a failure again. */
function textsOf(language: Language): Promise<HelpTexts> {
  const known = loading.get(language)
  if (known) return known
  const texts = TEXTS[language]()
  loading.set(language, texts)
  texts.catch(() => loading.delete(language))
  return texts
}

/** The documents for owners, as short articles: all of them on `/help`, one on `/help/<id>`. */
export function HelpPage() {
  const { language } = useI18n()
  const texts = use(textsOf(language))
  const { id = '' } = useParams()
  const [search, setSearch] = useState('')
  const article = Object.hasOwn(texts.articles, id) ? texts.articles[id as ArticleId] : undefined
  return (
    <Page title={article?.title ?? texts.title}>
      <div className={classes.layout} data-open={article !== undefined}>
        <nav aria-label={texts.contents} className={classes.contents}>
          <Contents texts={texts} here={id} search={search} onSearch={setSearch} />
        </nav>
        {article && (
          <Stack gap="sm" className={classes.article} component="article">
            <Anchor component={Link} href="/help" size="sm" className={classes.back}>
              {texts.all}
            </Anchor>
            {article.blocks.map((block, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of an article never change.
              <Shown key={index} block={block} words={wordsOf(search)} />
            ))}
          </Stack>
        )}
      </div>
    </Page>
  )
}

/** The search, and the articles that it finds. */
function Contents(props: { texts: HelpTexts; here: string; search: string; onSearch(search: string): void }) {
  const { texts, here, search, onSearch } = props
  const words = wordsOf(search)
  const found = findArticles(texts, search)
  return (
    <>
      <search>
        <TextInput
          type="search"
          mb="xs"
          aria-label={texts.search}
          placeholder={texts.search}
          maxLength={100}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            search !== '' && (
              <CloseButton size="sm" aria-label={texts.searchClear} onClick={() => onSearch('')} />
            )
          }
          value={search}
          onChange={(event) => onSearch(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && onSearch('')}
        />
      </search>
      <div role="status">
        {found.length === 0 && (
          <Stack gap="xs" align="flex-start">
            <Text size="sm">{texts.nothing}</Text>
            <Button variant="default" onClick={() => onSearch('')}>
              {texts.all}
            </Button>
          </Stack>
        )}
      </div>
      {found.map(({ id, line }) => (
        <NavLink
          key={id}
          component={Link}
          href={`/help/${id}`}
          active={id === here}
          aria-current={id === here ? 'page' : undefined}
          label={<Highlight text={texts.articles[id].title} words={words} />}
          description={words.length > 0 && line !== null && <Highlight text={line} words={words} isLine />}
          classNames={{ description: classes.line ?? '' }}
        />
      ))}
    </>
  )
}

function Shown({ block, words }: { block: Block; words: readonly string[] }) {
  if (typeof block === 'string')
    return (
      <Text>
        <Highlight text={block} words={words} />
      </Text>
    )
  if ('open' in block)
    return (
      <div>
        <Button
          component={Link}
          href={block.route}
          variant="default"
          rightSection={<IconArrowRight size={16} aria-hidden />}
        >
          {block.open}
        </Button>
      </div>
    )
  const items = 'steps' in block ? block.steps : block.list
  return (
    <List type={'steps' in block ? 'ordered' : 'unordered'} spacing={6} withPadding>
      {items.map((item) => (
        <List.Item key={item}>
          <Highlight text={item} words={words} />
        </List.Item>
      ))}
    </List>
  )
}
