// The contract of everything that can pull: one engine per agent, whatever is behind it.
import type { PullProgress, PullResult, RegistryCredentials } from './protocol/outcome.ts'

/** One logical pull. */
export interface PullRequest {
  /** A docker reference: `kasmweb/chrome:1.16.1`, `registry.example.com:5443/team/app@sha256:...`. */
  reference: string
  credentials: RegistryCredentials | null
  /** Counted up while the pull runs, by engines that can tell; for whoever wants to watch it. */
  progress?: PullProgress
}

/** The container engine of one agent. */
export interface Engine {
  /**
   * Pulls an image.
   *
   * @throws PullError, or the signal's reason once it is aborted
   */
  pull(request: PullRequest, signal: AbortSignal): Promise<PullResult>
  /** Forgets the tag of a reference (null: only the image of that digest), as `docker rmi` would. */
  remove(image: { reference: string | null; digest: string }): void
  close(): Promise<void>
}
