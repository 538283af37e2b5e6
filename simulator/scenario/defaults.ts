// What a scenario means where it says nothing, in the source form. The schema shows these to editors, the compiler fills them in.

/** The product's own (docs/kasm.md, "Agent configuration file"); a test holds them to the agent's defaults. */
export const agentConfigDefaults = {
  cap: 2,
  checkInInterval: '30s',
  refreshInterval: '1h',
  diskUsageLimit: 0.9,
  validateImages: true,
  restartLookDelay: '30s',
} as const

export const fleetDefaults = {
  name: 'default',
  startupSpread: '30s',
  disk: '500GB',
  diskUsed: '20GB',
  egressAddress: 'shared',
  zone: 'default',
  persona: 'docker',
  pull: 'registry',
} as const

export const scenarioDefaults = { description: '', seed: 1, speed: 60 } as const

/** Of backends that are not embedded: the registry of the CNCF, and what is only read unless asked. */
export const backendDefaults = { image: 'registry:3', push: false } as const

export const registryDefaults = { backend: 'embedded', profile: 'none' } as const

export const networkDefaults = { preset: 'unlimited' } as const

/**
 * Ready-made networks; null is no limit. `downlink` is what an agent's own line receives unless its group says otherwise.
 * What each stands for is in docs/scenarios.md, "Network".
 */
export const networkPresets = {
  unlimited: {
    uplink: null,
    connection: null,
    downlink: null,
    roundTrip: '1ms',
    serverLatency: '1ms',
    unpack: null,
  },
  'data-centre': {
    uplink: '10Gbit/s',
    connection: '200MB/s',
    downlink: '10Gbit/s',
    roundTrip: '1ms',
    serverLatency: '5ms',
    unpack: '150MB/s',
  },
  'branch-office': {
    uplink: '500Mbit/s',
    connection: '25MB/s',
    downlink: '1Gbit/s',
    roundTrip: '20ms',
    serverLatency: '10ms',
    unpack: '100MB/s',
  },
  home: {
    uplink: '10Gbit/s',
    connection: '10MB/s',
    downlink: '100Mbit/s',
    roundTrip: '30ms',
    serverLatency: '20ms',
    unpack: '50MB/s',
  },
} as const

/** New agents are enabled, unlike in the product, since a scenario of disabled agents pulls nothing; they prune as there. */
export const webAppDefaults = { autoEnableAgents: true, pruneImages: 'Aggressive' } as const

/** The groups that every Kasm has: everybody, and those who may do everything. */
export const systemGroups = ['All Users', 'Administrators'] as const

/** A thousandth of the real sizes keeps the proportions and lets a run of the whole catalogue fit on one machine. */
export const catalogueDefaults = { catalogue: 'enabled', scale: 0.001, layers: 6 } as const

/** Kasm's desktops are all built upon core images, which make up about half of a small desktop. */
export const catalogueBase = { base: 'kasmweb/core', baseShare: 0.5 } as const

export const imageDefaults = { size: '1MB', layers: 5, baseShare: 0.5 } as const

/** How much larger an image is on disk than on the wire: the ratio that Kasm's own image puller reckons with for gzip layers. */
export const unpackFactor = 2.5

export const restartDefaults = { downtime: '5s', spread: '0s' } as const
