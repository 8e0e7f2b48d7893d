import { Button, Skeleton } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconArrowUpRight, IconQuote } from '@tabler/icons-react';
import { describe } from '@/api/http';
import { useTemplates } from '@/api/queries';
import type { Template } from '@/api/types';
import { useUi } from '@/base/ui';
import { iconFor } from '@/workflow/actionIcons';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { useEditor } from '@/workflow/editor';
import { newWorkflowId } from '@/workflow/ops';
import { useUndo } from '@/workflow/useUndo';
import { focusCommandBar } from './commandBarFocus';
import classes from './Welcome.module.css';

const EXAMPLES = [
  'Read https://example.com and email me the key points',
  'Upload a CSV and summarize it',
  'Every weekday at 9, search the latest news about electric cars and email me a digest',
];

/** The empty canvas. */
export function Welcome() {
  const take = (text: string) => {
    useUi.getState().set({ command: text });
    focusCommandBar();
  };
  return (
    <div className={classes.welcome}>
      <Undo />
      <section aria-labelledby="examples">
        <h2 id="examples" className={classes.title}>
          Try saying
        </h2>
        <ul className={classes.examples}>
          {EXAMPLES.map((text) => (
            <li key={text}>
              <button type="button" className={classes.example} onClick={() => take(text)}>
                <IconQuote size={16} aria-hidden />
                <span>{text}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="templates">
        <h2 id="templates" className={classes.title}>
          Or start from a template
        </h2>
        <Templates />
      </section>
    </div>
  );
}

/** The canvas's own tools are covered here; what was taken back or thrown away is still to be had. */
function Undo() {
  const { canUndo, canRedo, undo, redo } = useUndo();
  if (!canUndo && !canRedo) return null;
  return (
    <div className={classes.undo} role="toolbar" aria-label="Canvas tools">
      <Button
        variant="default"
        leftSection={<IconArrowBackUp size={16} />}
        disabled={!canUndo}
        onClick={undo}
      >
        Undo
      </Button>
      <Button
        variant="default"
        leftSection={<IconArrowForwardUp size={16} />}
        disabled={!canRedo}
        onClick={redo}
      >
        Redo
      </Button>
    </div>
  );
}

const PLACES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function Templates() {
  const { data: templates, error } = useTemplates();
  if (error) return <p className={classes.failed}>The templates could not be loaded. {describe(error)}</p>;
  return (
    <ul className={classes.cards} aria-busy={!templates}>
      {templates
        ? templates.map((template) => (
            <li key={template.id}>
              <TemplateCard template={template} />
            </li>
          ))
        : PLACES.map((place) => <Skeleton key={place} component="li" h={112} radius="lg" />)}
    </ul>
  );
}

function TemplateCard({ template }: { template: Template }) {
  const { name, description, command, workflow } = template;
  const use = () =>
    confirmLeaving(() => {
      useEditor.getState().replace({ ...workflow, workflowId: newWorkflowId() }, command);
      useUi.getState().requestFit();
    });
  const types = [...new Set(workflow.nodes.map((node) => node.type))].slice(0, 5);
  return (
    <button type="button" className={classes.card} onClick={use} title={`“${command}”`}>
      <span className={classes.name}>
        {name}
        <IconArrowUpRight size={15} aria-hidden className={classes.arrow} />
      </span>
      <span className={classes.description}>{description}</span>
      <span className={classes.icons} aria-hidden>
        {types.map((type) => {
          const Icon = iconFor(type);
          return <Icon key={type} size={16} stroke={1.6} />;
        })}
      </span>
    </button>
  );
}
