// The functions of jStat that are used; the package has no types of its own.
declare module 'jstat' {
  const jStat: {
    studentt: { inv(probability: number, degreesOfFreedom: number): number }
    beta: { inv(probability: number, alpha: number, beta: number): number }
    combinationln(n: number, m: number): number
  }
  export = jStat
}
