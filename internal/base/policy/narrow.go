package policy

// Narrow leaves out the statements that do not have an action: with the rest Decide decides the same about each request for
// the action, at less cost, and wrongly about others. Explain and Matches tell about the other statements as well, so they need all.
func Narrow(sources []Source, action string) []Source {
	asked := readAction(action)
	list := make([]Source, 0, len(sources))
	for _, s := range sources {
		if s.Policy != nil && s.Policy.err == nil { // what is missing, or cannot be evaluated, stays
			if s.Policy = s.Policy.narrow(&asked); len(s.Policy.statements) == 0 {
				continue
			}
		}
		list = append(list, s)
	}
	return list
}

func (p *Policy) narrow(asked *action) *Policy {
	narrowed := &Policy{text: p.text, narrowed: true}
	for _, s := range p.statements {
		if s.hasAction(asked) {
			narrowed.statements = append(narrowed.statements, s)
		}
	}
	return narrowed
}
