package backendtest

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/backendtest/internal/pair"
)

// PairFixture is two engines of one owner that share networks, and what the cases need of them.
type PairFixture = pair.Fixture

// RunPair is for engines that share networks: it runs the suite on each of two, and what crosses them. It calls
// open for each owner that it needs, as Run does.
func RunPair(t *testing.T, open func(t *testing.T) PairFixture) {
	t.Run("A", func(t *testing.T) { Run(t, func(t *testing.T) Fixture { return open(t).A }) })
	t.Run("B", func(t *testing.T) { Run(t, func(t *testing.T) Fixture { return open(t).B }) })
	t.Run("Across", func(t *testing.T) { RunAcross(t, open) })
}

// RunAcross runs the cases of what crosses two engines alone.
func RunAcross(t *testing.T, open func(t *testing.T) PairFixture) { pair.Run(t, open) }
