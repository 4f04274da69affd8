package access

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// policiesOf are the policies that a resource has itself (AC75).
func (c *Control) policiesOf(resource string) []policy.Source {
	if find := c.services[serviceOf(resource)].Policies; find != nil {
		return find(resource)
	}
	return nil
}

// tagsOf are the tags of a resource.
func (c *Control) tagsOf(resource string) []tagging.Tag {
	if find := c.services[serviceOf(resource)].Tags; find != nil {
		return find(resource)
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
