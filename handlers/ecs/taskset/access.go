package taskset

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// Access says what operations ask. Source: Service Authorization Reference, Amazon ECS.
func (a *API) Access() awsapi.Rows {
	ofService := func(template string) awsapi.Row {
		return awsapi.On(template).Key("ecs:cluster", kit.ClusterTemplate).Key("ecs:service", "service/{Cluster|default}/{Service}")
	}
	const one = "task-set/{Cluster|default}/{Service}/{TaskSet}"
	// It does not ask for the roles of the task definition: a choice, as for CreateService (AC72).
	create := a.WithTags(ofService("task-set/{Cluster|default}/{Service}/*")).May("ecs:capacity-provider", "ecs:task-definition")
	return awsapi.Rows{
		"CreateTaskSet": awsapi.With(create, func(call awsapi.Call, in *sdk.CreateTaskSetInput, wants []awsapi.Access) []awsapi.Access {
			for _, w := range wants { // of which the one for tags has keys of its own
				a.SetProviders(w.Keys, call, in.Cluster, in.LaunchType, in.CapacityProviderStrategy)
				if ref := aws.ToString(in.TaskDefinition); ref != "" {
					resource, _ := a.NamedDefinition(call, ref)
					w.Keys["ecs:task-definition"] = policy.Is(resource)
				}
			}
			return wants
		}),
		"DeleteTaskSet":               ofService(one),
		"DescribeTaskSets":            ofService("task-set/{Cluster|default}/{Service}/{TaskSets}"),
		"UpdateTaskSet":               ofService(one),
		"UpdateServicePrimaryTaskSet": awsapi.On("service/{Cluster|default}/{Service}").Key("ecs:cluster", kit.ClusterTemplate),
	}
}
