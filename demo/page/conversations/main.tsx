import { mount } from "../../../dashboard/mount.tsx";
import { ConversationsApp } from "./conversations-app.tsx";
import "../../../dashboard/styles/theme.css";
import "../../../dashboard/styles/cards.css";
import "../../../dashboard/styles/page.css";
import "../../../dashboard/styles/connection.css";
import "./conversations.css";

mount((initialToken) => <ConversationsApp initialToken={initialToken} />);
