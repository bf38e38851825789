/** Channels with each way to say who may see them, over tables of which one is a source as well. */
import { channel, claim, count, defineConfig, everyone, members, ownerOf, rows, user } from "deltad";
import { isNotNull } from "drizzle-orm";
import { bigint, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";

const key = (name: string) => bigint(name, { mode: "bigint" });

const accounts = pgTable("accounts", { id: key("id").primaryKey(), timeZone: text("time_zone").notNull() });

const rooms = pgTable("rooms", {
  id: key("id").primaryKey(),
  accountId: key("account_id").notNull(),
  host: text("host"),
  name: text("name").notNull(),
});

const roomMembers = pgTable("room_members", { roomId: key("room_id").notNull(), userId: text("user_id").notNull() });

const messages = pgTable("messages", {
  id: key("id").primaryKey(),
  roomId: key("room_id"),
  author: text("author").notNull(),
  body: text("body").notNull(),
  stars: integer("stars"),
  tags: text("tags").array().notNull(),
  extra: jsonb("extra"),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  deletedAt: timestamp("deleted_at", { withTimezone: true }),
});

const notes = pgTable("notes", {
  slug: text("slug").primaryKey(),
  roomId: key("room_id").notNull(),
  body: text("body").notNull(),
});

const newestMessages = rows(messages, {
  channel: messages.roomId,
  key: messages.id,
  newest: { count: 5, by: [messages.createdAt, messages.id] },
  deleted: isNotNull(messages.deletedAt),
  data: {
    author: messages.author,
    body: messages.body,
    stars: messages.stars,
    tags: messages.tags,
    extra: messages.extra,
    createdAt: messages.createdAt,
  },
});
const allNotes = rows(notes, { channel: notes.roomId, key: notes.slug, data: { body: notes.body } });

export default defineConfig({
  owner: { table: accounts, key: accounts.id, timeZone: accounts.timeZone },
  sources: { rooms: { table: rooms, key: rooms.id, owner: rooms.accountId } },
  metrics: { rooms: count(rooms) },
  channels: {
    room: channel({
      row: rooms.id,
      members: members(roomMembers, { channel: roomMembers.roomId, user: roomMembers.userId }),
      rows: { messages: newestMessages, notes: allNotes },
      presence: true,
      typing: true,
    }),
    desk: channel({ row: rooms.id, members: user(rooms.host), rows: { notes: allNotes } }),
    office: channel({ row: rooms.id, members: ownerOf(rooms.accountId), rows: { notes: allNotes } }),
    club: channel({ row: rooms.id, members: claim("clubs"), rows: { notes: allNotes } }),
    plaza: channel({ row: rooms.id, members: everyone(), rows: { messages: newestMessages }, presence: true }),
  },
});
