// Who has logged in wrongly too often, and is refused for a while whatever the password: GitLab bans an address, Docker Hub locks a
// user name. Pure and told the time.
import { limitedAddress } from './address.ts'
import type { FailedLoginsSource } from './policy.ts'
import { RollingWindow } from './rolling-window.ts'

/**
 * Wrong logins of one registry. Time must not run backwards.
 *
 * @example
 * const failed = new FailedLogins({ attempts: 30, perSeconds: 180, banSeconds: 3_600, key: 'address' })
 * failed.isBanned({ source: '192.0.2.1', username: 'alice' }, 0) // false
 */
export class FailedLogins {
  readonly #source: FailedLoginsSource
  readonly #window: RollingWindow
  /** When each ban ends, the one that began first at the front. */
  readonly #bannedUntilMs = new Map<string, number>()

  constructor(source: FailedLoginsSource) {
    this.#source = source
    this.#window = new RollingWindow(source.perSeconds * 1_000)
  }

  isBanned(caller: { source: string; username: string }, nowMs: number): boolean {
    for (const [key, untilMs] of this.#bannedUntilMs) {
      if (untilMs > nowMs) break
      this.#bannedUntilMs.delete(key)
    }
    return this.#bannedUntilMs.has(this.#keyOf(caller))
  }

  /** Counts one more; the last that is allowed begins the ban. */
  fail(caller: { source: string; username: string }, nowMs: number): void {
    const { attempts, banSeconds } = this.#source
    const key = this.#keyOf(caller)
    this.#window.add(key, 1, nowMs)
    if (this.#window.used(key, nowMs) >= attempts) this.#bannedUntilMs.set(key, nowMs + banSeconds * 1_000)
  }

  #keyOf({ source, username }: { source: string; username: string }): string {
    return this.#source.key === 'address' ? limitedAddress(source) : username
  }
}
