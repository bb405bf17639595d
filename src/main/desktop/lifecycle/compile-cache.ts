/**
 * Whether compiled code is kept on disk, which halves the start. Not where the archive's hash is checked (the fuse
 * `enableEmbeddedAsarIntegrityValidation` works on Windows and macOS): V8 does not ask where such code comes from, so
 * whatever may write the user's files could run in our name. Not from an AppImage either: it has another path at each start,
 * by which nothing is found again.
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
