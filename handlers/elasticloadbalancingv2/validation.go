package elasticloadbalancingv2

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
)

// refusal is what the model refuses, all at once.
func refusal(v constraint.Violations) error { return v.Refusal("ValidationError") }

// needs checks a member that must be there and has no bounds: an ARN, most of all.
func needs(v *constraint.Violations, member string, value *string) {
	if value == nil {
		v.Add("null", member, "not be null")
	}
}

// needsList checks a list that must be there.
func needsList[T any](v *constraint.Violations, member string, list []T) {
	if list == nil {
		v.Add("null", member, "not be null")
	}
}

// require checks one member that must be there.
func require(member string, value *string) error {
	var v constraint.Violations
	needs(&v, member, value)
	return refusal(v)
}

// Source: ELBv2 API reference, CreateLoadBalancer and CreateTargetGroup, Name.
var nameCharacters = lazyregexp.New(`^[a-zA-Z0-9-]*$`)

const maxName = 32

// checkBalancerName checks the name of a load balancer. Source of the texts: ELB0004; those about
// empty names and those that begin with a hyphen are the emulator's.
func checkBalancerName(name string) error {
	switch {
	case name == "":
		return invalid("The load balancer name cannot be empty")
	case len(name) > maxName:
		return invalid("The load balancer name '%s' cannot be longer than '%d' characters", name, maxName)
	case !nameCharacters.MatchString(name):
		return invalid("The load balancer name '%s' can only contain characters that are alphanumeric characters and hyphens(-)", name)
	case strings.HasPrefix(name, "-"):
		return invalid("The load balancer name '%s' cannot begin with a hyphen(-)", name)
	case strings.HasSuffix(name, "-"):
		return invalid("The load balancer name '%s' cannot end with a hyphen(-)", name)
	case strings.HasPrefix(name, "internal-"):
		return invalid("The load balancer name '%s' cannot begin with 'internal-'", name)
	}
	return nil
}

// checkGroupName checks the name of a target group. Source of the texts: ELB0004; field reports for
// that about characters. That about empty names is the emulator's.
func checkGroupName(name string) error {
	switch {
	case name == "":
		return invalid("Target group name cannot be empty")
	case len(name) > maxName:
		return invalid("Target group name '%s' cannot be longer than '%d' characters", name, maxName)
	case !nameCharacters.MatchString(name):
		return invalid("Target group name '%s' can only contain characters that are alphanumeric characters or hyphens(-)", name)
	case strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-"):
		var v constraint.Violations
		v.Add("'"+name+"'", "targetGroupName", "satisfy regular expression pattern: (?!^-)(?!.*-$)^[A-Za-z0-9-]+$")
		return refusal(v)
	}
	return nil
}

// at is the name of a member of an item of a list.
func at(list string, i int, member string) string {
	return fmt.Sprintf("%s.%d.member.%s", list, i+1, member)
}
