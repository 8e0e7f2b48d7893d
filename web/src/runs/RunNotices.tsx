import type { Notice, Problem } from '@/api/types';
import { Note } from '@/base/Note';
import { useUi } from '@/base/ui';
import { useEditor } from '@/workflow/editor';
import classes from './RunDialog.module.css';
import { useRunner } from './startRun';

export function Problems({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <Note tone="error" title="Mend this first">
      <ul className={classes.list}>
        {problems.map((problem) => (
          <li key={`${problem.where} ${problem.message}`}>
            {problem.message} <NodeLink where={problem.where} />
          </li>
        ))}
      </ul>
    </Note>
  );
}

/** Leads from `nodes[3].params.url` to the form of that node. */
function NodeLink({ where }: { where: string }) {
  const index = /^nodes\[(\d+)\]/.exec(where)?.[1];
  const node = useEditor((state) => (index === undefined ? undefined : state.workflow.nodes[Number(index)]));
  const close = useRunner((state) => state.close);
  if (!node) return <code className={classes.where}>{where}</code>;
  const show = () => {
    close();
    useUi.getState().set({ inspected: node.id, toSelect: [node.id] });
  };
  return (
    <button type="button" className={classes.link} onClick={show}>
      Show “{node.label || node.id}”
    </button>
  );
}

export function Notices({ notices }: { notices: readonly Notice[] }) {
  const blocking = notices.filter((notice) => notice.blocking);
  const other = notices.filter((notice) => !notice.blocking);
  return (
    <>
      <NoticeList notices={blocking} title="These nodes will fail" serious />
      <NoticeList notices={other} title="Good to know" />
    </>
  );
}

interface NoticeListProps {
  notices: Notice[];
  title: string;
  serious?: boolean;
}

function NoticeList({ notices, title, serious = false }: NoticeListProps) {
  const workflow = useEditor((state) => state.workflow);
  if (notices.length === 0) return null;
  const labelOf = (id: string) => workflow.nodes.find((node) => node.id === id)?.label || id;
  const messages = [...new Set(notices.map((notice) => notice.message))];
  const nodesOf = (message: string) =>
    notices.filter((notice) => notice.message === message).map((notice) => `“${labelOf(notice.nodeId)}”`);
  return (
    <Note tone={serious ? 'warn' : 'plain'} title={title}>
      <ul className={classes.list}>
        {messages.map((message) => (
          <li key={message}>
            {nodesOf(message).join(', ')}: {message}
          </li>
        ))}
      </ul>
    </Note>
  );
}
