package strategy

import (
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/fulfil"
)

// Standing is what remains of a deployment that shifted traffic and has ended while both its revisions have tasks. It was
// stopped on its way, with ABORT or by an alarm, or its rollback failed while the new tasks have traffic: both
// revisions keep their tasks, and rules stay as they are, until the next deployment settles the service. Of a rollback
// that failed, that is the emulator's choice. Or it is complete, and tasks of the other revision stay for a while:
// they have no traffic, and no bound counts them with those that serve.
type Standing struct{ Rolling }

func (Standing) Traits() Traits { return Traits{Shares: true} }

func (Standing) Desired(p Rollout) fulfil.Desired {
	in := p.bothRevisions(p.Stands)
	in.Final = p.Primary.Completed()
	return in
}
