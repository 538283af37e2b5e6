// A Kasm workspace registry's list.json as a seed: schema 1.0, where a workspace has one image and a list of the versions it works
// with, and 1.1, where each version has an image of its own (docs/control.md, "Seeds").
import { isPlainObject } from '../plain.ts'
import type { Path, SeedDocument } from './document.ts'

/** Which of the images of a workspace are taken. */
export interface RegistryChoice {
  /** Of Kasm, such as `1.16` or `1.16.1`; the newest that a workspace names by default. */
  version?: string
  /** The kind of tag, such as `develop` or `rolling-weekly`. Default: the list's own, else the image as the list has it. */
  channel?: string
}

/** A workspace that has no image for the choice. */
export interface SkippedWorkspace {
  name: string
  reason: string
}

/** Whether parsed JSON is a registry's list. */
export function isRegistryList(value: unknown): value is Record<string, unknown> & { workspaces: unknown[] } {
  return isPlainObject(value) && Array.isArray(value['workspaces'])
}

const taken = [
  'friendly_name',
  'description',
  'categories',
  'docker_registry',
  'run_config',
  'exec_config',
  'notes',
  'cores',
  'memory',
  'gpu_count',
  'cpu_allocation_method',
] as const

interface Compatibility {
  version: string
  image: string
  available_tags: string[]
  uncompressed_size_mb: unknown
}

/** The images of a list; problems are found where the list has them. */
export function readRegistryList(
  document: SeedDocument,
  choice: RegistryChoice = {},
): SeedDocument & { skipped: SkippedWorkspace[] } {
  const list = document.value as Record<string, unknown> & { workspaces: unknown[] }
  const skipped: SkippedWorkspace[] = []
  const images: Record<string, unknown>[] = []
  /** Of each image, the number of its workspace. */
  const origins: number[] = []
  for (const [index, workspace] of list.workspaces.entries()) {
    if (!isPlainObject(workspace)) {
      images.push({ name: workspace })
      origins.push(index)
      continue
    }
    const chosen = choose(workspace, choice, textOf(list['default_channel']))
    if ('reason' in chosen) {
      skipped.push({ name: String(workspace['friendly_name'] ?? workspace['name'] ?? index), reason: chosen.reason })
      continue
    }
    images.push({ ...imageOf(workspace, list), ...chosen })
    origins.push(index)
  }
  const locate = ([kind, index, ...rest]: Path) =>
    document.locate(
      kind === 'images' && typeof index === 'number' ? ['workspaces', origins[index] ?? index, ...rest] : [],
    )
  return { value: { images }, file: document.file, locate, skipped }
}

type Chosen = { name: unknown; uncompressed_size_mb?: unknown } | { reason: string }

function choose(workspace: Record<string, unknown>, choice: RegistryChoice, defaultChannel: string | null): Chosen {
  const compatibility = Array.isArray(workspace['compatibility']) ? workspace['compatibility'] : []
  const entries = compatibility.filter((entry) => isPlainObject(entry)).map(readEntry)
  const versions = entries.length > 0 ? entries.map(({ version }) => version) : compatibility.map(String)
  const wanted = choice.version
  if (wanted !== undefined && !versions.some((version) => isVersion(wanted, version))) {
    return { reason: `it has no image for Kasm ${wanted}, only for ${versions.join(', ') || 'none'}` }
  }
  const size = workspace['uncompressed_size_mb']
  if (entries.length === 0) {
    return { name: workspace['name'], ...(size === undefined ? {} : { uncompressed_size_mb: size }) }
  }
  const fitting = wanted === undefined ? entries : entries.filter(({ version }) => isVersion(wanted, version))
  const newest = fitting.reduce((best, entry) => (isNewer(entry.version, best.version) ? entry : best))
  const tag = tagOf(newest, choice.channel ?? defaultChannel)
  if (tag === null && choice.channel !== undefined) {
    const tags = newest.available_tags.join(', ') || 'none'
    return { reason: `it has no tag of the channel ${choice.channel}, only ${tags}` }
  }
  const sizeMb = newest.uncompressed_size_mb ?? size
  return {
    name: tag === null ? newest.image : `${newest.image.replace(/:[^/:]*$/, '')}:${tag}`,
    ...(sizeMb === undefined ? {} : { uncompressed_size_mb: sizeMb }),
  }
}

function readEntry(entry: Record<string, unknown>): Compatibility {
  return {
    version: String(entry['version'] ?? ''),
    image: String(entry['image'] ?? ''),
    available_tags: Array.isArray(entry['available_tags']) ? entry['available_tags'].map(String) : [],
    uncompressed_size_mb: entry['uncompressed_size_mb'],
  }
}

/** The tag of a channel: named like it, or ending with it after a version. */
function tagOf({ available_tags }: Compatibility, channel: string | null): string | null {
  if (channel === null) return null
  return (
    available_tags.find((tag) => tag === channel) ?? available_tags.find((tag) => tag.endsWith(`-${channel}`)) ?? null
  )
}

/** `1.16.x` is for 1.16 and for each 1.16.1 alike. */
function isVersion(wanted: string, version: string): boolean {
  const [given, known] = [wanted, version].map((text) => text.replace(/\.x$/, '').split('.')) as [string[], string[]]
  return known.every((part, index) => given[index] === undefined || given[index] === part)
}

function isNewer(version: string, than: string): boolean {
  const parts = (text: string) => text.split('.').map((part) => (part === 'x' ? 0 : Number(part) || 0))
  const [first, second] = [parts(version), parts(than)]
  const index = first.findIndex((part, position) => part !== (second[position] ?? 0))
  return index !== -1 && (first[index] as number) > (second[index] ?? 0)
}

function imageOf(workspace: Record<string, unknown>, list: Record<string, unknown>): Record<string, unknown> {
  const fields = taken.flatMap((field) => (workspace[field] === undefined ? [] : [[field, workspace[field]] as const]))
  const icon = textOf(workspace['image_src'])
  const base = textOf(list['list_url'])?.replace(/\/+$/, '')
  const schema = isPlainObject([workspace['compatibility']].flat()[0]) ? '1.1' : '1.0'
  return {
    ...Object.fromEntries(fields),
    ...(icon === null ? {} : { image_src: base ? `${base}/${schema}/icons/${icon}` : icon }),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
