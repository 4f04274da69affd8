package kit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// filter asks for rows with one of several values of an attribute.
type filter struct {
	name   string
	values []pattern
}

type filterSet []filter

// maxFilterValues is how many values all filters have together. Source: EC2 user guide,
// filtering; field reports for the refusal.
const maxFilterValues = 200

// newFilterSet refuses a filter that is none of the known ones, as EC2 does, also one
// that EC2 knows: to ignore it would answer rows that were not asked for.
func newFilterSet(filters []types.Filter, known func(name string) bool) (filterSet, error) {
	var wanted filterSet
	values := 0
	for _, f := range filters {
		if values += len(f.Values); values > maxFilterValues {
			return nil, &awsapi.Error{
				Code: "FilterLimitExceeded", Message: fmt.Sprintf("The maximum number of filter values specified on a single call is %d", maxFilterValues),
			}
		}
		each := filter{name: aws.ToString(f.Name)}
		if !known(each.name) {
			return nil, &awsapi.Error{
				Code: "InvalidParameterValue", Message: fmt.Sprintf("The filter '%s' is invalid", cmp.Or(each.name, "null")), // Source: field reports, for null
			}
		}
		for _, value := range f.Values {
			each.values = append(each.values, wildcards(value))
		}
		wanted = append(wanted, each)
	}
	return wanted, nil
}

// pattern is the value of a filter, one rune for each character that it asks for.
type pattern []rune

// What stands in a pattern for any characters, and for one.
const (
	anyCharacters rune = -1 - iota
	oneCharacter
)

// wildcards makes a pattern of a filter's value: * stands for any characters, ? for
// one, and a backslash takes the next character as it is.
// Source: EC2 user guide, filtering.
func wildcards(value string) pattern {
	p := make(pattern, 0, len(value))
	escaped := false
	for _, c := range value {
		switch {
		case escaped:
			p, escaped = append(p, c), false
		case c == '\\':
			escaped = true
		case c == '*':
			p = append(p, anyCharacters)
		case c == '?':
			p = append(p, oneCharacter)
		default:
			p = append(p, c)
		}
	}
	return p
}

// match goes back only to the last *, which is enough: it can take what an earlier
// one would have to.
func (p pattern) match(text []rune) bool {
	star, from, at := -1, 0, 0 // the last *, where what follows it was tried, and where p is
	for i := 0; i < len(text); {
		switch {
		case at < len(p) && p[at] == anyCharacters:
			star, from = at, i
			at++
		case at < len(p) && (p[at] == oneCharacter || p[at] == text[i]):
			at++
			i++
		case star >= 0:
			from++
			at, i = star+1, from
		default:
			return false
		}
	}
	for at < len(p) && p[at] == anyCharacters {
		at++
	}
	return at == len(p)
}

// match reports whether a row passes all filters: each has a value that one of the row's
// matches.
func (f filterSet) match(valuesOf func(name string) []string) bool {
	for _, each := range f {
		if !slices.ContainsFunc(valuesOf(each.name), each.takes) {
			return false
		}
	}
	return true
}

func (f filter) takes(value string) bool {
	text := []rune(value) // once for all patterns
	return slices.ContainsFunc(f.values, func(p pattern) bool { return p.match(text) })
}
