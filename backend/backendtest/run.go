package backendtest

import (
	"slices"
	"testing"
)

// Run runs the suite. It calls open for each owner it needs; the engines it gets
// have owners of their own, but may share one daemon. Run calls RemoveAll on each
// when done, and leaves Close to open.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	s := newSuite(t, open(t))
	t.Run("Owner", func(t *testing.T) {
		s.runInTurn(t, "OnOneMachine", machineCases)
		s.run(t, slices.Concat(
			networkCases, limitCases, imageCases, containerCases, stopCases, listCases, watchCases, usageCases, logCases, dialCases,
			namespaceCases, nameCases, sharingCases, trafficCases, filterCases, loadBalancerCases, connectCases, resolverCases, volumeCases, healthCases,
		))
		if s.PullableImage != "" {
			t.Run("PullMakesAnImageLocal", func(t *testing.T) { testPull(s.env(t)) })
		}
	})
	t.Run("AnOwnerSeesAndRemovesOnlyItsOwn", func(t *testing.T) { testOwners(s.env(t), newSuite(t, open(t))) })
	if s.Lose != nil && s.Restore != nil {
		t.Run("ALostEngineIsUnavailableUntilItIsBack", func(t *testing.T) { testLost(newSuite(t, open(t)).env(t)) })
	}
}
