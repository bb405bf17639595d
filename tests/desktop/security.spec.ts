import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { type DesktopWorld, startDesktopWorld } from './desktop-world.ts'
import { APP } from './driver.ts'
import { isSandboxed, opened } from './shown.ts'

/**
 * Electron's own checklist (https://www.electronjs.org/docs/latest/tutorial/security), by its numbers: each item is
 * tried in the running application as far as a page, or an attacker in it, could try it.
 */
test.describe.configure({ mode: 'default' })

let world: DesktopWorld
let page: Page
/** A foreign site, and the requests to it. */
let site: Server
let away = ''
let asked: string[] = []

test.beforeAll(async () => {
  site = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('content-type', request.url?.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.end(request.url?.endsWith('.js') ? 'window.foreign = true' : '<h1>elsewhere</h1>')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  away = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  world = await startDesktopWorld()
  page = await world.page()
})
test.afterAll(async () => {
  await world?.end()
  site?.close()
})
test.beforeEach(async () => {
  asked = []
  page = await world.page()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
})

const url = () =>
  world.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL() ?? '')
const windows = () => world.app.evaluate(({ webContents }) => webContents.getAllWebContents().length)
/** The window was navigated to a foreign page in spite of the guards. */
async function elsewhere(html: string): Promise<Page> {
  isElsewhere = true
  await load(`data:text/html,${encodeURIComponent(html)}`)
  // Playwright learns of it over a separate connection.
  await page.waitForURL(/^data:/)
  return page
}
const load = (to: string) =>
  world.app.evaluate(
    ({ BrowserWindow }, address) => BrowserWindow.getAllWindows()[0]?.webContents.loadURL(address),
    to,
  )
let isElsewhere = false
test.afterEach(async () => {
  if (!isElsewhere) return
  isElsewhere = false
  await load('bridge://app/')
  await page.waitForURL((now) => now.protocol !== 'data:')
})

/** The main process as delivered. */
/** Whether the built main process contains this text; the text itself would fill the report. */
const says = (words: RegExp): boolean => words.test(builtMain())

function builtMain(): string {
  const folder = join(APP, 'out/main')
  const chunks = readdirSync(join(folder, 'chunks')).filter((name) => name.endsWith('.js'))
  return ['desktop.js', ...chunks.map((name) => join('chunks', name))]
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

test('1. only secure content is loaded: all of it comes from the application itself', async () => {
  const origin = await page.evaluate(() => location.origin)
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
  expect(loaded.length).toBeGreaterThan(0)
  for (const name of loaded) expect(name.startsWith(`${origin}/`) || name.startsWith('data:')).toBe(true)
  await page.evaluate(
    (from) =>
      new Promise((resolve) => {
        const image = new Image()
        image.onload = image.onerror = resolve
        image.src = `${from}/picture`
        document.body.append(image)
      }),
    away,
  )
  expect(asked).toEqual([])
})

test('2. the window has no access to Node', async () => {
  const found = await page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'setImmediate', '__toMain'].filter(
      (name) => name in window,
    ),
  )
  expect(found).toEqual([])
})

test("3. context isolation: changes of the page's own world do not reach the preload", async () => {
  const touched = await page.evaluate(async () => {
    let seen = 0
    const add = Set.prototype.add
    Set.prototype.add = function (value) {
      if (typeof value === 'function') seen++
      return add.call(this, value)
    }
    const leave = window.bridge?.subscribe(() => undefined)
    Set.prototype.add = add
    leave?.()
    return seen
  })
  expect(touched).toBe(0)
  const kept = await page.evaluate(() => {
    const before = window.bridge
    const fails = (run: () => void) => {
      try {
        run()
        return false
      } catch {
        return true
      }
    }
    return [
      fails(() => Object.defineProperty(window, 'bridge', { value: 1 })),
      fails(() => Object.defineProperty(window.bridge, 'call', { value: 1 })),
      window.bridge === before,
    ]
  })
  expect(kept).toEqual([true, true, true])
})

