// The classes of registry requests: what limits, faults, checks and the journal tell requests apart by.

/** Classes of registry requests, after Docker Hub's own classification (facts on registries, section 1.2). */
export const requestClasses = ['ping', 'token', 'version-check', 'manifest', 'blob', 'push', 'other'] as const

export type RequestClass = (typeof requestClasses)[number]

/** Parts of classes that some registries limit apart: PUT of a manifest, of `push`; a list of tags, of `other`. */
export const requestParts = ['manifest-push', 'tag-list'] as const

export type RequestPart = (typeof requestParts)[number]
