/** Recordings as files: to keep (Guide §3.6.4) and, as newer firmware has it, to play. */
import { CameraError } from '../../../base/errors.ts'
import { type Attachment, action } from '../../define/command.ts'
import { optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { text } from '../../define/texts.ts'
import type { Parts } from '../../parts.ts'

const fields = group({
  source: text({
    minLen: 1,
    maxLen: 255,
    initial: 'Rec_20260101_000000_000_M.mp4',
    label: 'Name from Search',
  }),
  output: optional(text({ maxLen: 255, label: 'Name of the file that is sent' })),
})

const common = {
  access: { key: 'recDownload', right: 'read' },
  fields,
  readOnly: true,
  perChannel: true,
} as const

export const download = action('Download', {
  ...common,
  guide: '3.6.4',
  summary: 'A recording as a file; one that is being made as far as it is written. Parts of it by Range.',
  run: async ({ source, output }, { parts }) => ({
    attachment: await fileOf(parts, source, output, 'application/octet-stream'),
  }),
})

export const playback = action('Playback', {
  ...common,
  guide: '3.6.4',
  summary: 'The same as Download, labelled as the video that it is.',
  access: { key: 'recReplay', right: 'read' },
  run: async ({ source, output }, { parts }) => ({
    attachment: await fileOf(parts, source, output, 'video/mp4'),
  }),
})

/** The name is looked up in the index and nowhere else. Errors: CameraError `open-failed`. */
async function fileOf(
  { recordings }: Parts,
  source: string,
  output: string | undefined,
  contentType: string,
): Promise<Attachment> {
  // Clients send the path of newer firmware, which ends in the name.
  const name = source.slice(source.lastIndexOf('/') + 1)
  const file = await recordings.file(name)
  if (file === undefined) throw new CameraError('open-failed', 'there is no such recording')
  return {
    contentType,
    headers: { 'Content-Disposition': disposition(output || name) },
    content: file,
  }
}

/**
 * Saves under that name, without a path (RFC 6266 §4.3): as the guide prints it where that is possible, and where it is not
 * in the form of RFC 8187 besides.
 */
function disposition(wanted: string): string {
  const name = wanted
    .slice(wanted.search(/[^/\\]*$/))
    .toWellFormed()
    .replaceAll(/\p{C}/gu, '_')
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\;%]/g, '_') || 'recording.mp4'
  const printed = /^[\w.-]+$/.test(plain) ? plain : `"${plain}"`
  if (plain === name || name === '') return `attachment;filename=${printed}`
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16)}`,
  )
  return `attachment;filename=${printed};filename*=UTF-8''${encoded}`
}
