import { IconPlugConnectedX } from '@tabler/icons-react';
import { useConnection } from '@/base/connection';
import classes from './ConnectionBanner.module.css';

export function ConnectionBanner() {
  const lost = useConnection((state) => state.lost);
  return (
    <div role="status" aria-live="polite">
      {lost && (
        <div className={classes.banner} data-banner>
          <IconPlugConnectedX size={17} aria-hidden />
          <span>
            The connection to the server is lost. Your work is safe in this browser, runs go on at the server,
            and this page comes back by itself.
          </span>
        </div>
      )}
    </div>
  );
}
