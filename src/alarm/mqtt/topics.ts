/**
 * What is published, for Home Assistant's discovery and for people (docs/design/push.md):
 *
 *     vedette/SERIAL/availability        online | offline          retained, last will
 *     vedette/SERIAL/motion              ON | OFF                  retained; covered, frozen, defocused, disk alike
 *     vedette/SERIAL/snapshot            JPEG of the last event    retained
 *     vedette/SERIAL/event               JSON of an event          in the hours of SetPush
 *     homeassistant/…/SERIAL/…/config    discovery                 retained
 */
import { EVENT_KINDS, type EventKind } from '../event.ts'

export interface MqttCamera {
  readonly serial: string
  readonly model: string
  readonly version: string
  readonly name: string
}

const WORDS: Readonly<Record<EventKind, { readonly name: string; readonly deviceClass: string }>> = {
  motion: { name: 'Motion', deviceClass: 'motion' },
  covered: { name: 'Covered', deviceClass: 'tamper' },
  frozen: { name: 'Picture frozen', deviceClass: 'problem' },
  defocused: { name: 'Out of focus', deviceClass: 'tamper' },
  disk: { name: 'Disk', deviceClass: 'problem' },
}

/** A serial number as one level of a topic: no `/`, `+`, `#`. */
function levelOf(serial: string): string {
  return serial.replaceAll(/[^A-Za-z0-9_-]/g, '_')
}

export function topicsOf(serial: string) {
  const base = `vedette/${levelOf(serial)}`
  return {
    availability: `${base}/availability`,
    state: (kind: EventKind) => `${base}/${kind}`,
    snapshot: `${base}/snapshot`,
    event: `${base}/event`,
  }
}

/** Discovery messages by topic. */
export function discoveryOf(camera: MqttCamera): ReadonlyMap<string, string> {
  const id = `vedette_${levelOf(camera.serial)}`
  const topics = topicsOf(camera.serial)
  const common = {
    availability_topic: topics.availability,
    device: {
      identifiers: [id],
      name: camera.name,
      manufacturer: 'Vedette',
      model: camera.model,
      serial_number: camera.serial,
      sw_version: camera.version,
    },
  }
  const sensors = EVENT_KINDS.map((kind): [string, string] => [
    `homeassistant/binary_sensor/${id}/${kind}/config`,
    JSON.stringify({
      name: WORDS[kind].name,
      unique_id: `${id}_${kind}`,
      device_class: WORDS[kind].deviceClass,
      state_topic: topics.state(kind),
      payload_on: 'ON',
      payload_off: 'OFF',
      ...common,
    }),
  ])
  const picture = {
    name: 'Last event',
    unique_id: `${id}_snapshot`,
    image_topic: topics.snapshot,
    content_type: 'image/jpeg',
    ...common,
  }
  return new Map([...sensors, [`homeassistant/image/${id}/snapshot/config`, JSON.stringify(picture)]])
}
