package autoscaling

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

// Protect protects an instance of a group from scale in, or ends that: for users, and for managed
// termination protection.
func Protect(tx *store.Tx, m *Member, protected bool) {
	changed := *m
	changed.Protected = protected
	Members.Put(tx, &changed)
}
