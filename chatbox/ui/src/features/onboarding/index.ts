/** First run, and the provider form that the settings use too. */
export { DemoCard, useDemo } from "./DemoCard";
export { Detected } from "./Detected";
export { ProviderForm, type ProviderFormProps } from "./ProviderForm";
export { SetupPage } from "./SetupPage";