test('4. every window is sandboxed, and the preload works in the sandbox', async () => {
  expect(await isSandboxed(world.app)).toBe(true)
  const preload = readFileSync(join(APP, 'out/preload/index.cjs'), 'utf8')
  const required = [...preload.matchAll(/require\((['"`])(.+?)\1\)/g)].map(([, , name]) => name)
  expect(required).toEqual(['electron'])
})

test('5. permissions are refused, except copying', async () => {
  const answers = await page.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'granted',
      (error: Error) => error.name,
    ),
    place: await new Promise<string>((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        ({ code }) => resolve(`refused ${code}`),
      ),
    ),
    pasting: await navigator.clipboard.readText().then(
      () => 'granted',
      (error: Error) => error.name,
    ),
  }))
  expect(answers).toEqual({
    notifications: 'denied',
    camera: 'NotAllowedError',
    place: 'refused 1',
    pasting: 'NotAllowedError',
  })
  await page.bringToFront()
  expect(
    await page.evaluate(() => navigator.clipboard.writeText('copied').then(() => 'copied', String)),
  ).toBe('copied')
})

test('6. web security is on: another site is not read', async () => {
  expect(says(/webSecurity:\s*(true|!0)/)).toBe(true)
  expect(says(/disable-web-security|webSecurity:\s*(false|!1)/)).toBe(false)
  const page = await elsewhere(`<script>
    fetch('${away}/secret').then((a) => a.text()).catch(() => 'refused').then((text) => { document.title = text })
  </script>`)
  await expect(page).toHaveTitle('refused')
})

test('7. the content security policy blocks foreign and inline code', async () => {
  const ran = await page.evaluate(async (from) => {
    const add = (fill: (script: HTMLScriptElement) => void) =>
      new Promise((resolve) => {
        const script = document.createElement('script')
        script.onload = script.onerror = resolve
        fill(script)
        document.head.append(script)
        setTimeout(resolve, 300)
      })
    await add((script) => {
      script.textContent = 'window.written = true'
    })
    await add((script) => {
      script.src = `${from}/foreign.js`
    })
    document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="window.handled = true">')
    const frame = document.createElement('iframe')
    frame.src = from
    document.body.append(frame)
    const isFetched = await fetch(from).then(
      () => true,
      () => false,
    )
    let isEvaluated = true
    try {
      // biome-ignore lint/complexity/noCommaOperator: not the direct one, which is judged where it is written.
      // biome-ignore lint/security/noGlobalEval: it is to fail.
      ;(0, eval)('1')
    } catch {
      isEvaluated = false
    }
    return {
      isFetched,
      isEvaluated,
      written: 'written' in window,
      foreign: 'foreign' in window,
      handled: 'handled' in window,
    }
  }, away)
  expect(ran).toEqual({
    isFetched: false,
    isEvaluated: false,
    written: false,
    foreign: false,
    handled: false,
  })
  expect(asked).toEqual([])
})

test('8. insecure content does not run', async () => {
  expect(says(/allowRunningInsecureContent:\s*(false|!1)/)).toBe(true)
  expect(says(/allow-running-insecure-content/)).toBe(false)
})

test('9. and 10. there are no experimental features and no Blink features', async () => {
  expect(says(/experimentalFeatures:\s*(false|!1)/)).toBe(true)
  expect(says(/enableBlinkFeatures|enable-blink-features/)).toBe(false)
  const switched = await world.app.evaluate(({ app }) =>
    ['enable-blink-features', 'enable-experimental-web-platform-features'].filter((name) =>
      app.commandLine.hasSwitch(name),
    ),
  )
  expect(switched).toEqual([])
})

test('11. and 12. there are no webviews, and none can be attached', async () => {
  await page.evaluate((from) => {
    document.body.insertAdjacentHTML(
      'beforeend',
      `<webview src="${from}" allowpopups nodeintegration></webview>`,
    )
  }, away)
  const prevented = await world.app.evaluate(({ BrowserWindow }) => {
    let prevented = false
    const event = {
      preventDefault() {
        prevented = true
      },
    }
    // As Electron announces one.
    ;(BrowserWindow.getAllWindows()[0]?.webContents as NodeJS.EventEmitter | undefined)?.emit(
      'will-attach-webview',
      event,
      {},
      {},
    )
    return prevented
  })
  expect(prevented).toBe(true)
  expect(await windows()).toBe(1)
  expect(asked).toEqual([])
})

test('13. the window does not navigate elsewhere', async () => {
  const before = await url()
  // In our own scheme, but not our page.
  const other = await page.evaluate(() => `${location.origin.replace('//app', '//other')}/`)
  const places = [away, 'https://example.com/', 'file:///etc/passwd', 'data:text/html,hello', other]
  for (const to of places) {
    await page.evaluate((where) => {
      const link = document.createElement('a')
      link.href = where
      document.body.append(link)
      link.click()
    }, to)
    await page.evaluate((where) => {
      location.href = where
    }, to)
    // The earlier request is handled before the next answer.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
    expect(await url(), to).toBe(before)
  }
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  expect(asked).toEqual([])
})

test('14. the window opens no other windows', async () => {
  const got = await page.evaluate(
    (to) => [to, 'about:blank', ''].map((where) => window.open(where, '_blank') === null),
    away,
  )
  expect(got).toEqual([true, true, true])
  await page.evaluate((to) => {
    const link = document.createElement('a')
    Object.assign(link, { href: `${to}/linked`, target: '_blank', textContent: 'a link to click' })
    Object.assign(link.style, { position: 'fixed', top: '0', left: '0', zIndex: '9999' })
    document.body.append(link)
  }, away)
  await page.getByText('a link to click').click()
  await expect.poll(() => opened(world.app)).toContain(`${away}/linked`)
  expect(await windows()).toBe(1)
  expect(asked).toEqual([])
})

test('15. only web addresses are passed to the system', async () => {
  const before = (await opened(world.app)).length
  const bad = [
    ...[
      'file:///etc/passwd',
      'smb://example.com/share',
      'ms-msdt:/id',
      'javascript:alert(1)',
      'mailto:a@b.c',
    ],
    ...['data:text/html,x', 'vbscript:x', 'https://user:password@example.com/', 'bridge://other/'],
  ]
  for (const to of bad) await page.evaluate((where) => void window.open(where), to)
  await page.evaluate(() => void window.open('https://example.com/help'))
  await expect.poll(() => opened(world.app)).toContain('https://example.com/help')
  expect((await opened(world.app)).slice(before)).toEqual(['https://example.com/help'])
})

test('16. the version of Electron is current', async () => {
  const { devDependencies } = JSON.parse(readFileSync(join(APP, 'package.json'), 'utf8'))
  // The three newest majors are supported: https://www.electronjs.org/docs/latest/tutorial/electron-timelines
  expect(Number(/\d+/.exec(devDependencies.electron)?.[0])).toBeGreaterThanOrEqual(45)
})

test("17. a foreign page gets no answer, even with the preload's channel", async () => {
  const foreign = await elsewhere(`<h1>not ours</h1>`)
  const answer = await foreign.evaluate(async () => {
    const pushes: unknown[] = []
    window.bridge?.subscribe((push) => pushes.push(push))
    const answer = await window.bridge
      ?.call('state.get', {})
      .catch((error) => ({ ok: false, error: String(error) }))
    await new Promise((resolve) => setTimeout(resolve, 200))
    return { answer: answer as { ok: boolean }, pushes }
  })
  expect(answer.answer.ok).toBe(false)
  expect(answer.pushes).toEqual([])
})

test('18. a custom protocol serves only the interface, instead of files', async () => {
  expect(await url()).toMatch(/^bridge:\/\/app\//)
  const answers = await world.app.evaluate(async ({ net }) => {
    const places = [
      ...[
        'bridge://app/../../package.json',
        'bridge://app/%2e%2e/%2e%2e/package.json',
        'bridge://app/..%2f..%2fpackage.json',
      ],
      ...[
        'bridge://app//etc/passwd',
        'bridge://other/index.html',
        'bridge://app/assets/../../main/desktop.js',
      ],
    ]
    return Promise.all(
      places.map((place) =>
        net.fetch(place).then(
          async (got) => [got.status, (await got.text()).slice(0, 40)],
          () => [404, 'not found'],
        ),
      ),
    )
  })
  for (const [status, text] of answers) expect([status, text]).toEqual([404, 'not found'])
  expect(
    await page.evaluate(() =>
      fetch('file:///etc/passwd').then(
        () => 'read',
        () => 'refused',
      ),
    ),
  ).toBe('refused')
})

test('19. the fuses of the packaged program are set', () => {
  const packaging = readFileSync(join(APP, 'electron-builder.yml'), 'utf8')
  const [, block = ''] = /^electronFuses:\n((?: {2}.*\n)+)/m.exec(packaging) ?? []
  const set = [...block.matchAll(/^ {2}(\w+): (true|false)$/gm)].map(([, name = '', value]) => [
    name,
    value === 'true',
  ])
  const electronFuses = Object.fromEntries(set) as Record<string, boolean>
  expect(electronFuses).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  })
})

test("20. the page gets three names of Electron's API, and no event with its sender", async () => {
  const given = await page.evaluate(async () => {
    const heard: number[] = []
    const first = new Promise<void>((resolve) => {
      window.bridge?.subscribe((...args: unknown[]) => {
        heard.push(args.length)
        resolve()
      })
    })
    await first
    return {
      names: Object.keys(window.bridge ?? {}).sort(),
      heard: [...new Set(heard)],
      electron: Object.keys(window).filter((name) => /electron|ipc/i.test(name)),
    }
  })
  expect(given).toEqual({ names: ['call', 'host', 'subscribe'], heard: [1], electron: [] })
})
