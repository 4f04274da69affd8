package daemon

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var (
	presences   = store.NewTable("daemon-presence", func(p *Presence) string { return p.Instance + "|" + p.Daemon })
	presencesOf = presences.Index(func(p *Presence) string { return p.Daemon })
)

// Presence is that an instance is to have, or has, a task of a daemon: of one revision as long as it lives. The controller writes it.
type Presence struct {
	Instance, Daemon string // ARNs; the instance is a container instance
	Provider         string // ARN
	Revision         string // ARN
	Task             string // ARN of the only task that has not ended, or of the last one
	Running          bool   // the task is RUNNING, and HEALTHY if it has a health check
	// Ran: a task was Running once.
	Ran bool
	// Without: the task of a daemon that is not critical has failed; the instance is used without it.
	Without  bool
	Failures int       // tasks that failed, in a row
	Due      time.Time // of the next attempt
	Draining bool      // the instance goes
}

// Down reports whether a critical daemon ran, and does not now, on an instance that is to stay.
func (p *Presence) Down() bool { return p.Ran && !p.Running && !p.Without && !p.Draining }

// Assign gives a container instance of a provider, which registers, the daemons that it is to have. From then on their controller
// knows it; an instance without them has registered before.
func Assign(tx *store.Tx, instance, provider string) {
	for _, d := range OfProvider(tx, provider) {
		PutPresence(tx, &Presence{Instance: instance, Daemon: d.ARN, Provider: provider, Revision: d.Wanted(tx, provider).ARN})
	}
}

// FindPresence returns the presence of a daemon on an instance, or nil.
func FindPresence(tx *store.Tx, instance, daemonARN string) *Presence {
	return presences.Get(tx, instance+"|"+daemonARN)
}

// Presences of a daemon on all instances.
func Presences(tx *store.Tx, daemonARN string) []*Presence { return presencesOf.List(tx, daemonARN) }

// On are the presences of all daemons on an instance.
func On(tx *store.Tx, instance string) []*Presence { return presences.List(tx, instance+"|") }

// Due are the presences on an instance, and with those to come the ones of daemons that new instances get as well: they have no
// revision yet, and no row.
func Due(tx *store.Tx, instance, provider string, toCome bool) []*Presence {
	all := On(tx, instance)
	if !toCome {
		return all
	}
	for _, d := range OfProvider(tx, provider) {
		if FindPresence(tx, instance, d.ARN) == nil {
			all = append(all, &Presence{Instance: instance, Daemon: d.ARN, Provider: provider})
		}
	}
	return all
}

// PutPresence writes a presence.
func PutPresence(tx *store.Tx, p *Presence) { presences.Put(tx, p) }

// RemovePresence ends one, with its instance.
func RemovePresence(tx *store.Tx, p *Presence) { presences.Delete(tx, p) }

// Counts are where a revision is now, by provider.
func Counts(tx *store.Tx, daemonARN, revision string) map[string]Count {
	counts := map[string]Count{}
	for _, p := range Presences(tx, daemonARN) {
		if p.Revision != revision {
			continue
		}
		c := counts[p.Provider]
		c.Revision, c.Provider = revision, p.Provider
		switch {
		case p.Draining:
			c.Draining++
			if p.Running {
				c.RunningDraining++
			}
		case p.Running:
			c.Running++
		case p.Without:
			c.Without++
		}
		counts[p.Provider] = c
	}
	return counts
}
