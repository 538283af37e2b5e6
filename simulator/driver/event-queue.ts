// The moments to come of a run in virtual time, ordered by (moment, order of scheduling), so that equal moments keep their order.
// Moments sit in typed arrays; what happens at one is an object that knows itself.
import { MinHeap } from '../../server/kernel/min-heap.ts'

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

  schedule(atMs: number, task: Task): void {
    const slot = this.#free.pop() ?? this.#tasks.length
    this.#tasks[slot] = task
    // Nothing can happen in the past: what rounding puts there happens now.
    this.#heap.push(Math.max(atMs, this.#nowMs), slot)
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
