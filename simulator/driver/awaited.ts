// Requests that a clock waits for, whoever sends them: each is a piece of work from when it is sent until its answer is there.
import type { Dispatcher } from 'undici'
import { type Work, workHeader } from '../../server/kernel/work.ts'

/**
 * Has a dispatcher's requests waited for. How long an answer takes is then for the clock to watch, and not for the wall.
 *
 * @example
 * const agent = new Agent().compose(awaitedBy((name) => timekeeper.begin(name)))
 */
export function awaitedBy(begin: (name: string) => Work): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const work = begin(`${options.method} ${options.path}`)
    const headers = { ...(options.headers as Record<string, string>), [workHeader]: String(work.number) }
    try {
      return dispatch({ ...options, headers, headersTimeout: 0, bodyTimeout: 0 }, ending(handler, work))
    } catch (error) {
      work.end()
      throw error
    }
  }
}

/** Hands everything on, and ends the work with the answer. */
function ending(handler: Dispatcher.DispatchHandler, work: Work): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
    onResponseStart: (...told) => handler.onResponseStart?.(...told),
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => {
      handler.onResponseEnd?.(controller, trailers)
      work.end()
    },
    onResponseError: (controller, error) => {
      handler.onResponseError?.(controller, error)
      work.end()
    },
  }
}
