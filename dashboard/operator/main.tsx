import { mount } from "../mount.tsx";
import { OperatorApp } from "./operator-app.tsx";
import "../styles/theme.css";
import "../styles/page.css";
import "../styles/cards.css";
import "./operator.css";

mount((initialToken) => <OperatorApp initialToken={initialToken} />);
