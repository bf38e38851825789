/** Boards whose widgets clients change, messages that they send, and parts that they only see. */
import { channel, count, defineConfig, members, register, rows, user } from "deltad";
import { inArray, isNotNull } from "drizzle-orm";
import {
  bigint,
  customType,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  text,
  timestamp,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";

const key = (name: string) => bigint(name, { mode: "bigint" });
const range = customType<{ data: string }>({ dataType: () => "int4range" });
const kinds = pgEnum("widget_kind", ["number", "chart", "text"]);

const accounts = pgTable("accounts", { id: key("id").primaryKey(), timeZone: text("time_zone").notNull() });

const boards = pgTable("boards", {
  id: key("id").primaryKey(),
  accountId: key("account_id").notNull(),
  host: text("host"),
  name: text("name").notNull(),
});

const boardMembers = pgTable("board_members", {
  boardId: key("board_id").notNull(),
  userId: text("user_id").notNull(),
  role: text("role").notNull(),
});

const widgets = pgTable("widgets", {
  id: uuid("id").primaryKey(),
  boardId: key("board_id").notNull(),
  kind: kinds("kind").notNull(),
  title: varchar("title", { length: 40 }).notNull(),
  x: integer("x").notNull(),
  y: integer("y").notNull(),
  price: numeric("price", { precision: 10, scale: 2 }),
  tags: text("tags").array().notNull(),
  settings: jsonb("settings"),
  metric: text("metric"),
  slot: range("slot"),
  createdBy: text("created_by").notNull(),
  deletedAt: timestamp("deleted_at", { withTimezone: true }),
});

const messages = pgTable("messages", {
  id: key("id").primaryKey(),
  boardId: key("board_id").notNull(),
  author: text("author").notNull(),
  body: text("body").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
});

const parts = pgTable("parts", {
  id: text("id").primaryKey(),
  boardId: key("board_id").notNull(),
  name: text("name").notNull(),
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
          deleted: isNotNull(widgets.deletedAt),
          data: {
            kind: widgets.kind,
            title: widgets.title,
            x: widgets.x,
            y: widgets.y,
            price: widgets.price,
            tags: widgets.tags,
            settings: widgets.settings,
            metric: widgets.metric,
            slot: widgets.slot,
            createdBy: widgets.createdBy,
          },
          writes: {
            by: members(boardMembers, {
              channel: boardMembers.boardId,
              user: boardMembers.userId,
              where: inArray(boardMembers.role, ["editor", "owner"]),
            }),
            insert: { defaults: { createdBy: user() } },
            registers: {
              place: register(widgets.x, widgets.y),
              title: register(widgets.title).checked(),
              settings: register(widgets.settings).checked(),
              labels: register(widgets.tags),
              price: register(widgets.price).checked(),
              metric: register(widgets.metric),
              slot: register(widgets.slot),
            },
            delete: true,
          },
        }),
        messages: rows(messages, {
          channel: messages.boardId,
          key: messages.id,
          newest: { count: 50, by: [messages.createdAt, messages.id] },
          data: { author: messages.author, body: messages.body, createdAt: messages.createdAt },
          writes: {
            insert: { columns: [messages.body], defaults: { author: user() } },
            claims: "request.jwt.claims",
          },
        }),
        parts: rows(parts, { channel: parts.boardId, key: parts.id, data: { name: parts.name } }),
      },
    }),
    desk: channel({
      row: boards.id,
      members: user(boards.host),
      rows: {
        parts: rows(parts, { channel: parts.boardId, key: parts.id, data: { name: parts.name } }),
      },
    }),
  },
});
