/** Slices of a text by scalar offsets, for many slices of one text. */
export class Offsets {
  private readonly scalars: string[];

  constructor(text: string) {
    this.scalars = [...text];
  }

  slice(start: number, end: number): string {
    return this.scalars.slice(start, end).join('');
  }
}
