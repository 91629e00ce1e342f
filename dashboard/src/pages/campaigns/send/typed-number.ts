/** From how many customers on the number has to be typed before anything is sent. */
const TYPED_ABOVE = 100;

export const mustType = (customers: number): boolean => customers > TYPED_ABOVE;

/** Whether what was typed is the number: its digits, or as it is shown, with whatever spaces. Never a part of it, nor a rounded one. */
export function isTypedNumber(typed: string, customers: number, shown: string): boolean {
  const bare = (text: string) => text.replace(/[\s\u00a0\u202f'’]/g, '');
  const text = bare(typed);
  return text === String(customers) || text === bare(shown);
}
