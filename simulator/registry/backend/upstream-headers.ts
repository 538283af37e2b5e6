// Which headers pass between a caller and the upstream. What belongs to one connection stays there, and so do the upstream's own
// limits and challenges: the front has its own.
import type { IncomingHttpHeaders } from 'node:http'
import type { Exchange } from '../http/exchange.ts'

const requestNames = [
  'accept',
  'range',
  'if-none-match',
  'if-match',
  'if-modified-since',
  'content-type',
  'content-length',
  'content-range',
] as const

const answerNames = [
  'content-type',
  'content-encoding',
  'content-range',
  'accept-ranges',
  'docker-content-digest',
  'etag',
  'cache-control',
  'last-modified',
  'range',
  'oci-subject',
  'oci-filters-applied',
  'oci-chunk-min-length',
  'retry-after',
  'allow',
] as const

/** The headers of a request as the upstream gets them. */
export function requestHeaders({ request }: Exchange): Record<string, string> {
  return chosen(request.headers, requestNames)
}

/** The headers of an answer as the caller gets them: a link to the next page leads to the front. */
export function answerHeaders(headers: IncomingHttpHeaders, upstreamUrl: string): Record<string, string> {
  const link = headers['link']
  const ownLink = typeof link === 'string' ? { link: link.replace(`<${upstreamUrl}/`, '</') } : {}
  return { ...chosen(headers, answerNames), ...ownLink }
}

function chosen(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}
