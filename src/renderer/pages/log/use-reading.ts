import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useClient } from '../../client/hooks.tsx'
import { type Choice, filterOf, nextMidnight } from './filters/filter.ts'
import { LogReader, type Reading } from './reader.ts'
import { type Place, rememberedPlace } from './saved-position.ts'

/** The log of the current filter, kept up to date; from where it was left, if known. */
export function useReading(choice: Choice): {
  reader: LogReader
  reading: Reading
  key: string
  place: Place | null
} {
  const bridge = useClient()
  const [reader] = useState(() => new LogReader(bridge))
  const day = useDay(choice.when !== null)
  const filter = useMemo(() => filterOf(choice, day), [choice, day])
  const key = JSON.stringify(filter)
  const [place] = useState(() => rememberedPlace(key))
  useEffect(() => reader.start(), [reader])
  useEffect(() => {
    reader.show(JSON.parse(key), place?.key === key ? place.list : null)
  }, [reader, key, place])
  return { reader, reading: useSyncExternalStore(reader.subscribe, reader.reading), key, place }
}

/** A time of today; changes when a new day has begun, where that matters. */
function useDay(matters: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!matters) return
    const timer = setTimeout(() => setNow(Date.now()), nextMidnight(now) - now + 1)
    return () => clearTimeout(timer)
  }, [matters, now])
  return now
}
