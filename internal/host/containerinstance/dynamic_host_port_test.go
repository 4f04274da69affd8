package containerinstance

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestPickPorts(t *testing.T) {
	all := func(uint16) bool { return true }
	except := func(taken ...uint16) func(uint16) bool {
		return func(port uint16) bool { return !slices.Contains(taken, port) }
	}
	for name, c := range map[string]struct {
		next            int
		container, more uint16
		usable          func(uint16) bool
		first           uint16 // 0 is none
		after           int
	}{
		"the first of all":              {0, 80, 0, all, 32768, 32769},
		"the next one":                  {32769, 80, 0, all, 32769, 32770},
		"not what is taken":             {32769, 80, 0, except(32769, 32770), 32771, 32772},
		"round again":                   {61000, 80, 0, all, 32768, 32769},
		"a range with the same bits":    {32769, 8003, 9, all, 32771, 32781},
		"a range beside what is taken":  {0, 8000, 9, except(32770, 32786), 32800, 32810},
		"a range round again":           {60990, 50, 9, all, 32770, 32780},
		"a range of any bits":           {0, 7, 9, func(p uint16) bool { return p >= 60990 && p <= 60999 }, 60990, 61000},
		"all of them":                   {40000, 1, 28231, all, 32768, 61000},
		"more than there are":           {0, 1, 28232, all, 0, 0},
		"no range without what's taken": {0, 80, 28231, except(40000), 0, 0},
	} {
		d := DynamicHostPorts{next: c.next}
		first, ok := d.pick(state.Binding{ContainerPort: c.container, More: c.more}, c.usable)
		if first != c.first || ok != (c.first != 0) || ok && d.next != c.after {
			t.Errorf("%s: %d, %v, then %d; want %d, then %d", name, first, ok, d.next, c.first, c.after)
		}
	}
}
