package policy

// Lack is what keeps a statement from applying to a request, in the order in which it is looked at.
type Lack uint8

const (
	LacksForm      Lack = iota // an element that policies of its layer need, or may not have
	LacksAction                // its actions do not have this one
	LacksResource              // its resources do not have this one
	LacksPrincipal             // its principals do not have this one
	LacksCondition             // a condition does not hold
	LacksNothing
)

func (l Lack) String() string {
	return [...]string{"form", "action", "resource", "principal", "condition", ""}[l]
}

// applies tells whether a statement applies to the request, and if it allows, what that is worth to the principal.
func (e *evaluation) applies(s *statement, l Layer) (lacks Lack, worth grant, assumed bool) {
	ofResource := l == Resource || l == Trust
	if !s.denies && !e.complete(s, ofResource) {
		return LacksForm, none, false
	}
	if !e.narrowed && !s.hasAction(e.asked()) {
		return LacksAction, none, false
	}
	has, assumed := e.hasResource(s, l)
	if !has {
		return LacksResource, none, false
	}
	worth = direct
	if ofResource {
		if worth = e.worth(s, l); worth == none {
			return LacksPrincipal, none, false
		}
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		holds, guessed := c.holds(e.request.Keys, s.denies)
		e.trace.condition(c, e.request.Keys, holds, guessed)
		if !holds {
			return LacksCondition, none, false
		}
		assumed = assumed || guessed
	}
	return LacksNothing, worth, assumed
}

// complete reports whether a statement that allows has the elements of its layer's policies. What it lacks it does not
// allow, while one that denies does so without: what cannot be evaluated denies. NotPrincipal does not go with Allow.
// Source: IAM user guide, NotPrincipal.
func (e *evaluation) complete(s *statement, ofResource bool) bool {
	w := &s.written
	if ofResource {
		return len(w.Actions) > 0 && w.HasPrincipal && !w.NotPrincipal && (e.bare || !w.HasResource || len(w.Resources) > 0)
	}
	return len(w.Actions) > 0 && len(w.Resources) > 0 && !w.HasPrincipal
}

// asked is the action of the request, which is read once a statement needs it.
func (e *evaluation) asked() *action {
	if e.action == (action{}) {
		e.action = readAction(e.request.Action)
	}
	return &e.action
}

// hasAction is true as well if the statement has no actions, which counts if it denies.
func (s *statement) hasAction(asked *action) bool {
	return len(s.written.Actions) == 0 || s.actions.have(asked) != s.written.NotAction
}

// hasResource is true as well if the statement has no resources, as in the policy of a repository.
func (e *evaluation) hasResource(s *statement, l Layer) (has, assumed bool) {
	if len(s.resources) == 0 || e.bare && l == Resource {
		return true, false
	}
	is := no
	for i := range s.resources {
		p := &s.resources[i]
		if p.form == mixed && e.units == nil {
			e.units = units(nil, e.request.Resource)
		}
		switch p.matches(e.request.Resource, e.units, e.request.Keys) {
		case yes:
			return !s.written.NotResource, false
		case unknown:
			is = unknown
		}
	}
	if is == unknown {
		return !s.denies, true
	}
	return s.written.NotResource, false
}

// worth is what the principals of a statement are worth to who asks.
func (e *evaluation) worth(s *statement, l Layer) grant {
	switch w := &s.written; {
	case !w.HasPrincipal: // it denies
		return direct
	case w.NotPrincipal && l == Trust && e.request.Lenient: // trust policies cannot have it
		return none
	case w.NotPrincipal:
		if l != Trust && e.spares(s) {
			return none
		}
		return direct
	}
	best := none
	for _, p := range s.principals {
		best = max(best, p.means(&e.request.Principal, s.denies))
	}
	return best
}

// spares reports whether a NotPrincipal leaves out who asks: it has to name the account, and the user, or the role and its
// session. It never leaves out one that has a permissions boundary. Source: IAM user guide, NotPrincipal.
func (e *evaluation) spares(s *statement) bool {
	who := &e.request.Principal
	var named [direct + 1]bool
	all := false
	for _, p := range s.principals {
		means := p.means(who, false)
		named[means] = true
		all = all || means == direct && p.kind <= allOfAWS
	}
	switch {
	case e.bounded:
		return false
	case all || who.Account == "":
		return named[direct]
	case who.Unknown || who.isRoot():
		return named[delegated]
	}
	return named[delegated] && named[direct] && (who.Role == "" || named[toRole])
}
