// Compiles the images: those of the Kasm catalogue, made smaller by a factor, and those that the scenario lists.
import { parseReference } from '../../server/kernel/reference.ts'
import { loadCatalogue } from '../../server/model/catalogue.ts'
import type { Compilation } from './compilation.ts'
import { catalogueBase, catalogueDefaults, imageDefaults, unpackFactor } from './defaults.ts'
import { formatPath, formatValue, isFields, type Path } from './problems.ts'
import type { FleetGroup, ScenarioImage } from './scenario.ts'
import type { ImageSource, ScenarioSource } from './schema.ts'

/** What Kasm's own definitions of Docker Hub images say. */
const dockerHubRegistry = 'https://index.docker.io/v1/'

/** Images whose form is wrong are compiled as far as they go, so that what else is wrong with them is found too. */
export function compileImages(
  images: ScenarioSource['images'],
  context: { groups: FleetGroup[] | null; compilation: Compilation },
): ScenarioImage[] {
  const isList = Array.isArray(images)
  const listed = isList ? images : images?.add
  const all = new Map((isList ? [] : catalogueImages(images ?? {})).map((image) => [image.name, image]))
  for (const [index, source] of Array.isArray(listed) ? listed.entries() : []) {
    if (!isFields(source) || typeof source.name !== 'string') continue
    const path = [...(isList ? ['images'] : ['images', 'add']), index]
    const image = compileImage(source, path, context)
    if (all.has(image.name)) {
      context.compilation.problems.add([...path, 'name'], `must be unique, ${formatValue(image.name)} is there already`)
    } else if (image.published) {
      checkRoom(image, [...all.values()], path, context.compilation)
    }
    all.set(image.name, image)
  }
  return [...all.values()]
}

/** One image with every default filled, and reported where it makes no sense. */
export function compileImage(
  source: ImageSource,
  path: Path,
  { groups, compilation }: { groups: FleetGroup[] | null; compilation: Compilation },
): ScenarioImage {
  const {
    name,
    size = imageDefaults.size,
    layers = imageDefaults.layers,
    uncompressedSize,
    base = null,
    zone = null,
  } = source
  const sizeBytes = compilation.sizeBytes(size, [...path, 'size'], { positive: true })
  const reference = compilation.reference(name, [...path, 'name'])
  const published = source.published ?? true
  if (reference && reference.tag === null && published) {
    compilation.problems.add(
      [...path, 'name'],
      'must have a tag: what is published under a digest alone cannot be made up',
    )
  }
  if (zone !== null) {
    const zones = groups && new Set(groups.map((group) => group.zone))
    compilation.known(zone, [...path, 'zone'], { what: "a zone of the fleet's groups", known: zones })
  }
  return {
    name,
    friendlyName: source.friendlyName ?? name,
    sizeBytes,
    uncompressedSizeBytes:
      uncompressedSize === undefined
        ? Math.round(sizeBytes * unpackFactor)
        : compilation.sizeBytes(uncompressedSize, [...path, 'uncompressedSize'], { positive: true }),
    layers,
    base,
    baseShare: base === null ? 0 : (source.baseShare ?? imageDefaults.baseShare),
    registry: source.registry === undefined ? registryOf(reference?.host ?? 'docker.io') : source.registry,
    user: source.user ?? null,
    token: source.token ?? null,
    enabled: source.enabled ?? true,
    defined: source.defined ?? true,
    published,
    zone,
  }
}

/** One registry stands for all hosts, so two images must not want the same repository and tag of it. */
export function checkRoom(image: ScenarioImage, others: ScenarioImage[], path: Path, { problems }: Compilation): void {
  const place = placeOf(image.name)
  const other = others.find((one) => one.published && one.name !== image.name && placeOf(one.name) === place)
  if (place === null || !other) return
  problems.addAtKey(
    path,
    `${formatPath(path)}: ${formatValue(image.name)} and ${formatValue(other.name)} are one and the same image to the local registry (${place}); give one of them another name or tag`,
  )
}

function placeOf(name: string): string | null {
  try {
    const { repository, tag } = parseReference(name)
    return tag === null ? null : `${repository}:${tag}`
  } catch {
    return null
  }
}

function registryOf(host: string): string {
  return host === 'docker.io' ? dockerHubRegistry : `https://${host}`
}

function catalogueImages({
  catalogue = catalogueDefaults.catalogue,
  scale = catalogueDefaults.scale,
  layers = catalogueDefaults.layers,
}: {
  catalogue?: 'enabled' | 'all'
  scale?: number
  layers?: number
}): ScenarioImage[] {
  return loadCatalogue()
    .filter(({ enabled }) => enabled || catalogue === 'all')
    .map(({ name, friendlyName, enabled, uncompressedSizeBytes }) => ({
      name,
      friendlyName,
      sizeBytes: Math.max(1, Math.round((uncompressedSizeBytes * scale) / unpackFactor)),
      uncompressedSizeBytes: Math.max(1, Math.round(uncompressedSizeBytes * scale)),
      layers,
      ...catalogueBase,
      registry: dockerHubRegistry,
      user: null,
      token: null,
      enabled,
      defined: true,
      published: true,
      zone: null,
    }))
}
