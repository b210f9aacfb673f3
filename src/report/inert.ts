/**
 * Text that does nothing to what shows it: no control characters, no escapes of
 * a terminal, no line that a CI system takes for a command.
 */
export function inert(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{fffd}')
    .replace(/::/g, ':\u{200b}:')
    .replace(/##(?=\[)/g, '#\u{200b}#');
}
