package taskcause

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/fault"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// fault says that a fault has led to something.
func (q *question) fault(act why.Act, what string) {
	q.say(why.Fault, fmt.Sprintf("%s, by fault %s (%s)", what, act.ID, described(act)), q.ending(act), q.reason(), acted(act))
}

// told is how much later than what it has done an act may be told.
const told = time.Second

// because adds the fault of a kind to an answer that has acted on one of some things, up to a time.
func (q *question) because(a *why.Answer, at time.Time, kind faults.Kind, hits ...string) {
	for _, hit := range hits {
		for _, act := range slices.Backward(q.ActsOn(hit)) {
			if act.Kind == kind && !act.At.After(at.Add(told)) {
				a.Because = append(a.Because, why.Answer{
					Cause: why.Fault, At: act.At, Next: q.ending(act), Evidence: []why.Evidence{acted(act)},
					Sentence: fmt.Sprintf("Fault %s (%s) acted at %s.", act.ID, described(act), q.time(act.At)),
				})
				return
			}
		}
	}
}

// before compares as rows keep times, in whole milliseconds: a start has read them, and events have what is below that.
func before(a, b time.Time) bool {
	return a.Truncate(time.Millisecond).Before(b.Truncate(time.Millisecond))
}

func acted(act why.Act) why.Evidence {
	return noted(act.At, "fault %s (%s) has acted", act.ID, described(act))
}

func (q *question) ending(act why.Act) string {
	switch {
	case act.Past:
		return "It was a fault of the emulator's, and ended with an earlier run of it."
	case !q.Lasts(act):
		return "It was a fault of the emulator's, and is over."
	}
	return "It is a fault of the emulator's: ecs-emulator faults clear " + act.ID + " ends it."
}

// described is the kind of a fault, and where it acts.
func described(act why.Act) string {
	if where := membersOf(act).Where(); where != "" {
		return string(act.Kind) + ", " + oneLine(where)
	}
	return string(act.Kind)
}

// membersOf are the members of a fault, as far as events tell.
func membersOf(act why.Act) (f faults.Fault) {
	if act.Members != "" {
		_ = json.Unmarshal([]byte(act.Members), &f) // the kit has written them
	}
	return f
}

func matches(pattern, text string) bool { return pattern == "" || fault.Match(pattern, text) }

// injected is the fault that has made the error of a trouble: it has acted on the task or on the image, and the error is its text.
func (q *question) injected(t state.Trouble) (act why.Act, found bool) {
	kind, hit := faults.Start, q.t.ARN
	switch t.Kind {
	case state.TroubleStart:
	case state.TroubleImageMissing, state.TroubleImagePlatform, state.TroublePull:
		kind, hit = faults.Pull, t.Subject
	default:
		return act, false
	}
	for _, a := range q.ActsOn(hit) {
		f := membersOf(a)
		text := strings.TrimPrefix(cmp.Or(f.Error, faults.DefaultText), "Error response from daemon: ")
		if a.Kind == kind && matches(f.Container, t.Container) && strings.Contains(t.Text, text) && !before(t.At, a.At) && !before(a.At, q.t.Spec.CreatedAt) {
			act, found = a, true
		}
	}
	return act, found
}

func shortID(t *state.Task) string { return activity.ShortID(arn.Name(t.ARN)) }
