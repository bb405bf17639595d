/**
 * How every program of ours is started by Node. A bridge is idle most of the time and shares its computer: a smaller
 * young generation and fewer memory arenas keep it below 95 MB when idle and near it after a burst (2 MB; 4 MB handle
 * some 10 % more and cost 4 MB); a heap that grows in small steps stays below 200 MB under full load (steps of 10 % save 3 MB at rest and cost a sixth
 * of the speed). Source maps are
 * omitted on purpose: they cost 70 MB, and the build keeps its names, so that a trace is readable. Certificates trusted
 * by the system count as well: an office that inspects outgoing traffic installs its own there.
 */
const LEAN = [
  '--heap-growing-percent=30',
  // Node's snapshot of itself keeps 4 MB of its program in memory and saves 40 ms of a start.
  '--no-node-snapshot',
]
export const FLAGS = [
  ...LEAN,
  '--max-semi-space-size=2',
  '--use-system-ca',
  // There are no links below us. To look for them in the paths of all files is work enough for V8 to load its optimizing
  // compiler (6 MB), which an idle bridge does without.
  '--preserve-symlinks',
]

/** The relay calls nobody, and is idle on the smallest computers. */
export const RELAY_FLAGS = [...LEAN, '--max-semi-space-size=1']

export const ENVIRONMENT = {
  MALLOC_ARENA_MAX: '2',
  // Freed memory is returned to the system.
  MALLOC_TRIM_THRESHOLD_: '131072',
}
