// Markup by template literal: whatever is put into one is escaped, unless it is markup already.

/** Markup that needs no escaping. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = Html | string | number | null | readonly Html[]

/**
 * Markup with escaped values.
 *
 * @example
 * html`<td>${'<script>'}</td>`.text // '<td>&lt;script&gt;</td>'
 */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(parts.reduce((text, part, index) => text + part + textOf(values[index] ?? null), ''))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function textOf(value: Value): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'object' && value !== null) return value.map(({ text }) => text).join('')
  return String(value ?? '').replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}
