package policy

// Because is the end of the text with which AWS refuses an action (AC6–AC11): empty for a role that does not let in who
// asks.
func (d Decision) Because(action string) string {
	kind := [...]string{
		Identity: "identity-based policy", Boundary: "permissions boundary", Session: "session policy",
		Resource: "resource-based policy", Trust: "",
	}[d.Layer]
	switch {
	case d.Allowed || kind == "":
		return ""
	case d.Explicit && d.Layer == Identity:
		return "with an explicit deny in an " + kind
	case d.Explicit:
		return "with an explicit deny in a " + kind
	}
	return "because no " + kind + " allows the " + action + " action"
}
