package containerinstance

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// Access says what operations ask. Source: Service Authorization Reference, Amazon ECS.
func (a *API) Access() awsapi.Rows {
	cluster, one := awsapi.On(kit.ClusterTemplate), instance("{ContainerInstance}")
	return awsapi.Rows{
		"DeregisterContainerInstance":   cluster,
		"DescribeContainerInstances":    instance("{ContainerInstances}"),
		"ListContainerInstances":        cluster,
		"RegisterContainerInstance":     a.WithTags(cluster, "container-instance/{Cluster|default}/*"), // as for tasks, whose ids are not known either
		"UpdateContainerAgent":          one,
		"UpdateContainerInstancesState": instance("{ContainerInstances}"),
		"DiscoverPollEndpoint":          awsapi.On("*"),
		"DeleteAttributes":              instance("{Attributes.TargetId}"),
		"ListAttributes":                cluster,
		"PutAttributes":                 instance("{Attributes.TargetId}"),
	}
}

// instance is the row of an operation on the container instances of a member.
func instance(member string) awsapi.Row {
	return awsapi.On("container-instance/{Cluster|default}/"+member).Key("ecs:cluster", kit.ClusterTemplate)
}
