import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PlanfixSimulator, startPlanfixSimulator } from '../../../src/simulators/planfix/index.ts'
import { safeHtml } from '../../../src/simulators/planfix/pages/safe-html.ts'

let sim: PlanfixSimulator
const look = async (path: string) => (await fetch(sim.url + path)).text()

beforeEach(async () => {
  sim = await startPlanfixSimulator()
  sim.createsContact({ name: '<b>Anna</b>', email: 'anna@example.com' })
  await fetch(`${sim.restUrl}/task/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sim.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Anna <Chatra>', counterparty: { id: 'contact:92' }, template: { id: 12 } }),
  })
})
afterEach(() => sim.stop())

test('the task page shows names as text, comments in order, and says that it is a simulator', async () => {
  sim.employeeComments(1041, 5, '<p>first</p>')
  sim.employeeComments(1041, 6, '<p>second</p>', { hidden: true, files: [sim.addsFile('a.txt', 'x').id] })
  const page = await look('/task/1041')
  expect(page).toContain('not planfix.com')
  expect(page).toContain('Anna &#60;Chatra&#62;')
  expect(page).toContain('&#60;b&#62;Anna&#60;/b&#62;')
  expect(page.indexOf('<p>first</p>')).toBeLessThan(page.indexOf('<p>second</p>'))
  expect(page).toContain('hidden from the client')
  expect(page).toContain('a.txt (1 bytes)')
  expect(page).not.toMatch(/(src|href)="https?:/)
})

test('the list and the card show tasks, contacts and visits', async () => {
  expect(await look('/')).toContain('href="/task/1041"')
  const card = await look('/contact/92')
  expect(card).toContain('anna@example.com')
  expect(await look('/contact/92/feed')).toContain('None yet')
  expect((await fetch(`${sim.url}/task/77`)).status).toBe(404)
})

test('a comment can neither run a script nor close the page around it', () => {
  expect(safeHtml('<script>alert(1)</script><b onclick="x()">bold')).toBe('⟨script removed⟩<b>bold</b>')
  expect(safeHtml('</article><img src=x onerror=alert(1)>')).not.toMatch(/<(img|\/article)/)
  expect(safeHtml('<a href="javascript:alert(1)">x</a>')).toBe('<a>x</a>')
  expect(safeHtml('<a href="https://a.example/?a=1&amp;b=2">x</a>')).toContain(
    'href="https://a.example/?a=1&#38;b=2"',
  )
  expect(safeHtml('a &lt; b & c <d')).toBe('a &lt; b &#38; c &#60;d')
  expect(safeHtml('</div></div>x<p>y</b></p>')).toBe('x<p>y</p>')
})

test('the pages are in the language that is asked for at each visit', async () => {
  let language: 'en' | 'ro' | 'ru' = 'ro'
  const foreign = await startPlanfixSimulator({ pageLanguage: () => language })
  try {
    const read = async (path: string) => (await fetch(foreign.url + path)).text()
    expect(await read('/')).toMatch(/<html lang="ro">.*Încă nu există sarcini/s)
    language = 'ru'
    expect(await read('/')).toMatch(/<html lang="ru">.*Симулятор Планфикса.*Задач пока нет/s)
    const chats = await read('/chats')
    for (const word of ['Добавить чат', 'Ваш токен', 'Сохранить']) expect(chats).toContain(word)
    expect(chats).not.toMatch(/Add chat|Save/)
  } finally {
    await foreign.stop()
  }
})
