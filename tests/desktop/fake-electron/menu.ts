import { EventEmitter } from 'node:events'
import { preventable } from './app.ts'
import { checkKeys, StandInError, strict } from './strict.ts'

type Click = (item: MenuItem, window: unknown, event: object) => void
export interface Template {
  label?: string
  type?: 'normal' | 'separator' | 'submenu' | 'checkbox' | 'radio'
  click?: Click
  submenu?: Template[] | Menu
  [key: string]: unknown
}

const KNOWN = [
  ...['click', 'role', 'type', 'label', 'sublabel', 'toolTip', 'accelerator', 'icon', 'enabled', 'visible'],
  ...['acceleratorWorksWhenHidden', 'registerAccelerator', 'checked', 'submenu', 'id'],
]
const ROLES = [
  ...[
    'undo',
    'redo',
    'cut',
    'copy',
    'paste',
    'selectAll',
    'minimize',
    'close',
    'quit',
    'reload',
    'toggleDevTools',
  ],
  ...[
    'resetZoom',
    'zoomIn',
    'zoomOut',
    'togglefullscreen',
    'editMenu',
    'windowMenu',
    'fileMenu',
    'viewMenu',
    'about',
  ],
  ...['appMenu', 'hide', 'hideOthers', 'unhide', 'services', 'delete', 'pasteAndMatchStyle', 'front', 'help'],
]

export class MenuItem {
  id: string
  label: string
  sublabel: string
  toolTip: string
  type: string
  role: string | undefined
  enabled: boolean
  visible: boolean
  checked: boolean
  accelerator: unknown
  icon: unknown
  submenu: Menu | undefined
  menu: Menu | undefined
  click: (event?: object, window?: unknown, contents?: unknown) => void

  constructor(template: Template) {
    checkKeys('MenuItem', template, KNOWN)
    const role = template.role as string | undefined
    if (role !== undefined && !ROLES.some((one) => one.toLowerCase() === role.toLowerCase()))
      throw new StandInError(`the role ${role}`)
    this.id = (template.id as string) ?? ''
    this.label = template.label ?? role ?? ''
    this.sublabel = (template.sublabel as string) ?? ''
    this.toolTip = (template.toolTip as string) ?? ''
    this.role = role
    this.enabled = (template.enabled as boolean) ?? true
    this.visible = (template.visible as boolean) ?? true
    this.checked = (template.checked as boolean) ?? false
    this.accelerator = template.accelerator
    this.icon = template.icon
    this.submenu = Array.isArray(template.submenu)
      ? Menu.buildFromTemplate(template.submenu)
      : template.submenu
    this.type = template.type ?? (this.submenu ? 'submenu' : 'normal')
    if (this.type === 'submenu' && this.submenu === undefined) throw new Error('Invalid submenu')
    if (this.type !== 'separator' && this.label === '') throw new Error('label, role or type: one is needed')
    this.click = (event = {}, window = undefined) => {
      if (this.type === 'checkbox' || this.type === 'radio')
        this.checked = this.type === 'radio' || !this.checked
      template.click?.(this, window, event)
    }
  }
}

let applicationMenu: Menu | null = null

export class Menu extends EventEmitter {
  items: MenuItem[] = []

  constructor() {
    super()
    // biome-ignore lint/correctness/noConstructorReturn: unknown uses are to be seen.
    return strict('Menu', this)
  }
  append(item: MenuItem): void {
    this.insert(this.items.length, item)
  }
  insert(at: number, item: MenuItem): void {
    item.menu = this
    this.items.splice(at, 0, item)
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }
  popup(): void {
    this.emit('menu-will-show', preventable())
  }
  closePopup(): void {
    this.emit('menu-will-close', preventable())
  }

  static buildFromTemplate(template: (Template | MenuItem)[]): Menu {
    if (!Array.isArray(template))
      throw new TypeError('Invalid template for Menu: Menu template must be an array')
    const menu = new Menu()
    for (const one of template) menu.append(one instanceof MenuItem ? one : new MenuItem(one))
    return menu
  }
  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu
  }
  static getApplicationMenu = (): Menu | null => applicationMenu
}
