package doctor

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Left is what is on an engine by the owners that have it.
type Left struct {
	Owners []diagnosis.Owner
	Err    error
}

// JudgeLeft tells what dead owners have on the engine, which `ecs-emulator prune --dead` removes.
func JudgeLeft(l Left) diagnosis.Check {
	v := about(leftoversCheck)
	if l.Err != nil {
		return Unchecked(leftoversCheck, oneLine(l.Err))
	}
	count := map[string]int{}
	for _, o := range l.Owners {
		count[o.State]++
		if has := Has(o); o.State == diagnosis.Dead && has != "" {
			v.degrade("", "owner %s is dead and has %s", o.ID, has)
		}
	}
	if v.status != diagnosis.OK {
		v.texts = append(v.texts, "their networks keep ranges of addresses from others")
		v.next = []string{"ecs-emulator doctor --fix, or ecs-emulator prune --dead, removes it"}
		return v.check()
	}
	v.note("no dead owner has anything on the engine")
	for _, state := range []string{"live", "kept", "unknown"} {
		if count[state] > 0 {
			v.note("%s %s: see ecs-emulator prune", counted(count[state], "owner"), state)
		}
	}
	return v.check()
}

// Has says what an owner has that goes with it; empty is nothing.
func Has(o diagnosis.Owner) string {
	var parts []string
	for _, one := range []struct {
		n    int
		what string
	}{{o.Containers, "container"}, {o.Networks, "network"}, {o.Volumes, "volume"}} {
		if one.n > 0 {
			parts = append(parts, counted(one.n, one.what))
		}
	}
	return strings.Join(parts, ", ")
}

// counted is "1 network", "2 networks".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
