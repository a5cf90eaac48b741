/** An OpenAPI 3.1 document of the API: two paths, by POST and GET, and one request schema per command. */
import type { Command } from '../define/command.ts'
import { isObject } from '../define/groups.ts'
import { MAX_BATCH } from '../envelope.ts'
import { API_ERRORS } from '../errors.ts'

type Properties = Readonly<Record<string, unknown>>

const CHANNEL: Properties = { channel: { type: 'integer', minimum: 0 } }

/** The parameters themselves; a setting's Get has none of its own, its fields are what it answers. */
function ownProperties({ fields, section, kind }: Command): Properties {
  if (kind === 'get' && section !== undefined) return {}
  const schema = fields?.schema()
  return isObject(schema) && isObject(schema.properties) ? schema.properties : {}
}

/** Members of `param`. */
function paramProperties(command: Command): Properties {
  const { section, fields, perChannel, kind } = command
  const properties = { ...(perChannel ? CHANNEL : {}), ...ownProperties(command) }
  if (section === undefined || fields === undefined || kind === 'get') return properties
  return { [section]: { type: 'object', properties } }
}

function requestSchema(command: Command) {
  return {
    type: 'object',
    description: command.summary,
    required: ['cmd'],
    properties: {
      cmd: { const: command.name },
      action: { enum: [0, 1] },
      param: { type: 'object', properties: paramProperties(command) },
    },
  }
}

const inQuery = ([name, schema]: readonly [name: string, schema: unknown]) => ({ name, in: 'query', schema })

const CREDENTIALS = ['token', 'user', 'password'].map((name) => inQuery([name, { type: 'string' }]))

/** The JSON answer under the type of its path. */
function answers(contentType: string) {
  return { [contentType]: { schema: { type: 'array', items: { $ref: '#/components/schemas/Answer' } } } }
}

/** Bodies that are a file, by content type; none if no command takes one. */
function uploads(commands: readonly Command[]) {
  const parts = commands.flatMap(({ upload }) => (upload === undefined ? [] : [upload.part]))
  if (parts.length === 0) return {}
  const file = { type: 'string', format: 'binary' }
  const properties = Object.fromEntries(parts.map((part) => [part, file]))
  return { 'multipart/form-data': { schema: { type: 'object', properties } } }
}

function postOperation(contentType: string, commands: readonly Command[], schemaNames: readonly string[]) {
  const entry = { oneOf: schemaNames.map((name) => ({ $ref: `#/components/schemas/${name}` })) }
  return {
    summary: 'Executes commands in order and answers each at the same place',
    parameters: [inQuery(['cmd', { type: 'string' }]), ...CREDENTIALS],
    requestBody: {
      content: {
        'application/json': { schema: { type: 'array', maxItems: MAX_BATCH, items: entry } },
        ...uploads(commands),
      },
    },
    responses: { 200: { description: 'One answer per entry', content: answers(contentType) } },
  }
}

/** One command that changes nothing, its parameters in the query as far as they fit there. */
function getOperation(contentType: string, commands: readonly Command[]) {
  const readable = commands.filter(({ readOnly }) => readOnly)
  const parameters = Object.assign({}, ...readable.map(paramProperties)) as Properties
  return {
    summary: 'Executes one command that changes nothing',
    parameters: [
      { ...inQuery(['cmd', { enum: readable.map(({ name }) => name) }]), required: true },
      ...CREDENTIALS,
      ...Object.entries(parameters).map(inQuery),
    ],
    responses: {
      200: {
        description: 'The picture for Snap, the file for ExportCfg, one answer for all others and for errors',
        content: { ...answers(contentType), 'image/jpeg': {}, 'application/octet-stream': {} },
      },
      405: { description: 'The command changes something: use POST' },
    },
  }
}

/** The document as a JSON value. */
export function renderOpenApi(commands: readonly Command[], version: string): object {
  const schemas = Object.fromEntries(
    commands.map((command) => [`${command.name.replace('=', '-')}Request`, requestSchema(command)]),
  )
  const operations = (contentType: string) => ({
    get: getOperation(contentType, commands),
    post: postOperation(contentType, commands, Object.keys(schemas)),
  })
  const rspCodes = Object.values(API_ERRORS).map(({ rspCode }) => rspCode)
  return {
    openapi: '3.1.0',
    info: { title: 'Vedette camera API', version },
    paths: { '/api.cgi': operations('application/json'), '/cgi-bin/api.cgi': operations('text/html') },
    components: {
      schemas: {
        Answer: {
          type: 'object',
          required: ['cmd', 'code'],
          properties: {
            cmd: { type: 'string' },
            code: { enum: [0, 1] },
            value: { type: 'object' },
            initial: { type: 'object' },
            range: { type: 'object' },
            error: {
              type: 'object',
              properties: { rspCode: { enum: rspCodes }, detail: { type: 'string' } },
            },
          },
        },
        ...schemas,
      },
    },
  }
}
