/** The marketplace's channels: the rows of an owner's hangars, who the owners are, and conversations. */
import { channel, claim, members, ownerOf, rows, user } from "deltad";
import { eq, isNotNull } from "drizzle-orm";
import {
  bookings,
  conversationMembers,
  conversations,
  listings,
  marketplaces,
  messages,
  owners,
  people,
} from "./tables.ts";

/** What rows of channels tell of a booking, wherever they show it. */
const stay = {
  listingId: bookings.listingId,
  guestName: bookings.guestName,
  status: bookings.status,
  checkIn: bookings.checkIn,
  checkOut: bookings.checkOut,
};

export const channels = {
  /** What an owner has, for whoever may see the owner: their listings, newest bookings, and stays by when they end. */
  hangars: channel({
    row: owners.id,
    members: ownerOf(owners.id),
    rows: {
      owner: rows(owners, {
        channel: owners.id,
        key: owners.id,
        data: { timeZone: owners.timeZone, currency: owners.currency },
      }),
      listings: rows(listings, {
        channel: listings.ownerId,
        key: listings.id,
        data: { hangarNumber: listings.hangarNumber, status: listings.status },
      }),
      bookings: rows(bookings, {
        channel: bookings.ownerId,
        key: bookings.id,
        newest: { count: 100, by: [bookings.createdAt, bookings.id] },
        data: {
          ...stay,
          paymentStatus: bookings.paymentStatus,
          amount: bookings.paymentAmount,
          createdAt: bookings.createdAt,
          paidAt: bookings.paidAt,
        },
      }),
      // By their ends, so that the pages of older ones down to an instant are all that end after it.
      stays: rows(bookings, {
        channel: bookings.ownerId,
        key: bookings.id,
        newest: { count: 200, by: [bookings.checkOut, bookings.id] },
        deleted: eq(bookings.status, "cancelled"),
        data: stay,
      }),
    },
  }),
  /** Who its owners are, for who runs it: administrators, and whose token names it in `marketplaces`. */
  marketplace: channel({
    row: marketplaces.id,
    members: claim("marketplaces"),
    rows: {
      owners: rows(owners, {
        channel: owners.marketplaceId,
        key: owners.id,
        newest: { count: 500, by: [owners.id] },
        data: { name: owners.name, timeZone: owners.timeZone, currency: owners.currency },
      }),
    },
  }),
  /** A room or a group. */
  conversation: channel({
    row: conversations.id,
    members: members(conversationMembers, {
      channel: conversationMembers.conversationId,
      user: conversationMembers.personId,
    }),
    rows: {
      messages: rows(messages, {
        channel: messages.conversationId,
        key: messages.id,
        newest: { count: 50, by: [messages.createdAt, messages.id] },
        deleted: isNotNull(messages.deletedAt),
        data: {
          authorId: messages.authorId,
          author: messages.author,
          body: messages.body,
          createdAt: messages.createdAt,
          editedAt: messages.editedAt,
        },
      }),
      members: rows(conversationMembers, {
        channel: conversationMembers.conversationId,
        key: conversationMembers.id,
        data: { personId: conversationMembers.personId, name: conversationMembers.name },
      }),
    },
    presence: true,
    typing: true,
  }),
  /** What somebody takes part in, for themselves. */
  person: channel({
    row: people.id,
    members: user(people.id),
    rows: {
      conversations: rows(conversationMembers, {
        channel: conversationMembers.personId,
        key: conversationMembers.id,
        data: { conversationId: conversationMembers.conversationId, title: conversationMembers.title },
      }),
    },
  }),
};
