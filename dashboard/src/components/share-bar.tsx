import classes from './share-bar.module.css';

/** A part of a whole, 0…1, as a bar. `label` says both; the bar is for those who see it. */
export const ShareBar = ({ share, label }: { share: number; label: string }) => (
  <div
    className={classes.bar}
    role="meter"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={Math.round(share * 1000) / 10}
  >
    <div className={classes.fill} style={{ width: `${Math.min(1, share) * 100}%` }} />
  </div>
);
