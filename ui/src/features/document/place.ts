/** The page that takes most of a scrolling view. */
export function pageInView(scroller: HTMLElement): number | null {
  const middle = scroller.scrollTop + scroller.clientHeight * 0.4;
  let best: number | null = null;
  for (const sheet of scroller.querySelectorAll<HTMLElement>('[data-page]')) {
    if (sheet.offsetTop > middle && best !== null) break;
    best = Number(sheet.dataset.page);
  }
  return best;
}
