/** What a process of ours hands on to those it starts. */

/** The environment without our own settings, which may hold a password. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VEDETTE_')))
}
