/** Rooms of accounts: a message is a row of its room's channel and an event of its account, so that a benchmark can compare the two. */
import { channel, count, defineConfig, id, inserted, members, rows } from "deltad";
import { bigint, pgTable, text, timestamp } from "drizzle-orm/pg-core";

const key = (name: string) => bigint(name, { mode: "bigint" });

const accounts = pgTable("accounts", { id: key("id").primaryKey(), timeZone: text("time_zone").notNull() });
const rooms = pgTable("rooms", { id: key("id").primaryKey(), accountId: key("account_id").notNull() });
const roomMembers = pgTable("room_members", { roomId: key("room_id").notNull(), userId: text("user_id").notNull() });
const messages = pgTable("messages", {
  id: key("id").primaryKey(),
  roomId: key("room_id").notNull(),
  accountId: key("account_id").notNull(),
  author: text("author").notNull(),
  body: text("body").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
});

export default defineConfig({
  owner: { table: accounts, key: accounts.id, timeZone: accounts.timeZone },
  sources: { messages: { table: messages, key: messages.id, owner: messages.accountId } },
  metrics: { messages: count(messages) },
  events: {
    message_sent: inserted(messages).data({ messageId: id(messages.id), author: messages.author, body: messages.body }),
  },
  channels: {
    room: channel({
      row: rooms.id,
      members: members(roomMembers, { channel: roomMembers.roomId, user: roomMembers.userId }),
      presence: true,
      typing: true,
      rows: {
        messages: rows(messages, {
          channel: messages.roomId,
          key: messages.id,
          newest: { count: 50, by: [messages.createdAt, messages.id] },
          data: { author: messages.author, body: messages.body, createdAt: messages.createdAt },
        }),
      },
    }),
  },
});
