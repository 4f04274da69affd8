package record

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// followGivenUp brings the service deployment in line with a shift that its deleted service has given up.
func (p *Progress) followGivenUp(r *state.ServiceDeployment) {
	left := p.Present()
	switch asked := r.StopType != ""; {
	case left > 0 && (asked || r.Rollback != nil): // it is shown as on its way back, or to its end, already
	case left > 0:
		r.Status = types.ServiceDeploymentStatusStopRequested
	case r.Rollback != nil:
		p.End(r, types.ServiceDeploymentStatusRollbackFailed, ReasonDeletedRollback)
	case asked: // before the scheduler could obey
		p.End(r, types.ServiceDeploymentStatusStopped, ReasonUserStop)
	default:
		p.End(r, types.ServiceDeploymentStatusStopped, ReasonDeleted)
	}
}
