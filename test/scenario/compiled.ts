// Compiled scenarios by hand, with only the fields that a test is about.
import type { FleetGroup, Scenario, ScenarioImage } from '../../simulator/scenario/scenario.ts'

export const chrome = 'kasmweb/chrome:1.16.1'
export const firefox = 'kasmweb/firefox:1.16.1'

export function group(name: string, agents: number, more: Partial<FleetGroup> = {}): FleetGroup {
  return {
    name,
    agents,
    cap: 2,
    checkInIntervalMs: 30_000,
    refreshIntervalMs: 3_600_000,
    startupSpreadMs: 0,
    diskSizeBytes: 1e12,
    diskUsedBytes: 0,
    diskUsageLimit: 0.9,
    validateImages: true,
    restartLookDelayMs: 30_000,
    egressAddress: 'own',
    persona: 'docker',
    zone: 'default',
    downlinkBytesPerSecond: null,
    ...more,
  }
}

export function image(name: string, more: Partial<ScenarioImage> = {}): ScenarioImage {
  return {
    name,
    friendlyName: name,
    sizeBytes: 1_000,
    uncompressedSizeBytes: 2_500,
    layers: 3,
    base: null,
    baseShare: 0,
    registry: 'https://index.docker.io/v1/',
    user: null,
    token: null,
    enabled: true,
    defined: true,
    published: true,
    zone: null,
    ...more,
  }
}

/** Agents 0 and 1 are of `lab`, 2 and 3 of `office`. */
export function scenarioOf(more: Partial<Scenario> = {}): Scenario {
  return {
    name: 'rehearsal',
    description: '',
    seed: 7,
    speed: 60,
    groups: [group('lab', 2), group('office', 2)],
    registry: { backend: 'embedded', profile: 'none', accounts: [] },
    network: {
      ...{ uplinkBytesPerSecond: null, connectionBytesPerSecond: null, unpackBytesPerSecond: null },
      ...{ roundTripMs: 1, serverLatencyMs: 1 },
    },
    webApp: { autoEnableAgents: true, pruneImagesMode: 'Aggressive' },
    images: [image(chrome), image(firefox)],
    timeline: [],
    end: { afterMs: 3_600_000, when: 'never' },
    expect: [],
    ...more,
  }
}
