package ec2network

import "github.com/ecs-emulator/ecs-emulator/internal/base/arn"

// TaskInterface is the network interface of a task, of which ECS has the row: package state makes
// these from it.
type TaskInterface struct {
	Scope             arn.Scope
	Subnet, PrivateIP string // the address is empty as long as the task has none
	SecurityGroups    []string
}
