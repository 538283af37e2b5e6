// What can be controlled of the fake Kasm (docs/control.md).
import { controlCalls } from '../api/control/calls.ts'
import type { Control } from './control.ts'
import { controlHandlers } from './handlers.ts'
import type { ControlSurface } from './surface.ts'

/** Everything that the control API of the web app offers. */
export function kasmSurface(control: Control): ControlSurface {
  return {
    title: 'kasm-sim control',
    description:
      'Control of a fake Kasm: its state, clock, faults, journal and quirks. Errors are answered with a status and an `error` whose message says what to do.',
    places: controlCalls,
    handlers: controlHandlers(control),
    load: async () => {
      const [{ controlOperations }, { controlSchemas, ControlErrorSchema }] = await Promise.all([
        import('../api/control/operations.ts'),
        import('../api/control/schemas.ts'),
      ])
      return { operations: controlOperations, schemas: controlSchemas, errorSchema: ControlErrorSchema }
    },
  }
}
