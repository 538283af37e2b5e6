// How the help of a command shows its examples.

/** Command lines and what each is for, aligned. */
export function examples(rows: [command: string, meaning: string][]): string {
  const width = Math.max(...rows.map(([command]) => command.length))
  return `\nExamples:\n${rows.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`).join('\n')}`
}
