package servicediscovery

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
)

// Tagged are the namespaces and services with tags.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{
		tagging.Of("servicediscovery:namespace", servicediscovery.Namespaces, func(n *servicediscovery.Namespace) (string, []tagging.Tag) { return n.ARN, tagsOf(n.Tags) }),
		tagging.Of("servicediscovery:service", servicediscovery.Services, func(s *servicediscovery.Service) (string, []tagging.Tag) { return s.ARN, tagsOf(s.Tags) }),
	}
}

func tagsOf(list []types.Tag) []tagging.Tag {
	return tagging.List(list, func(t types.Tag) (string, string) { return *t.Key, aws.ToString(t.Value) })
}
