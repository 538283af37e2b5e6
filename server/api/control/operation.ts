// What is said of an operation by which a server is controlled, whichever server.
import type { TSchema } from 'typebox'

/** Where an operation is. */
export interface ControlPlace {
  method: 'GET' | 'POST' | 'DELETE'
  /** Below `/__sim__`; `:name` stands for any text. */
  path: string
  /** Whether it has a body or a query to check. */
  takes: boolean
}

/** What an operation takes and answers, for checks and for the documentation. */
export interface ControlOperation {
  tag: string
  summary: string
  description?: string
  body?: TSchema
  /** False of a body that its own reader checks, who knows where in a text each part of it stands. */
  checksBody?: boolean
  query?: TSchema
  /** 204 without a body where there is none. */
  reply?: TSchema
}
