import { type RefObject, useLayoutEffect, useRef } from 'react'

/** Distance from the end, in pixels, at which the reader counts as being there. */
const NEAR_PX = 60

/** Keeps a list at its end while it grows, unless the reader has scrolled up. */
export function useEnd(length: number): { ref: RefObject<HTMLDivElement | null>; onScroll(): void } {
  const ref = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever it has grown.
  useLayoutEffect(() => {
    const element = ref.current
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [length])
  return {
    ref,
    onScroll() {
      const element = ref.current
      if (element !== null)
        isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight <= NEAR_PX
    },
  }
}
