/** What the supervisor has to know of the program it starts. */

export interface Program {
  /** The module to fork. */
  readonly file: string
  /** What it is called in the log. */
  readonly name: string
  /** Present while the version is on trial; one of these is called once. */
  readonly trial?: {
    /** Once ready, it has to stay for so long. */
    readonly healthyMs: number
    proven(): void
    /** It ended by itself or was not ready in time. */
    failed(why: string): void
    /** It was told to stop while it was fine. */
    interrupted(): void
  }
}

export interface Programs {
  /** The program of the next start. Never rejects. */
  next(): Promise<Program>
  /** The last one ended before it was ready, without saying why. True if it is worth another start. */
  endedUnready(why: string): boolean
}

/** The same program each time. */
export function always(file: string): Programs {
  return { next: async () => ({ file, name: 'installation' }), endedUnready: () => false }
}
