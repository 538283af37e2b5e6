// The profiles that come with the program, one row each; docs/registries.md says where each number and text is known from.
import type { CountedLimit } from './limit-source.ts'
import type { ProfileSource } from './profile-source.ts'

type BuiltIn = ProfileSource & {
  name: string
  description: string
  source: string
  limits: NonNullable<ProfileSource['limits']>
}

const everything = ['ping', 'token', 'version-check', 'manifest', 'blob', 'push', 'other'] as const
const content = ['version-check', 'manifest', 'blob'] as const
const manifests = ['version-check', 'manifest'] as const

const hubAuthentication = {
  scheme: 'bearer',
  service: 'registry.docker.io',
  tokenLifetimeSeconds: 300,
  anonymousPull: true,
} as const
const hubPulls = { kind: 'docker-hub-pulls', anonymousPulls: 100, accountPulls: 200, windowSeconds: 21_600 } as const

/** The error document of distribution-spec v1.1. */
function jsonRefusal(message: string, headers: Record<string, string> = {}): CountedLimit['refusal'] {
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message }] }),
  }
}

function hubAbuse(lineEnds: 'crlf' | 'lf'): BuiltIn['limits'] {
  return [
    {
      kind: 'rolling-window',
      requests: 3_000,
      perSeconds: 60,
      classes: [...everything],
      key: 'address',
      beforeAuthentication: true,
      refusal: {
        headers: {
          'Cache-Control': 'no-cache',
          Connection: 'close',
          'Content-Type': 'text/plain',
          'Retry-After': '60',
        },
        body: 'Too Many Requests (HAP429).\n',
        lineEnds,
      },
    },
    hubPulls,
  ]
}

const nginxRefusal: CountedLimit['refusal'] = {
  headers: { server: 'nginx', 'content-type': 'text/html' },
  body: '<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n<body>\r\n<center><h1>429 Too Many Requests</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
}

/** One zone of nginx: a rate per second, and how many more may come at once. */
function nginxZone(
  classes: CountedLimit['classes'],
  requests: number,
  burst: number,
  key: CountedLimit['key'] = 'address',
): CountedLimit {
  return {
    kind: 'leaky-bucket',
    requests,
    perSeconds: 1,
    burst,
    classes,
    key,
    beforeAuthentication: true,
    refusal: nginxRefusal,
  }
}

function retryAfter(value: string): BuiltIn['limits'] {
  return [
    {
      kind: 'rolling-window',
      requests: 100,
      perSeconds: 60,
      classes: ['manifest'],
      key: 'address',
      refusal: jsonRefusal('too many requests', { 'retry-after': value }),
    },
  ]
}

