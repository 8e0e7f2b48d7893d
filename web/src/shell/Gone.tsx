import { Button, Loader } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { type Gone as GoneState, useUi } from '@/base/ui';
import classes from './Gone.module.css';
import { open } from './navigation';

const WORDS = {
  run: {
    title: 'There is no such run here',
    why: 'It may have been deleted, or the address is not complete.',
  },
  workflow: {
    title: 'There is no such saved workflow here',
    why: 'It may have been deleted, or the address is not complete. Its past runs are in Workflow History.',
  },
};

/** In the canvas's place when the address names what is not there or could not be fetched. */
export function Gone({ gone: { place, missing, message } }: { gone: GoneState }) {
  const { set } = useUi.getState();
  const cover = useRef<HTMLElement>(null);
  // Not where the focus was: that is covered, and what is typed there nobody sees.
  useEffect(() => cover.current?.querySelector('button')?.focus(), []);
  const kind = place.kind === 'run' ? 'run' : 'workflow';
  const canvas = () => set({ gone: null });
  const look = () => set(kind === 'run' ? { historyOpen: true } : { dialog: 'open-workflow' });
  return (
    <section
      className={classes.cover}
      role="alert"
      aria-label="Nothing to show"
      data-covers-canvas
      ref={cover}
    >
      <h2 className={classes.title}>{missing ? WORDS[kind].title : `The ${kind} could not be opened`}</h2>
      <p className={classes.words}>{missing ? WORDS[kind].why : message}</p>
      <div className={classes.buttons}>
        {!missing && <Button onClick={() => void open(place, { fresh: true })}>Try again</Button>}
        <Button onClick={look}>{kind === 'run' ? 'Open Workflow History' : 'Open saved workflows'}</Button>
        <Button onClick={canvas}>Go to the canvas</Button>
      </div>
    </section>
  );
}

/** While what the address names is on its way. */
export function Opening() {
  return (
    <output className={classes.cover} aria-label="Opening">
      <Loader size={22} color="gray" />
    </output>
  );
}
