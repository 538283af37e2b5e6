// docs/embedding.md, taken apart for the tests that run its snippets.
import { readFileSync } from 'node:fs'

export const page = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8')

/** The snippets of a language, in the order of the page. */
export function snippetsOf(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text)
}
