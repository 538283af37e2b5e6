// What varies: parameters as the command line writes them, the grid of points that they span, and the scenario of each point.
import { parse as parseYaml } from 'yaml'
import { KasmSimError } from '../../server/kernel/errors.ts'
import { compileScenario, type LoadedScenario } from '../scenario/compile.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { setField } from './paths.ts'

/** One field of the scenario with the value that it takes. */
export interface Setting {
  path: string
  /** As it was written. */
  text: string
  value: unknown
}

/** One field of the scenario and all the values that it takes in turn. */
export interface Parameter {
  path: string
  settings: Setting[]
}

/** One combination of values: a setting for each parameter, in their order. */
export type Point = readonly Setting[]

/**
 * Reads `path=value,value,...`. A value is read as YAML reads a scalar: `2` is a number, `true` a truth value, `5m` a text.
 *
 * @throws KasmSimError USAGE
 * @example
 * parseParameter('fleet.cap=2,4,8') // { path: 'fleet.cap', settings: [{ path: 'fleet.cap', text: '2', value: 2 }, ...] }
 */
export function parseParameter(text: string): Parameter {
  const { path, values } = splitParameter(text)
  const texts = values.split(',').map((value) => value.trim())
  const twice = texts.find((value, index) => texts.indexOf(value) !== index)
  if (twice !== undefined) throw unreadable(text, `the value ${twice} stands there twice`)
  if (texts.includes('')) throw unreadable(text, 'a value is empty')
  return { path, settings: texts.map((value) => ({ path, text: value, value: parseValue(value) })) }
}

/**
 * Cuts `path=values` in two.
 *
 * @throws KasmSimError USAGE
 */
export function splitParameter(text: string): { path: string; values: string } {
  const equals = text.indexOf('=')
  const path = text.slice(0, Math.max(0, equals)).trim()
  if (path === '') throw unreadable(text, 'it needs a path, an equals sign and values')
  return { path, values: text.slice(equals + 1).trim() }
}

/**
 * Every combination of the parameters' values; the last parameter changes fastest. Without parameters there is one point.
 *
 * @throws KasmSimError USAGE where two parameters have the same path
 */
export function createGrid(parameters: readonly Parameter[]): Point[] {
  const paths = parameters.map(({ path }) => path)
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  if (twice !== undefined) {
    throw new KasmSimError('USAGE', `Failed to vary ${twice}: it is varied twice. Give all its values to one --vary.`)
  }
  return parameters.reduce<Point[]>(
    (points, { settings }) => points.flatMap((point) => settings.map((setting) => [...point, setting])),
    [[]],
  )
}

/**
 * The scenario of a point.
 *
 * @throws KasmSimError USAGE with what the scenario's own checks say of the values
 * @example
 * compilePoint(await loadScenario('storm'), parseParameter('fleet.cap=4').settings)
 */
export function compilePoint(loaded: LoadedScenario, point: Point): Scenario {
  const source = structuredClone(loaded.source)
  for (const { path, value } of point) setField(source, path, value)
  const file = loaded.file === undefined ? {} : { file: loaded.file }
  try {
    return compileScenario({ source, ...file })
  } catch (error) {
    if (!(error instanceof KasmSimError) || error.code !== 'SCENARIO_INVALID' || point.length === 0) throw error
    // The scenario itself was good before it was varied, so its file and lines are no help; what its checks say is.
    const statements = error.message
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().replace(`${loaded.file}: `, ''))
    throw new KasmSimError(
      'USAGE',
      `Failed to vary the scenario with ${formatPoint(point)}: ${endOf(statements.join('; '))} docs/scenarios.md explains every field.`,
      { cause: error },
    )
  }
}

/**
 * A point in words.
 *
 * @example
 * formatPoint(point) // 'fleet.agents=100, fleet.cap=2'
 */
export function formatPoint(point: Point): string {
  return point.map(({ path, text }) => `${path}=${text}`).join(', ')
}

function parseValue(text: string): unknown {
  try {
    return parseYaml(text)
  } catch {
    return text
  }
}

function endOf(sentence: string): string {
  return /[.?]$/.test(sentence) ? sentence : `${sentence}.`
}

function unreadable(text: string, cause: string): KasmSimError {
  return new KasmSimError(
    'USAGE',
    `Failed to read the parameter "${text}": ${cause}. Write it like fleet.cap=2,4,8 or network.preset=home,branch-office.`,
  )
}
