package imagepull

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/distribution/reference"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// Place is an engine of several. The zero value is one by itself.
type Place struct {
	Name    string // the engine's
	Command string // by which a user reaches it: "docker --host tcp://192.0.2.1:2376"; empty: by none
	// Others are the pullers of all engines, in order. Nil: there is no other one.
	Others func() []*Puller
	// Copies says that an image is copied from another engine that has it.
	Copies bool
	Log    *slog.Logger
}

// elsewherePatience bounds how long a container that cannot have its image waits for the answers of the other engines.
const elsewherePatience = 2 * time.Second

// elsewhere is for an image that the engine does not have and that could not be pulled: a build is on the engine that built it
// alone. The image is copied from another engine that has it, if that may be, as a local one would do here; else the reason says
// which one has it and how it comes from there. What the emulator's own registry has each engine pulls, and not without a right to it.
func (p *Puller) elsewhere(ctx context.Context, by Agent, c Choice, spec backend.PullSpec, why error) (Found, error) {
	if p.Others == nil || c.Own || by.FailureIsFinal() || ctx.Err() != nil || errors.Is(why, backend.ErrUnavailable) {
		return Found{}, why
	}
	if !p.Copies {
		if all := p.holders(ctx, c, spec.Platform); len(all) > 0 {
			why = fmt.Errorf("%w (%s)", why, p.hint(all[0], c))
		}
		return Found{}, why
	}
	done, err := p.copyOnce(ctx, c, spec)
	if err == nil && done.hint != "" {
		err = fmt.Errorf("%w (%s)", why, done.hint)
	} else if err == nil && done.found.ID == "" {
		err = why
	}
	return done.found, err
}

// holder is another engine that has an image.
type holder struct {
	*Puller
	image Found
}

// holders are the other engines that have an image for a platform, in their order. They are asked at once: one that does not
// answer hides no other.
func (p *Puller) holders(ctx context.Context, c Choice, platform string) (holders []holder) {
	ctx, cancel := context.WithTimeout(ctx, elsewherePatience)
	defer cancel()
	asked := platform
	if own := p.Engine.LastInfo().Architecture; asked == "" && own != "" {
		asked = "linux/" + own
	}
	others := p.Others()
	found := make([]Found, len(others))
	var asking sync.WaitGroup
	for i, other := range others {
		if other == p || other.Engine.Health() != nil {
			continue
		}
		asking.Go(func() {
			if image, err := other.Find(ctx, c, asked); err == nil && p.Fits(image.Image, platform) {
				found[i] = image
			}
		})
	}
	asking.Wait()
	for i, other := range others {
		if found[i].ID != "" {
			holders = append(holders, holder{other, found[i]})
		}
	}
	return holders
}

// hint says how an image comes from another engine to this one. What is copied by hand has no digest.
func (p *Puller) hint(from holder, c Choice) string {
	has := fmt.Sprintf("ecs-emulator: the engine %s has this image, and %s has not", from.Name, p.Name)
	switch {
	case c.digest() != "" && !p.Copies:
		return has + ": serve --copy-images copies it with its digest"
	case c.digest() != "" || from.Command == "" || p.Command == "":
		return has
	}
	return fmt.Sprintf("%s: %s save %s | %s load", has, from.Command, tagged(c.Ref), p.Command)
}

// digest is the digest by which an image is asked for; empty is none.
func (c Choice) digest() string {
	_, digest, _ := strings.Cut(c.Named(), "@")
	return digest
}

// tagged is a name with its tag: without one, engines save all tags of a repository.
func tagged(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil || !reference.IsNameOnly(named) {
		return ref
	}
	return reference.FamiliarString(reference.TagNameOnly(named))
}
