// A queue of numbers by key, on typed arrays: the smallest key first, and of equal keys the one that was pushed first,
// which is what makes runs in virtual time deterministic.

/** Places come before all orders of pushing. */
const firstPlace = -(2 ** 52)

/**
 * Holds 32-bit values ordered by `(key, order of pushing)`; those that are given a place come before others of an equal key,
 * by their places, whenever they were pushed.
 *
 * @example
 * const heap = new MinHeap()
 * heap.push(20, 1)
 * heap.push(10, 2)
 * heap.pop() // 2
 */
export class MinHeap {
  #keys = new Float64Array(1_024)
  #orders = new Float64Array(1_024)
  #values = new Int32Array(1_024)
  #size = 0
  #pushed = 0

  get size(): number {
    return this.#size
  }

  /** The smallest key; Infinity when empty. */
  get firstKey(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#keys[0] as number)
  }

  /** The value of the smallest key; -1 when empty. */
  get first(): number {
    return this.#size === 0 ? -1 : (this.#values[0] as number)
  }

  push(key: number, value: number, place?: number): void {
    if (this.#size === this.#keys.length) this.#grow()
    const keys = this.#keys
    const order = place === undefined ? this.#pushed++ : firstPlace + place
    let hole = this.#size++
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      const parentKey = keys[parent] as number
      if (parentKey < key || (parentKey === key && (this.#orders[parent] as number) <= order)) break
      this.#move(parent, hole)
      hole = parent
    }
    this.#put(hole, key, order, value)
  }

  /** Takes out and returns the value of the smallest key; -1 when empty. */
  pop(): number {
    if (this.#size === 0) return -1
    const first = this.#values[0] as number
    const last = --this.#size
    if (last > 0) this.#sink(this.#keys[last] as number, this.#orders[last] as number, this.#values[last] as number)
    return first
  }

  /** Puts an entry where the first one was and restores the order. */
  #sink(key: number, order: number, value: number): void {
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && this.#isBefore(child + 1, child)) child += 1
      const childKey = this.#keys[child] as number
      if (childKey > key || (childKey === key && (this.#orders[child] as number) > order)) break
      this.#move(child, hole)
      hole = child
    }
    this.#put(hole, key, order, value)
  }

  #isBefore(a: number, b: number): boolean {
    const keyA = this.#keys[a] as number
    const keyB = this.#keys[b] as number
    return keyA < keyB || (keyA === keyB && (this.#orders[a] as number) < (this.#orders[b] as number))
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#keys[from] as number, this.#orders[from] as number, this.#values[from] as number)
  }

  #put(index: number, key: number, order: number, value: number): void {
    this.#keys[index] = key
    this.#orders[index] = order
    this.#values[index] = value
  }

  #grow(): void {
    const length = this.#keys.length * 2
    const grow = <T extends Float64Array | Int32Array>(old: T, next: T): T => {
      next.set(old)
      return next
    }
    this.#keys = grow(this.#keys, new Float64Array(length))
    this.#orders = grow(this.#orders, new Float64Array(length))
    this.#values = grow(this.#values, new Int32Array(length))
  }
}
