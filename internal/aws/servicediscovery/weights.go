package servicediscovery

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var weights = store.NewTable("servicediscovery-weights", func(w *Weights) string { return w.ServiceARN })

// Weights are how proxies of Service Connect share what is for a service among the deployments whose tasks are its
// instances. A service without has each of its instances get the same. [SetWeights] writes them, for the scheduler.
type Weights struct {
	ServiceARN string
	// Shares are of production traffic; a deployment that is not named gets none.
	Shares []Share
	// Test is the deployment that requests with the endpoint's test header reach; empty is none.
	Test string
	// Revision is that of the service since which they hold, and At is when they were written.
	Revision int64
	At       time.Time
}

// Share is what a deployment gets, in any unit.
type Share struct {
	Deployment string // ecs-svc/…
	Weight     int
}

// FindWeights returns the weights of a service, or nil.
func FindWeights(tx *store.Tx, serviceARN string) *Weights { return weights.Get(tx, serviceARN) }

// SetWeights writes the weights of a service, which exists. They are in effect when the proxies have acknowledged the
// revision that it returns.
func SetWeights(tx *store.Tx, w *Weights) int64 {
	w.Revision = changed(tx, w.ServiceARN, func(*Service) {})
	weights.Put(tx, w)
	return w.Revision
}

// DeleteWeights has each instance of a service get the same again. It returns the revision with that, or 0 where there
// were no weights.
func DeleteWeights(tx *store.Tx, serviceARN string) int64 {
	w := FindWeights(tx, serviceARN)
	if w == nil {
		return 0
	}
	weights.Delete(tx, w)
	return changed(tx, serviceARN, func(*Service) {})
}
