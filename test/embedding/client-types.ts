// The types of the client, held by the compiler: `npm run check:types` fails where a mistake below is no error, or a right use is one.
// The packed package is checked with this same file, by whoever installs it.
import type { Body, KasmClient, Reply, Verb } from '../../simulator/client/client.ts'

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false
const holds = <_Fact extends true>() => {}

export async function mistakesAreErrors(client: KasmClient): Promise<void> {
  const { images } = await client.call('get_images')
  holds<Same<typeof images, Reply<'get_images'>['images']>>()
  const memory: number = images[0]?.memory ?? 0
  // @ts-expect-error A field of the reply has the type that the API gives it.
  const cores: string = images[0].cores
  // @ts-expect-error A field that the reply does not have.
  images[0].frendly_name

  await client.call('create_image', { target_image: { name: 'team/app:1.0', friendly_name: 'App', memory } })
  // @ts-expect-error A field that no body has.
  await client.call('create_image', { target_image: { name: 'team/app:1.0', frendly_name: 'App' } })
  // @ts-expect-error A field of the wrong type.
  await client.call('create_image', { target_image: { name: 'team/app:1.0', cores: 'two' } })
  // @ts-expect-error What is required is missing.
  await client.call('create_image', { target_image: { friendly_name: 'App' } })
  // @ts-expect-error No verb of the API.
  await client.call('get_imagez')
  // @ts-expect-error Served elsewhere than the verbs.
  await client.call('stop_kasm', { kasm_id: cores })
  // @ts-expect-error The key is the client's to add.
  await client.call('get_images', { api_key: 'me' })
  // @ts-expect-error The key is the client's to add.
  await client.call('get_image', { image_id: 'a', api_key: 'me' })

  const picture = await client.call('get_kasm_screenshot', { kasm_id: 'a' })
  holds<Same<typeof picture, Blob>>()
  const { zones } = await client.call('get_zones')
  holds<Same<(typeof zones)[number]['zone_name'], string>>()
}

export async function pathsAreTyped(client: KasmClient): Promise<void> {
  const { data } = await client.POST('/api/public/get_users', { body: {} })
  if (data && 'users' in data) holds<Same<(typeof data.users)[number]['username'], string>>()
  // @ts-expect-error A reply may be a refusal.
  data?.users
  // @ts-expect-error A field of the wrong type.
  await client.POST('/api/public/get_user', { body: { target_user: { user_id: 1 } } })
  await client.POST('/api/stop_kasm', { body: { kasm_id: 'a', api_key: 'me' } })
  const { data: health } = await client.GET('/api/__healthcheck')
  holds<Same<typeof health, { ok: boolean } | undefined>>()
  // @ts-expect-error No path of the API.
  await client.POST('/api/public/stop_kasm', { body: { kasm_id: 'a' } })
  // @ts-expect-error A verb is called with POST.
  await client.GET('/api/public/get_users', {})
}

export function verbsAreThoseOfTheApi(): void {
  holds<Same<Extract<Verb, 'get_images' | 'stop_kasm' | 'authenticate'>, 'get_images'>>()
  holds<Same<Body<'delete_image'>['target_image']['image_id'], string>>()
}
