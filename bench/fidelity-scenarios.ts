// Scenarios in which one part of the transfer model after the other decides the times; bench/fidelity.ts runs them.
import { defineScenario } from '../simulator/scenario/define.ts'

/** Images of a few layers each; the second half shares a base with the first. */
function images(count: number, size: string) {
  return Array.from({ length: count }, (_, index) => ({
    name: `kasmweb/fidelity-${index + 1}:1`,
    size,
    uncompressedSize: size,
    layers: 4,
    base: 'core',
    baseShare: 0.5,
  }))
}

const end = { after: '30m', when: 'all-agents-ready' } as const

export const fidelityScenarios = [
  defineScenario({
    name: 'uplink',
    description: 'Twelve agents share a thin uplink of the registry.',
    fleet: { agents: 12, startupSpread: '20s' },
    network: { uplink: '5MB/s', roundTrip: '20ms', serverLatency: '5ms' },
    images: images(6, '8MB'),
    end,
  }),
  defineScenario({
    name: 'downlink',
    description: 'Each agent has a thin line of its own.',
    fleet: { agents: 8, startupSpread: '30s', downlink: '4Mbit/s' },
    network: { roundTrip: '20ms', serverLatency: '5ms' },
    images: images(6, '8MB'),
    end,
  }),
  defineScenario({
    name: 'connection',
    description: 'A connection carries little, so that the number of layers at once decides.',
    fleet: { agents: 6, cap: 3, startupSpread: '10s' },
    network: { connection: '200kB/s', roundTrip: '20ms', serverLatency: '5ms' },
    images: images(8, '6MB'),
    end,
  }),
  defineScenario({
    name: 'latency',
    description: 'Small images far away: requests decide, not bytes.',
    fleet: { agents: 6, startupSpread: '10s' },
    network: { roundTrip: '400ms', serverLatency: '200ms' },
    images: images(12, '40kB'),
    end,
  }),
  defineScenario({
    name: 'unpacking',
    description: 'Slow disks, and a tag that moves while the fleet starts.',
    fleet: { agents: 6, startupSpread: '1m' },
    network: { uplink: '10MB/s', roundTrip: '20ms', serverLatency: '5ms', unpack: '500kB/s' },
    images: images(5, '5MB'),
    timeline: [{ at: '20s', do: 'move-tag', image: 'kasmweb/fidelity-5:1', sharedLayers: 2 }],
    end,
  }),
  defineScenario({
    name: 'rate-limit',
    description: 'Docker Hub denies the last pulls of a fleet; nobody gets ready within the run who was denied.',
    fleet: { agents: 11, startupSpread: '3m' },
    registry: { profile: 'docker-hub-anonymous' },
    network: { uplink: '1MB/s', roundTrip: '200ms', serverLatency: '50ms' },
    images: images(10, '2MB'),
    end: { after: '8m' },
  }),
]
