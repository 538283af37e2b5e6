// Words of the Go standard library that show through in the engine's errors.

/**
 * Why a text is no JSON, in the words of encoding/json.
 *
 * @example
 * describeJsonError('<html>') // "invalid character '<' looking for beginning of value"
 */
export function describeJsonError(text: string): string {
  const first = text.trimStart()[0]
  if (first === undefined) return 'unexpected end of JSON input'
  if (!/[{["\-0-9tfn]/.test(first)) return `invalid character '${first}' looking for beginning of value`
  try {
    JSON.parse(text)
  } catch (error) {
    const token = /^Unexpected (?:token|non-whitespace character)[^']*'(.)'/.exec((error as Error).message)?.[1]
    if (token !== undefined) return `invalid character '${token}' in JSON input`
  }
  return 'unexpected end of JSON input'
}

/** A text in quotes, as `%q` prints it. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, '\\x$1')
}

/** A head of an answer that cannot be read; net/http goes on with the line, which the parser here does not tell. */
export const malformedAnswer = 'net/http: HTTP/1.x transport connection broken: malformed MIME header'
