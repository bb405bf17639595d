/**
 * Whether a client's words only end a conversation: thanks or a farewell in English, Romanian or Russian, without a
 * question, a number or anything else. In doubt it is no ending.
 */
export function isClosing(text: string): boolean {
  if (text.length > 120 || /[?\d]/.test(text)) return false
  const words = text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
  return words.some((word) => CORE.has(word)) && words.every((word) => CORE.has(word) || FILLER.has(word))
}

/** Letters without marks: ș → s, ё → е, й → и. */
const setOf = (text: string): ReadonlySet<string> => new Set(text.split(' '))
const CORE = setOf(
  'thanks thank thx cheers perfect excellent wonderful kind bye goodbye great ' +
    'multumesc multumim mersi perfect excelent amabil amabila revedere super ' +
    'спасибо благодарю благодарим пасиб отлично супер свидания',
)
const FILLER = setOf(
  'you very much so a lot many are that is was for your help ok okay good fine nice understood got it all right clear ' +
    'have day evening too and the ' +
    'foarte mult frumos bine ok buna ziua seara o zi la am inteles clar de acord va si sunteti pentru ajutor raspuns ' +
    'большое огромное вам вас ок хорошо понятно понял поняла ясно всего доброго до хорошего дня за помощь ответ и очень',
)
