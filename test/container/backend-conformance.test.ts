// The container backend against the specification: distribution in a container of a real Docker Engine, behind the front.
import { afterAll, describe } from 'vitest'
import { startContainerBackend } from '../../simulator/registry/backend/container.ts'
import { findProfile } from '../../simulator/registry/policy/profiles.ts'
import { startRegistry } from '../../simulator/registry/registry.ts'
import { describeConformance, distributionDifferences } from '../conformance/registry/suite.ts'
import { registryImage } from './registry-image.ts'
import { canUseDocker } from './requirements.ts'

const image = canUseDocker() ? registryImage() : null

describe.skipIf(image === null)('with a Docker Engine', () => {
  afterAll(() => image?.remove())
  describeConformance(
    'the container backend',
    async () => {
      const backend = await startContainerBackend({ image: image?.name ?? '' })
      return startRegistry({ profile: findProfile('none'), backend })
    },
    distributionDifferences,
  )
})
