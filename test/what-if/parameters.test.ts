import { expect, test } from 'vitest'
import { compilePoint, createGrid, formatPoint, parseParameter } from '../../simulator/what-if/parameters.ts'

const loaded = {
  source: { name: 'tiny', fleet: { agents: 3 }, images: [{ name: 'acme/a:1' }], end: { after: '1h' } },
  file: 'tiny.yaml',
}

test('reads values as YAML does', () => {
  const { path, settings } = parseParameter('a.b = 2, true,null,5m,data-centre')
  expect(path).toBe('a.b')
  expect(settings.map(({ value }) => value)).toEqual([2, true, null, '5m', 'data-centre'])
  expect(settings.map(({ text }) => text)).toEqual(['2', 'true', 'null', '5m', 'data-centre'])
})

test.for([
  ['fleet.cap', /it needs a path, an equals sign and values/],
  ['=2', /it needs a path/],
  ['fleet.cap=', /a value is empty/],
  ['fleet.cap=2,,4', /a value is empty/],
  ['fleet.cap=2,4,2', /the value 2 stands there twice/],
])('refuses %s', ([text, reason]) => {
  expect(() => parseParameter(text as string)).toThrow(reason as RegExp)
})

test('spans a grid in which the last parameter changes fastest', () => {
  const grid = createGrid([parseParameter('a=1,2'), parseParameter('b=x,y')])
  expect(grid.map(formatPoint)).toEqual(['a=1, b=x', 'a=1, b=y', 'a=2, b=x', 'a=2, b=y'])
  expect(createGrid([])).toEqual([[]])
  expect(() => createGrid([parseParameter('a=1'), parseParameter('a=2')])).toThrow(/a: it is varied twice/)
})

test('compiles each point without changing the scenario', () => {
  const [two, four] = createGrid([parseParameter('fleet.cap=2,4')])
  expect(compilePoint(loaded, four ?? []).groups[0]?.cap).toBe(4)
  expect(compilePoint(loaded, two ?? []).groups[0]?.cap).toBe(2)
  expect(loaded.source.fleet).toEqual({ agents: 3 })
})

test.for([
  ['fleet.capp=2', '"capp" is no field of fleet; did you mean "cap"? docs/scenarios.md'],
  ['flete.cap=2', '"flete" is no field of a scenario; did you mean "fleet"?'],
  ['fleet.cap=many', 'fleet.cap must be a whole number, it is "many".'],
  ['fleet.startupSpread=30', 'fleet.startupSpread must be a duration with its unit'],
  ['registry.profile=docker-hub', 'Did you mean "docker-hub-anonymous"?'],
  ['fleet.diskUsed=600GB', 'fleet.diskUsed must be at most the disk (500.00 GB), it is 600.00 GB'],
])('says of %s what the checks of scenarios say', ([text, statement]) => {
  const [point = []] = createGrid([parseParameter(text as string)])
  expect(() => compilePoint(loaded, point)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringContaining(`Failed to vary the scenario with ${text}: `),
    }),
  )
  expect(() => compilePoint(loaded, point)).toThrow(statement)
  expect(() => compilePoint(loaded, point)).not.toThrow('tiny.yaml')
})

test('a scenario that is wrong by itself keeps its own error', () => {
  const wrong = { ...loaded, source: { ...loaded.source, fleet: { agents: 0 } } }
  expect(() => compilePoint(wrong, [])).toThrow(expect.objectContaining({ code: 'SCENARIO_INVALID' }))
})
