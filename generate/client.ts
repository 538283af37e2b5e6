// Writes the types of the client, simulator/client/api.ts, from the OpenAPI document of the web app. `--check` writes nothing and fails
// where the file is not what it would be.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import { buildApp } from '../server/app.ts'
import { createManualClock } from '../server/kernel/clock.ts'
import { createKasmModel } from '../server/model/model.ts'

interface MediaTypes {
  [type: string]: { schema: JSONSchema }
}

interface Operation {
  operationId: string
  summary?: string
  requestBody?: { content: MediaTypes }
  responses: Record<string, { content?: MediaTypes }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JSONSchema> }
}

const file = fileURLToPath(new URL('../simulator/client/api.ts', import.meta.url))
const header = `// The API as TypeScript types, in the form that openapi-fetch takes. Written by \`npm run generate:client\` from the OpenAPI document.\n\n`
const never = 'query?: never; header?: never; path?: never; cookie?: never'

/** The text of the file as it should be. */
async function generateClient(): Promise<string> {
  const { paths, components } = await readDocument()
  const definitions = structuredClone(components.schemas)
  const served = Object.entries(paths).filter(([path]) => !isTwin(path))
  const operations = served.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const signatures = operations.map(({ operation }) => describeOperation(operation, definitions))
  const lines = operations.map(
    ({ path, method, operation }) =>
      `'${path}': { parameters: { ${never} }; ${method}: operations['${operation.operationId}'] }`,
  )
  const schemas = await compileSchemas(definitions)
  return format(
    `${header}${schemas}\nexport interface paths {\n${lines.join('\n')}\n}\n\nexport interface operations {\n${signatures.join('\n')}\n}\n`,
  )
}

/** What is the same under /api/public, or for agents alone. */
function isTwin(path: string): boolean {
  return path.startsWith('/api/admin/') || path.startsWith('/manager_api/')
}

async function readDocument(): Promise<Document> {
  const app = buildApp({ model: createKasmModel(), clock: createManualClock() })
  const answer = await app.inject('/openapi.json')
  await app.close()
  return answer.json<Document>()
}

/** A schema without a name gets that of its operation. */
function describeOperation(operation: Operation, definitions: Record<string, JSONSchema>): string {
  const { operationId, requestBody, responses } = operation
  const contents = (types: MediaTypes) =>
    Object.entries(types)
      .map(([type, { schema }]) => `'${type}': ${typeOf(schema, `${operationId}_body`, definitions)}`)
      .join('; ')
  const body = requestBody ? `requestBody: { content: { ${contents(requestBody.content)} } }` : 'requestBody?: never'
  const answers = Object.entries(responses).map(
    ([status, { content = {} }]) =>
      `${status}: { headers: { [name: string]: unknown }; content: { ${contents(content)} } }`,
  )
  return `'${operationId}': { parameters: { ${never} }; ${body}; responses: { ${answers.join('; ')} } }`
}

function typeOf(schema: JSONSchema, name: string, definitions: Record<string, JSONSchema>): string {
  if (schema.$ref) return schema.$ref.replace(/^.*\//, '')
  if (schema.anyOf) return schema.anyOf.map((part, index) => typeOf(part, `${name}_${index}`, definitions)).join(' | ')
  if (schema.type === 'string') return 'string'
  const title = name.replaceAll(/(?:^|_+)(\w)/g, (_, letter: string) => letter.toUpperCase())
  definitions[title] = schema
  return title
}

async function compileSchemas(definitions: Record<string, JSONSchema>): Promise<string> {
  const text = JSON.stringify({ definitions }).replaceAll('"#/components/schemas/', '"#/definitions/')
  const compiled = await compile(JSON.parse(text, withoutLimits) as JSONSchema, 'Everything', {
    additionalProperties: false,
    bannerComment: '',
    format: false,
    unreachableDefinitions: true,
  })
  return (
    compiled
      // What all definitions are reached from is no type of the API.
      .replace(/export interface Everything \{[^}]*\}\n/, '')
      .replaceAll(/^\/\*\*\n \* This interface was referenced by [\s\S]*?\*\/\n/gm, '')
      .replaceAll(/export interface (\w+) \{\s*\}/g, 'export type $1 = object')
      .replaceAll(/\{\s*\}/g, 'object')
  )
}

/** Lengths of lists would become tuples of every length there may be; titles would rename what has its name. */
function withoutLimits(key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || key === 'properties') return value
  const {
    minItems: _minimum,
    maxItems: _maximum,
    examples: _examples,
    $id: _id,
    ...kept
  } = value as Record<string, unknown>
  return kept
}

function format(text: string): string {
  const { stdout, stderr, status } = spawnSync('biome', ['format', `--stdin-file-path=${file}`], {
    input: text,
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    maxBuffer: 64 * 2 ** 20,
    env: {
      ...process.env,
      PATH: `${fileURLToPath(new URL('../node_modules/.bin', import.meta.url))}:${process.env['PATH']}`,
    },
  })
  if (status !== 0) throw new Error(`biome ended with ${status}: ${stderr}`)
  return stdout
}

const generated = await generateClient()
if (!process.argv.includes('--check')) writeFileSync(file, generated)
else if (readFileSync(file, 'utf8') !== generated) {
  process.stderr.write(
    'simulator/client/api.ts is not what the API is now. Write it anew with `npm run generate:client`.\n',
  )
  process.exitCode = 1
}
