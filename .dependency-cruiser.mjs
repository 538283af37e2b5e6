// Which part may import which; docs/architecture.md says why. Checked by `npm run check:imports`.
const coreFolders =
  '^(server/kernel|server/model|simulator/agent|simulator/checks|simulator/report|simulator/registry/policy)/'
const inputOutput =
  '^(node:)?(fs|fs/promises|http|https|http2|net|tls|dns|child_process|worker_threads|cluster|dgram|timers|timers/promises)$|node_modules/(undici|fastify|@fastify|commander|log-update|testcontainers)/'

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'server-knows-no-simulator',
      comment: 'The fake Kasm runs alone.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(simulator|scenarios|test|bench|generate)/' },
    },
    {
      name: 'kernel-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^server/kernel/' },
      to: { path: '^(server|simulator|scenarios|test|bench|generate)/', pathNot: '^server/kernel/' },
    },
    {
      name: 'agent-is-pure',
      comment: 'The agent knows the kernel and nothing else, so that both drivers can run it.',
      severity: 'error',
      from: { path: '^simulator/agent/' },
      to: { path: '^(server|simulator|scenarios|test|bench|generate)/', pathNot: '^(server/kernel|simulator/agent)/' },
    },
    {
      name: 'core-does-no-io',
      comment: 'The rules are told the time and hand back data; drivers and shells do the input and output.',
      severity: 'error',
      from: { path: coreFolders },
      to: { path: inputOutput },
    },
    {
      name: 'checks-read-events-only',
      severity: 'error',
      from: { path: '^simulator/(checks|report)/' },
      to: {
        path: '^(server|simulator)/',
        pathNot: '^(server/kernel|simulator/(checks|report|scenario/scenario\\.ts|events/events\\.ts))',
      },
    },
    {
      name: 'pull-protocol-is-pure',
      comment: 'Scripts of pulls know facts and moments; wires know sockets, bytes and queues.',
      severity: 'error',
      from: { path: '^simulator/pull/protocol/' },
      to: {
        pathNot:
          '^(simulator/pull/protocol/|server/kernel/(errors|random|reference|units)\\.ts$|simulator/events/events\\.ts$|simulator/registry/challenge\\.ts$|node_modules/typebox/)',
      },
    },
    {
      name: 'wires-know-not-each-other',
      severity: 'error',
      from: { path: '^simulator/pull/wires/([^/]+)/' },
      to: { path: '^simulator/pull/wires/', pathNot: '^simulator/pull/wires/$1/' },
    },
    { name: 'nothing-imports-tests', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    {
      name: 'no-unlisted-package',
      severity: 'error',
      // Who uses these brings MSW or Vitest along: they are peers.
      from: { path: '^(server|simulator)/', pathNot: '^(server/msw(-browser)?|simulator/embedding/vitest)\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'types'] },
  },
}
