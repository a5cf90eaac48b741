/** Which recordings are in the cloud, and how far the one is that is on its way (docs/design/cloud.md). */
import type { Database } from './database.ts'

export interface CloudUpload {
  readonly name: string
  readonly state: 'open' | 'done'
  /** Of a multipart upload. */
  readonly uploadId: string | undefined
  /** ETags of the parts that have arrived, in order. */
  readonly parts: readonly string[]
}

export class CloudStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  find(name: string): CloudUpload | undefined {
    const row = this.#database.sql
      .prepare('select name, state, upload_id, parts from cloud_upload where name = ?')
      .get(name)
    if (row === undefined) return undefined
    return {
      name,
      state: row.state === 'done' ? 'done' : 'open',
      uploadId: row.upload_id === null ? undefined : String(row.upload_id),
      parts: JSON.parse(String(row.parts)),
    }
  }

  /** On the disk when this returns. Errors: CameraError `write-failed`. */
  save({ name, state, uploadId, parts }: CloudUpload): void {
    this.#database.transaction(() => {
      this.#database.sql
        .prepare('insert or replace into cloud_upload (name, state, upload_id, parts) values (?, ?, ?, ?)')
        .run(name, state, uploadId ?? null, JSON.stringify(parts))
    })
  }

  /** Names after another one, in alphabetical order. */
  namesAfter(name: string, limit: number): string[] {
    return this.#database.sql
      .prepare('select name from cloud_upload where name > ? order by name limit ?')
      .all(name, limit)
      .map((row) => String(row.name))
  }

  remove(names: readonly string[]): void {
    if (names.length === 0) return
    this.#database.transaction(() => {
      const remove = this.#database.sql.prepare('delete from cloud_upload where name = ?')
      for (const name of names) remove.run(name)
    })
  }

  removeAll(): void {
    this.#database.transaction(() => this.#database.sql.exec('delete from cloud_upload'))
  }
}
