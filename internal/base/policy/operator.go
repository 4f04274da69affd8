package policy

import "strings"

// operator is what a condition does with the values of its key.
type operator struct {
	family  family
	negated bool
	order   order // of numbers and dates
	set     set
	// ifExists lets a condition hold where the request does not have the key.
	ifExists bool
}

type family uint8

const (
	texts family = iota
	textsInAnyCase
	patterns
	numbers
	dates
	truths
	binaries
	addresses
	arns
	presence // Null
)

// order is which numbers and dates of a request fit beside the one of the policy.
type order uint8

const (
	same order = iota
	less
	atMost
	more
	atLeast
)

func (o order) fits(compared int) bool {
	switch o {
	case less:
		return compared < 0
	case atMost:
		return compared <= 0
	case more:
		return compared > 0
	case atLeast:
		return compared >= 0
	}
	return compared == 0
}

// set is how many values of a key have to fit.
type set uint8

const (
	theOne set = iota // of a key that has one value
	allOf
	anyOf
)

// operators are the 27, by their names in lower case. Source: IAM user guide, condition operators.
var operators = map[string]operator{
	"stringequals":              {family: texts},
	"stringnotequals":           {family: texts, negated: true},
	"stringequalsignorecase":    {family: textsInAnyCase},
	"stringnotequalsignorecase": {family: textsInAnyCase, negated: true},
	"stringlike":                {family: patterns},
	"stringnotlike":             {family: patterns, negated: true},
	"numericequals":             {family: numbers},
	"numericnotequals":          {family: numbers, negated: true},
	"numericlessthan":           {family: numbers, order: less},
	"numericlessthanequals":     {family: numbers, order: atMost},
	"numericgreaterthan":        {family: numbers, order: more},
	"numericgreaterthanequals":  {family: numbers, order: atLeast},
	"dateequals":                {family: dates},
	"datenotequals":             {family: dates, negated: true},
	"datelessthan":              {family: dates, order: less},
	"datelessthanequals":        {family: dates, order: atMost},
	"dategreaterthan":           {family: dates, order: more},
	"dategreaterthanequals":     {family: dates, order: atLeast},
	"bool":                      {family: truths},
	"binaryequals":              {family: binaries},
	"ipaddress":                 {family: addresses},
	"notipaddress":              {family: addresses, negated: true},
	"arnequals":                 {family: arns},
	"arnlike":                   {family: arns}, // the same: IAM user guide, ARN condition operators
	"arnnotequals":              {family: arns, negated: true},
	"arnnotlike":                {family: arns, negated: true},
	"null":                      {family: presence},
}

// operatorOf reads the name of an operator, which may be in any case; what stands around it may not.
func operatorOf(name string) (o operator, known bool) {
	o, known = operators[strings.ToLower(PlainOperator(name))]
	switch {
	case strings.HasPrefix(name, "ForAllValues:"):
		o.set = allOf
	case strings.HasPrefix(name, "ForAnyValue:"):
		o.set = anyOf
	}
	o.ifExists = strings.HasSuffix(name, "IfExists")
	return o, known
}

// PlainOperator leaves out what says only how many values a key has, or that it may have none.
func PlainOperator(name string) string {
	name = strings.TrimPrefix(strings.TrimPrefix(name, "ForAnyValue:"), "ForAllValues:")
	return strings.TrimSuffix(name, "IfExists")
}
