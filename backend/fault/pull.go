package fault

import (
	"context"
	"errors"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// verdicts are what rules about pulls have decided for images. A caller that wants an
// image first asks whether it is local: one whose pull shall go wrong is not. When it
// has been pulled, it is.
type verdicts struct {
	due    map[string][]*Rule // for the next pulls
	pulled map[string]int     // how many times to tell the truth
}

// drop forgets what a rule has decided.
func (v *verdicts) drop(ruleID string) {
	for ref, due := range v.due {
		v.due[ref] = slices.DeleteFunc(due, func(r *Rule) bool { return r.ID == ruleID })
	}
}

// Image implements backend.Engine.
func (e *Engine) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	return on(ctx, e, Image, target{image: ref}, func(ctx context.Context) (backend.Image, error) {
		if e.hides(ref) {
			return backend.Image{}, &backend.NotFoundError{Kind: backend.KindImage, Err: errors.New("No such image: " + ref)} //nolint:staticcheck // the engine's own text
		}
		return e.Engine.Image(ctx, ref, platform)
	})
}

// hides decides about the next pull of an image, and says whether there shall be one
// though the image may be local.
func (e *Engine) hides(ref string) bool {
	e.mu.Lock()
	told := e.verdicts.pulled[ref] > 0
	if told {
		e.verdicts.pulled[ref]--
	}
	e.mu.Unlock()
	if told {
		return false
	}
	r := e.choose(Pull, target{image: ref})
	if r == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.verdicts.due[ref] = append(e.verdicts.due[ref], r)
	return true
}

// Pull implements backend.Engine. An image that is local already, and was hidden, is
// not fetched again.
func (e *Engine) Pull(ctx context.Context, spec backend.PullSpec) error {
	t := target{image: spec.Ref}
	r, hidden := e.verdict(spec.Ref)
	if !hidden {
		r = e.choose(Pull, t)
	}
	err := onError(ctx, e, hiddenPull, t, func(ctx context.Context) error {
		_, err := follow(ctx, e, r, func(ctx context.Context) (none, error) {
			if hidden {
				if _, err := e.Engine.Image(ctx, spec.Ref, spec.Platform); err == nil {
					return none{}, nil
				}
			}
			return none{}, e.Engine.Pull(ctx, spec)
		})
		return err
	})
	if err == nil && r != nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.verdicts.pulled[spec.Ref]++
	}
	return err
}

// hiddenPull is a pull about which rules have been asked already.
const hiddenPull Call = "pull that was decided"

// verdict takes the oldest that is due for an image.
func (e *Engine) verdict(ref string) (r *Rule, hidden bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	due := e.verdicts.due[ref]
	if len(due) == 0 {
		return nil, false
	}
	e.verdicts.due[ref] = due[1:]
	return due[0], true
}
