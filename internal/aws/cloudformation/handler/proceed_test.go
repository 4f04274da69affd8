package handler_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler/handlertest"
)

// TestProceed: an update goes step by step when its other calls are made. Each step is told of once, whichever answer is lost.
func TestProceed(t *testing.T) {
	t.Parallel()
	of := boxType(handler.ByName)
	of.Proceed = func(n *handler.Turn) (time.Duration, error) {
		if n.Memo == "xxx" {
			return 0, nil
		}
		if err := n.Call(op("Step"), &box{ID: n.ID}, nil); err != nil {
			return 0, err
		}
		n.Memo += "x"
		n.Tell("Step %d.", len(n.Memo))
		return time.Minute, nil
	}
	for _, lose := range []string{"", "Update Size", "Update Step"} {
		for _, crash := range []bool{false, true} {
			s := &shelf{boxes: map[string]*box{"box-1": {ID: "box-1"}}}
			d := &handlertest.Driver{Call: s.call, Lose: lose, Crash: crash}
			r := request(t, handler.Update, `{"Size": 2}`)
			r.PhysicalID = "box-1"
			r.Previous = request(t, handler.Update, `{"Size": 1}`).Properties
			got := d.Do(t, of.Run, r)
			if got.Failure != nil || s.boxes["box-1"].Size != "2" || strings.Join(d.Told, " ") != "Step 1. Step 2. Step 3." {
				t.Errorf("%s lost (crash %t): %+v, told %q", lose, crash, got, d.Told)
			}
			if first, last := slices.Index(d.Calls, "Update Step"), len(d.Calls)-1-slices.Index(reversed(d.Calls), "Update Size"); first < last {
				t.Errorf("%s lost (crash %t): steps begin before the other calls are made: %v", lose, crash, d.Calls)
			}
		}
	}
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}
