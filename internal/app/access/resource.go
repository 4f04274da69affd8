package access

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// policiesOfResources finds the policies that resources have themselves (AC75).
type policiesOfResources struct {
	of      map[string]*awsapi.Service
	service string // of the resource before
	find    func(resourceARN string) []policy.Source
}

// policies are what the resource has, or the trust policy of the role that is to be assumed.
func (p *policiesOfResources) policies(wants *awsapi.Access) []policy.Source {
	if wants.Trust != nil {
		return []policy.Source{*wants.Trust}
	}
	if service := serviceOf(wants.Resource); service != p.service {
		p.service, p.find = service, nil
		if s := p.of[service]; s != nil {
			p.find = s.Policies
		}
	}
	if p.find == nil {
		return nil
	}
	return p.find(wants.Resource)
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
