package taskdefinition

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// Access says what operations ask. RegisterTaskDefinition is asked for on the revisions of its family, which is a guess, and
// refused on "*" (AC13). Source: Service Authorization Reference, Amazon ECS.
func (a *API) Access() awsapi.Rows {
	all := awsapi.On("*")
	register := a.WithTags(awsapi.On("task-definition/{Family}:*")).Keys("ecs:compute-compatibility", "{RequiresCompatibilities}").
		May("ecs:privileged", "ecs:task-cpu", "ecs:task-memory").Shows("iam:PassRole on {TaskRoleArn} and {ExecutionRoleArn}")
	return awsapi.Rows{
		"DeleteTaskDefinitions":      awsapi.Asks(a.deletes).Shows("on task-definition/{TaskDefinitions}"),
		"DeregisterTaskDefinition":   ofAnyAccount(func(in *sdk.DeregisterTaskDefinitionInput) *string { return in.TaskDefinition }),
		"DescribeTaskDefinition":     ofAnyAccount(func(in *sdk.DescribeTaskDefinitionInput) *string { return in.TaskDefinition }),
		"ListTaskDefinitionFamilies": all,
		"ListTaskDefinitions":        all,
		"RegisterTaskDefinition": awsapi.With(register, func(_ awsapi.Call, in *sdk.RegisterTaskDefinitionInput, wants []awsapi.Access) []awsapi.Access {
			for _, w := range wants { // of which those for tags have keys of their own
				kit.SetSize(w.Keys, in.Cpu, in.Memory)
				for i := range in.ContainerDefinitions {
					kit.SetPrivileged(w.Keys, in.ContainerDefinitions[i].Privileged)
				}
			}
			wants[0].Named = "*"
			return wants
		}),
	}
}

// ofAnyAccount asks for any resource, or for a definition of another account by its ARN, which is refused (AC10).
func ofAnyAccount[In any](ref func(in In) *string) awsapi.Row {
	return awsapi.With(awsapi.On("*"), func(call awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		if id := aws.ToString(ref(in)); kit.OfOtherAccount(call, id) {
			wants[0].Resource = id
		}
		return wants
	})
}

// deletes asks for each revision, however the request writes its number.
func (a *API) deletes(call awsapi.Call, in *sdk.DeleteTaskDefinitionsInput) (wants []awsapi.Access) {
	if len(in.TaskDefinitions) == 0 {
		return []awsapi.Access{{Action: "ecs:DeleteTaskDefinitions", Resource: "*"}}
	}
	for _, ref := range in.TaskDefinitions {
		resource, _ := a.NamedDefinition(call, ref)
		wants = append(wants, awsapi.Access{Action: "ecs:DeleteTaskDefinitions", Resource: resource})
	}
	return wants
}
