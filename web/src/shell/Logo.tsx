import classes from './Header.module.css';

export function Logo({ named }: { named: boolean }) {
  return (
    <h1 className={classes.logo}>
      <svg width="26" height="26" viewBox="0 0 32 32" role="img" aria-label="VoiceGraph">
        <rect width="32" height="32" rx="8" fill="var(--vg-text)" />
        <g fill="none" stroke="var(--vg-surface)" strokeWidth="2.2" strokeLinecap="round">
          <path d="M10.6 16h3.2c3.4 0 2.6-6 6-6h.8M13.8 16c3.4 0 2.6 6 6 6h.8" />
        </g>
        <g fill="var(--vg-surface)">
          <circle cx="8.6" cy="16" r="2.6" />
          <circle cx="23" cy="10" r="2.6" />
          <circle cx="23" cy="22" r="2.6" />
        </g>
      </svg>
      {named && <span aria-hidden>VoiceGraph</span>}
    </h1>
  );
}
