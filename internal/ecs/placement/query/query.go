// Package query is the cluster query language: expressions about container instances, as
// memberOf constraints and the filter of ListContainerInstances have them.
//
//	(attribute:ecs.instance-type =~ m5.* or attribute:big exists) and not(task:group == family:batch)
//
// Not binds closer than and, and that closer than or; keywords are case-insensitive.
// Patterns are RE2 where AWS has Java's regular expressions, and match the whole value;
// one that RE2 does not have, or reads in another way, is refused.
//
// Source: ECS developer guide, cluster query language; field reports for precedence and
// for what an attribute that an instance does not have is compared to.
package query

import "fmt"

// Expression is an expression that has been read. It may be used concurrently.
type Expression struct {
	test     test
	onGroups bool
}

// test is a compiled expression, or a part of one.
type test func(s *Subject) bool

// Parse reads an expression. Its errors are of type *Error.
func Parse(text string) (*Expression, error) {
	p := parser{text: text}
	t, err := p.expression()
	if err != nil {
		return nil, err
	}
	return &Expression{t, p.onGroups}, nil
}

// Match reports whether an expression is true of a container instance.
func (e *Expression) Match(s *Subject) bool { return e.test(s) }

// OnGroups reports whether the expression asks for groups of tasks, so that its answer
// may change with each task that is placed.
func (e *Expression) OnGroups() bool { return e.onGroups }

// Error is why an expression cannot be read. AWS's own words after the first two are not
// published.
type Error struct {
	At      int // the place in the expression, in bytes from 0
	Problem string
}

func (e *Error) Error() string {
	return fmt.Sprintf("Invalid expression: %s at character %d.", e.Problem, e.At+1)
}
