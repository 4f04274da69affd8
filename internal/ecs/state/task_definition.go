package state

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

// ReferredTaskDefinitions are the ARNs of the revisions that tasks that have yet to stop and services need.
func ReferredTaskDefinitions(tx *store.Tx) map[string]bool {
	referred := map[string]bool{}
	for _, t := range AllTasks(tx) {
		if !t.Ended() {
			referred[t.Scope().TaskDefinition(t.Spec.Family, t.Spec.Revision)] = true
		}
	}
	for _, s := range AllServices(tx) {
		if s.Status() == ServiceInactive {
			continue
		}
		if !s.Deploys() {
			for _, r := range serviceRevisionsOf(tx, s.ARN) {
				referred[r.TaskDefinition] = referred[r.TaskDefinition] || r.RetiredAt.IsZero()
			}
		}
		for _, d := range s.Deployments {
			referred[d.Revision.TaskDefinition] = true
		}
		if s.Completed != nil { // a rollback leads back to it
			referred[s.Completed.Revision.TaskDefinition] = true
		}
	}
	return referred
}
