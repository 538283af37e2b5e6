// The switches between ways in which real servers were seen to differ, by name (docs/kasm.md, "Quirks").

/** Every quirk with its values; the first is the default. */
export const quirkValues = {
  'errors.permission': [403, 200],
  'errors.unknownUuid': [200, 400],
  'errors.malformedId': [500, 400],
  'createImage.rejectAvailableAndCategories': [false, true],
  'ids.dashes': [false, true],
  'dates.nullAsNone': [false, true],
  'image.memoryField': ['both', 'memory', 'memory_bytes'],
  'auth.basic': [true, false],
  'agents.autoEnable': [false, true],
  'prune.default': ['Aggressive', 'Normal', 'Off'],
  'status.pendingStyle': ['starting', 'requested'],
} as const
