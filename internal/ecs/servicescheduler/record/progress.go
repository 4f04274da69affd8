// Package record keeps what becomes of the deployments of a service: which of them it lists, the states of their rollouts,
// its service deployments, and the events about their targets.
package record

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/observe"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Progress is how far the deployments of a service have come. A service deployment is the record of how a service came
// to a revision:
//
//	PENDING → IN_PROGRESS → SUCCESSFUL
//	… superseded by another → STOP_REQUESTED → STOPPED
//	… failed or aborted, without rollback → STOPPED
//	… failed or stopped, with rollback → ROLLBACK_IN_PROGRESS → ROLLBACK_SUCCESSFUL
//	                                     or, with nothing to go back to, ROLLBACK_FAILED
//
// Source: ECS developer guide, service deployments.
type Progress struct {
	*observe.View
	// Primary is the generation of the deployment that was PRIMARY when the decision began.
	Primary *observe.Generation
	// Records are copies of the service deployments that have not ended, by ARN.
	Records map[string]*state.ServiceDeployment
}

// NewProgress has the service deployments of a view.
func NewProgress(v *observe.View) *Progress {
	p := &Progress{View: v, Primary: v.Generations[0], Records: map[string]*state.ServiceDeployment{}}
	for _, r := range v.ServiceDeployments {
		p.Records[r.ARN] = r.Clone()
	}
	return p
}

// Older are the other generations, newest first.
func (p *Progress) Older() []*observe.Generation { return p.Generations[1:] }
