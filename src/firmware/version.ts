/** Which of two versions is newer. */

/** `version` is `1.2.3`; `build` is digits, the date first (`26112200`), and decides between equal versions. */
export interface Version {
  readonly version: string
  readonly build: string
}

/** Negative if `one` is older than `other`, 0 if they are the same. */
export function compareVersions(one: Version, other: Version): number {
  const [left, right] = [one, other].map(({ version, build }) => [...version.split('.'), build].map(Number))
  for (const [index, number] of left!.entries()) {
    const difference = number - (right![index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The version in something parsed, such as a package.json; undefined if it has none of our form. */
export function versionIn(parsed: unknown): Version | undefined {
  const { version, build } = Object(parsed) as Record<string, unknown>
  if (typeof version !== 'string' || !/^\d{1,6}\.\d{1,6}\.\d{1,6}$/.test(version)) return undefined
  if (typeof build !== 'string' || !/^\d{1,12}$/.test(build)) return undefined
  return { version, build }
}

/** As people read it: `0.2.0 (26112200)`. */
export function nameOf({ version, build }: Version): string {
  return `${version} (${build})`
}
