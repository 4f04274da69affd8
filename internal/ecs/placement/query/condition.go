package query

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// condition is a subject, an operator and its arguments.
type condition struct {
	subject   string
	operator  string
	at        int
	arguments []argument
}

type argument struct {
	text string
	at   int
}

// kind is how the conditions of a subject are judged.
type kind struct {
	operators string // between spaces
	compile   func(c *condition) (test, error)
}

const (
	taskGroup       = "task:group"
	attributePrefix = "attribute:"
	maxAttribute    = 128 // Source: ECS API reference, Attribute
)

// Operators of subjects. Source: ECS developer guide, cluster query language. It names
// none for attributes, which have all, nor for task:group.
const (
	ofText   = " == != in !in =~ !~ "
	ofOrder  = " == != > >= < <= "
	ofAnyway = " == != > >= < <= in !in =~ !~ exists !exists "
)

var kinds = map[string]kind{
	"agentConnected":    {ofText, text(func(s *Subject) string { return strconv.FormatBool(s.Instance.AgentConnected) })},
	"ec2InstanceId":     {ofText, text(func(s *Subject) string { return s.Instance.EC2InstanceID })},
	"agentVersion":      {ofOrder, byVersion},
	"registeredAt":      {ofOrder, byTime},
	"runningTasksCount": {ofOrder, byCount},
	taskGroup:           {ofText, byGroup},
}

func (c *condition) kind() (kind, error) {
	if k, found := kinds[c.subject]; found {
		return k, nil
	}
	name, found := strings.CutPrefix(c.subject, attributePrefix)
	switch {
	case c.subject == "":
		return kind{}, &Error{c.at, "expected a subject"}
	case !found || name == "" || len(name) > maxAttribute || strings.Contains(name, ":"):
		return kind{}, &Error{c.at, "'" + c.subject + "' is no subject"}
	}
	return kind{ofAnyway, byAttribute(name)}, nil
}

// text compiles conditions about a value that each instance has.
func text(value func(s *Subject) string) func(c *condition) (test, error) {
	return func(c *condition) (test, error) {
		wanted, negated, err := c.wanted()
		return func(s *Subject) bool { return wanted(value(s)) != negated }, err
	}
}

// byGroup is true if one of the instance's tasks has such a group, and with a negated
// operator if none has.
func byGroup(c *condition) (test, error) {
	if c.operator == equals || c.operator == notEquals {
		group, negated := c.arguments[0].text, c.operator == notEquals
		return func(s *Subject) bool { return s.Groups.Has(group) != negated }, nil
	}
	wanted, negated, err := c.wanted()
	return func(s *Subject) bool { return s.Groups.Any(wanted) != negated }, err
}

// byAttribute: of an attribute that the instance does not have nothing is true but that it
// does not exist, not even that it is different from something (ECS0165). That this holds
// for lists and patterns as well is made by analogy. One without a value is there.
func byAttribute(name string) func(c *condition) (test, error) {
	return func(c *condition) (test, error) {
		if strings.Contains(ofOrder, " "+c.operator+" ") && c.operator != equals && c.operator != notEquals {
			order := c.order()
			return func(s *Subject) bool {
				value, found := s.Instance.Attribute(name)
				return found && order(compareText(value, c.arguments[0].text))
			}, nil
		}
		if c.operator == exists || c.operator == notExists {
			return func(s *Subject) bool {
				_, found := s.Instance.Attribute(name)
				return found == (c.operator == exists)
			}, nil
		}
		wanted, negated, err := c.wanted()
		return func(s *Subject) bool {
			value, found := s.Instance.Attribute(name)
			return found && wanted(value) != negated
		}, err
	}
}

// compareText compares numbers as such and all else as text; the guide does not say how
// AWS compares the values of attributes.
func compareText(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// wanted is which values an operator on text is about, and whether it denies them.
func (c *condition) wanted() (wanted func(value string) bool, negated bool, err error) {
	switch c.operator {
	case matches, notMatches:
		pattern, err := compilePattern(c.arguments[0])
		if err != nil {
			return nil, false, err
		}
		return pattern.MatchString, c.operator == notMatches, nil
	case in, notIn:
		values := make([]string, len(c.arguments))
		for i, a := range c.arguments {
			values[i] = a.text
		}
		return func(value string) bool { return slices.Contains(values, value) }, c.operator == notIn, nil
	default:
		only := c.arguments[0].text
		return func(value string) bool { return value == only }, c.operator == notEquals, nil
	}
}
