package taskdef

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Prefixes of a credential spec's ARN.
const (
	credentialSpec           = "credentialspec:"
	credentialSpecDomainless = "credentialspecdomainless:"
)

// checkRepositoryCredentials: wording by analogy with container names; no source.
func checkRepositoryCredentials(c *types.ContainerDefinition) error {
	if r := c.RepositoryCredentials; r != nil && value(r.CredentialsParameter) == "" {
		return refuse("RepositoryCredentials.credentialsParameter should not be null or empty.")
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
