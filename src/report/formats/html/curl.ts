import { escapeMarkup as text } from '../../markup.ts';

/** A command with a button that copies it. */
export function renderCurl(curl: string): string {
  return `<div class="curl"><code>${text(curl)}</code><button type="button" class="copy" hidden>Copy</button></div>`;
}
