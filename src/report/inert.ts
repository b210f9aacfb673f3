/** Text without control characters, line ends among them, invisible ones and none at all. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu, '\u{fffd}');
}

/**
 * Text that does nothing to what shows it: no control characters, no escapes of
 * a terminal, no line that a CI system takes for a command.
 */
export function inert(text: string): string {
  return visible(text)
    .replace(/::(?=[a-z][\w-]{2})/gi, ':\u{200b}:')
    .replace(/##(?=\[|vso)/g, '#\u{200b}#');
}
