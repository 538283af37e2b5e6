// A request of a pull in virtual time before it is known who sends it.
import type { ModelledRequest } from '../../registry/modelled-registry.ts'

export type PlainRequest = Omit<ModelledRequest, 'authorization' | 'source' | 'repository'>

export const ping: PlainRequest = {
  ...{ class: 'ping', method: 'GET', reference: null, image: null, role: null, sizeBytes: 0, offset: 0 },
  ...{ redirected: false, isLayer: false },
}
