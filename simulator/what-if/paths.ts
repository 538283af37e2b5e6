// Sets one field in the source form of a scenario by its path, as a person writes it on the command line: `fleet.cap`,
// `timeline.0.at`, `fleet.office.agents`, `images.*.user`. Whether such a field exists is for the scenario's own checks to say.
import { KasmSimError } from '../../server/kernel/errors.ts'
import { formatValue, isFields } from '../scenario/problems.ts'

/**
 * Sets a field; objects that are missing on the way are made. In a list an entry goes by its number, by its `name`, or `*`
 * stands for all of them.
 *
 * @throws KasmSimError USAGE where the path leads through something that has no fields or entries of that name
 * @example
 * setField(source, 'network.uplink', '1Gbit/s')
 */
export function setField(source: unknown, path: string, value: unknown): void {
  new FieldSetter(path, value).set(source, path, 'the scenario')
}

class FieldSetter {
  readonly #path: string
  readonly #value: unknown

  constructor(path: string, value: unknown) {
    this.#path = path
    this.#value = value
  }

  /** `where` is the container in words, `rest` what of the path is still to go. */
  set(container: unknown, rest: string, where: string): void {
    if (Array.isArray(container)) this.#setEntries(container, rest, where)
    else if (isFields(container)) this.#setOwn(container, rest)
    else throw this.#unreachable(`${where} is ${formatValue(container)}, which has no fields`)
  }

  #setOwn(fields: Record<string, unknown>, rest: string): void {
    const dot = rest.indexOf('.')
    const name = dot === -1 ? rest : rest.slice(0, dot)
    if (name === '' || name === '__proto__') throw this.#unreachable(`it names no field at "${rest}"`)
    if (dot === -1) {
      fields[name] = this.#value
      return
    }
    if (!Object.hasOwn(fields, name) || fields[name] === undefined) fields[name] = {}
    this.set(fields[name], rest.slice(dot + 1), this.#upTo(rest.slice(dot + 1)))
  }

  #setEntries(list: unknown[], rest: string, where: string): void {
    const { indexes, left } = this.#choose(list, rest, where)
    for (const index of indexes) {
      if (left === '') list[index] = this.#value
      else this.set(list[index], left, this.#upTo(left))
    }
  }

  /** Names may hold dots, as image references do, so they are tried before the path is cut; of two that fit, the longer one. */
  #choose(list: unknown[], rest: string, where: string): { indexes: number[]; left: string } {
    const names = list.map((entry) => (isFields(entry) && typeof entry['name'] === 'string' ? entry['name'] : null))
    const known = names.filter((name) => name !== null)
    const fitting = known.filter((name) => rest === name || rest.startsWith(`${name}.`))
    const named = fitting.toSorted((a, b) => b.length - a.length)[0]
    if (named !== undefined) return { indexes: [names.indexOf(named)], left: rest.slice(named.length + 1) }
    const dot = rest.indexOf('.')
    const first = dot === -1 ? rest : rest.slice(0, dot)
    const left = dot === -1 ? '' : rest.slice(dot + 1)
    if (first === '*') return { indexes: list.map((_, index) => index), left }
    const index = /^\d+$/.test(first) ? Number(first) : list.length
    if (index < list.length) return { indexes: [index], left }
    const byNumber = list.length === 0 ? 'it is empty' : `its entries are 0 to ${list.length - 1}, or * for all`
    const byName = known.length === 0 || known.length > 8 ? '' : `, by name ${known.join(', ')}`
    throw this.#unreachable(`${where} is a list without "${first}": ${byNumber}${byName}`)
  }

  /** The part of the path that has been gone so far. */
  #upTo(rest: string): string {
    return this.#path.slice(0, this.#path.length - rest.length - 1)
  }

  #unreachable(cause: string): KasmSimError {
    return new KasmSimError(
      'USAGE',
      `Failed to vary ${this.#path}: ${cause}. Write the path as the scenario nests its fields, like fleet.cap.`,
    )
  }
}
