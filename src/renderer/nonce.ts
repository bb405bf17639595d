/**
 * The value with which style elements of this load pass the content security policy; the host writes it into
 * the document.
 */
export const nonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

// Mantine reads it by getStyleNonce; react-remove-scroll, which locks scrolling behind a dialog, reads it
// here.
Object.assign(globalThis, { __webpack_nonce__: nonce() })
