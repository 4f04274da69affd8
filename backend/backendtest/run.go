package backendtest

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/scene"
)

// Run runs the suite. It calls open for each owner it needs; the engines it gets
// have owners of their own, but may share one daemon. Run calls RemoveAll on each
// when done, and leaves Close to open.
func Run(t *testing.T, open func(t *testing.T) Fixture) {
	s := scene.NewSuite(t, open(t))
	t.Run("Owner", func(t *testing.T) {
		runInTurn(t, s, "OnOneMachine", machineCases)
		run(t, s, slices.Concat(
			networkCases, limitCases, imageCases, containerCases, stopCases, listCases, watchCases, usageCases, logCases, dialCases,
			namespaceCases, nameCases, sharingCases, trafficCases, filterCases, loadBalancerCases, connectCases, resolverCases, volumeCases, fileCases, healthCases,
		))
		if s.PullableImage != "" {
			t.Run("PullMakesAnImageLocal", func(t *testing.T) { testPull(newEnv(t, s)) })
		}
	})
	t.Run("AnOwnerSeesAndRemovesOnlyItsOwn", func(t *testing.T) { testOwners(newEnv(t, s), scene.NewSuite(t, open(t))) })
	if s.Lose != nil && s.Restore != nil {
		t.Run("ALostEngineIsUnavailableUntilItIsBack", func(t *testing.T) { testLost(newEnv(t, scene.NewSuite(t, open(t)))) })
	}
}
