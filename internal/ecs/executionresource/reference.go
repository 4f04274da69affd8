package executionresource

import (
	"errors"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// secretReference is what a secret's valueFrom means: a parameter, or a secret of Secrets
// Manager and what of it.
type secretReference struct {
	region string
	// parameter is its name or ARN, and name how errors call it.
	parameter, name string
	// secret is its ARN, full or partial.
	secret, key, stage, version string
}

//lint:ignore ST1005 these are AWS's words
var errSecretARN = errors.New("an invalid ARN format for the AWS Secrets Manager secret was specified. Specify a valid ARN and try again.")

// parseSecret reads a valueFrom. What is no ARN is the name of a parameter in the task's
// region. Source: ECS API reference, Secret; ECS developer guide, secrets from Secrets Manager;
// amazon-ecs-agent for a secret's ARN of another length.
func parseSecret(valueFrom string, scope arn.Scope) (secretReference, error) {
	parts := strings.Split(valueFrom, ":")
	if parts[0] != "arn" || len(parts) < 6 {
		return secretReference{region: scope.Region, parameter: valueFrom, name: valueFrom}, nil
	}
	region := parts[3]
	if parts[2] != "secretsmanager" {
		return secretReference{region: region, parameter: valueFrom, name: parameterName(strings.Join(parts[5:], ":"))}, nil
	}
	const whole, inPart = 7, 10
	switch len(parts) {
	case whole:
		return secretReference{region: region, secret: valueFrom}, nil
	case inPart:
		return secretReference{
			region: region, secret: strings.Join(parts[:whole], ":"), key: parts[7], stage: parts[8], version: parts[9],
		}, nil
	}
	return secretReference{region: region}, errSecretARN
}

// parameterName is the name of a resource parameter/a/b: with its first slash, if it has another.
// Source: SSM user guide, parameter names and ARNs.
func parameterName(resource string) string {
	name := strings.TrimPrefix(resource, "parameter/")
	if strings.Contains(name, "/") {
		return "/" + name
	}
	return name
}
