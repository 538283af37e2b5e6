// Holds answers back until what was written before them is on the disk.
import type { FastifyInstance } from 'fastify'
import { internalErrorPage } from '../model/reply.ts'
import type { Store } from './store.ts'

/** An answer says that something was done: it must not be lost any more. Where it cannot be kept, the answer is the 500 page. */
export function holdAnswers(app: FastifyInstance, store: Pick<Store, 'settled'>): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    try {
      await store.settled()
      return payload
    } catch (error) {
      const cause = (error as Error).message.replaceAll(/[^\x20-\x7e]/g, '?')
      reply.code(500).type('text/html').header('x-kasm-sim-cause', cause)
      return internalErrorPage
    }
  })
}
