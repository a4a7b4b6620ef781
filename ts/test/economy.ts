export { addSink, addSource, signalFor } from "../chain/participants.ts";
