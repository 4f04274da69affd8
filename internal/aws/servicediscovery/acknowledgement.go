package servicediscovery

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

var acknowledgements = store.NewTable("servicediscovery-acknowledgement", func(a *Acknowledgement) string { return a.ServiceARN + " " + string(a.By) })

// Listener is what acts by the instances of services: it has to hear of a deregistration before the task stops.
type Listener string

// The listeners: the resolvers of VPCs, by records in DNS, and the proxies of Service Connect. DrainedProxies have
// answered, in addition, the requests that were under way to what is gone.
const (
	Resolvers      Listener = "resolvers"
	Proxies        Listener = "proxies"
	DrainedProxies Listener = "drained proxies"
)

// Acknowledgement is the revision of a service up to which all listeners of a kind that are to act by it do. The
// controllers that push to them write it, and at once where there is none.
type Acknowledgement struct {
	ServiceARN string
	By         Listener
	Revision   int64
}

// Acknowledge writes that listeners act by a revision of a service.
func Acknowledge(tx *store.Tx, serviceARN string, by Listener, revision int64) {
	if FindService(tx, serviceARN) != nil && HeardUntil(tx, serviceARN, by) < revision {
		acknowledgements.Put(tx, &Acknowledgement{ServiceARN: serviceARN, By: by, Revision: revision})
	}
}

// Heard reports whether all listeners of a kind act by a revision of a service.
func Heard(tx *store.Tx, serviceARN string, by Listener, revision int64) bool {
	return FindService(tx, serviceARN) == nil || HeardUntil(tx, serviceARN, by) >= revision
}

// HeardUntil is the revision of a service up to which all listeners of a kind act by it.
func HeardUntil(tx *store.Tx, serviceARN string, by Listener) int64 {
	if a := acknowledgements.Get(tx, serviceARN+" "+string(by)); a != nil {
		return a.Revision
	}
	return 0
}

// Acknowledged reports whether all that act by the instances of a service do so by a revision: the resolvers if it has
// records in DNS, the proxies if it is an endpoint of Service Connect, which send nothing more to what is gone. Of a service
// that is gone nothing is waited for.
func Acknowledged(tx *store.Tx, serviceARN string, revision int64) bool {
	s := FindService(tx, serviceARN)
	switch {
	case s == nil:
		return true
	case s.HasDNS() && HeardUntil(tx, serviceARN, Resolvers) < revision:
		return false
	case s.ECSService != "" && HeardUntil(tx, serviceARN, DrainedProxies) < revision:
		return false
	default:
		return true
	}
}

// OnAcknowledgements wakes with the ARN of the service of each acknowledgement.
func OnAcknowledgements() store.Source {
	return store.On(acknowledgements, func(_, after *Acknowledgement) []string {
		if after == nil {
			return nil
		}
		return []string{after.ServiceARN}
	})
}
