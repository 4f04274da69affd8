package agent

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// digestNamed is a digest that ends in a letter.
func digestNamed(letter string) string { return "sha256:" + strings.Repeat("0", 63) + letter }

// movingTag is an engine, and a registry with the image app, whose tag moves.
type movingTag struct {
	backend.Engine
	mu       sync.Mutex
	tag      string          // the letter of the digest that the tag stands for in the registry
	gone     map[string]bool // letters of digests that the registry has no longer
	local    string          // the letter of the digest that it stands for on the engine
	pulled   map[string]bool // letters
	pulls    []string        // letters, or "tag"
	whenPull func()          // runs in the middle of a pull by tag
	made     []string        // names of images of which containers were made
}

// Info says that it pulls from registries, as an engine does whose tags move.
func (e *movingTag) Info(ctx context.Context) (backend.Info, error) {
	info, err := e.Engine.Info(ctx)
	info.Simulated = false
	return info, err
}

func (e *movingTag) Pull(ctx context.Context, spec backend.PullSpec) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	name, digest, pinned := strings.Cut(spec.Ref, "@")
	letter := strings.TrimLeft(strings.TrimPrefix(digest, "sha256:"), "0")
	if !pinned {
		letter = e.tag
		e.local = letter
		e.pulls = append(e.pulls, "tag")
		if e.whenPull != nil {
			e.whenPull()
		}
	} else {
		e.pulls = append(e.pulls, letter)
	}
	if e.gone[letter] {
		return errors.New("not found")
	}
	e.pulled[letter] = true
	return e.Engine.Pull(ctx, backend.PullSpec{Ref: name, Platform: spec.Platform})
}

func (e *movingTag) Image(ctx context.Context, ref, platform string) (backend.Image, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, digest, pinned := strings.Cut(ref, "@")
	letter := e.local
	if pinned {
		letter = strings.TrimLeft(strings.TrimPrefix(digest, "sha256:"), "0")
	}
	if letter == "" || !e.pulled[letter] {
		return backend.Image{}, backend.ErrNotFound
	}
	image, err := e.Engine.Image(ctx, "app:1", platform)
	image.Digests = []string{"app@" + digestNamed(letter)}
	return image, err
}

func (e *movingTag) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	e.mu.Lock()
	e.made = append(e.made, spec.Image)
	e.mu.Unlock()
	spec.Image = "app:1"
	return e.Engine.Create(ctx, spec)
}

// move has the tag stand for another image.
func (e *movingTag) move(letter string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tag = letter
}

// withService starts the agent with a service of two deployments, ecs-svc/1 and ecs-svc/2.
func withService(t *testing.T, by imagepull.Behavior, f func(b *bench, engine *movingTag)) {
	t.Helper()
	withAgent(t, func(b *bench) {
		b.stop()
		engine := &movingTag{Engine: b.engine, tag: "a", gone: map[string]bool{}, pulled: map[string]bool{}}
		b.service = scope.Service("default", "web")
		b.store.Update(func(tx *store.Tx) error {
			s := &state.Service{ARN: b.service, Name: "web", ClusterARN: scope.Cluster("default")}
			for _, id := range []string{"ecs-svc/2", "ecs-svc/1"} {
				images := []types.ContainerImage{{ContainerName: aws.String("web"), Image: aws.String("app:1")}}
				s.Deployments = append(s.Deployments, &state.Deployment{Generation: state.Generation{ID: id, Revision: &state.ServiceRevision{ContainerImages: images}}})
			}
			state.PutService(tx, s)
			return nil
		})
		b.startOn(HostOptions{Engine: engine, PullBehavior: by})
		f(b, engine)
	})
}

// digestOf runs a task of a deployment and returns the letter of its image's digest.
func (b *bench) digestIn(deployment string, change ...func(c *types.ContainerDefinition)) string {
	b.Helper()
	b.deployment = deployment
	c := imageOf("web", "app:1")
	for _, f := range change {
		f(&c)
	}
	task := b.task(b.run(c))
	b.expect("status", task.Status.LastStatus, state.Running)
	return strings.TrimLeft(strings.TrimPrefix(task.Status.Containers[0].ImageDigest, "sha256:"), "0")
}

