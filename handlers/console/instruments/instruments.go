// Package instruments has the console's pages about the emulator itself: what callers were denied, faults, the clock, what the run would
// have cost on AWS, and how the machine and its container engine are.
package instruments

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
)

// Sources are what the pages ask for. A page whose source may be nil is only there with it; the others are required.
type Sources struct {
	Decisions *decision.Log
	// Mode is whether access is checked: off, log or enforce.
	Mode   func() string
	Faults Faults
	// Progress is how far an advance of the clock has come that is under way.
	Progress func() (clock.Progress, bool)
	// Costs are what the run would have cost. Nil: they are not known.
	Costs func(ctx context.Context, w bill.Wanted) (costs.Report, error)
	// Doctor looks at the machine and the engine, which may take a minute. It fails with ctx alone. Nil: there is none.
	Doctor func(ctx context.Context) (diagnosis.Report, error)
}

// Faults adds, lists and clears faults, as /_emulator/faults does.
type Faults interface {
	List() []faults.Fault
	// Add returns the fault as it holds. The error says what is wrong with the wish.
	Add(wanted faults.Fault) (faults.Fault, error)
	// Clear ends one fault, or with an empty id all; it reports whether there was one.
	Clear(id string) bool
}

// Pages are the pages of this package.
func Pages(s Sources) []page.Page {
	list := []page.Page{
		{Pattern: "/access", Nav: "Access", Read: s.readAccess, News: s.newDecisions},
		{Pattern: "/access/{request}", Within: "/access", Read: s.readRequest},
		{Pattern: "/faults", Nav: "Faults", Read: s.readFaults, Actions: map[string]page.Action{"addFault": {Do: s.addFault}, "clearFaults": {Do: s.clearFaults}}},
		{Pattern: "/clock", Nav: "Clock", Read: s.readClock, Actions: map[string]page.Action{"advance": {Do: advance}, "setSpeed": {Do: setSpeed}}},
	}
	if s.Costs != nil {
		list = append(list, page.Page{Pattern: "/costs", Nav: "Costs", Read: s.readCosts})
	}
	if s.Doctor != nil {
		d := &doctor{look: s.Doctor}
		list = append(list, page.Page{Pattern: "/doctor", Nav: "Doctor", Read: d.read, Actions: map[string]page.Action{"lookAgain": {Do: d.lookAgain}}})
	}
	return list
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
