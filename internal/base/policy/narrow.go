package policy

// For returns what of the policies counts for an action: Decide decides the same with it about each request for the action, at
// less cost where there are many. Explain and Matches tell about statements that lack the action, so they need all policies.
func (p Policies) For(action string) Policies {
	asked := readAction(action)
	p.Identity, p.Session, p.Resource = narrow(p.Identity, &asked), narrow(p.Session, &asked), narrow(p.Resource, &asked)
	return p
}

// narrow leaves out statements that do not have the action. What is nil, empty, missing or cannot be evaluated stays so.
func narrow(sources []Source, asked *action) []Source {
	if len(sources) == 0 {
		return sources
	}
	list := make([]Source, 0, len(sources))
	for _, s := range sources {
		if s.Policy != nil && s.Policy.err == nil {
			if s.Policy = s.Policy.narrow(asked); len(s.Policy.statements) == 0 {
				continue
			}
		}
		list = append(list, s)
	}
	return list
}

func (p *Policy) narrow(asked *action) *Policy {
	narrowed := &Policy{text: p.text}
	for _, s := range p.statements {
		if s.hasAction(asked) {
			narrowed.statements = append(narrowed.statements, s)
		}
	}
	return narrowed
}