/** Every profile that comes with the program. */
export const builtInProfiles: readonly BuiltIn[] = [
  {
    name: 'none',
    description: 'No authentication and no limits: a private registry on a quiet network.',
    source: 'docs/registries.md, section 6',
    authentication: { scheme: 'none' },
    limits: [],
  },
  {
    name: 'docker-hub-anonymous',
    description: 'Docker Hub: 100 pulls per 6 hours and address without an account, 200 with a free one.',
    source: 'docs/registries.md, sections 1 and 3',
    authentication: hubAuthentication,
    limits: [hubPulls],
  },
  {
    name: 'docker-hub-personal',
    description: 'Docker Hub for a free Personal account: 200 pulls per 6 hours; without it as docker-hub-anonymous.',
    source: 'docs/registries.md, sections 1 and 3',
    authentication: hubAuthentication,
    limits: [hubPulls],
  },
  {
    name: 'docker-hub-2025-plan',
    description: 'Docker Hub as announced for 2025 and never enforced: 10 pulls an hour, 100 with a free account.',
    source: 'docs/registries.md, section 1.7',
    authentication: hubAuthentication,
    limits: [{ kind: 'docker-hub-pulls', anonymousPulls: 10, accountPulls: 100, windowSeconds: 3_600 }],
  },
  {
    name: 'docker-hub-abuse',
    description: 'Docker Hub with its abuse limit (HAP429): 3,000 requests a minute and address, of any kind.',
    source: 'docs/registries.md, section 1.8',
    authentication: hubAuthentication,
    limits: hubAbuse('crlf'),
  },
  {
    name: 'docker-hub-abuse-bare-lf',
    description: 'The same, its refusal written with bare line feeds, which strict HTTP parsers cannot read.',
    source: 'docs/registries.md, section 1.8',
    authentication: hubAuthentication,
    limits: hubAbuse('lf'),
  },
  {
    name: 'docker-hub-lockout',
    description: 'Docker Hub with the lock of a user name: 10 minutes without a login after 10 wrong passwords.',
    source: 'docs/registries.md, section 1.9',
    authentication: {
      ...hubAuthentication,
      failedLogins: {
        attempts: 10,
        perSeconds: 600,
        banSeconds: 600,
        key: 'username',
        status: 429,
        message: 'too many failed login attempts for username or IP address',
      },
    },
    limits: [hubPulls],
  },
  {
    name: 'ghcr',
    description: 'GitHub: 44,000 requests a minute, 2,000 of pushes; the refusal tells the delay in its text alone.',
    source: 'docs/registries.md, section 2.2',
    authentication: {
      scheme: 'bearer',
      service: 'ghcr.io',
      tokenLifetimeSeconds: 300,
      anonymousPull: true,
      encodedPasswords: true,
    },
    limits: [
      { classes: [...content], requests: 44_000, burst: 1_000 },
      { classes: ['push' as const], requests: 2_000, burst: 100 },
    ].map(({ classes, requests, burst }) => ({
      kind: 'token-bucket',
      requests,
      perSeconds: 60,
      burst,
      classes,
      key: 'caller',
      refusal: jsonRefusal(`retry-after: {retryAfterGoDuration}, allowed: ${requests}/minute`),
    })),
  },
  {
    name: 'ecr-public',
    description: 'Amazon ECR Public: 1 manifest request a second and address, 10 with an account; HEAD counts.',
    source: 'docs/registries.md, section 2.3',
    authentication: { scheme: 'bearer', service: 'public.ecr.aws', tokenLifetimeSeconds: 43_200, anonymousPull: true },
    limits: (['anonymous', 'accounts'] as const).map((callers) => ({
      kind: 'token-bucket',
      requests: callers === 'anonymous' ? 1 : 10,
      perSeconds: 1,
      burst: callers === 'anonymous' ? 3 : 30,
      classes: [...manifests],
      key: 'caller',
      callers,
      refusal: jsonRefusal('Rate exceeded'),
    })),
  },
  {
    name: 'ecr-private',
    description:
      'Amazon ECR: Basic, user AWS, passwords for 12 hours; layers redirected; 2,000 manifests and 3,000 layers a second.',
    source: 'docs/registries.md, section 2.3',
    authentication: { scheme: 'basic', service: 'ecr.amazonaws.com', passwordLifetimeSeconds: 43_200 },
    limits: [
      { classes: [...manifests], requests: 2_000 },
      { classes: ['blob' as const], requests: 3_000 },
      { classes: ['manifest-push' as const], requests: 10 },
    ].map(({ classes, requests }) => ({
      kind: 'token-bucket',
      requests,
      perSeconds: 1,
      burst: requests,
      classes,
      key: 'registry',
      refusal: jsonRefusal('Rate exceeded'),
    })),
    blobRedirect: { lifetimeSeconds: 3_600 },
  },
  {
    name: 'google-artifact-registry',
    description: 'Google: user names _json_key, _json_key_base64 and oauth2accesstoken; 60,000 requests a minute.',
    source: 'docs/registries.md, sections 2.1 and 2.4',
    authentication: {
      scheme: 'bearer',
      service: 'us-docker.pkg.dev',
      tokenLifetimeSeconds: 3_600,
      anonymousPull: false,
      tokenPath: '/v2/token',
      credentials: 'google',
      tokenByPost: false,
    },
    limits: [
      {
        kind: 'rolling-window',
        requests: 60_000,
        perSeconds: 60,
        classes: [...content, 'push', 'other'],
        key: 'registry',
        refusal: jsonRefusal(
          "Quota exceeded for quota metric 'Requests per project per user' and limit 'Requests per project per user per minute per user' of service 'artifactregistry.googleapis.com' for consumer 'project_number:100000000001'.",
        ),
      },
    ],
  },
  {
    name: 'quay',
    description: 'Quay: nginx with 50 manifests and 50 layers a second and address; an HTML page, no Retry-After.',
    source: 'docs/registries.md, section 2.5',
    authentication: {
      scheme: 'bearer',
      service: 'quay.io',
      tokenLifetimeSeconds: 3_600,
      anonymousPull: true,
      tokenPath: '/v2/auth',
    },
    limits: [
      nginxZone([...manifests], 50, 10),
      nginxZone(['blob'], 50, 50),
      nginxZone(['tag-list'], 5, 2),
      nginxZone(['token'], 120, 2, 'authorization'),
      nginxZone(['ping', 'push', 'other'], 60, 60),
    ],
  },
  {
    name: 'gitlab',
    description:
      'GitLab: its dependency proxy with 1,000 requests in 15 seconds and user; plain text. 30 wrong logins ban an address.',
    source: 'docs/registries.md, section 2.6',
    authentication: {
      scheme: 'bearer',
      service: 'container_registry',
      tokenLifetimeSeconds: 300,
      anonymousPull: true,
      tokenPath: '/jwt/auth',
      failedLogins: { attempts: 30, perSeconds: 180, banSeconds: 3_600, key: 'address', status: 403 },
    },
    limits: [
      {
        kind: 'rolling-window',
        requests: 1_000,
        perSeconds: 15,
        classes: [...content],
        key: 'caller',
        callers: 'accounts',
        refusal: {
          headers: {
            'content-type': 'text/plain',
            'RateLimit-Limit': '1000',
            'RateLimit-Remaining': '0',
            'Retry-After': '{retryAfterSeconds}',
          },
          body: 'Retry later\n',
        },
      },
    ],
  },
  {
    name: 'harbor-proxy',
    description: 'A Harbor proxy cache with 30 connections to its upstream: one request more is refused.',
    source: 'docs/registries.md, section 2.7',
    authentication: {
      scheme: 'bearer',
      service: 'harbor-registry',
      tokenLifetimeSeconds: 1_800,
      anonymousPull: true,
      tokenPath: '/service/token',
    },
    limits: [
      {
        kind: 'connections',
        connections: 30,
        classes: [...content],
        key: 'registry',
        refusal: jsonRefusal('too many requests to upstream registry'),
      },
    ],
  },
  {
    name: 'acr',
    description: 'Azure Container Registry, Standard: 3,000 reads and 500 writes a minute.',
    source: 'docs/registries.md, section 2.8',
    authentication: {
      scheme: 'bearer',
      service: 'registry.azurecr.io',
      tokenLifetimeSeconds: 4_500,
      anonymousPull: false,
      tokenPath: '/oauth2/token',
    },
    limits: [
      { classes: [...content], requests: 3_000 },
      { classes: ['push' as const], requests: 500 },
    ].map(({ classes, requests }) => ({
      kind: 'rolling-window',
      requests,
      perSeconds: 60,
      classes,
      key: 'registry',
      refusal: jsonRefusal('Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix'),
    })),
  },
  {
    name: 'retry-after-seconds',
    description: 'No authentication; 100 manifests a minute and address, then Retry-After in seconds.',
    source: 'docs/registries.md, section 2.9',
    authentication: { scheme: 'none' },
    limits: retryAfter('{retryAfterSeconds}'),
  },
  {
    name: 'retry-after-date',
    description: 'No authentication; 100 manifests a minute and address, then Retry-After with a date.',
    source: 'docs/registries.md, section 2.9',
    authentication: { scheme: 'none' },
    limits: retryAfter('{retryAfterDate}'),
  },
]
