package emulator

import (
	"cmp"
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// WaitStable waits until a service is stable, as the SDK's waiter ServicesStable does, and returns as soon as it is:
// it has one deployment, and as many running tasks as desired. The cluster and the service are names in
// Options.Region and Options.Account, or ARNs; an empty cluster is "default". The rollout of a service that is
// stable may still be IN_PROGRESS, as on AWS.
//
// WaitStable leaves the clock alone. For what needs more of its time than the test has, see [Clock.AdvanceUntil].
//
// The error says why it has not come to that: the service is not there or DRAINING; it has task sets, by its deployment controller,
// and no deployment, for which that waiter never ends; its newest deployment has
// failed, or is or was rolled back, which that waiter does not tell; ctx has ended, or the emulator has closed. It
// has the newest event of the service and the end of its last task besides, and wraps the error of ctx.
func (s *Server) WaitStable(ctx context.Context, cluster, service string) error {
	id := service
	if !arn.Is(service) {
		id = s.serviceARN(cluster, service)
	}
	return s.core.WaitStable(ctx, id)
}

func (s *Server) serviceARN(cluster, name string) string {
	if !arn.Is(cluster) {
		return s.core.Scope.Service(cmp.Or(cluster, "default"), name)
	}
	return arn.ScopeOf(cluster).Service(arn.Name(cluster), name)
}
