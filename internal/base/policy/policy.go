// Package policy decides what policies allow, as AWS does: from a request and the policies that count for it to a decision,
// with the layer, the policy and the statement that decided. It knows no service, no clock and no store. Documents are
// compiled once:
//
//	p := policy.Compile(document)
//	d := policy.Decide(request, policy.Policies{Identity: []policy.Source{{Name: "dev", Policy: p}}})
//	if !d.Allowed {
//		return denied(d.Because("ecs:RunTask"))
//	}
//
// Facts have the numbers AC…; testdata has the cases that show them.
package policy

import (
	"cmp"
	"strconv"
	"strings"
)

// Policy is a compiled document. It does not change, so many may use it at once.
type Policy struct {
	text       string
	statements []*statement
	narrowed   bool // to the statements that have the action that is asked for; see Narrow
	err        error
}

// statement is a compiled Statement.
type statement struct {
	written Statement
	label   string // its Sid, or else its number, from 1
	denies  bool

	actions    actions
	resources  []pattern
	principals []principal
	conditions []condition
}

// Compile compiles a document. One that cannot be evaluated denies all, and Err says why; where access is not checked its
// other statements count (Request.Lenient).
func Compile(text string) *Policy {
	d, ok := read(text)
	p := &Policy{text: text, statements: make([]*statement, 0, len(d.Statements))}
	for i := range d.Statements {
		w := &d.Statements[i]
		if w.unreadable {
			continue
		}
		s := &statement{written: *w, label: cmp.Or(w.SID, strconv.Itoa(i+1))}
		ok = s.compile(d.Version == "2012-10-17") && ok
		p.statements = append(p.statements, s)
	}
	if !ok {
		p.err = ErrSyntax
	}
	return p
}

// Text is the document as it is written.
func (p *Policy) Text() string { return p.text }

// Err is why the document cannot be evaluated, nil if it can.
func (p *Policy) Err() error { return p.err }

// compile returns false if a variable is broken, which is then a key that is not known, or if an action has no service: it
// is none.
func (s *statement) compile(variables bool) (ok bool) {
	w := &s.written
	s.denies = strings.EqualFold(w.Effect, "Deny")
	s.actions, ok = compileActions(w.Actions)
	for _, resource := range w.Resources {
		p, fine := compilePattern(resource, true, variables)
		ok = ok && fine
		s.resources = append(s.resources, p)
	}
	s.principals = compilePrincipals(*w)
	for i := range w.Conditions {
		c, fine := compileCondition(&w.Conditions[i], variables)
		ok = ok && fine
		s.conditions = append(s.conditions, c)
	}
	return ok
}
