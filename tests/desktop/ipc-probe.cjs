'use strict'
/**
 * Required before the application, in Electron (`-r`) and in the stand-in alike: writes down what it shows of the system, and keeps
 * links from being opened for real. Read through `globalThis.probe`.
 */
const electron = require('electron')

/** @type {{ trays: object[], notifications: object[], opened: string[], boxes: string[], sandboxed: boolean, trayAfterMs: number | null }} */
const probe = { trays: [], notifications: [], opened: [], boxes: [], sandboxed: false, trayAfterMs: null }
globalThis.probe = probe

const pathOf = new WeakMap()
/** What a constructor is given cannot be seen here; nothing but the tray makes images from files. */
let newest = ''
const { createFromPath } = electron.nativeImage
electron.nativeImage.createFromPath = (path) => {
  const image = createFromPath(path)
  pathOf.set(image, path)
  newest = path
  return image
}

/** @param {{ prototype: object }} kind @param {string} method @param {(self: object, args: unknown[]) => void} see */
const watch = (kind, method, see) => {
  const original = kind.prototype[method]
  kind.prototype[method] = function (...args) {
    see(this, args)
    return original.apply(this, args)
  }
}

const trayOf = (self) => {
  let found = probe.trays.find((one) => one.tray === self)
  if (found === undefined) {
    found = { tray: self, image: newest, tip: '', menu: null }
    probe.trays.push(found)
  }
  return found
}
watch(electron.Tray, 'setImage', (self, [image]) => {
  trayOf(self).image = typeof image === 'string' ? image : (pathOf.get(image) ?? '')
})
watch(electron.Tray, 'setToolTip', (self, [text]) => {
  trayOf(self).tip = text
})
watch(electron.Tray, 'setContextMenu', (self, [menu]) => {
  trayOf(self).menu = menu
  // Since the start of the process.
  probe.trayAfterMs ??= process.uptime() * 1000
})
watch(electron.Tray, 'destroy', (self) => {
  probe.trays = probe.trays.filter((one) => one.tray !== self)
})

// Whoever builds this may have nobody who shows notifications.
electron.Notification.isSupported = () => true
watch(electron.Notification, 'show', (self) => {
  if (!probe.notifications.includes(self)) probe.notifications.push(self)
})

electron.shell.openExternal = async (url) => {
  probe.opened.push(url)
}
electron.shell.openPath = async (path) => {
  probe.opened.push(path)
  return ''
}
electron.dialog.showErrorBox = (title, content) => {
  probe.boxes.push(`${title}\n${content}`)
  // It may be the last that is heard of it.
  process.stderr.write(`error box: ${title}: ${content}\n`)
}

const { enableSandbox } = electron.app
electron.app.enableSandbox = () => {
  probe.sandboxed = true
  enableSandbox.call(electron.app)
}
