package express

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
		return r.Keys("ecs:subnet", "{NetworkConfiguration.Subnets}").
			Key("ecs:task-definition", "task-definition/{TaskDefinitionArn}").
			Shows("ecs:RegisterTaskDefinition on *, unless the request names a task definition", "iam:PassRole on the roles of the request").
			May("ecs:task-cpu", "ecs:task-memory", "iam:PassedToService")
	}
	create := launch(a.WithTags(awsapi.On("service/{Cluster|default}/{ServiceName|*}").Key("ecs:cluster", kit.ClusterTemplate))).
		Shows("ecs:CreateCluster on cluster/{Cluster|default}")
	return awsapi.Rows{
		"CreateExpressGatewayService": awsapi.With(create, func(call awsapi.Call, in *sdk.CreateExpressGatewayServiceInput, wants []awsapi.Access) []awsapi.Access {
			for _, w := range wants { // of which the one for tags has keys of its own
				kit.SetSize(w.Keys, in.Cpu, in.Memory)
			}
			wants = append(wants, awsapi.Access{Action: "ecs:CreateCluster", Resource: kit.ClusterOf(call, in.Cluster)})
			wants = append(wants, registers(in.TaskDefinitionArn)...)
			wants = append(wants, kit.Passes(iam.ECSTasks, in.ExecutionRoleArn, in.TaskRoleArn)...)
			return append(wants, kit.Passes(iam.ECS, in.InfrastructureRoleArn)...)
		}),
		"UpdateExpressGatewayService": awsapi.With(onARN(launch(awsapi.On("{ServiceArn}")), func(in *sdk.UpdateExpressGatewayServiceInput) *string { return in.ServiceArn }),
			func(_ awsapi.Call, in *sdk.UpdateExpressGatewayServiceInput, wants []awsapi.Access) []awsapi.Access {
				kit.SetSize(wants[0].Keys, in.Cpu, in.Memory)
				wants = append(wants, registers(in.TaskDefinitionArn)...)
				return append(wants, kit.Passes(iam.ECSTasks, in.ExecutionRoleArn, in.TaskRoleArn)...)
			}),
		"DeleteExpressGatewayService":   onARN(awsapi.On("{ServiceArn}"), func(in *sdk.DeleteExpressGatewayServiceInput) *string { return in.ServiceArn }),
		"DescribeExpressGatewayService": onARN(awsapi.On("{ServiceArn}"), func(in *sdk.DescribeExpressGatewayServiceInput) *string { return in.ServiceArn }),
	}
}

// onARN adds the cluster in the ARN of a service.
func onARN[In any](r awsapi.Row, ref func(in In) *string) awsapi.Row {
	return awsapi.With(r.May("ecs:cluster"), func(_ awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		cluster, _ := kit.Within(aws.ToString(ref(in)), "")
		kit.SetKey(wants[0].Keys, "ecs:cluster", cluster)
		return wants
	})
}

// registers is what a request asks for which ECS registers a task definition: one of which the family is not known.
func registers(definition *string) []awsapi.Access {
	if aws.ToString(definition) != "" {
		return nil
	}
	return []awsapi.Access{{Action: "ecs:RegisterTaskDefinition", Resource: "*"}}
}
