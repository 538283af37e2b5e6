// Which URLs can be those of registries.

/** Whether the text is the URL of a registry: a host and perhaps a port, and no path, for which the protocol has no room. */
export function isRegistryUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
}
