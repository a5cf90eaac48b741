/**
 * Being found by the uid (Guide §3.3.29–3.3.30): on the local network, by DNS-SD. Vedette has no relay, and opens none. The
 * guide spells the section P2P, cameras and clients P2p; it is answered under both names.
 */
import type { Command, Success } from '../../define/command.ts'
import type { Infer } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { type Setting, setting } from '../../define/setting.ts'

const fields = group({ enable: flag(0, { label: 'Announce the camera on the local network' }) })
type P2p = Infer<typeof fields>

const plain = setting('P2p', {
  guide: ['3.3.29', '3.3.30'],
  summary: 'The uid of the camera, and whether it is announced with it on the local network.',
  ability: { key: 'p2p' },
  showsAllWithoutAction: true,
  fields,
  apply: ({ enable }, { network }) => network.discovery.announce(enable === 1),
})

const [get, set] = plain.commands
const twice = (section: unknown) => ({ P2p: section, P2P: section })
const sectionIn = (part: Success['value']) => (part as { P2p: object }).P2p

const getP2p: Command = {
  ...get,
  run: async (params, call, channel) => {
    const { value, initial, range } = (await get.run(params, call, channel)) as Success
    const known = twice({ ...sectionIn(value), uid: call.parts.network.discovery.uid })
    if (initial === undefined) return { value: known }
    return { initial: twice(sectionIn(initial)), range: twice(sectionIn(range)), value: known }
  },
}

export const p2p: Setting<P2p> = {
  ...plain,
  commands: [getP2p, { ...set, name: 'SetP2P', aliases: ['SetP2p'] }],
}
