/** Passes a file to the browser, which saves it. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** `messages-2026-11-22.csv` */
export function fileName(stem: string, ending: string, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${stem}-${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}.${ending}`
}
