package ec2

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// filter asks for rows with one of several values of an attribute.
type filter struct {
	name   string
	values []pattern
}

// filterSet is a conjunction.
type filterSet []filter

func newFilterSet(filters []types.Filter) filterSet {
	var wanted filterSet
	for _, f := range filters {
		each := filter{name: aws.ToString(f.Name)}
		for _, value := range f.Values {
			each.values = append(each.values, wildcards(value))
		}
		wanted = append(wanted, each)
	}
	return wanted
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
func (p pattern) match(value string) bool {
	text := []rune(value)
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

func literals(values []string) []pattern {
	var patterns []pattern
	for _, v := range values {
		patterns = append(patterns, pattern(v))
	}
	return patterns
}

// match reports whether a row passes all filters. A filter that the emulator does
// not know is refused like one that EC2 does not know: to ignore it would answer
// rows that nobody asked for.
func (f filterSet) match(row attributes) (bool, error) {
	matches := true
	for _, each := range f {
		value, ok := row[each.name]
		switch {
		case ok:
			matches = matches && slices.ContainsFunc(each.values, func(p pattern) bool { return p.match(value) })
		case strings.HasPrefix(each.name, "tag:") || each.name == "tag-key":
			matches = false // nothing is tagged
		default:
			return false, &awsapi.Error{
				Code: "InvalidParameterValue", Message: fmt.Sprintf("The filter '%s' is invalid", each.name),
			}
		}
	}
	return matches, nil
}
