/** An OpenAPI 3.1 document of the API: one path, one request schema per command. */
import type { Command } from '../define/command.ts'
import { isObject } from '../define/groups.ts'
import { API_ERRORS } from '../errors.ts'

function requestSchema({ name, summary, fields, section, perChannel, kind }: Command) {
  const own = fields?.schema()
  const properties = isObject(own) && isObject(own.properties) ? own.properties : {}
  const withChannel = perChannel ? { channel: { type: 'integer', minimum: 0 }, ...properties } : properties
  const channelOnly = perChannel ? { channel: { type: 'integer', minimum: 0 } } : {}
  const sectionSchema = { type: 'object', properties: withChannel }
  const inSection = section !== undefined && fields !== undefined && kind !== 'get'
  const param = inSection
    ? { [section]: sectionSchema }
    : kind === 'get' && section !== undefined
      ? channelOnly
      : withChannel
  return {
    type: 'object',
    description: summary,
    required: ['cmd'],
    properties: {
      cmd: { const: name },
      action: { enum: [0, 1] },
      param: { type: 'object', properties: param },
    },
  }
}

const ENTRY_REFERENCE = { $ref: '#/components/schemas/Answer' }

/** The document as a JSON value. */
export function renderOpenApi(commands: readonly Command[], version: string): object {
  const parameters = ['cmd', 'token', 'user', 'password'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string' },
  }))
  const schemas = Object.fromEntries(
    commands.map((command) => [`${command.name.replace('=', '-')}Request`, requestSchema(command)]),
  )
  const operation = (contentType: string) => ({
    post: {
      summary: 'Executes commands in order and answers each at the same place',
      parameters,
      requestBody: {
        content: {
          'application/json': {
            schema: {
              type: 'array',
              maxItems: 64,
              items: {
                oneOf: Object.keys(schemas).map((name) => ({ $ref: `#/components/schemas/${name}` })),
              },
            },
          },
        },
      },
      responses: {
        200: {
          description: 'One answer per entry',
          content: { [contentType]: { schema: { type: 'array', items: ENTRY_REFERENCE } } },
        },
      },
    },
  })
  const rspCodes = Object.values(API_ERRORS).map(({ rspCode }) => rspCode)
  return {
    openapi: '3.1.0',
    info: { title: 'Vedette camera API', version },
    paths: { '/api.cgi': operation('application/json'), '/cgi-bin/api.cgi': operation('text/html') },
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
