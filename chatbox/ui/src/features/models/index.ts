/** Choosing a model and its parameters. */
export { capabilityName, ModelFacts } from "./ModelRow";
export { matches } from "./choices";
export { ModelPicker, type ModelPickerProps } from "./ModelPicker";
export { countSet } from "./params";
