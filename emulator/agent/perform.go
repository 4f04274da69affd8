package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/distribution/reference"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

// perform makes the engine call of an action, without the lock, and returns what
// to do about its outcome, which runs under the lock.
func (w *work) perform(ctx context.Context, a action) (finish func()) {
	switch a.verb {
	case createSandbox:
		return w.createSandbox(ctx)
	case startSandbox:
		return w.startSandbox(ctx)
	case removeSandbox:
		return w.removeSandbox(ctx)
	case pull:
		return w.pull(ctx, a.container)
	case create:
		return w.create(ctx, a.container)
	case start:
		return w.start(ctx, a.container)
	case stop:
		return w.stop(ctx, a.container)
	case examine:
		return w.examine(ctx, a.container)
	}
	panic("agent: no such action: " + string(a.verb))
}

func (w *work) createSandbox(ctx context.Context) func() {
	now := w.agent.Clock.Now()
	attachment, id, err := w.newSandbox(ctx)
	return func() {
		w.view.status.ConnectivityAt = now
		switch {
		case w.agent.engineLost(err):
		case err != nil:
			w.fail("ResourceInitializationError: unable to create the network interface of the task: " + engineText(err))
			w.view.sandbox = sandboxGone
			w.skipAll()
		default:
			w.view.status.Attachment = attachment
			w.view.status.SandboxID = id
			w.view.sandbox = sandboxCreated
		}
	}
}

// newSandbox gives the task an address and a network namespace.
func (w *work) newSandbox(ctx context.Context) (state.Attachment, string, error) {
	network, err := w.agent.vpcNetwork(ctx)
	if err != nil {
		return state.Attachment{}, "", err
	}
	scope := w.task.Scope()
	subnet := w.agent.Store.Read().Subnet(scope, w.task.Spec.SubnetID)
	if subnet == nil {
		return state.Attachment{}, "", fmt.Errorf("subnet %s does not exist", w.task.Spec.SubnetID)
	}
	ip, ok := w.agent.addresses.take(subnet.CIDR(network))
	if !ok {
		return state.Attachment{}, "", fmt.Errorf("subnet %s has no free address", subnet.ID)
	}
	attachment := state.Attachment{
		Status: "ATTACHING", NetworkID: arn.NewNetworkInterfaceID(), MAC: macOf(ip),
		PrivateIPv4: ip.String(), PrivateDNSName: privateDNSName(scope.Region, ip),
	}
	id, err := w.agent.Engine.CreateSandbox(ctx, sandboxSpec(w.task, attachment))
	if err != nil {
		w.agent.addresses.give(attachment.PrivateIPv4)
	}
	return attachment, id, err
}

func (w *work) startSandbox(ctx context.Context) func() {
	id := w.view.status.SandboxID
	err := w.agent.Engine.Start(ctx, id)
	if errors.Is(err, backend.ErrAddressInUse) {
		// Somebody else on the network has the address. It stays taken, so that
		// the next one is tried.
		removed := w.agent.Engine.Remove(ctx, id)
		return func() {
			w.agent.Log.Warn("address of the VPC is in use by another container", "ip", w.view.status.Attachment.PrivateIPv4)
			if !w.agent.engineLost(removed) {
				w.view.sandbox, w.view.status.SandboxID = sandboxNone, ""
			}
		}
	}
	return func() {
		switch {
		case w.agent.engineLost(err):
		case err != nil:
			w.fail("ResourceInitializationError: unable to attach the network interface of the task: " + engineText(err))
		default:
			w.view.status.Attachment.Status = "ATTACHED"
			w.view.sandbox = sandboxRunning
		}
	}
}

func (w *work) removeSandbox(ctx context.Context) func() {
	var err error
	if id := w.view.status.SandboxID; id != "" {
		err = w.agent.Engine.Remove(ctx, id)
	}
	return func() {
		if w.agent.engineLost(err) {
			return
		}
		if err != nil {
			w.agent.Log.Error("sandbox not removed", "task", w.task.ARN, "error", err)
		}
		w.view.sandbox = sandboxGone
	}
}

// skipAll marks all containers as never run.
func (w *work) skipAll() {
	for i := range w.view.status.Containers {
		if w.view.status.Containers[i].Phase != state.ContainerStopped {
			w.containerStopped(i)
		}
	}
}

// pull makes sure that the container's image is there.
func (w *work) pull(ctx context.Context, i int) func() {
	c := &w.view.definitions[i]
	ref := aws.ToString(c.Image)
	startedAt := w.agent.Clock.Now()
	image, err := w.agent.image(ctx, ref, w.platform(), func() { w.pulling(ctx, startedAt) })
	stoppedAt := w.agent.Clock.Now()
	return func() {
		delete(w.pulls, aws.ToString(c.Name))
		s := w.view.status
		if errors.Is(err, context.Canceled) {
			return // told to stop meanwhile
		}
		if w.agent.engineLost(err) {
			return
		}
		if s.PullStartedAt.IsZero() {
			s.PullStartedAt = startedAt
		}
		if err != nil {
			reason := pullFailed(ref, err)
			w.containerFailed(i, reason, reason)
			return
		}
		s.PullStoppedAt = stoppedAt
		s.Containers[i].ImageDigest = digestOf(image)
		s.Containers[i].Phase = state.ContainerPulled
	}
}

