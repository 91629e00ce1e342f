const FIELDS = ['[role="combobox"]', 'input:not([type="hidden"]), select, textarea', 'button'];

/** After which a menu has closed and given the focus back. */
const CLOSING_MS = 200;

/** Goes on in the first field of an element, once it is drawn: what had the focus is gone, or is a menu that closes. */
export function goOnIn(id: string): void {
  setTimeout(() => {
    const element = document.getElementById(id);
    const found = FIELDS.map((field) => element?.querySelector<HTMLElement>(field)).find((field) => field);
    found?.focus();
  }, CLOSING_MS);
}
