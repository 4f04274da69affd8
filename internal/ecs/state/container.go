package state

import "github.com/ecs-emulator/ecs-emulator/internal/base/arn"

// RuntimeID is the id of a container on Fargate, also before it is shown.
func (t *Task) RuntimeID(c *Container) string { return arn.RuntimeID(arn.Name(t.ARN), c.Name) }

// Container returns the container of a name, or nil.
func (s *TaskStatus) Container(name string) *Container {
	for i := range s.Containers {
		if s.Containers[i].Name == name {
			return &s.Containers[i]
		}
	}
	return nil
}
