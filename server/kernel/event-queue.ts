// The moments to come of a run in virtual time, ordered by (moment, order of scheduling), so that equal moments keep their order.
// Moments sit in typed arrays; what happens at one is an object that knows itself.
import { MinHeap } from './min-heap.ts'

/** Moments fall on multiples of 1/1024 ms, so that sums of them are exact and the order of additions never matters. */
const ticksPerMs = 1_024

/** The first moment of the grid that is not before this one. */
export function tickAt(atMs: number): number {
  return Math.ceil(atMs * ticksPerMs) / ticksPerMs
}

/** Something that happens at a moment. A task that no longer matters when its moment comes does nothing. */
export interface Task {
  due(nowMs: number): void
}

/**
 * The queue and the clock of virtual time.
 *
 * @example
 * const queue = new EventQueue()
 * queue.schedule(1_000, { due: (nowMs) => emit(nowMs) })
 * queue.runNext()
 */
export class EventQueue {
  readonly #heap = new MinHeap()
  readonly #tasks: (Task | null)[] = []
  readonly #free: number[] = []
  #nowMs = 0

  get nowMs(): number {
    return this.#nowMs
  }

  /** When the next task is due; Infinity when none is. */
  get nextMs(): number {
    return this.#heap.firstKey
  }

  /** With a `place` it comes before what has none at an equal moment, by the places, whenever it was scheduled. */
  schedule(atMs: number, task: Task, place?: number): void {
    if (Number.isNaN(atMs)) throw new Error('a task is due at no moment')
    const slot = this.#free.pop() ?? this.#tasks.length
    this.#tasks[slot] = task
    // Nothing can happen in the past: what rounding puts there happens now.
    this.#heap.push(Math.max(tickAt(atMs), this.#nowMs), slot, place)
  }

  /** Moves the clock to a moment at which nothing is due. */
  advance(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs)
  }

  /** Moves the clock to the next task and runs it. */
  runNext(): void {
    const atMs = this.#heap.firstKey
    const slot = this.#heap.pop()
    const task = this.#tasks[slot] as Task
    this.#tasks[slot] = null
    this.#free.push(slot)
    this.#nowMs = atMs
    task.due(atMs)
  }
}
