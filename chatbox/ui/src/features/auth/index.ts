/** The ways in, and the question who it is. */
export { Entrance } from "./Entrance";
export { CodeField, FormProblem, PasswordField, Submit, TextField } from "./fields";
export { followUser, goodbye, leave, refreshMe, signOut } from "./leaving";
export { OidcLink } from "./OidcLink";
export { Onward } from "./Onward";
export { ProofDialog } from "./ProofDialog";
export { checkAccount } from "./rules";
export { UserMenu } from "./UserMenu";
export { useForm, type Form, type Problems, type Values } from "./use-form";
