/** What notifiers are still to be told of events, so that a kill between an event and its messages loses none. */
import type { Database } from './database.ts'

export interface EventNotice {
  readonly event: number
  readonly notifier: string
  /** Still to be told: that it began and ended, or only that it ended. */
  readonly state: 'began' | 'ended'
}

export class EventNoticeStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All of them are to be told of an event. Errors: CameraError `write-failed`. */
  owe(event: number, notifiers: readonly string[]): void {
    const { sql } = this.#database
    const insert = sql.prepare("insert or ignore into event_notice values (?, ?, 'began')")
    this.#change(() => {
      for (const notifier of notifiers) insert.run(event, notifier)
    })
  }

  /** One of them was told that it began, or all. Errors: CameraError `write-failed`. */
  told(event: number, notifier: string, occasion: 'began' | 'ended'): void {
    const { sql } = this.#database
    const where = 'where event = ? and notifier = ?'
    const change =
      occasion === 'began' ? "update event_notice set state = 'ended'" : 'delete from event_notice'
    this.#change(() => sql.prepare(`${change} ${where}`).run(event, notifier))
  }

  /** What is owed, the oldest events first. */
  owed(): EventNotice[] {
    const rows = this.#database.sql.prepare('select * from event_notice order by event, notifier').all()
    return rows.map(({ event, notifier, state }) => ({
      event: Number(event),
      notifier: String(notifier),
      state: state === 'began' ? 'began' : 'ended',
    }))
  }

  #change(write: () => void): void {
    this.#database.transaction(write, { copySoon: false })
  }
}
