"""Full-text search of the history, and what a run cost: both kept in step by the database itself.

SQLite: `run_search` is an FTS5 table. Its rows are numbered by `run_numbers` in the order in which runs were made, so
a page of hits comes in the order of the index. `facets` holds what else the history is filtered by, so that hits are
counted without looking at their runs. PostgreSQL: `run_search` holds a tsvector.

The triggers may never stop a run from ending. JSON is read only where it is valid, and on PostgreSQL behind a handler.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TERMINAL = "('completed', 'failed', 'cancelled')"
PER_NODE = 2_000
PER_RUN = 20_000

SAID = "{run}.command || ' ' || {run}.name"
FACETS = (
    f"CASE WHEN {{run}}.status IN {TERMINAL} THEN 's' || {{run}}.status ELSE 'sopen' END"
    " || ' t' || {run}.trigger || ' w' || hex({run}.workflow_id)"
)
FOUND = f"""substr(coalesce(CASE WHEN json_valid({{run}}.error) THEN json_extract({{run}}.error, '$.message') END, '')
  || ' ' || coalesce((SELECT group_concat(
    CASE WHEN json_valid(output) THEN substr(coalesce(json_extract(output, '$.text'), ''), 1, {PER_NODE}) ELSE '' END
    || ' ' || CASE WHEN json_valid(error) THEN coalesce(json_extract(error, '$.message'), '') ELSE '' END, ' ')
  FROM node_runs WHERE run_id = {{run}}.id), ''), 1, {PER_RUN})"""


def _of(expression: str, run: str) -> str:
    return expression.format(run=run)


SQLITE = (
    "CREATE TABLE run_numbers (number INTEGER PRIMARY KEY, run_id VARCHAR(64) NOT NULL UNIQUE)",
    (
        "CREATE VIRTUAL TABLE run_search USING fts5(said, found, facets, "
        "tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
    ),
    f"""CREATE TRIGGER runs_searched_new AFTER INSERT ON runs BEGIN
  INSERT INTO run_numbers (run_id) VALUES (NEW.id);
  INSERT INTO run_search (rowid, said, found, facets)
    SELECT number, {_of(SAID, "NEW")}, '', {_of(FACETS, "NEW")} FROM run_numbers WHERE run_id = NEW.id;
END""",
    f"""CREATE TRIGGER runs_searched_over AFTER UPDATE OF status ON runs
WHEN NEW.status IN {TERMINAL} AND OLD.status <> NEW.status BEGIN
  UPDATE run_search SET found = {_of(FOUND, "NEW")}, facets = {_of(FACETS, "NEW")}
    WHERE rowid = (SELECT number FROM run_numbers WHERE run_id = NEW.id);
END""",
    f"""CREATE TRIGGER runs_cost AFTER UPDATE OF status ON runs
WHEN NEW.status IN {TERMINAL} AND OLD.status <> NEW.status
  AND EXISTS (SELECT 1 FROM node_runs WHERE run_id = NEW.id AND instr(output, '"metrics":')) BEGIN
  UPDATE runs SET (cost, input_tokens, output_tokens, estimated) = (
    SELECT sum(json_extract(output, '$.metrics.cost')), sum(json_extract(output, '$.metrics.inputTokens')),
      sum(json_extract(output, '$.metrics.outputTokens')), max(json_extract(output, '$.metrics.estimated'))
    FROM node_runs WHERE run_id = NEW.id AND json_valid(output) AND instr(output, '"metrics":'))
  WHERE id = NEW.id;
END""",
    """CREATE TRIGGER runs_searched_gone AFTER DELETE ON runs BEGIN
  DELETE FROM run_search WHERE rowid = (SELECT number FROM run_numbers WHERE run_id = OLD.id);
  DELETE FROM run_numbers WHERE run_id = OLD.id;
