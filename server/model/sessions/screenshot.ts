// The picture that the fake takes of every session: a real baseline JPEG, grey all over. Every block of it is the same two bits.

const segment = (marker: number, bytes: number[]): number[] => {
  const size = bytes.length + 2
  return [0xff, marker, size >> 8, size & 255, ...bytes]
}
/** One code of one bit, `0`, for the one symbol 0: "no difference" in one table, "end of block" in the other. */
const huffmanTable = (kind: number) => segment(0xc4, [kind, 1, ...Array<number>(15).fill(0), 0])

/**
 * A grey JPEG of this size, in pixels.
 *
 * @example
 * screenshot(300, 200).byteLength // some 400 bytes
 */
export function screenshot(width: number, height: number): Uint8Array {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8)
  const data = new Uint8Array(Math.ceil((2 * blocks) / 8))
  const spareBits = 8 * data.length - 2 * blocks
  // The last byte is filled up with ones.
  data[data.length - 1] = (1 << spareBits) - 1
  const head = [
    ...[0xff, 0xd8],
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xdb, [0, ...Array<number>(64).fill(1)]),
    ...segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    ...huffmanTable(0x00),
    ...huffmanTable(0x10),
    ...segment(0xda, [1, 1, 0x00, 0, 63, 0]),
  ]
  return Uint8Array.from([...head, ...data, 0xff, 0xd9])
}
