// The one function of jStat that is used; the package has no types of its own.
declare module 'jstat' {
  const jStat: { studentt: { inv(probability: number, degreesOfFreedom: number): number } }
  export = jStat
}
