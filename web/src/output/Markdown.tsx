import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import classes from './output.module.css';

/**
 * Markdown from models and web pages is untrusted: raw HTML is dropped, addresses other than http(s) and mailto are
 * emptied (react-markdown's own rule), and images become links, so that opening a result calls no foreign host.
 */
const components: Components = {
  a: ({ children, href }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ alt, src }) =>
    typeof src === 'string' && src ? (
      <a href={src} target="_blank" rel="noopener noreferrer nofollow">
        Image: {alt || src}
      </a>
    ) : (
      <span>{alt}</span>
    ),
};

const plugins = [remarkGfm];

export function Markdown({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={classes.markdown} tabIndex={0} aria-label="Text">
      <ReactMarkdown components={components} remarkPlugins={plugins} skipHtml>
        {text}
      </ReactMarkdown>
    </section>
  );
}
