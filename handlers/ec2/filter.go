package ec2

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// filter asks for rows with one of several values of an attribute.
type filter struct {
	name   string
	values []*regexp.Regexp
}

// filterSet is a conjunction.
type filterSet []filter

// filters reads Filter.1.Name, Filter.1.Value.1 and so on.
func filters(form url.Values) filterSet {
	var wanted filterSet
	for n := 1; ; n++ {
		prefix := "Filter." + strconv.Itoa(n) + "."
		name := form.Get(prefix + "Name")
		if name == "" {
			return wanted
		}
		f := filter{name: name}
		for _, value := range list(form, prefix+"Value") {
			f.values = append(f.values, wildcards(value))
		}
		wanted = append(wanted, f)
	}
}

// list reads a parameter that is numbered from 1.
func list(form url.Values, name string) []string {
	var values []string
	for n := 1; form.Has(name + "." + strconv.Itoa(n)); n++ {
		values = append(values, form.Get(name+"."+strconv.Itoa(n)))
	}
	return values
}

// wildcards makes a pattern of a filter's value: * stands for any characters, ? for
// one. Source: EC2 user guide, filtering.
func wildcards(value string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(value)
	pattern = strings.ReplaceAll(pattern, `\*`, ".*")
	pattern = strings.ReplaceAll(pattern, `\?`, ".")
	return regexp.MustCompile("^(?s:" + pattern + ")$")
}

func literals(values []string) []*regexp.Regexp {
	var patterns []*regexp.Regexp
	for _, v := range values {
		patterns = append(patterns, regexp.MustCompile("^"+regexp.QuoteMeta(v)+"$"))
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
			matches = matches && slices.ContainsFunc(each.values, func(p *regexp.Regexp) bool { return p.MatchString(value) })
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
