package check

// isTrue reports whether a value is true, as that of an attribute which is unknown as a whole.
func isTrue(n *node) bool { return n != nil && n.kind == literal && n.text == "true" }
