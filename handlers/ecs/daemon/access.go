package daemon

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// Access says what operations ask. Source: Service Authorization Reference, Amazon ECS.
func (a *API) Access() awsapi.Rows {
	launch := func(r awsapi.Row) awsapi.Row {
		return r.Keys("ecs:capacity-provider", "{CapacityProviderArns}").
			Key("ecs:daemon-task-definition", "daemon-task-definition/{DaemonTaskDefinitionArn}").
			Key("ecs:enable-ecs-managed-tags", "{EnableECSManagedTags}").Key("ecs:enable-execute-command", "{EnableExecuteCommand}").
			Key("ecs:propagate-tags", "{PropagateTags}")
	}
	register := a.WithTags(awsapi.On("daemon-task-definition/{Family}:*")).
		Shows(passes).May("ecs:privileged", "ecs:task-cpu", "ecs:task-memory", "iam:PassedToService")
	definition := awsapi.On("daemon-task-definition/{DaemonTaskDefinition}")
	return awsapi.Rows{
		"CreateDaemon":                 a.WithTags(launch(awsapi.On("daemon/{ClusterArn|default}/{DaemonName}")).Key("ecs:cluster", "cluster/{ClusterArn|default}")),
		"UpdateDaemon":                 onARN(launch(awsapi.On("{DaemonArn}")), func(in *sdk.UpdateDaemonInput) *string { return in.DaemonArn }),
		"DeleteDaemon":                 onARN(awsapi.On("{DaemonArn}"), func(in *sdk.DeleteDaemonInput) *string { return in.DaemonArn }),
		"DescribeDaemon":               onARN(awsapi.On("{DaemonArn}"), func(in *sdk.DescribeDaemonInput) *string { return in.DaemonArn }),
		"ListDaemonDeployments":        onARN(awsapi.On("{DaemonArn}"), func(in *sdk.ListDaemonDeploymentsInput) *string { return in.DaemonArn }),
		"DescribeDaemonDeployments":    kit.OfOwner("daemon", "DaemonDeploymentArns", func(in *sdk.DescribeDaemonDeploymentsInput) []string { return in.DaemonDeploymentArns }),
		"DescribeDaemonRevisions":      kit.OfOwner("daemon", "DaemonRevisionArns", func(in *sdk.DescribeDaemonRevisionsInput) []string { return in.DaemonRevisionArns }),
		"ListDaemons":                  awsapi.On("*").Key("ecs:cluster", "cluster/{ClusterArn|default}"),
		"DeleteDaemonTaskDefinition":   definition,
		"DescribeDaemonTaskDefinition": definition,
		"ListDaemonTaskDefinitions":    awsapi.On("*"),
		"RegisterDaemonTaskDefinition": awsapi.With(register, func(_ awsapi.Call, in *sdk.RegisterDaemonTaskDefinitionInput, wants []awsapi.Access) []awsapi.Access {
			for _, w := range wants { // of which the one for tags has keys of its own
				kit.SetSize(w.Keys, in.Cpu, in.Memory)
				for i := range in.ContainerDefinitions {
					kit.SetPrivileged(w.Keys, in.ContainerDefinitions[i].Privileged)
				}
			}
			return append(wants, kit.Passes(iam.ECSTasks, in.TaskRoleArn, in.ExecutionRoleArn)...)
		}),
	}
}

// passes is what readers learn of roles that a request hands over.
const passes = "iam:PassRole on the roles of the request"

// onARN adds the cluster in the ARN of a daemon.
func onARN[In any](r awsapi.Row, ref func(in In) *string) awsapi.Row {
	return awsapi.With(r.May("ecs:cluster"), func(_ awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		cluster, _ := kit.Within(aws.ToString(ref(in)), "")
		kit.SetKey(wants[0].Keys, "ecs:cluster", cluster)
		return wants
	})
}
