export const DiagnosticsPage = () => null