END""",
    "INSERT INTO run_numbers (run_id) SELECT id FROM runs ORDER BY id",
    f"""INSERT INTO run_search (rowid, said, found, facets)
  SELECT number, {_of(SAID, "runs")}, CASE WHEN status IN {TERMINAL} THEN {_of(FOUND, "runs")} ELSE '' END,
    {_of(FACETS, "runs")} FROM run_numbers JOIN runs ON id = run_id""",
)

# ASCII and Latin-1 signs and general punctuation part words, whatever the locale of the server; accents are dropped.
POSTGRES = (
    r"""CREATE FUNCTION voicegraph_words(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g'),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2000-\u206f]+',
    ' ', 'g') $$""",
    (
        "CREATE TABLE run_search (run_id VARCHAR(64) PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE, "
        "words TSVECTOR NOT NULL)"
    ),
    "CREATE INDEX ix_run_search_words ON run_search USING gin (words)",
    f"""CREATE FUNCTION voicegraph_found(run varchar, error text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text := ''; piece text; node record;
BEGIN
  FOR node IN SELECT error::text AS error UNION ALL SELECT node_runs.error FROM node_runs WHERE run_id = run LOOP
    BEGIN found := found || ' ' || coalesce(node.error::json ->> 'message', ''); EXCEPTION WHEN OTHERS THEN NULL; END;
  END LOOP;
  FOR node IN SELECT output FROM node_runs WHERE run_id = run AND output IS NOT NULL LOOP
    BEGIN found := found || ' ' || left(coalesce(node.output::json ->> 'text', ''), {PER_NODE});
    EXCEPTION WHEN OTHERS THEN NULL; END;
  END LOOP;
  RETURN left(found, {PER_RUN});
END $$""",
    """CREATE FUNCTION voicegraph_vector(said text, found text) RETURNS tsvector LANGUAGE sql AS $$
  SELECT to_tsvector('simple', voicegraph_words(said)) || to_tsvector('simple', voicegraph_words(found)) $$""",
    f"""CREATE FUNCTION runs_cost() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE node record; metrics json;
BEGIN
  IF OLD.status = NEW.status OR NEW.status NOT IN {TERMINAL} THEN RETURN NEW; END IF;
  FOR node IN SELECT output FROM node_runs WHERE run_id = NEW.id AND strpos(output, '"metrics":') > 0 LOOP
    BEGIN
      metrics := node.output::json -> 'metrics';
      IF metrics ->> 'cost' IS NOT NULL THEN
        NEW.cost := coalesce(NEW.cost, 0) + (metrics ->> 'cost')::double precision; END IF;
      IF metrics ->> 'inputTokens' IS NOT NULL THEN
        NEW.input_tokens := coalesce(NEW.input_tokens, 0) + (metrics ->> 'inputTokens')::bigint; END IF;
      IF metrics ->> 'outputTokens' IS NOT NULL THEN
        NEW.output_tokens := coalesce(NEW.output_tokens, 0) + (metrics ->> 'outputTokens')::bigint; END IF;
      IF metrics ->> 'estimated' = 'true' THEN NEW.estimated := 1; END IF;
    EXCEPTION WHEN OTHERS THEN NULL; END;
  END LOOP;
  RETURN NEW;
END $$""",
    f"""CREATE FUNCTION runs_searched() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found text := '';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.status = NEW.status OR NEW.status NOT IN {TERMINAL} THEN RETURN NULL; END IF;
    found := voicegraph_found(NEW.id, NEW.error);
  END IF;
  INSERT INTO run_search (run_id, words) VALUES (NEW.id, voicegraph_vector(NEW.command || ' ' || NEW.name, found))
    ON CONFLICT (run_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'run %% cannot be searched: %%', NEW.id, SQLERRM;
  RETURN NULL;
END $$""",
    "CREATE TRIGGER runs_cost BEFORE UPDATE OF status ON runs FOR EACH ROW EXECUTE FUNCTION runs_cost()",
    (
        "CREATE TRIGGER runs_searched AFTER INSERT OR UPDATE OF status ON runs "
        "FOR EACH ROW EXECUTE FUNCTION runs_searched()"
    ),
    (
        "INSERT INTO run_search (run_id, words) "
        f"SELECT id, voicegraph_vector(command || ' ' || name, CASE WHEN status IN {TERMINAL} "
        "THEN voicegraph_found(id, error) ELSE '' END) FROM runs"
    ),
)


def upgrade() -> None:
    op.add_column("runs", sa.Column("cost", sa.Double))
    op.add_column("runs", sa.Column("input_tokens", sa.BigInteger))
    op.add_column("runs", sa.Column("output_tokens", sa.BigInteger))
    op.add_column("runs", sa.Column("estimated", sa.Integer))
    op.create_index("ix_runs_facets", "runs", ["id", "status", "trigger", "workflow_id"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("runs_searched_new", "runs_searched_over", "runs_cost", "runs_searched_gone"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.drop_table("run_numbers")
    else:
        for name in ("runs_cost", "runs_searched"):
            op.execute(f"DROP TRIGGER {name} ON runs")
            op.execute(f"DROP FUNCTION {name}()")
        for signature in ("vector(text, text)", "found(varchar, text)", "words(text)"):
            op.execute(f"DROP FUNCTION voicegraph_{signature}")
    op.drop_table("run_search")
    op.drop_index("ix_runs_facets", "runs")
    for column in ("estimated", "output_tokens", "input_tokens", "cost"):
        op.drop_column("runs", column)
