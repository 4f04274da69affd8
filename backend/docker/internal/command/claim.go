package command

// ClaimWords give a sandbox to the task of a name, which is none of words; see the program's file claim.go.
func ClaimWords(name string) string { return "claim " + name }