func (b *bench) pinned(deployment string) string {
	s := state.FindService(b.store.Read(), b.service)
	at := slices.IndexFunc(s.Deployments, func(d *state.Deployment) bool { return d.ID == deployment })
	row := state.FindServiceRevision(b.store.Read(), s.Deployments[at].Revision.ARN)
	return aws.ToString(row.ResolvedImages()[0].ImageDigest)
}

// Source: ECS developer guide, container image resolution.
func TestAllTasksOfARevisionRunTheImageOfTheFirst(t *testing.T) {
	withService(t, imagepull.Always, func(b *bench, engine *movingTag) {
		b.expect("the first", b.digestIn("ecs-svc/1"), "a")
		b.expect("its revision", b.pinned("ecs-svc/1"), digestNamed("a"))
		engine.move("b")
		b.expect("when the tag has moved", b.digestIn("ecs-svc/1"), "a")
		b.expect("of a later revision", b.digestIn("ecs-svc/2"), "b")
		b.expect("of the earlier one", b.digestIn("ecs-svc/1"), "a")
		b.expect("of the later one", b.digestIn("ecs-svc/2"), "b")
		b.expect("pulls", engine.pulls, []string{"tag", "a", "tag", "a", "b"})
		b.expect("containers", engine.made, []string{"app:1", "app@" + digestNamed("a"), "app:1", "app@" + digestNamed("a"), "app@" + digestNamed("b")})
		b.service, b.deployment = "", ""
		engine.move("c")
		task := b.task(b.run(imageOf("web", "app:1")))
		b.expect("of no service", task.Status.Containers[0].ImageDigest, digestNamed("c"))
	})
}

func TestATaskPullsAgainWhatAnotherHasPinnedMeanwhile(t *testing.T) {
	withService(t, imagepull.PreferCached, func(b *bench, engine *movingTag) {
		engine.whenPull = func() {
			engine.pulled["b"] = true
			b.store.Update(func(tx *store.Tx) error {
				s := state.FindService(tx, b.service)
				state.PinImage(tx, s.Deployments[1].Revision.ARN, "web", state.PinnedImage{Digest: digestNamed("b")})
				return nil
			})
		}
		b.expect("digest", b.digestIn("ecs-svc/1"), "b")
		b.expect("pulls", engine.pulls, []string{"tag", "b"})
	})
}

func TestVersionConsistencyDisabled(t *testing.T) {
	withService(t, imagepull.Always, func(b *bench, engine *movingTag) {
		disabled := func(c *types.ContainerDefinition) { c.VersionConsistency = types.VersionConsistencyDisabled }
		b.expect("the first", b.digestIn("ecs-svc/1", disabled), "a")
		engine.move("b")
		b.expect("the second", b.digestIn("ecs-svc/1", disabled), "b")
		b.expect("the revision", b.pinned("ecs-svc/1"), "")
	})
}

// A build here is no version that others could pull.
func TestALocalImageIsNotPinned(t *testing.T) {
	withService(t, imagepull.PreferCached, func(b *bench, engine *movingTag) {
		b.expect("error", b.engine.Pull(b.Context(), backend.PullSpec{Ref: "app:1"}), error(nil))
		for _, letter := range []string{"a", "b"} {
			engine.local, engine.pulled[letter] = letter, true
			b.expect("digest", b.digestIn("ecs-svc/1"), letter)
		}
		b.expect("the revision", b.pinned("ecs-svc/1"), "")
		b.expect("pulls", len(engine.pulls), 0)
	})
}

// Source: ECR-31, the second text.
func TestAPinnedImageThatIsGoneFails(t *testing.T) {
	withService(t, imagepull.Always, func(b *bench, engine *movingTag) {
		b.expect("the first", b.digestIn("ecs-svc/1"), "a")
		engine.move("b")
		engine.gone["a"] = true
		task := b.task(b.run(imageOf("web", "app:1")))
		b.expect("status", task.Status.LastStatus, state.Stopped)
		want := "failed to resolve ref docker.io/library/app:1@" + digestNamed("a") + ": not found"
		if got := task.Stop.Reason; !strings.Contains(got, want) {
			t.Errorf("stopped because of %q, want %q", got, want)
		}
	})
}
