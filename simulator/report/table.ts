// A table of texts, for the terminal and for a page.

export interface Table {
  title: string
  columns: string[]
  rows: string[][]
}
