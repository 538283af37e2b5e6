// The one table of coded errors. A code never changes its meaning; docs/errors.md explains each, and a test compares the two.

/** Exit codes of the command line (docs/errors.md). */
export const exitCodes = {
  passed: 0,
  usage: 1,
  checkMissed: 2,
  invariantBroken: 3,
  inconclusive: 4,
  interrupted: 130,
} as const

/** Every coded error: what it means in a few words. */
export const errorCodes = {
  USAGE: 'the command line is wrong',
  SCENARIO_NOT_FOUND: 'no scenario has this name or path',
  SCENARIO_INVALID: 'the scenario does not follow its schema',
  SCENARIO_SYNTAX: 'the scenario file cannot be parsed',
  AGENT_CONFIG_INVALID: 'the agent configuration file cannot be used',
  DURATION_INVALID: 'a duration cannot be read',
  SIZE_INVALID: 'a size cannot be read',
  RATE_INVALID: 'a rate cannot be read',
  IMAGE_REFERENCE_INVALID: 'an image reference cannot be parsed',
  PROFILE_UNKNOWN: 'no registry profile has this name',
  PROFILE_INVALID: 'the file of a registry profile cannot be used',
  FAULTS_INVALID: 'the file of faults cannot be used',
  BACKEND_INVALID: 'the registry behind the front cannot be used',
  DOCKER_UNAVAILABLE: 'no Docker Engine answers',
  PACKAGE_MISSING: 'an optional package is not installed',
  IMAGES_MISSING: 'the registry lacks images of the scenario',
  PORT_IN_USE: 'another process listens on this port',
  LISTEN_FAILED: 'the server cannot listen on this address',
  SERVER_UNREACHABLE: 'the web app or registry does not answer',
  WEB_APP_REFUSED: 'the web app refuses a call of the run',
  FILE_NOT_WRITABLE: 'a file or folder cannot be written',
  DATA_FILE_INVALID: 'the data file cannot be used',
  DATA_FILE_TOO_NEW: 'a newer version wrote the data file',
  DATA_FILE_IN_USE: 'another process has the data file open',
  API_KEY_UNKNOWN: 'the data file does not have the API key',
  CERTIFICATE_INVALID: 'the certificate or its key cannot be used',
  RUN_FAILED: 'a run of an experiment has no result',
  TRACE_INVALID: 'the trace cannot be read',
  SEED_INVALID: 'a seed of the fake Kasm cannot be used',
  CONTROL_INVALID: 'the fake Kasm cannot be controlled so',
  QUIRK_INVALID: 'a quirk of the fake Kasm cannot be set so',
  CATALOGUE_INVALID: 'the image catalogue cannot be read',
} as const

export type ErrorCode = keyof typeof errorCodes

/** Where in a file an error is: lines and columns count from 1. */
export interface SourcePosition {
  file: string
  line: number
  column: number
}

/**
 * An error that a person can act on: "Failed to <do what>: <cause>. <What to do>".
 *
 * @example
 * throw new KasmSimError('PORT_IN_USE', 'Failed to listen on port 8080: it is in use. Choose another with --port.')
 */
export class KasmSimError extends Error {
  override readonly name = 'KasmSimError'
  readonly code: ErrorCode
  readonly position: SourcePosition | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; position?: SourcePosition } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.position = options.position
  }
}

/** A broken invariant of the program itself: a bug, never the user's fault (exit code 3). */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/**
 * Stops the program when something that must hold does not.
 *
 * @throws InvariantError
 * @example
 * invariant(running <= cap, `agent ${index} runs ${running} pulls with a cap of ${cap}`)
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}
