import { formatRows } from './rows.ts'
import { benchApi } from './.s7-api.ts'
console.log(formatRows(await benchApi()))
