/** The page texts of one document, fetched once each. */
import { ipc, type PageText } from '$lib/ipc';

export class PageTexts {
  private readonly pages = new Map<number, Promise<PageText>>();

  constructor(private readonly documentId: string) {}

  /** A page's text. */
  async get(page: number): Promise<string> {
    return (await this.page(page)).text;
  }

  /** A page's text, and where its headings are. */
  page(page: number): Promise<PageText> {
    const known = this.pages.get(page);
    if (known) return known;
    const text = ipc.pageText(this.documentId, page);
    this.pages.set(page, text);
    text.catch(() => this.pages.delete(page));
    return text;
  }
}
