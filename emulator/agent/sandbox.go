package agent

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
)

func (w *work) createSandbox(ctx context.Context) func() {
	attachment, id, err := w.newSandbox(ctx)
	if errors.Is(err, backend.ErrNotFound) { // the network: somebody has removed it
		w.agent.forgetNetwork()
		attachment, id, err = w.newSandbox(ctx)
	}
	return func() {
		switch {
		case w.agent.engineLost(err):
		case err != nil:
			w.fail("ResourceInitializationError: unable to create the network interface of the task: " + engineText(err))
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
	subnet := w.agent.Store.Read().Subnet(w.task.Scope(), w.task.Spec.SubnetID)
	if subnet == nil {
		return state.Attachment{}, "", fmt.Errorf("subnet %s does not exist", w.task.Spec.SubnetID)
	}
	ip, ok := w.agent.addresses.take(subnet.CIDR(network))
	if !ok {
		return state.Attachment{}, "", fmt.Errorf("subnet %s has no free address", subnet.ID)
	}
	attachment := w.newAttachment(ip)
	id, err := w.agent.Engine.CreateSandbox(ctx, sandboxSpec(w.task, attachment))
	if err != nil {
		w.agent.addresses.give(attachment.PrivateIPv4)
	}
	return attachment, id, err
}

// newAttachment is the network interface of a task that has an address.
func (w *work) newAttachment(ip netip.Addr) state.Attachment {
	return state.Attachment{
		Status: "ATTACHING", NetworkID: arn.NewNetworkInterfaceID(), MAC: macOf(ip),
		PrivateIPv4: ip.String(), PrivateDNSName: privateDNSName(w.task.Scope().Region, ip),
	}
}

func (w *work) startSandbox(ctx context.Context) func() {
	id := w.view.status.SandboxID
	err := w.agent.Engine.Start(ctx, id)
	if errors.Is(err, backend.ErrAddressInUse) || errors.Is(err, backend.ErrNotFound) {
		removed := w.agent.Engine.Remove(ctx, id)
		return func() { w.replaceSandbox(err, removed) }
	}
	var seen backend.Container
	if err == nil && w.view.status.Attachment.PrivateIPv4 == "" { // made by a run that was killed
		seen, err = w.agent.Engine.Inspect(ctx, id)
	}
	return func() {
		switch {
		case w.agent.engineLost(err):
		case err != nil:
			w.fail("ResourceInitializationError: unable to attach the network interface of the task: " + engineText(err))
		default:
			w.addressIs(seen.IP)
			w.view.status.Attachment.Status = "ATTACHED"
			w.view.sandbox = sandboxRunning
		}
	}
}

// addressIs takes over the address of a sandbox that an earlier run made, unless
// the engine does not know it before the sandbox starts.
func (w *work) addressIs(sandboxIP string) {
	if ip, err := netip.ParseAddr(sandboxIP); err == nil {
		w.view.status.Attachment = w.newAttachment(ip)
		w.agent.addresses.occupy(sandboxIP)
	}
}

// maxSandboxes bounds how many sandboxes a task uses up before it fails.
const maxSandboxes = 10

// replaceSandbox has another sandbox made for one that could not start and was
// removed: somebody else on the network has its address, or the network is gone.
// Containers that were made for it have to be made again.
func (w *work) replaceSandbox(cause, removed error) {
	s := w.view.status
	switch w.sandboxes++; {
	case w.agent.engineLost(removed):
		return
	case removed != nil || w.sandboxes >= maxSandboxes:
		w.fail("ResourceInitializationError: unable to attach the network interface of the task: " + engineText(cause))
		return
	case errors.Is(cause, backend.ErrAddressInUse):
		// The address stays taken, so that the next one is tried.
		w.agent.Log.Warn("address of the VPC is in use by another container", "ip", s.Attachment.PrivateIPv4)
	default:
		w.agent.Log.Warn("network or sandbox of a task is gone; it gets another", "task", w.task.ARN, "error", cause)
		w.agent.forgetNetwork()
		w.agent.addresses.give(s.Attachment.PrivateIPv4)
	}
	w.view.sandbox, s.SandboxID = sandboxNone, ""
	for i := range s.Containers {
		if c := &s.Containers[i]; c.Phase == state.ContainerCreated {
			w.view.stale[c.Name] = true
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
