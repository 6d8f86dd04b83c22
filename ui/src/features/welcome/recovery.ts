/** Two different groups to ask back, in order; chosen anew each time. */
export function asksFor(groups: number, random = Math.random): [number, number] {
  const first = Math.floor(random() * groups);
  const second = (first + 1 + Math.floor(random() * (groups - 1))) % groups;
  return first < second ? [first, second] : [second, first];
}

/** As written, give or take case, spaces and the letters that are easily mistaken for digits. */
export function sameGroup(typed: string, group: string): boolean {
  const plain = (text: string) =>
    text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return group !== '' && plain(typed) === plain(group);
}
