package fault

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// Rules belong to one engine, or to several that share them: then a rule applies to so many calls of all together.
type Rules struct {
	armed atomic.Bool // there has been a rule

	mu      sync.Mutex
	chance  *rand.Rand
	rules   []*rule
	last    int
	engines []*Engine
}

// NewRules are none yet; seed decides what they leave to chance.
func NewRules(seed uint64) *Rules { return &Rules{chance: rand.New(rand.NewPCG(seed, 0))} }

func (all *Rules) join(e *Engine) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.engines = append(all.engines, e)
}

func (all *Rules) add(r Rule) (id string, err error) {
	if err := r.check(); err != nil {
		return "", err
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	all.armed.Store(true)
	all.last++
	r.ID = strconv.Itoa(all.last)
	added := &rule{Rule: r, chance: all.chance}
	if r.Seed != 0 {
		added.chance = rand.New(rand.NewPCG(r.Seed, 0))
	}
	all.rules = append(all.rules, added)
	if r.Call == Crash {
		for _, e := range all.engines {
			e.crashKnown()
		}
	}
	return r.ID, nil
}

func (all *Rules) remove(id string) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	n := len(all.rules)
	all.rules = slices.DeleteFunc(all.rules, func(r *rule) bool { return r.ID == id })
	for _, e := range all.engines {
		e.dropVerdicts(id)
	}
	return len(all.rules) < n
}

func (all *Rules) list() []Rule {
	all.mu.Lock()
	defer all.mu.Unlock()
	list := make([]Rule, len(all.rules))
	for i, r := range all.rules {
		list[i] = r.Rule
		list[i].Used = r.used
	}
	return list
}

func (all *Rules) count() int {
	all.mu.Lock()
	defer all.mu.Unlock()
	return len(all.rules)
}

// choose is the rule that applies to a call; nil is none.
func (all *Rules) choose(call Call, t target) *Rule {
	r := all.chosen(call, t)
	if r != nil && r.OnUse != nil {
		r.OnUse(t.image, t.labels)
	}
	return r
}

func (all *Rules) chosen(call Call, t target) *Rule {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, r := range all.rules {
		if !r.matches(call, t) || r.Times > 0 && r.used >= r.Times ||
			r.Probability > 0 && r.chance.Float64() >= r.Probability {
			continue
		}
		r.used++
		return &r.Rule
	}
	return nil
}

// unseen says whether a container cannot be inspected.
func (all *Rules) unseen(t target) bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return slices.ContainsFunc(all.rules, func(r *rule) bool {
		return r.Call == Inspect && r.Hang && r.Probability == 0 && r.Times == 0 && r.matches(Inspect, t)
	})
}
