import { contextBridge } from 'electron'

/** Tells the page which host it runs in. The calls of shared/api.ts join it with the desktop interface. */
contextBridge.exposeInMainWorld('bridgeHost', { host: 'desktop' })
