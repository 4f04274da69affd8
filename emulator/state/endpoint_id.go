package state

import (
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/google/uuid"
)

// EndpointID is the id by which a container asks for its metadata: on Fargate its runtimeId,
// also before that is shown; on a container instance a UUID, which the container agent draws.
// Here it follows from the container's ARN, so that a restart changes nothing.
// Sources: ECS developer guide, task metadata endpoint version 4, for Fargate; amazon-ecs-agent.
func (t *Task) EndpointID(c *Container) string {
	if t.Placement.ContainerInstance == "" {
		return arn.RuntimeID(arn.Name(t.ARN), c.Name)
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(t.ARN+"/"+c.ID)).String()
}

// Container returns the container of a name, or nil.
func (s *TaskStatus) Container(name string) *Container {
	for i := range s.Containers {
		if s.Containers[i].Name == name {
			return &s.Containers[i]
		}
	}
	return nil
}
