import type { NativeImage } from 'electron'
import { expect, test } from 'vitest'
import { createBadge } from '../../../../src/main/desktop/window/badge.ts'

function scene(platform: NodeJS.Platform) {
  const dock: number[] = []
  const overlays: [picture: string | null, description: string][] = []
  const window = {
    destroyed: false,
    isDestroyed: () => window.destroyed,
    setOverlayIcon: (image: NativeImage | null, description: string) =>
      void overlays.push([image as unknown as string | null, description]),
  }
  const badge = createBadge({
    app: { setBadgeCount: (count = 0) => dock.push(count) > 0 },
    nativeImage: { createFromPath: (path) => path.split(/[\\/]/).at(-1) as unknown as NativeImage },
    platform,
    root: '/app',
    textOf: (count) => `${count} need attention`,
  })
  return { dock, overlays, window, badge }
}

test.each(['darwin', 'linux'] as const)('the dock of %s shows the number', (platform) => {
  const { badge, dock, overlays, window } = scene(platform)
  badge.attach(window)
  badge.show(3)
  badge.show(0)
  expect(dock).toEqual([3, 0])
  expect(overlays).toEqual([])
})

test('Windows shows it at the button of the window, also of one that is opened later', () => {
  const { badge, dock, overlays, window } = scene('win32')
  badge.show(2)
  expect(overlays).toEqual([])
  badge.attach(window)
  badge.show(3)
  badge.show(0)
  expect(overlays).toEqual([
    ['degraded.png', '2 need attention'],
    ['degraded.png', '3 need attention'],
    [null, ''],
  ])
  expect(dock).toEqual([])
})

test('a window that is gone has no button', () => {
  const { badge, overlays, window } = scene('win32')
  badge.attach(window)
  window.destroyed = true
  badge.show(1)
  expect(overlays).toEqual([])
})
