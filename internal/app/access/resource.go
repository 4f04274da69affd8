package access

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// policiesOf are the policies that a resource has itself (AC75), or the trust policy of the role that is to be assumed.
func (c *Control) policiesOf(wants *awsapi.Access) []policy.Source {
	if wants.Trust != nil {
		return []policy.Source{*wants.Trust}
	}
	if s := c.services[serviceOf(wants.Resource)]; s != nil && s.Policies != nil {
		return s.Policies(wants.Resource)
	}
	return nil
}

// tagsOf are the tags of a resource.
func (c *Control) tagsOf(resource string) []tagging.Tag {
	if s := c.services[serviceOf(resource)]; s != nil && s.Tags != nil {
		return s.Tags(resource)
	}
	return nil
}

// serviceOf is the service in an ARN.
func serviceOf(resource string) string {
	_, rest, _ := strings.Cut(resource, ":")
	_, rest, _ = strings.Cut(rest, ":")
	service, _, _ := strings.Cut(rest, ":")
	return service
}
