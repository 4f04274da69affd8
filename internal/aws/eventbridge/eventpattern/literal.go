package eventpattern

// Literals returns the texts of which an event needs one at a path for the pattern to match it. It is false if other
// values may do as well, or none, so that the path tells nothing.
func (p *Pattern) Literals(path string) (texts []string, ok bool) {
	known := map[string]bool{}
	for _, r := range p.rules {
		wants := r.literals(path)
		if len(wants) == 0 {
			return nil, false
		}
		for _, t := range wants {
			if !known[t] {
				known[t] = true
				texts = append(texts, t)
			}
		}
	}
	return texts, len(p.rules) > 0
}

// literals are the texts that a rule wants at a path; none: it takes other values as well.
func (r rule) literals(path string) (texts []string) {
	for _, c := range r {
		if c.path != path || c.absent {
			continue
		}
		for _, t := range c.tests {
			literal, is := t.(text)
			if !is {
				return nil
			}
			texts = append(texts, string(literal))
		}
	}
	return texts
}

// Text is the first text that an event has at a path.
func (e *Event) Text(path string) (text string, found bool) {
	for l := e.first(path); l != nil; l = e.following(l) {
		if l.kind == word {
			text, found = l.value.text, true
		}
	}
	return text, found
}
