package policy

import (
	"cmp"
	"strings"
)

// Policies are all that count for a request.
type Policies struct {
	// Identity has the policies of the user with its groups, or of the role.
	Identity []Source
	// Boundary is the permissions boundary, nil without one.
	Boundary *Source
	// Session has the session policies, which allow together; nil without any.
	Session []Source
	// Resource has the policies of the resource.
	Resource []Source
	// Trust says that Resource is the trust policy of a role, which must let in all who assume it.
	Trust bool
	// Bare says that Resource has policies without resources: of those that are there nothing is read.
	Bare bool
}

// Source is a policy by its name: an ARN, or the name of an inline policy.
type Source struct {
	Name string
	// Policy is nil if the document is not there: it allows nothing.
	Policy *Policy
}

// Layer is a kind of policies.
type Layer uint8

const (
	NoLayer Layer = iota // the root user is allowed without a policy
	Identity
	Boundary
	Session
	Resource
	Trust
)

func (l Layer) String() string {
	return [...]string{"", "identity", "boundary", "session", "resource", "trust"}[l]
}

// Decision is what becomes of a request.
type Decision struct {
	Allowed bool
	// Explicit is of a denial that a Deny says. Any other is for want of an Allow.
	Explicit bool
	// Layer is the one that has the Deny, that lacks the Allow, or whose Allow decided.
	Layer Layer
	// Policy and Statement have the Allow or the Deny. Statement is its Sid, or else its number from 1; it is empty if the
	// document cannot be evaluated.
	Policy, Statement string
	// Missing is the name of a policy of the layer whose document is not there.
	Missing string
	// Assumed says that a key of which not all is known let a condition hold (Value.Unknown).
	Assumed bool
}

// Decide decides a request (AC30, AC31).
func Decide(r Request, p Policies) Decision { return decide(&r, &p, nil) }

func decide(r *Request, p *Policies, t *trace) Decision {
	if r.Keys == nil {
		r.Keys = Known(nil)
	}
	e := evaluation{request: r, bounded: p.Boundary != nil, bare: p.Bare, trace: t}
	return e.decide(p)
}

// evaluation is the evaluation of one request.
type evaluation struct {
	request  *Request
	action   action   // see asked
	narrowed bool     // the statements of the policy have the action; see Narrow
	bounded  bool     // there is a permissions boundary
	bare     bool     // Policies.Bare
	units    []uint16 // of the resource, once a pattern needs them
	trace    *trace   // nil if there is none to be told
}

// verdict is what the policies of a layer say.
type verdict struct {
	layer     Layer
	denies    bool
	allows    grant // none if they do not; of layers other than the resource's it is direct
	policy    string
	statement string
	missing   string
	assumed   bool
}

func (v verdict) decision(allowed bool) Decision {
	d := Decision{Allowed: allowed, Explicit: v.denies, Layer: v.layer, Policy: v.policy, Statement: v.statement, Assumed: v.assumed}
	if !allowed {
		d.Missing = v.missing
	}
	return d
}

// decide names the first of the layers that denies, in the order of AC32: which one AWS names is not known.
func (e *evaluation) decide(p *Policies) Decision {
	who := &e.request.Principal
	of := Resource
	if p.Trust {
		of = Trust
	}
	resource := e.layer(of, p.Resource)
	identity, boundary, session := verdict{layer: Identity}, verdict{layer: Boundary, allows: direct}, verdict{layer: Session, allows: direct}
	limited := !who.Unlimited && who.Account != ""
	if limited {
		identity = e.layer(Identity, p.Identity)
	}
	if limited && p.Boundary != nil {
		boundary = e.layer(Boundary, []Source{*p.Boundary})
	}
	if limited && p.Session != nil {
		session = e.layer(Session, p.Session)
	}
	for _, v := range [...]verdict{resource, identity, boundary, session} {
		if v.denies {
			return v.decision(false)
		}
	}
	stranger := who.Account == "" || e.owner() != who.Account
	switch {
	case resource.allows == none && (stranger || p.Trust):
		return resource.decision(false)
	case limited:
		return compose(resource, identity, boundary, session, stranger)
	case resource.allows == none:
		return Decision{Allowed: true}
	}
	return resource.decision(true)
}

// compose is what layers of which none denies allow together (AC30, AC31).
func compose(resource, identity, boundary, session verdict, stranger bool) Decision {
	if !stranger && resource.allows == direct {
		return resource.decision(true)
	}
	granted := identity
	if !stranger && resource.allows == toRole {
		granted = resource
	}
	for _, v := range [...]verdict{granted, boundary, session} {
		if v.allows == none {
			return v.decision(false)
		}
	}
	d := granted.decision(true)
	d.Assumed = d.Assumed || resource.assumed || boundary.assumed || session.assumed
	return d
}

// owner is the account of the resource.
func (e *evaluation) owner() string {
	r := e.request
	rest := r.Resource
	for range 4 {
		_, rest, _ = strings.Cut(rest, ":")
	}
	if account, _, found := strings.Cut(rest, ":"); found && allDigits(account) {
		return account
	}
	return cmp.Or(r.Owner, r.Principal.Account)
}

// layer asks the policies of a layer: the first Deny counts, or else the Allow that is worth most.
func (e *evaluation) layer(l Layer, sources []Source) verdict {
	v := verdict{layer: l}
	for _, source := range sources {
		switch {
		case source.Policy == nil:
			v.missing = source.Name
		case source.Policy.err != nil && !e.request.Lenient: // what cannot be evaluated denies
			v = verdict{layer: l, denies: true, policy: source.Name}
		default:
			e.ask(source, &v)
		}
		if v.denies {
			break
		}
	}
	e.trace.layer(v)
	return v
}

func (e *evaluation) ask(source Source, v *verdict) {
	e.narrowed = source.Policy.narrowed
	for _, s := range source.Policy.statements {
		if !s.denies && v.allows == direct {
			continue
		}
		lacks, worth, assumed := e.applies(s, v.layer)
		decides := lacks == LacksNothing && (s.denies || worth > v.allows)
		e.trace.statement(source.Name, s, lacks, decides)
		switch {
		case !decides:
		case s.denies:
			*v = verdict{layer: v.layer, denies: true, policy: source.Name, statement: s.label}
			return
		default:
			v.allows, v.policy, v.statement, v.assumed = worth, source.Name, s.label, assumed
		}
	}
}
