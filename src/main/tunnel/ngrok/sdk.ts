/** The used part of `@ngrok/ngrok`. */
export interface NgrokSdk {
  SessionBuilder: new () => SessionBuilder
}
interface SessionBuilder {
  authtoken(token: string): this
  clientInfo(name: string, version: string): this
  heartbeatInterval(seconds: number): this
  heartbeatTolerance(seconds: number): this
  handleDisconnection(handler: (address: string, error: string) => boolean): this
  connect(): Promise<Session>
}
export interface Session {
  httpEndpoint(): EndpointBuilder
  close(): Promise<void>
}
interface EndpointBuilder {
  domain(domain: string): this
  listenAndForward(url: string): Promise<{ url(): string | null }>
}

let loading: Promise<NgrokSdk> | null = null

/**
 * The SDK, loaded on first use: the package is native, and most bridges do not need it. Rejects where the
 * system has no binary of it. All of this program loads it here.
 */
export function loadNgrok(): Promise<NgrokSdk> {
  loading ??= importNgrok().catch((error: unknown) => {
    loading = null
    throw error
  })
  return loading
}

async function importNgrok(): Promise<NgrokSdk> {
  const restore = tameReport()
  try {
    const loaded = await import('@ngrok/ngrok')
    return 'SessionBuilder' in loaded ? loaded : (loaded as { default: NgrokSdk }).default
  } finally {
    restore()
  }
}

/**
 * On Linux the package chooses between glibc and musl by `process.report.getReport()`. Inside Electron that
 * call ends the process (Electron disables Node's own tests of it: script/node-disabled-tests.json,
 * `report/test-report-getreport`), so a prepared answer replaces it while the package is loaded: there is no
 * Electron for musl. Under plain Node the report works, but resolves the name of each open socket, which is
 * left out.
 */
function tameReport(): () => void {
  const report: (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined = process.report
  if (process.platform !== 'linux' || !report) return () => {}
  if (process.versions.electron === undefined) {
    const before = report.excludeNetwork
    report.excludeNetwork = true
    return () => {
      report.excludeNetwork = before ?? false
    }
  }
  const { getReport } = report
  report.getReport = () => ({ header: { glibcVersionRuntime: '2' } })
  return () => {
    report.getReport = getReport
  }
}
