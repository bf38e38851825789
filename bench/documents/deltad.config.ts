/** Boards whose widgets clients move. */
import { channel, count, defineConfig, members, register, rows } from "deltad";
import { bigint, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";

const key = (name: string) => bigint(name, { mode: "bigint" });

const accounts = pgTable("accounts", { id: key("id").primaryKey(), timeZone: text("time_zone").notNull() });
const boards = pgTable("boards", { id: key("id").primaryKey(), accountId: key("account_id").notNull() });
const boardMembers = pgTable("board_members", {
  boardId: key("board_id").notNull(),
  userId: text("user_id").notNull(),
});
const widgets = pgTable("widgets", {
  id: uuid("id").primaryKey(),
  boardId: key("board_id").notNull(),
  title: text("title").notNull(),
  x: integer("x").notNull(),
  y: integer("y").notNull(),
});

export default defineConfig({
  owner: { table: accounts, key: accounts.id, timeZone: accounts.timeZone },
  sources: { boards: { table: boards, key: boards.id, owner: boards.accountId } },
  metrics: { boards: count(boards) },
  channels: {
    board: channel({
      row: boards.id,
      members: members(boardMembers, { channel: boardMembers.boardId, user: boardMembers.userId }),
      rows: {
        widgets: rows(widgets, {
          channel: widgets.boardId,
          key: widgets.id,
          data: { title: widgets.title, x: widgets.x, y: widgets.y },
          writes: { registers: { place: register(widgets.x, widgets.y) } },
        }),
      },
    }),
  },
});
