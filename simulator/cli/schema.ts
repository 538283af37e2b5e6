// `kasm-sim schema`: the JSON schema of scenarios, for editors.
import { scenarioJsonSchema } from '../scenario/schema.ts'

/** Prints the schema. */
export function schema(): void {
  process.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
}
