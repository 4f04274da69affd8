package service

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
)

// executeCommand is whether ECS Exec gets into tasks.
type executeCommand struct{ unsaid }

func (executeCommand) rows() []member.Row { return member.Act("enableExecuteCommand") }

// resolve refuses ECS Exec without a task role; where task sets have the definitions, CreateTaskSet does.
func (executeCommand) resolve(in *resolving) error {
	if aws.ToBool(in.EnableExecuteCommand) && in.definition != nil && aws.ToString(in.definition.TaskRoleArn) == "" {
		return kit.InvalidParameter("The service couldn't be " + in.done() + " because a valid taskRoleArn is not being used. " +
			"Specify a valid task role in your task definition and try again.")
	}
	if in.EnableExecuteCommand != nil {
		in.service.EnableExecuteCommand = *in.EnableExecuteCommand
	}
	return nil
}
