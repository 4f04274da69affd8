package containerspec

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Offline reports whether a container has no network.
func Offline(d *types.ContainerDefinition, t *state.Task) bool {
	return t.Spec.NetworkMode == types.NetworkModeNone || aws.ToBool(d.DisableNetworking)
}

// Environment is what ECS adds, and the definition's, which wins. A definition that
// names a region gets none of the other name: AWS_REGION would go before its
// AWS_DEFAULT_REGION. On container instances an image does so as well.
//
// Source: ECS developer guide, environment variables; the container agent's precedence for
// the region. That the same holds for AWS_EXECUTION_ENV is the emulator's choice.
func Environment(d *types.ContainerDefinition, t *state.Task, ofImage bool) []string {
	var env []string
	if region := t.Scope().Region; !ofImage && !hasVariable(d.Environment, "AWS_REGION") && !hasVariable(d.Environment, "AWS_DEFAULT_REGION") {
		env = append(env, "AWS_REGION="+region, "AWS_DEFAULT_REGION="+region)
	}
	if !hasVariable(d.Environment, "AWS_EXECUTION_ENV") {
		where := "AWS_ECS_FARGATE"
		switch {
		case t.Spec.LaunchType == types.LaunchTypeManagedInstances: // as Datadog's agent finds it
			where = "AWS_ECS_MANAGED_INSTANCES"
		case t.Placement.ContainerInstance != "":
			where = "AWS_ECS_EC2"
		}
		env = append(env, "AWS_EXECUTION_ENV="+where)
	}
	for _, e := range d.Environment {
		env = append(env, aws.ToString(e.Name)+"="+aws.ToString(e.Value))
	}
	return env
}

// Endpoints are the endpoints of variables that a container gets: none without a network, nor if the
// definition has a setting for all services, which they would go before, and otherwise all that
// it does not set.
// Source: AWS SDKs and Tools reference guide, service-specific endpoints.
func Endpoints(variables []string, d *types.ContainerDefinition, t *state.Task) (env []string) {
	if Offline(d, t) {
		return nil
	}
	for _, general := range []string{"AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"} {
		if hasVariable(d.Environment, general) {
			return nil
		}
	}
	for _, v := range variables {
		if name, _, _ := strings.Cut(v, "="); !hasVariable(d.Environment, name) {
			env = append(env, v)
		}
	}
	return env
}

// hasVariable tells whether an environment has a variable of the name.
func hasVariable(environment []types.KeyValuePair, name string) bool {
	return slices.ContainsFunc(environment, func(e types.KeyValuePair) bool { return aws.ToString(e.Name) == name })
}

// Replacing puts variables into an environment, in place of others with their names.
func Replacing(environment, variables []string) []string {
	kept := WithoutReplacing(variables, environment)[len(variables):]
	return append(kept, variables...)
}

// WithoutReplacing adds variables to an environment, but for those that it has.
func WithoutReplacing(environment, variables []string) []string {
	all := slices.Clone(environment)
	for _, variable := range variables {
		name, _, _ := strings.Cut(variable, "=")
		if !slices.ContainsFunc(environment, func(own string) bool { return strings.HasPrefix(own, name+"=") }) {
			all = append(all, variable)
		}
	}
	return all
}
