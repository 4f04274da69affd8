package leastpolicy

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// makers are actions that make something, and ask for it with a wildcard in place of its id: vpc/*, or secret:db-??????.
var makers = lazyregexp.New(`^[a-z0-9-]+:(Allocate|Authorize|Create|Import|Register|Request)[A-Z]`)

// makesAlso are the kinds of what actions make without asking for it by its kind.
var makesAlso = map[string][]string{
	"acm:RequestCertificate":                     {"certificate"},
	"ec2:CreateVpc":                              {"network-acl", "route-table", "security-group"},
	"ec2:RunInstances":                           {"instance"},
	"servicediscovery:CreateHttpNamespace":       {"namespace"},
	"servicediscovery:CreatePrivateDnsNamespace": {"namespace"},
	"servicediscovery:CreatePublicDnsNamespace":  {"namespace"},
}

// named is a name that Terraform has completed with the time and a number, as it does with a name_prefix. Source: Terraform's
// plugin SDK, helper/id.
var named = lazyregexp.New(`20[0-9]{16}[0-9a-f]{8}\b`)

// madeIDs are the ids of what a principal has made, each with a pattern in place of it: next time it is another one.
type madeIDs map[string]string

const (
	separators = "/:" // of the parts of ARNs
	wildcards  = "*?"
)

func madeBy(list []decision.Decision) madeIDs {
	patterns := map[string]bool{}
	for i := range list {
		d := &list[i]
		// ec2:CreateTags asks for */vol-1 as well.
		if asked := withoutPartition(d.Resource); makers.MatchString(d.Action) && d.Action != "ec2:CreateTags" && strings.ContainsAny(asked, wildcards) {
			patterns[asked] = true
		}
		service, _, _ := strings.Cut(d.Action, ":")
		for _, kind := range makesAlso[d.Action] {
			patterns[fmt.Sprintf("%s:%s:%s:%s/*", service, d.Region, d.Account, kind)] = true
		}
	}
	ids := madeIDs{}
	for pattern := range patterns {
		first, last := strings.IndexAny(pattern, wildcards), strings.LastIndexAny(pattern, wildcards)+1
		start := strings.LastIndexAny(pattern[:first], separators) + 1
		for i := range list {
			resource := withoutPartition(list[i].Resource)
			if id, is := between(resource, pattern[:first], pattern[last:]); is && fits(id, pattern[first:last]) {
				ids[pattern[start:first]+id] = pattern[start:last]
			}
		}
	}
	return ids
}

func between(text, before, after string) (string, bool) {
	rest, begins := strings.CutPrefix(text, before)
	middle, ends := strings.CutSuffix(rest, after)
	return middle, begins && ends
}

// fits reports whether a text is an id for which a wildcard stands.
func fits(id, wildcard string) bool {
	return id != "" && !strings.ContainsAny(id, separators+wildcards) && (wildcard == "*" || strings.Trim(wildcard, "?") == "" && len(id) == len(wildcard))
}

func withoutPartition(resource string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(resource, "arn:"), ":")
	return rest
}

// generalized has a wildcard in place of an id in a resource, and of the end of a name.
func (ids madeIDs) generalized(resource string) string {
	return named.ReplaceAllStringFunc(ids.withWildcard(resource), func(string) string { return "*" })
}

// withWildcard has a pattern in place of an id. What is below what was made, as the listeners of a load balancer are, is made with
// it, and has an id that follows.
func (ids madeIDs) withWildcard(resource string) string {
	for at := 0; at < len(resource); {
		end := at + strings.IndexAny(resource[at:]+"/", separators)
		if pattern := ids[resource[at:end]]; pattern != "" {
			if strings.HasPrefix(resource[end:], "/") {
				return resource[:at] + "*"
			}
			return resource[:at] + pattern + resource[end:]
		}
		at = end + 1
	}
	return resource
}
