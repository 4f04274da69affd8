package scheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/scheduler/event"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Verb is one thing to do: StartTasks, StopTasks, AddEvent, TellOutage, PutService, PutServiceDeployment,
// ResolveTargetGroups, SetWeights, ResolveImages, ForgetDeployment or RemoveService.
type Verb any

// StopTasks asks for the end of tasks.
type StopTasks struct {
	Tasks  []string // ARNs
	Reason string
}

// AddEvent adds an event to the service's.
type AddEvent struct{ Event event.Event }

// PutService writes the status that the scheduler keeps, and a deployment that it
// put in front; such a one has no id yet.
type PutService struct{ Service *state.Service }

// PutServiceDeployment writes what has become of a service deployment.
type PutServiceDeployment struct{ ServiceDeployment *state.ServiceDeployment }

// ResolveImages notes which images the tasks of a deployment run.
type ResolveImages struct{ DeploymentID, RevisionARN string }

// ForgetDeployment forgets the counts of a deployment that has left the list.
type ForgetDeployment struct{ ID string }

// RemoveService ends the retention of a service that is INACTIVE.
type RemoveService struct{}
