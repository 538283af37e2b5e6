// A key of Google's Artifact Registry, typed into Kasm's user and token: right under both user names, and the slips that people make.
import { defineScenario } from '../simulator/scenario/define.ts'

const registry = 'us-docker.pkg.dev'
const key = `${JSON.stringify(
  {
    type: 'service_account',
    project_id: 'acme',
    private_key_id: '1f0c',
    private_key: '-----BEGIN PRIVATE KEY-----\nMIIEexample\n-----END PRIVATE KEY-----\n',
    client_email: 'kasm@acme.iam.gserviceaccount.com',
  },
  null,
  2,
)}\n`
const encoded = Buffer.from(key).toString('base64')

const right = { 'key-as-it-is': ['_json_key', key], 'key-in-base64': ['_json_key_base64', encoded] } as const
const slips = {
  truncated: ['_json_key', key.slice(0, key.length / 2)],
  'escaped-once-more': ['_json_key', JSON.stringify(key)],
  'wrapped-base64': ['_json_key_base64', encoded.replace(/.{76}/g, '$&\n')],
  'base64-under-json-key': ['_json_key', encoded],
  'json-under-base64': ['_json_key_base64', key],
} as const
const accessToken = { 'access-token': ['oauth2accesstoken', 'ya29.example'] } as const

function nameOf(label: string): string {
  return `${registry}/acme/desktops/${label}:1.0`
}

function image([label, [user, token]]: [string, readonly [string, string]]) {
  return { name: nameOf(label), registry, user, token, size: '60kB', uncompressedSize: '150kB', layers: 2 }
}

export default defineScenario({
  name: 'google-json-key',
  description:
    "Eight images of Google's Artifact Registry with eight forms of a credential: two keys are right, five are slips, an access token ends after an hour.",
  speed: 2400,
  fleet: { agents: 2, startupSpread: '5m', checkInInterval: '10m' },
  registry: {
    profile: 'google-artifact-registry',
    accounts: [
      { username: '_json_key', password: key },
      { username: 'oauth2accesstoken', password: 'ya29.example' },
    ],
  },
  images: Object.entries({ ...right, ...slips, ...accessToken }).map(image),
  end: { after: '2h' },
  expect: [
    ...Object.keys(right).map((label) => ({
      name: `the ${label} pulls`,
      metric: 'pulls-succeeded' as const,
      where: { image: nameOf(label), reason: 'missing' as const },
      exactly: 2,
    })),
    ...Object.keys(slips).flatMap((label) => [
      {
        name: `no agent pulls with the ${label} key`,
        metric: 'pulls-succeeded' as const,
        where: { image: nameOf(label) },
        exactly: 0,
      },
      {
        name: `the ${label} key is tried at every check-in`,
        metric: 'pulls-failed' as const,
        where: { image: nameOf(label) },
        atLeast: 2 * 9,
      },
    ]),
    {
      name: 'an access token pulls while it is fresh',
      metric: 'pulls-succeeded',
      where: { image: nameOf('access-token'), until: '55m' },
      exactly: 2,
    },
    {
      name: 'an hour later it refreshes nothing',
      metric: 'pulls-failed',
      where: { image: nameOf('access-token'), from: '1h' },
      atLeast: 2,
    },
    {
      name: 'the keys go on refreshing',
      metric: 'pulls-failed',
      where: { image: nameOf('key-as-it-is') },
      exactly: 0,
    },
  ],
})
