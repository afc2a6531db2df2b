/** The browser, with its gaps filled. */
export * from "./channel";
export * from "./clipboard";
export * from "./contrast";
export * from "./download";
export * from "./secure";
export * from "./storage";
export * from "./styles";
export * from "./uuid";
export * from "./viewport";