// pulling shows that a pull is under way, which may take long.
func (w *work) pulling(ctx context.Context, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.view.status; s.PullStartedAt.IsZero() {
		s.PullStartedAt = since
		w.dirty = true
		w.publish(ctx, true)
	}
}

// image finds an image by the agent's pull behaviour; pulling is called before a
// pull begins.
func (a *Agent) image(ctx context.Context, ref, platform string, pulling func()) (backend.Image, error) {
	a.mu.Lock()
	fresh := a.PullBehavior == PreferCached || a.PullBehavior == Once && a.pulled[ref]
	a.mu.Unlock()
	local, missing := a.Engine.Image(ctx, ref)
	if missing != nil && !errors.Is(missing, backend.ErrNotFound) {
		return local, missing
	}
	if fresh && missing == nil {
		return local, nil
	}
	pulling()
	if err := a.Engine.Pull(ctx, backend.PullSpec{Ref: ref, Platform: platform}); err != nil {
		if a.PullBehavior == Default && missing == nil && ctx.Err() == nil {
			return local, nil
		}
		return local, err
	}
	a.mu.Lock()
	a.pulled[ref] = true
	a.mu.Unlock()
	return a.Engine.Image(ctx, ref)
}

func (w *work) create(ctx context.Context, i int) func() {
	id, err := w.agent.Engine.Create(ctx, w.containerSpec(i))
	return func() {
		c := &w.view.status.Containers[i]
		switch {
		case w.agent.engineLost(err):
		case err != nil:
			reason := "CannotCreateContainerError: " + err.Error()
			w.containerFailed(i, reason, reason)
		default:
			c.RuntimeID = id
			c.Phase = state.ContainerCreated
		}
	}
}

func (w *work) start(ctx context.Context, i int) func() {
	err := w.agent.Engine.Start(ctx, w.view.status.Containers[i].RuntimeID)
	startedAt := w.agent.Clock.Now()
	return func() {
		c := &w.view.status.Containers[i]
		switch {
		case w.agent.engineLost(err):
		case err != nil:
			reason := "CannotStartContainerError: " + err.Error()
			w.containerFailed(i, reason, reason)
		default:
			// It was RUNNING, however briefly: an exit that the engine has told
			// of already is looked at in the next step.
			c.StartedAt = startedAt
			c.Phase = state.ContainerRunning
		}
	}
}

// defaultStopTimeout is what a container gets that asks for nothing.
// Source: ECS API reference, ContainerDefinition.stopTimeout.
const defaultStopTimeout = 30 * time.Second

func (w *work) stop(ctx context.Context, i int) func() {
	grace := defaultStopTimeout
	if t := w.view.definitions[i].StopTimeout; t != nil {
		grace = time.Duration(*t) * time.Second
	}
	id := w.view.status.Containers[i].RuntimeID
	if err := w.agent.Engine.Stop(ctx, id, grace); err != nil && !errors.Is(err, backend.ErrNotFound) {
		return func() {
			if w.agent.engineLost(err) {
				return
			}
			w.agent.Log.Error("container not stopped; it is killed", "task", w.task.ARN, "container", id, "error", err)
			w.view.status.Containers[i].Reason = cut("CannotStopContainerError: " + err.Error())
			w.containerStopped(i)
		}
	}
	return w.examine(ctx, i)
}

// examine asks the engine how a container ended.
func (w *work) examine(ctx context.Context, i int) func() {
	seen, err := w.agent.Engine.Inspect(ctx, w.view.status.Containers[i].RuntimeID)
	return func() {
		switch {
		case errors.Is(err, backend.ErrNotFound):
			w.containerVanished(i)
		case w.agent.engineLost(err):
		case err != nil:
			w.agent.Log.Error("container not inspected", "task", w.task.ARN, "error", err)
			w.containerVanished(i)
		case w.view.stop != nil && essential(&w.view.definitions[i]):
			w.executionStopped()
			fallthrough
		default:
			w.containerExited(i, seen)
		}
	}
}

// platform is what to pull; empty is the engine's own.
func (w *work) platform() string {
	if w.task.Spec.Architecture == "arm64" {
		return "linux/arm64"
	}
	return ""
}

// digestOf is the digest under which a registry knows the image; an image that
// was built here has none.
func digestOf(image backend.Image) string {
	for _, d := range image.Digests {
		if _, digest, ok := strings.Cut(d, "@"); ok {
			return digest
		}
	}
	return ""
}

// canonical is the full form of an image reference: docker.io/library/web:latest.
func canonical(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.TagNameOnly(named).String()
}

// engineText is the engine's own words without the client's frame.
func engineText(err error) string {
	return strings.TrimPrefix(err.Error(), "Error response from daemon: ")
}
