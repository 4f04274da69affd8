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
	case find:
		return w.find(ctx, a.container)
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

// find looks whether the container's image is there and need not be pulled.
func (w *work) find(ctx context.Context, i int) func() {
	ref := aws.ToString(w.view.definitions[i].Image)
	at := w.agent.Clock.Now()
	image, err := w.agent.Engine.Image(ctx, ref)
	return func() {
		switch {
		case errors.Is(err, backend.ErrNotFound) || err == nil && w.agent.mustPull(ref):
			w.view.absent[aws.ToString(w.view.definitions[i].Name)] = true
		case w.agent.engineLost(err):
		case err != nil:
			w.pullFailed(i, err)
		default:
			w.pulled(i, image, at, at)
		}
	}
}

// mustPull reports whether an image is pulled although it is there.
func (a *Agent) mustPull(ref string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.PullBehavior {
	case PreferCached:
		return false
	case Once:
		return !a.fetched[ref]
	default:
		return true
	}
}

// pull fetches the container's image.
func (w *work) pull(ctx context.Context, i int) func() {
	ref := aws.ToString(w.view.definitions[i].Image)
	startedAt := w.agent.Clock.Now()
	image, err := w.agent.fetch(ctx, ref, w.platform())
	stoppedAt := w.agent.Clock.Now()
	return func() {
		delete(w.pulls, aws.ToString(w.view.definitions[i].Name))
		switch {
		case w.agent.engineLost(err): // or told to stop meanwhile
		case err != nil:
			w.pullFailed(i, err)
		default:
			w.pulled(i, image, startedAt, stoppedAt)
		}
	}
}

// fetch pulls an image and inspects it.
func (a *Agent) fetch(ctx context.Context, ref, platform string) (backend.Image, error) {
	if err := a.Engine.Pull(ctx, backend.PullSpec{Ref: ref, Platform: platform}); err != nil {
		if local, missing := a.Engine.Image(ctx, ref); a.PullBehavior == Default && missing == nil {
			return local, nil
		}
		return backend.Image{}, err
	}
	a.mu.Lock()
	a.fetched[ref] = true
	a.mu.Unlock()
	return a.Engine.Image(ctx, ref)
}

func (w *work) pulled(i int, image backend.Image, startedAt, stoppedAt time.Time) {
	s := w.view.status
	if s.PullStartedAt.IsZero() || startedAt.Before(s.PullStartedAt) {
		s.PullStartedAt = startedAt
	}
	s.PullStoppedAt = stoppedAt
	s.Containers[i].ImageDigest = digestOf(image)
	s.Containers[i].Phase = state.ContainerPulled
}

// pullFailed is the end of a container without an image. On Fargate the task has
// the reason and the container none, nor has the task times of the pull; Source:
// recorded pull failures. A container that the task can do without keeps it.
func (w *work) pullFailed(i int, err error) {
	reason := fmt.Sprintf("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref %s: %s",
		canonical(aws.ToString(w.view.definitions[i].Image)), engineText(err))
	w.containerFailed(i, reason, reason)
	if essential(&w.view.definitions[i]) {
		w.view.status.Containers[i].Reason = ""
		w.view.status.PullStartedAt = time.Time{}
	}
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
