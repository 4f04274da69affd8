package taskdef

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Prefixes of a credential spec's ARN.
const (
	credentialSpec           = "credentialspec:"
	credentialSpecDomainless = "credentialspecdomainless:"
)

// checkRepositoryCredentials: logins need an execution role to be read with (ECS0304). What else
// than blanks ECS refuses in the name of a login is not known.
func checkRepositoryCredentials(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		if c.RepositoryCredentials == nil {
			continue
		}
		if def.ExecutionRoleArn == nil {
			return refuse("Private repository authentication requires that the task definition specify a value for executionRoleArn.")
		}
		if p := value(c.RepositoryCredentials.CredentialsParameter); p == "" || strings.Contains(p, " ") {
			return refuse("The repository credentials parameter specified for container '%s' is invalid. Parameter names can include up to 255 (uppercase and lowercase), numbers, hyphens, and underscores are allowed. Spaces are not allowed.", value(c.Name))
		}
	}
	return nil
}

// checkCredentialSpecs: at most one, in one of two formats. The wording has no
// source. Source of the rule: ECS API reference, ContainerDefinition.
func checkCredentialSpecs(c *types.ContainerDefinition) error {
	if len(c.CredentialSpecs) > 1 {
		return refuse("Container '%s' cannot have more than one credential spec.", value(c.Name))
	}
	for _, spec := range c.CredentialSpecs {
		if !hasAnyPrefix(spec, credentialSpec, credentialSpecDomainless) {
			return refuse("Invalid 'credentialSpecs' setting for container '%s'.", value(c.Name))
		}
	}
	return nil
}
