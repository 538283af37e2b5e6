// The embedded registry, and a front whose upstream is another embedded registry, against the specification.
import { UpstreamBackend } from '../../../simulator/registry/backend/upstream.ts'
import { findProfile } from '../../../simulator/registry/policy/profiles.ts'
import { startRegistry } from '../../../simulator/registry/registry.ts'
import { describeConformance } from './suite.ts'

const profile = findProfile('none')

describeConformance('the embedded backend', () => startRegistry({ profile }))

describeConformance('an upstream by its URL', async () => {
  const upstream = await startRegistry({ profile })
  const backend = await UpstreamBackend.connect({ url: upstream.url, allowPush: true })
  const front = await startRegistry({ profile, backend })
  const close = async () => {
    await front.close()
    await upstream.close()
  }
  return { url: front.url, close }
})
