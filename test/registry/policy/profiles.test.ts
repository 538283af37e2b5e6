import { expect, test } from 'vitest'
import { findProfile, profiles } from '../../../simulator/registry/policy/profiles.ts'

test('finds every profile by its name', () => {
  expect(profiles.map(({ name }) => findProfile(name).name)).toEqual(['none', 'docker-hub-anonymous'])
})

test('names the closest profile where there is none of a name', () => {
  expect(() => findProfile('docker-hub')).toThrow(
    'Failed to find the registry profile "docker-hub": there is none of this name. Did you mean "docker-hub-anonymous"? Known: none, docker-hub-anonymous.',
  )
  expect(() => findProfile('nome')).toThrow('Did you mean "none"?')
  expect(() => findProfile('quay')).toThrow('Choose a known one. Known: none,')
  expect(() => findProfile('')).toThrow(expect.objectContaining({ code: 'PROFILE_UNKNOWN' }))
})
