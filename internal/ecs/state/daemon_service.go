package state

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// daemonServices finds the DAEMON services of a cluster, for whose tasks there is to be
// room on container instances, without a look at the others.
var daemonServices = services.Index(func(s *Service) string {
	if s.SchedulingStrategy != types.SchedulingStrategyDaemon || s.Status() != ServiceActive {
		return ""
	}
	return s.ClusterARN
})

// DaemonServices returns the DAEMON services of a cluster that are ACTIVE.
func DaemonServices(tx *store.Tx, clusterARN string) []*Service {
	return daemonServices.List(tx, clusterARN)
}

// OfDaemon reports whether a task is of a managed daemon or a DAEMON service: it is on its container instance for the
// tasks of others there.
func OfDaemon(tx *store.Tx, t *Task) bool {
	if t.Spec.Daemon != "" {
		return true
	}
	s := FindService(tx, t.Spec.ServiceARN)
	return s != nil && s.SchedulingStrategy == types.SchedulingStrategyDaemon
}
