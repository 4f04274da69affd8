package elasticloadbalancingv2

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
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
var nameCharacters = regexp.MustCompile(`^[a-zA-Z0-9-]*$`)

// checkName checks the name of a load balancer or a target group. noun begins the sentences.
func checkName(noun, name string) error {
	switch {
	case name == "":
		return invalid("%s name cannot be empty", noun) // the text is the emulator's
	case len(name) > 32:
		return invalid("%s name '%s' cannot be longer than '32' characters", noun, name)
	case !nameCharacters.MatchString(name):
		return invalid("%s name '%s' can only contain characters that are alphanumeric characters or hyphens(-)", noun, name)
	case strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-"):
		return invalid("%s name '%s' cannot begin or end with '-'", noun, name)
	}
	return nil
}

// at is the name of a member of an item of a list.
func at(list string, i int, member string) string {
	return fmt.Sprintf("%s.%d.member.%s", list, i+1, member)
}
