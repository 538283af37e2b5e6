// The global settings. `update_setting` takes its fields at the top level, as the product does.
import type { ReplyOf } from '../api/operations.ts'
import { requireId } from './ids.ts'
import { invalidField, notFound } from './reply.ts'
import type { SettingRecord } from './state/records.ts'
import type { Collections } from './state/state.ts'

type Setting = ReplyOf<'update_setting'>['setting']

/** All global settings, and the typed values of those that the fake heeds. */
export class Settings {
  readonly #rows: Collections

  constructor(rows: Collections) {
    this.#rows = rows
  }

  list(): Setting[] {
    return [...this.#rows.settings.values()].map(present)
  }

  update(settingId: string, value: unknown): Setting {
    const id = requireId('setting_id', settingId)
    for (const [key, setting] of this.#rows.settings.entries()) {
      if (setting.setting_id !== id) continue
      return present(this.#rows.settings.set(key, { ...setting, value: readValue(setting, value) }))
    }
    throw notFound('Setting', id)
  }

  /** Whether a setting such as `scale/auto_agent` is on. */
  flag(key: string): boolean {
    return this.#rows.settings.get(key)?.value === 'True'
  }

  number(key: string): number {
    return Number(this.#rows.settings.get(key)?.value ?? 0)
  }
}

function readValue({ value_type }: SettingRecord, value: unknown): string {
  const text =
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : `${value}`
  if (value_type === 'bool') {
    if (!/^(true|false)$/i.test(text)) throw invalidField('value', 'must be true or false')
    return text.toLowerCase() === 'true' ? 'True' : 'False'
  }
  if (value_type === 'int' && !/^\d{1,9}$/.test(text)) throw invalidField('value', 'must be a whole number')
  return text
}

/** Values of secret settings stay here. */
function present({ value, ...setting }: SettingRecord): Setting {
  return { ...setting, value: setting.sanitize ? '' : value }
}
