// What is still in memory when a process ends at once: files that gather text write it out then.

const flushes = new Set<() => void>()

/** Has a function called should the process end before `forget`, which is returned, is. It cannot wait for anything. */
export function flushAtExit(flush: () => void): () => void {
  if (flushes.size === 0) process.on('exit', flushAll)
  flushes.add(flush)
  return () => {
    flushes.delete(flush)
    if (flushes.size === 0) process.off('exit', flushAll)
  }
}

function flushAll(): void {
  for (const flush of flushes) {
    try {
      flush()
    } catch {
      // The process ends as it is; one file that takes no more must not keep the others from being written.
    }
  }
}
