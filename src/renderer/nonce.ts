/** The value that lets style elements of this load pass the content security policy; the host wrote it into the document. */
export const nonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

// Mantine asks by getStyleNonce; what keeps the page from scrolling behind a dialog (react-remove-scroll) looks here.
Object.assign(globalThis, { __webpack_nonce__: nonce() })
