package phrase

import (
	"fmt"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// Fault is the answer that a fault has led to something. what is the beginning of the sentence.
func Fault(f *why.Facts, act why.Act, what string) why.Answer {
	evidence := why.Evidence{At: act.At, Text: fmt.Sprintf("fault %s (%s) has acted on it", act.ID, act.Kind)}
	if act.Members != "" {
		evidence.Text += ": " + act.Members
	}
	next := "It ends with its time, or with ecs-emulator faults clear " + act.ID + "."
	switch {
	case act.Past:
		next = "It ended with an earlier run of the emulator."
	case !f.Lasts(act):
		next = "The fault is over."
	}
	return why.Answer{
		Cause: why.Fault, At: act.At, Evidence: []why.Evidence{evidence},
		Sentence: fmt.Sprintf("%s: fault %s (%s), which was added with the emulator, acted at %s.", what, act.ID, act.Kind, Time(f.Now, act.At)),
		Next:     next,
	}
}

// LastFault is the newest of the acts of faults of some kinds.
func LastFault(acts []why.Act, kinds ...faults.Kind) (last why.Act, found bool) {
	for _, a := range acts {
		if slices.Contains(kinds, a.Kind) {
			last, found = a, true
		}
	}
	return last, found
}
