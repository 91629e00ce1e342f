/** Two groups of customers that share some: what the product is about. */
export const Logo = ({ size = 28 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
    <rect width="32" height="32" rx="8" fill="var(--mantine-color-indigo-7)" />
    <circle cx="12.5" cy="16" r="6.5" fill="#fff" fillOpacity=".55" />
    <circle cx="19.5" cy="16" r="6.5" fill="#fff" fillOpacity=".85" />
  </svg>
);
