package fault

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Call is a kind of call to an engine.
type Call string

// Calls that rules can be about. Sandboxes are started, stopped, removed and
// inspected like containers.
const (
	Any           Call = ""
	Info          Call = "info"
	EnsureNetwork Call = "ensure-network"
	// EnsureVolume makes or finds a volume, or a folder in one.
	EnsureVolume Call = "ensure-volume"
	Image        Call = "image"
	// Pull is the fetching of an image, which is done as long as a rule is about it,
	// although the image may be local.
	Pull          Call = "pull"
	CreateSandbox Call = "create-sandbox"
	SetTraffic    Call = "set-traffic"
	SetFilter     Call = "set-filter"
	Create        Call = "create"
	Start         Call = "start"
	Stop          Call = "stop"
	Remove        Call = "remove"
	// Inspect is also the look at a container that List takes: one whose inspection hangs,
	// always, is there as backend.Unseen.
	Inspect Call = "inspect"
	List    Call = "list"
	// Event is what Watch tells of a container.
	Event Call = "event"
	// Exec is the start of a session in a container.
	Exec Call = "exec"
	// Crash is the end of a container that has been started, as if its process had
	// died, after the rule's Delay.
	Crash Call = "crash"
)

var calls = []Call{
	Any, Info, EnsureNetwork, EnsureVolume, Image, Pull, CreateSandbox, SetTraffic, SetFilter, Create, Start, Stop, Remove, Inspect, List, Event, Exec, Crash,
}

// Rule says which calls go wrong, and how. What it sets of Image, Container and
// Labels must match; in patterns * stands for any text.
type Rule struct {
	ID   string // given by AddRule
	Call Call
	// Image is a pattern of the image's reference as the task definition has it.
	Image string
	// Labels are patterns of the container's labels.
	Labels map[string]string
	// About, unless it is nil, says of a container's labels whether the rule is about it.
	About func(labels map[string]string) bool
	// Sandbox restricts the rule to sandboxes (true) or containers (false).
	Sandbox *bool

	// Delay is how long the call waits before it is made, DelayAnswer how long its
	// answer takes afterwards.
	Delay, DelayAnswer time.Duration
	// Error is the text with which the call fails instead of being made.
	Error string
	// Fails is the error with which the call fails instead of being made, where a text does not do.
	Fails error
	// Hang keeps the call from being made until its context ends.
	Hang bool
	// LoseAnswer has the call made, but answers that the engine is unavailable. Of
	// events it loses the event.
	LoseAnswer bool
	// LoseCall answers that the engine is unavailable, without the call being made.
	LoseCall bool

	// Probability is the probability of the rule to apply to a call that matches; 0 is always.
	Probability float64
	// Seed, unless it is zero, is that of what this rule leaves to chance, which is then the same
	// also beside other rules of the engine.
	Seed uint64
	// OnUse, unless it is nil, is told what each call is about that the rule applies to. It is called
	// before the call goes wrong.
	OnUse func(image string, labels map[string]string)
	// Times is to how many calls it applies; 0 is all.
	Times int
	// Used is to how many it has applied so far; Rules tells it.
	Used int
}

func (r Rule) check() error {
	switch {
	case !slices.Contains(calls, r.Call):
		return fmt.Errorf("there are no calls %q", r.Call)
	case r.Delay < 0 || r.DelayAnswer < 0:
		return fmt.Errorf("a negative duration")
	case r.Probability < 0 || r.Probability > 1:
		return fmt.Errorf("probability %v is not between 0 and 1", r.Probability)
	case r.Times < 0:
		return fmt.Errorf("a negative number of times")
	case r.Call != Crash && r.Delay == 0 && r.DelayAnswer == 0 && r.Error == "" && r.Fails == nil && !r.Hang && !r.LoseAnswer && !r.LoseCall:
		return fmt.Errorf("the rule does nothing")
	}
	return nil
}

type rule struct {
	Rule
	used   int
	chance *rand.Rand
}

// target is what a call is about.
type target struct {
	image   string
	labels  map[string]string
	sandbox bool
}

func (r *Rule) matches(call Call, t target) bool {
	if r.Call != call && (r.Call != Any || call == Event || call == Crash || call == Pull) {
		return false
	}
	if r.Image != "" && !Match(r.Image, t.image) || r.Sandbox != nil && *r.Sandbox != t.sandbox {
		return false
	}
	for key, pattern := range r.Labels {
		if value, ok := t.labels[key]; !ok || !Match(pattern, value) {
			return false
		}
	}
	return r.About == nil || r.About(t.labels)
}

// Match reports whether a text matches a pattern in which * stands for any text.
func Match(pattern, text string) bool {
	first, rest, more := strings.Cut(pattern, "*")
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	if !more {
		return text == ""
	}
	for i := range len(text) + 1 {
		if Match(rest, text[i:]) {
			return true
		}
	}
	return false
}
