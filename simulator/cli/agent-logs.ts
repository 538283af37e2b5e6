// A folder of agent logs, one file per agent. Lines are gathered and appended in turns, since a fleet can have more agents than a
// process may have open files.
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClock } from '../../server/kernel/clock.ts'
import type { EventSink } from '../events/events.ts'
import { createAgentLog } from '../reporters/agent-log.ts'
import { flushAtExit } from '../reporters/at-exit.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { assertFolderWritable, notWritable } from './files.ts'

const bufferedCharactersMax = 4 * 1_024 * 1_024

/**
 * Opens the folder; agent 7 writes `agent-0007.log`.
 *
 * @throws KasmSimError FILE_NOT_WRITABLE, also from `close`
 */
export function openAgentLogs(folder: string, scenario: Scenario): { sink: EventSink; close(): void } {
  assertFolderWritable(folder)
  const logs = new AgentLogs(folder)
  const startMs = createClock().nowMs()
  const sink = createAgentLog({ scenario, startMs, write: (agent, line) => logs.write(agent, line) })
  const forget = flushAtExit(() => logs.flush())
  const close = () => {
    forget()
    logs.flush()
  }
  return { sink, close }
}

class AgentLogs {
  readonly #folder: string
  readonly #buffered = new Map<number, string>()
  readonly #begun = new Set<number>()
  #bufferedCharacters = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  write(agent: number, line: string): void {
    this.#buffered.set(agent, `${this.#buffered.get(agent) ?? ''}${line}\n`)
    this.#bufferedCharacters += line.length
    if (this.#bufferedCharacters >= bufferedCharactersMax) this.flush()
  }

  flush(): void {
    for (const [agent, text] of this.#buffered) this.#append(agent, text)
    this.#buffered.clear()
    this.#bufferedCharacters = 0
  }

  /** The log of an earlier run in the same folder is replaced. */
  #append(agent: number, text: string): void {
    const file = join(this.#folder, `agent-${String(agent).padStart(4, '0')}.log`)
    try {
      if (!this.#begun.has(agent)) rmSync(file, { force: true })
      this.#begun.add(agent)
      appendFileSync(file, text)
    } catch (error) {
      throw notWritable(file, error)
    }
  }
}
