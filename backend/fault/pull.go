package fault

import (
	"cmp"
	"context"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// verdicts are what rules have decided about the next pulls of images, which are due although the images may be local.
type verdicts map[string][]*Rule

// drop forgets what a rule has decided.
func (v verdicts) drop(ruleID string) {
	for named, due := range v {
		v[named] = slices.DeleteFunc(due, func(r *Rule) bool { return r.ID == ruleID })
	}
}

func (e *Engine) dropVerdicts(ruleID string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.verdicts.drop(ruleID)
}

// PullActs implements backend.PullRules.
func (e *Engine) PullActs(named string) bool {
	if !e.isArmed() {
		return false
	}
	r := e.rules.choose(Pull, target{image: named})
	if r == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.verdicts[named] = append(e.verdicts[named], r)
	return true
}

// Image implements backend.Engine.
func (e *Engine) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	return on(ctx, e, Image, target{image: ref}, func(ctx context.Context) (backend.Image, error) {
		return e.Engine.Image(ctx, ref, platform)
	})
}

// Pull implements backend.Engine. An image that is local already, and has to be pulled for a rule alone, is
// not fetched again.
func (e *Engine) Pull(ctx context.Context, spec backend.PullSpec) error {
	t := target{image: cmp.Or(spec.Named, spec.Ref)}
	r, decided := e.verdict(t.image)
	if !decided {
		r = e.rules.choose(Pull, t)
	}
	return e.on(ctx, decidedPull, t, func(ctx context.Context) error {
		return e.follow(ctx, r, func(ctx context.Context) error {
			if decided {
				if _, err := e.Engine.Image(ctx, spec.Ref, spec.Platform); err == nil {
					return nil
				}
			}
			return e.Engine.Pull(ctx, spec)
		})
	})
}

// decidedPull is a pull about which rules have been asked already.
const decidedPull Call = "pull that was decided"

// verdict takes the oldest that is due for an image.
func (e *Engine) verdict(named string) (r *Rule, decided bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	due := e.verdicts[named]
	if len(due) == 0 {
		return nil, false
	}
	e.verdicts[named] = due[1:]
	return due[0], true
}
