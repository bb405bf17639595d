/**
 * Whether compiled code is cached on disk, which halves the start time. Not where the archive's hash is
 * checked (the fuse `enableEmbeddedAsarIntegrityValidation` works on Windows and macOS): V8 does not verify
 * the origin of such code, so any program that may write the user's files could run code in our name. Not
 * from an AppImage either: its path differs at each start, so cached code is never found again.
 */
export const mayCacheCompiledCode = ({
  isPackaged,
  appImage,
  platform = process.platform,
}: {
  isPackaged: boolean
  appImage: string | null
  platform?: NodeJS.Platform
}): boolean => appImage === null && !(isPackaged && (platform === 'win32' || platform === 'darwin'))
