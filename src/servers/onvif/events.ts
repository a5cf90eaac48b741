/** Event service: PullPoint and base notification (Core §9). */
import type { Permission } from '../../api/ability.ts'
import { Fault, invalid } from './fault.ts'
import { consumerAt } from './notify.ts'
import { type Call, type Operation, operation } from './operation.ts'
import { SERVICES } from './services.ts'
import type { Subscription } from './subscriptions.ts'
import { CONCRETE, CONCRETE_SET, topicSet, topicsIn } from './topics.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'
import { parseDuration, parseTime, printTime } from './xs-time.ts'

const DEFAULT_LIFE_MS = 10 * 60_000
const MIN_LIFE_MS = 10_000
const MAX_LIFE_MS = 3_600_000
const MAX_WAIT_MS = 60_000
const MAX_MESSAGES = 100

/** Who may see the picture may know that something moves in it. */
const watch: Permission = { key: 'live', right: 'read' }

const ONVIF_ACTION = 'http://www.onvif.org/ver10/events/wsdl'
const WSN_ACTION = 'http://docs.oasis-open.org/wsn/bw-2'

/** Those of WS-Notification are asked with WS-Addressing, and answered with it. */
function addressed(action: string, plain: Operation): Operation {
  return { ...plain, action }
}

export const EVENT_OPERATIONS: readonly Operation[] = [
  operation('tev:GetServiceCapabilities', 'anyone', () => SERVICES.events.capabilities()),

  addressed(
    `${ONVIF_ACTION}/EventPortType/GetEventPropertiesResponse`,
    operation('tev:GetEventProperties', watch, () => [
      xml('tev:TopicNamespaceLocation', 'http://www.onvif.org/onvif/ver10/topics/topicns.xml'),
      xml('wsnt:FixedTopicSet', true),
      topicSet(),
      xml('wsnt:TopicExpressionDialect', CONCRETE_SET),
      xml('wsnt:TopicExpressionDialect', CONCRETE),
      xml(
        'tev:MessageContentFilterDialect',
        'http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter',
      ),
      xml('tev:MessageContentSchemaLocation', 'http://www.onvif.org/onvif/ver10/schema/onvif.xsd'),
    ]),
  ),

  addressed(
    `${ONVIF_ACTION}/EventPortType/CreatePullPointSubscriptionResponse`,
    operation('tev:CreatePullPointSubscription', watch, (request, call) => {
      const one = subscribe(request, call, undefined)
      return [
        xml('tev:SubscriptionReference', reference(one, call)),
        now(call, 'wsnt'),
        end(one, call, 'wsnt'),
      ]
    }),
  ),
  addressed(
    `${ONVIF_ACTION}/PullPointSubscription/PullMessagesResponse`,
    operation('tev:PullMessages', watch, async (request, call) => {
      const { subscriptions, path, principal, signal } = call
      const one = subscriptions.find(path, principal)
      if (one.wish.consumer !== undefined) throw invalid('ter:InvalidSubscription', 'it is no PullPoint')
      const waitMs = parseDuration(request.textAt('Timeout') ?? 'PT0S')
      if (Number.isNaN(waitMs)) throw invalid('ter:InvalidTimeout', 'Timeout must be a duration')
      const limit = Number(request.textAt('MessageLimit') ?? MAX_MESSAGES)
      if (!(limit >= 1)) throw invalid('ter:InvalidMessageLimit', 'MessageLimit must be 1 or more')
      const waits = Math.min(waitMs, MAX_WAIT_MS)
      subscriptions.renew(one, Math.max(one.wish.lifeMs, waits + MIN_LIFE_MS))
      const messages = await subscriptions.pull(one, Math.min(limit, MAX_MESSAGES), waits, signal)
      return [now(call, 'tev'), end(one, call, 'tev'), messages]
    }),
  ),
  addressed(
    `${ONVIF_ACTION}/PullPointSubscription/SetSynchronizationPointResponse`,
    operation('tev:SetSynchronizationPoint', watch, (_request, { subscriptions, path, principal }) => {
      subscriptions.repeat(subscriptions.find(path, principal))
      return undefined
    }),
  ),

  addressed(
    `${WSN_ACTION}/NotificationProducer/SubscribeResponse`,
    operation('wsnt:Subscribe', watch, async (request, call) => {
      const address = request.textAt('ConsumerReference', 'Address')
      const one = subscribe(request, call, await consumerAt(address, call.address))
      return [
        xml('wsnt:SubscriptionReference', reference(one, call)),
        now(call, 'wsnt'),
        end(one, call, 'wsnt'),
      ]
    }),
  ),
  addressed(
    `${WSN_ACTION}/SubscriptionManager/RenewResponse`,
    operation('wsnt:Renew', watch, (request, call) => {
      const { subscriptions, path, principal } = call
      const one = subscriptions.find(path, principal)
      subscriptions.renew(one, lifeIn(request.textAt('TerminationTime'), call))
      return [end(one, call, 'wsnt'), now(call, 'wsnt')]
    }),
  ),
  addressed(
    `${WSN_ACTION}/SubscriptionManager/UnsubscribeResponse`,
    operation('wsnt:Unsubscribe', watch, (_request, { subscriptions, path, principal }) => {
      subscriptions.end(subscriptions.find(path, principal))
      return undefined
    }),
  ),
]

function subscribe(
  request: XmlElement,
  call: Call,
  consumer: Subscription['wish']['consumer'],
): Subscription {
  const { subscriptions, principal, address } = call
  const topics = topicsIn(request.find('Filter'))
  const lifeMs = lifeIn(request.textAt('InitialTerminationTime'), call)
  return subscriptions.create({ principal, address, topics, lifeMs, consumer })
}

/** From a duration or a time; at most an hour. Errors: Fault for a time that is over or cannot be read. */
function lifeIn(text: string | undefined, { parts }: Call): number {
  if (text === undefined) return DEFAULT_LIFE_MS
  const lifeMs = text.startsWith('P') ? parseDuration(text) : parseTime(text) - parts.clock.wallMs()
  if (!(lifeMs > 0)) {
    throw new Fault('Sender', ['wsnt:UnacceptableInitialTerminationTimeFault'], 'it would be over already')
  }
  return Math.min(MAX_LIFE_MS, Math.max(MIN_LIFE_MS, lifeMs))
}

function reference({ id }: Subscription, { origin }: Call): Xml {
  return xml('wsa:Address', `${origin}/onvif/subscription/${id}`)
}

function now({ parts }: Call, prefix: 'wsnt' | 'tev'): Xml {
  return xml(`${prefix}:CurrentTime`, printTime(parts.clock.wallMs()))
}

function end(one: Subscription, { subscriptions }: Call, prefix: 'wsnt' | 'tev'): Xml {
  return xml(`${prefix}:TerminationTime`, printTime(subscriptions.endOf(one)))
}
