/** Archives that were made to do harm, for the tests of what refuses them. */
import { gzipSync } from 'node:zlib'

/** Bytes of a header and unit of all content. */
const BLOCK = 512
/** Two empty blocks end a tar (POSIX.1-2001, pax, ustar Interchange Format). */
const END = Buffer.alloc(2 * BLOCK)

interface TarEntry {
  readonly name?: string
  /** `0` a file, `1` a hard link, `2` a symbolic link, `3` and `4` devices, `5` a folder, `6` a fifo, `x` and `g` pax. */
  readonly type?: string
  readonly linkName?: string
  readonly content?: string | Buffer
  /** What the header says, where that is not the length of the content. */
  readonly size?: number
}

/** One header with its content, padded to whole blocks. */
export function entryOf({ name = 'config.json', type = '0', linkName = '', ...entry }: TarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '')
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0, 100)
  header.write('0000600\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${(entry.size ?? content.length).toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  // The sum is made with blanks in its own place.
  header.write('        ', 148)
  header.write(type, 156)
  header.write(linkName, 157, 100)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)])
}

/** A tar of these entries. */
export function tarOf(...entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(entryOf), END])
}

/** A record of an extended header: its own length, a blank, name, value, line feed. */
function paxRecord(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`
  const digits = String(rest.length + 2).length
  return `${rest.length + digits}${rest}`
}

/** `file` gives the packed archive; `good` is a text that would be taken. */
export const HOSTILE_ARCHIVES: readonly {
  readonly what: string
  readonly file: (good: string) => Buffer
}[] = [
  { what: 'an absolute path', file: (content) => gzipSync(tarOf({ name: '/etc/config.json', content })) },
  { what: 'a path upwards', file: (content) => gzipSync(tarOf({ name: '../config.json', content })) },
  { what: 'a path through a folder', file: (content) => gzipSync(tarOf({ name: './config.json', content })) },
  { what: 'a symbolic link', file: () => gzipSync(tarOf({ type: '2', linkName: '/etc/passwd' })) },
  { what: 'a hard link', file: () => gzipSync(tarOf({ type: '1', linkName: 'vedette.db' })) },
  { what: 'a character device', file: () => gzipSync(tarOf({ type: '3' })) },
  { what: 'a block device', file: () => gzipSync(tarOf({ type: '4' })) },
  { what: 'a fifo', file: () => gzipSync(tarOf({ type: '6' })) },
  { what: 'a folder', file: () => gzipSync(tarOf({ type: '5' })) },
  { what: 'a contiguous file', file: (content) => gzipSync(tarOf({ type: '7', content })) },
  { what: 'two files', file: (content) => gzipSync(tarOf({ content }, { name: 'x', content })) },
  { what: 'another file first', file: (content) => gzipSync(tarOf({ name: 'x', content }, { content })) },
  { what: 'its file twice', file: (content) => gzipSync(tarOf({ content }, { content })) },
  { what: 'a wrong name', file: (content) => gzipSync(tarOf({ name: 'CONFIG.JSON', content })) },
  { what: 'no file', file: () => gzipSync(END) },
  { what: 'nothing', file: () => gzipSync('') },
  {
    what: '900 MiB of zeros, as a bomb',
    // 1 MiB of zeros again and again; what unpacks it must stop long before the end.
    file: (content) => {
      const zeros = gzipSync(Buffer.alloc(2 ** 20))
      return Buffer.concat([gzipSync(tarOf({ content })), ...Array.from({ length: 900 }, () => zeros)])
    },
  },
  { what: 'a huge size', file: (content) => gzipSync(tarOf({ content, size: 0o77777777777 })) },
  {
    what: 'a size that ends in the padding',
    file: (content) => gzipSync(tarOf({ content, size: content.length + BLOCK })),
  },
  {
    what: 'a negative size',
    // Base 256, as GNU tar writes large and negative numbers.
    file: (content) => {
      const header = entryOf({ content })
      header.fill(0xff, 124, 136)
      header.write('        ', 148)
      const sum = header.subarray(0, BLOCK).reduce((all, byte) => all + byte, 0)
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
      return gzipSync(Buffer.concat([header, END]))
    },
  },
  {
    what: 'a file behind the end',
    file: (content) => gzipSync(Buffer.concat([tarOf({ content }), tarOf({ name: 'x', content })])),
  },
  {
    what: 'bytes behind the end',
    file: (content) => gzipSync(Buffer.concat([tarOf({ content }), Buffer.alloc(BLOCK, 'x')])),
  },
  {
    what: 'empty blocks before its file',
    file: (content) => gzipSync(Buffer.concat([END, tarOf({ content })])),
  },
  { what: 'half a block', file: (content) => gzipSync(tarOf({ content }).subarray(0, -100)) },
  {
    what: 'a pax header that renames its file',
    file: (content) =>
      gzipSync(tarOf({ type: 'x', content: paxRecord('path', '../config.json') }, { content })),
  },
  {
    what: 'a pax header that resizes its file',
    file: (content) => gzipSync(tarOf({ type: 'x', content: paxRecord('size', '9999999999') }, { content })),
  },
  {
    what: 'a pax header for all files',
    file: (content) => gzipSync(tarOf({ type: 'g', content: paxRecord('path', 'config.json') }, { content })),
  },
  {
    what: 'a pax header that says nothing sensible',
    file: (content) => gzipSync(tarOf({ type: 'x', content: '99999999 =\n\0\0' }, { content })),
  },
  {
    what: 'a long name of GNU tar',
    file: (content) => gzipSync(tarOf({ type: 'L', content: 'config.json\0' }, { name: 'x', content })),
  },
  { what: 'a truncated stream', file: (content) => gzipSync(tarOf({ content })).subarray(0, -9) },
  {
    what: 'a wrong checksum of the stream',
    file: (content) => {
      const packed = gzipSync(tarOf({ content }))
      packed[packed.length - 8]! ^= 1
      return packed
    },
  },
  {
    what: 'bytes behind the stream',
    file: (content) => Buffer.concat([gzipSync(tarOf({ content })), Buffer.from('rm -rf')]),
  },
  {
    what: 'zeros behind the stream',
    file: (content) => Buffer.concat([gzipSync(tarOf({ content })), Buffer.alloc(20)]),
  },
  { what: 'a tar that is not packed', file: (content) => tarOf({ content }) },
  { what: 'JSON that is not packed', file: (content) => Buffer.from(content) },
  { what: 'no bytes at all', file: () => Buffer.alloc(0) },
  {
    what: 'text that is not UTF-8',
    file: () => gzipSync(tarOf({ content: Buffer.from('{"a":"\xff"}', 'latin1') })),
  },
]
