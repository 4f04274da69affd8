package daemon

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Sources wake with the ARN of each daemon of which something has changed: what is asked, what has become of a deployment, or where
// it is.
func Sources() []store.Source {
	return []store.Source{
		store.On(daemons, func(_, after *Daemon) []string {
			if after == nil || !after.GoneAt.IsZero() {
				return nil
			}
			return []string{after.ARN}
		}),
		store.On(rollouts, func(_, after *Rollout) []string {
			if after == nil {
				return nil
			}
			return []string{ofPart(after.Deployment)}
		}),
		store.On(presences, func(before, after *Presence) []string {
			if after == nil {
				after = before
			}
			return []string{after.Daemon}
		}),
	}
}

// ofPart is the ARN of the daemon in the ARN of one of its deployments.
func ofPart(part string) string {
	return strings.Replace(part[:strings.LastIndexByte(part, '/')], ":daemon-deployment/", ":daemon/", 1)
}
