// How a notice is cut into pages, and how long a page is read. Pure.

/** How much stands on a page, in letters of the Latin width. */
const PAGE = 110;
/** What a person who reads slowly takes for a letter, and for finding the words. */
const LETTER_MS = 90;
const LEAST_MS = 6_000;

/** Chinese letters are as wide as two, and say as much. */
const widthOf = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (letter >= '\u2e80' ? 2 : 1), 0);

/** A text in pages: cut after sentences where they fit, else between words, and only else within. */
export function pagesOf(text: string): string[] {
  const pages: string[] = [];
  let page = '';
  for (const part of parts(text)) {
    if (page && widthOf((page + part).trimEnd()) > PAGE) {
      pages.push(page.trimEnd());
      page = '';
    }
    page += page ? part : part.trimStart();
  }
  if (page.trim()) pages.push(page.trimEnd());
  return pages;
}

/** Sentences, of long ones the words, of what has no words the letters; each with the space after it. */
function parts(text: string): string[] {
  const sentences = text.match(/[^.!?。！？]*(?:[.!?。！？]+\s*|$)/gu) ?? [];
  return sentences
    .filter(Boolean)
    .flatMap((sentence) => (widthOf(sentence) > PAGE ? (sentence.match(/\S+\s*/gu) ?? []) : [sentence]))
    .flatMap((word) => (widthOf(word) > PAGE ? [...word] : [word]));
}

/** How long a page stays. */
export const readMs = (text: string): number => Math.max(LEAST_MS, widthOf(text) * LETTER_MS);
